"""Reserves clips for scenes across workers that do not know each other."""

import json
from uuid import UUID

from scenewire.artifacts.result_cache import fingerprint
from scenewire.artifacts.store import ArtifactStore, check_key

__all__ = ["ClipReservations"]


class ClipReservations:
    """Records which scene of a project shows a clip; the first scene to write a reservation owns it.

    Reservations survive redelivery: a scene that runs again, on any worker, finds its own.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store

    async def owner(self, project_id: UUID, clip: str, *, scene_number: int, use: int = 1) -> int:
        """Reserves a clip unless it is reserved already; returns the number of the scene that owns it.

        Args:
            project_id: the project.
            clip: identifies the clip.
            scene_number: the scene that wants to show the clip.
            use: 1 for the first use of the clip in the video, 2 for the second; each use has its own owner.
        """
        name = fingerprint(project=str(project_id), clip=clip, use=use)
        key = check_key(f"results/sourcing-reservations/{name}.json")
        stored = await self._store.write_once(key, json.dumps({"scene": scene_number}).encode())
        try:
            return int(json.loads(stored)["scene"])
        except (ValueError, KeyError, TypeError):
            return scene_number  # damaged: showing a clip twice is better than not at all
