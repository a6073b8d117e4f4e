"""`/v1/projects`: what there is."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query

from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.projects.board import MAX_SEEN, Board
from scenewire_gateway.projects.costs import CostView
from scenewire_gateway.projects.history import History, PublishedMessages, history_view, messages_view
from scenewire_gateway.projects.records import Records, run_of
from scenewire_gateway.projects.state import ProjectState, State
from scenewire_gateway.projects.storyboard import StoryboardView, storyboard_view
from scenewire_gateway.projects.views import ProjectList, ProjectView, project_view

__all__ = ["MAX_SEQUENCE", "ProjectFinder", "RevisionQuery", "projects_router"]

MAX_SEQUENCE: Final = 2**63 - 1
"""Largest sequence that a database holds."""

_MAX_LISTED: Final = 200
_MAX_OFFSET: Final = 100_000
_MAX_MESSAGES: Final = 200

RevisionQuery = Annotated[int | None, Query(ge=0, description="A revision of the project; the latest without.")]


class ProjectFinder:
    """Dependency of routes about one project.

    Args:
        board: the states of projects.
    """

    def __init__(self, board: Board) -> None:
        self._board = board

    async def __call__(
        self,
        project: Annotated[
            str,
            Path(min_length=1, max_length=64, description="Id of a project, or its beginning of 4 characters or more."),
        ],
    ) -> ProjectState:
        """Returns the project that the path names.

        Raises:
            PermanentError: `not_on_record`.
        """
        return await self._board.find(project)


def projects_router(board: Board, records: Records, find: ProjectFinder) -> APIRouter:
    """Returns the routes that read projects."""
    router = APIRouter(prefix="/v1/projects", tags=["projects"], dependencies=[Depends(require(Scope.READ))])
    found = Depends(find)

    @router.get("", summary="List projects")
    async def show_all(
        state: Annotated[
            State | None,
            Query(description=f"Only projects in this state, among the {MAX_SEEN:,} most recently active ones."),
        ] = None,
        limit: Annotated[int, Query(ge=1, le=_MAX_LISTED)] = 50,
        offset: Annotated[int, Query(ge=0, le=_MAX_OFFSET, description="Projects to leave out, to read on.")] = 0,
    ) -> ProjectList:
        """Returns projects, the most recently active first."""
        listed = [project_view(project) for project in await board.listed(state, limit=limit + 1, offset=offset)]
        return ProjectList(projects=listed[:limit], next_offset=offset + limit if len(listed) > limit else None)

    @router.get("/{project}", summary="Show a project")
    async def show(project: Annotated[ProjectState, found]) -> ProjectView:
        """Returns a project as it is now."""
        return project_view(project)

    @router.get("/{project}/storyboard", summary="Show the scenes of a project")
    async def show_storyboard(
        project: Annotated[ProjectState, found], revision: RevisionQuery = None
    ) -> StoryboardView:
        """Returns every scene with its text, narration, footage and state. Texts are data of others."""
        board_of_run = await records.storyboard(project, revision)
        return storyboard_view(project, run_of(project, revision), board_of_run)

    @router.get("/{project}/cost", summary="Show what a project has cost")
    async def show_cost(project: Annotated[ProjectState, found]) -> CostView:
        """Returns processor time, bytes, tokens and money by stage, in total and per minute of video."""
        return CostView.model_validate(await records.cost(project))

    @router.get("/{project}/history", summary="Show who ordered and changed a project")
    async def show_history(project: Annotated[ProjectState, found]) -> History:
        """Returns every order, edit and end, the oldest first."""
        return history_view(await records.messages(project))

    @router.get("/{project}/messages", summary="Show the messages of a project")
    async def show_messages(
        project: Annotated[ProjectState, found],
        after: Annotated[
            int, Query(ge=0, le=MAX_SEQUENCE, description="Sequence of the last message that the reader has.")
        ] = 0,
        limit: Annotated[int, Query(ge=1, le=_MAX_MESSAGES)] = _MAX_MESSAGES,
    ) -> PublishedMessages:
        """Returns what the services published about a project, the oldest first."""
        return messages_view(await records.messages_after(project, after, limit=limit))

    return router
