"""What a search finds: videos, and footage with the scenes it was considered for."""

from scenewire.record.queries import Row
from scenewire_gateway.projects.board import Board
from scenewire_gateway.projects.records import Records
from scenewire_gateway.projects.views import ProjectView, View, project_view

__all__ = ["Findings", "FootageUse", "FoundFootage", "find"]


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


class Findings(View):
    """What was found."""

    videos: list[ProjectView]
    footage: list[FoundFootage]


async def find(words: str, board: Board, records: Records, *, limit: int) -> Findings:
    """Returns videos whose title, topic or scenes have these words, and footage whose description has them."""
    ids, rows = await records.search(words, limit=limit)
    return Findings(
        videos=[project_view(state) for state in await board.states(ids)],
        footage=[_footage(row) for row in rows],
    )


def _footage(row: Row) -> FoundFootage:
    scenes = row["scenes"] if isinstance(row["scenes"], list) else []
    uses = [FootageUse(**{name: scene[name] for name in FootageUse.model_fields}) for scene in scenes]
    return FoundFootage.model_validate(
        {**{name: row[name] for name in FoundFootage.model_fields if name != "scenes"}, "scenes": uses}
    )
