"""Which scene of a film shows which clip, agreed between workers that do not know each other."""

import json
from uuid import UUID

from scenewire.artifacts.result_cache import fingerprint
from scenewire.artifacts.store import ArtifactStore, check_key

__all__ = ["Claims"]


class Claims:
    """A scene writes down what it shows before it shows it; the first one to write has it.

    A scene that is worked on again finds its own claims, whoever works on it.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store

    async def owner(self, project_id: UUID, clip: str, *, scene_number: int, use: int = 1) -> int:
        """The number of the scene that has a clip: this one, if none had it before.

        Args:
            project_id: the film.
            clip: what identifies the clip.
            scene_number: the scene that would like to show it.
            use: how many times the film may show it then; each time has an owner of its own.
        """
        key = check_key(f"results/sourcing-claims/{fingerprint(project=str(project_id), clip=clip, use=use)}.json")
        stored = await self._store.write_once(key, json.dumps({"scene": scene_number}).encode())
        try:
            return int(json.loads(stored)["scene"])
        except (ValueError, KeyError, TypeError):
            return scene_number  # damaged: better shown twice than not at all
