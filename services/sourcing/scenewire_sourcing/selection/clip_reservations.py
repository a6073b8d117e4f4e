"""Reserves clips for scenes across workers that do not know each other."""

import json
from uuid import UUID

from scenewire.artifacts.result_cache import fingerprint
from scenewire.artifacts.store import ArtifactStore, check_key
from scenewire.messages import Scene

__all__ = ["ClipReservations"]


class ClipReservations:
    """Records which scene of a project shows a clip; the first scene to write a reservation owns it.

    Reservations survive redelivery: a scene that runs again, on any worker, finds its own. They survive edits of the
    storyboard, too: a scene is known by its id, which stays when its number changes.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store

    async def reserve(self, project_id: UUID, clip: str, scene: Scene, *, revision: int, use: int = 1) -> str:
        """Reserves a clip unless it is reserved already.

        Returns:
            Words for the scene that owns the clip, such as `scene 4`; empty if it is the given one.

        Args:
            project_id: the project.
            clip: identifies the clip.
            scene: wants to show the clip.
            revision: of the project.
            use: 1 for the first use of the clip in the video, 2 for the second; each use has its own owner.
        """
        name = fingerprint(project=str(project_id), clip=clip, use=use)
        key = check_key(f"results/sourcing-reservations/{name}.json")
        own = {"scene": str(scene.id), "number": scene.scene_number, "revision": revision}
        try:
            owner = json.loads(await self._store.write_once(key, json.dumps(own).encode()))
            if owner["scene"] == own["scene"]:
                return ""
            same_video = owner["revision"] == revision  # numbers may have changed since an earlier one
            return f"scene {owner['number']}" if same_video else "a scene of an earlier revision"
        except (ValueError, KeyError, TypeError):
            return ""  # damaged: showing a clip twice is better than not at all
