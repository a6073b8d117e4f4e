"""Edits, approvals, retries, cancellations and deletions."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Caller, Scope
from scenewire_gateway.http.routes.orders import Orderer
from scenewire_gateway.http.routes.projects import ProjectFinder
from scenewire_gateway.projects.board import Board
from scenewire_gateway.projects.edits import Edit
from scenewire_gateway.projects.orders import Orders
from scenewire_gateway.projects.state import ProjectState
from scenewire_gateway.projects.views import ProjectView, project_view

__all__ = ["edits_router"]

Administrator = Annotated[Caller, Depends(require(Scope.ADMIN))]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Expected(_Request):
    """The revision that the caller has seen."""

    expected_revision: int = Field(ge=0, description="Another one is refused.")


class Cancellation(_Request):
    """Why a project is cancelled."""

    reason: str = Field(default="", max_length=500)


def edits_router(board: Board, orders: Orders, find: ProjectFinder) -> APIRouter:
    """Returns the routes that change projects."""
    router = APIRouter(prefix="/v1/projects/{project}", tags=["edits"])
    found = Depends(find)

    @router.post("/edits", status_code=202, summary="Edit the storyboard")
    async def edit(project: Annotated[ProjectState, found], wanted: Edit, caller: Orderer) -> ProjectView:
        """Makes the next revision of a project. Only what changed is made anew; earlier videos stay."""
        return await changed(project, await orders.edit(project, wanted, caller=caller.name))

    @router.post("/approval", status_code=202, summary="Approve the storyboard")
    async def approve(project: Annotated[ProjectState, found], wanted: Expected, caller: Orderer) -> ProjectView:
        """Has the video made of a storyboard that awaits approval."""
        revision = await orders.approve(project, expected_revision=wanted.expected_revision, caller=caller.name)
        return await changed(project, revision)

    @router.post("/retry", status_code=202, summary="Retry a failed project")
    async def retry(project: Annotated[ProjectState, found], wanted: Expected, caller: Orderer) -> ProjectView:
        """Makes a failed or cancelled project again. What was finished is kept."""
        revision = await orders.retry(project, expected_revision=wanted.expected_revision, caller=caller.name)
        return await changed(project, revision)

    @router.post("/cancellation", status_code=202, summary="Cancel a project")
    async def cancel(project: Annotated[ProjectState, found], caller: Orderer, wanted: Cancellation) -> ProjectView:
        """Cancels a project; one that has ended stays as it is."""
        await orders.cancel(project, reason=wanted.reason, caller=caller.name)
        return project_view(await board.expect_end(project))

    @router.delete("", status_code=202, summary="Delete a project")
    async def delete(project: Annotated[ProjectState, found], caller: Administrator) -> ProjectView:
        """Deletes a project: what is being made stops, and its rows and videos are removed.

        Answers with the project as it was. It cannot be restored, and its id and idempotency key cannot be ordered again.
        """
        was = project_view(project)
        await orders.delete(project, caller=caller.name)
        await board.expect_deletion(project)
        return was

    async def changed(project: ProjectState, revision: int) -> ProjectView:
        return project_view(await board.expect(project.project_id, revision) or project)

    return router
