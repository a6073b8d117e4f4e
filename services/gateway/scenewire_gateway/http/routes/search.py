"""`/v1/search`: videos and footage on record."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.projects.board import Board
from scenewire_gateway.projects.findings import FoundFootage, find
from scenewire_gateway.projects.records import Records
from scenewire_gateway.projects.views import ProjectView, View, project_view

__all__ = ["search_router"]


class Findings(View):
    """What was found."""

    videos: list[ProjectView]
    footage: list[FoundFootage]


def search_router(board: Board, records: Records) -> APIRouter:
    """Returns the route of searches."""
    router = APIRouter(prefix="/v1", tags=["projects"], dependencies=[Depends(require(Scope.READ))])

    @router.get("/search", summary="Search videos and footage")
    async def search(
        q: Annotated[str, Query(min_length=1, max_length=200, description="Words, all of which must occur.")],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Findings:
        """Returns videos whose title, topic or scenes have these words, and footage whose description has them."""
        found, footage = await find(q, board, records, limit=limit)
        return Findings(videos=[project_view(project) for project in found], footage=footage)

    return router
