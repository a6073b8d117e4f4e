"""Finds projects, and footage with the scenes that it was considered for."""

from scenewire.record.queries import Row
from scenewire_gateway.projects.board import Board
from scenewire_gateway.projects.records import Records
from scenewire_gateway.projects.state import ProjectState
from scenewire_gateway.projects.views import View

__all__ = ["FootageUse", "FoundFootage", "find"]


class FootageUse(View):
    """A scene that footage was considered for."""

    project_id: str
    project: str
    scene_number: int
    state: str


class FoundFootage(View):
    """Footage that was found."""

    provider: str
    source_id: str
    kind: str
    title: str
    creator: str
    licence: str
    source_url: str
    scenes: list[FootageUse]


async def find(
    words: str, board: Board, records: Records, *, limit: int
) -> tuple[list[ProjectState], list[FoundFootage]]:
    """Returns projects whose title, topic or scenes have these words, and footage whose description has them."""
    ids, rows = await records.search(words, limit=limit)
    return await board.states(ids), [_footage(row) for row in rows]


def _footage(row: Row) -> FoundFootage:
    scenes = row["scenes"] if isinstance(row["scenes"], list) else []
    uses = [FootageUse(**{name: scene[name] for name in FootageUse.model_fields}) for scene in scenes]
    return FoundFootage.model_validate(
        {**{name: row[name] for name in FoundFootage.model_fields if name != "scenes"}, "scenes": uses}
    )
