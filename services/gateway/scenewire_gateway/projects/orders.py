"""What callers can ask for: orders, edits, approvals, retries, cancellations, deletions. Each becomes a message."""

import hashlib
import json
from typing import Final
from uuid import UUID, uuid4

from pydantic import BaseModel, Field, ValidationError

from scenewire.bus.client import BusClient
from scenewire.errors import ConflictError, FailureCode, PermanentError
from scenewire.messages import ProjectCancelled, ProjectDeleted, ScriptRequested, StoryboardEdit, describe_faults
from scenewire.topology import EDIT_STORYBOARD, MAKE_ORDER, PLAN_ORDER
from scenewire_gateway.projects.edits import Edit
from scenewire_gateway.projects.records import Records
from scenewire_gateway.projects.state import ProjectState

__all__ = ["Orders", "Plan", "read_order"]

_PLAN_TIMEOUT_S: Final = 30.0
"""Dividing a text of 200,000 characters takes some seconds."""


class PlannedScene(BaseModel):
    """A scene that an order would have."""

    scene_number: int
    text: str
    section: str
    estimated_duration: float
    footage_query: str


class Plan(BaseModel):
    """What an order would become."""

    title: str
    scene_count: int
    estimated_duration: float = Field(description="Seconds.")
    writer: str = Field(description="Who writes or divides the script.")
    scenes: list[PlannedScene]
    notes: list[str]


class Orders:
    """Asks the services for what callers want.

    Args:
        bus: where the services are.
        records: the storyboards that edits begin with.
    """

    def __init__(self, bus: BusClient, records: Records) -> None:
        self._bus = bus
        self._records = records

    async def order(self, order: ScriptRequested, *, caller: str, key: str | None = None) -> UUID:
        """Orders a video; returns its project id once the order is stored.

        Args:
            order: what is ordered.
            caller: who asks.
            key: of the caller's choice; the same order under the same key is the same project, however often it comes.

        Raises:
            PermanentError: `invalid_order`; `order_conflict`, another order was made with this key.
            TransientError: the services cannot take it now.
        """
        if order.revision or order.requested_by:
            message = "an order has neither a revision nor a requested_by"
            raise PermanentError(FailureCode.INVALID_ORDER, message, hint="leave them out; the gateway sets them")
        project_id = order.project_id or (uuid4() if key is None else _project_of(caller, key))
        wanted = order.model_copy(update={"project_id": project_id, "requested_by": caller})
        try:
            answer = await self._bus.ask(MAKE_ORDER, wanted.model_dump_json(exclude_none=True).encode())
        except PermanentError as error:
            if error.code is not FailureCode.ORDER_CONFLICT or key is None:
                raise
            message = f"the Idempotency-Key {key!r} was used before: {error.message}"
            raise PermanentError(error.code, message, hint="use a key of its own for each order") from error
        return UUID(answer["project_id"])

    async def plan(self, order: ScriptRequested) -> Plan:
        """Returns what an order would become, without making it.

        Raises:
            PermanentError: `invalid_order`.
            TransientError: the script service cannot tell now.
        """
        body = order.model_dump_json(exclude_none=True).encode()
        return Plan.model_validate(await self._bus.ask(PLAN_ORDER, body, within_s=_PLAN_TIMEOUT_S))

    async def edit(self, project: ProjectState, changes: Edit, *, caller: str) -> int:
        """Makes the next revision of a project from changes of its storyboard; returns its number.

        Args:
            project: the project.
            changes: only fields that are set count.
            caller: who asks.

        Raises:
            PermanentError: `invalid_order`; `revision_conflict`, somebody else was faster.
            TransientError: the services cannot take it now.
        """
        board = await self._records.storyboard(project, changes.expected_revision)
        fields = changes.model_dump(mode="json", exclude_unset=True)
        fields |= {"project_id": project.project_id, "requested_by": caller, "selections": board.selections}
        try:
            edit = StoryboardEdit.model_validate(fields)
        except ValidationError as error:
            hint = "look at the storyboard again, and correct the edit"
            raise PermanentError(FailureCode.INVALID_ORDER, describe_faults(error), hint=hint) from error
        answer = await self._bus.ask(EDIT_STORYBOARD, edit.model_dump_json(exclude_unset=True).encode())
        return int(answer["revision"])

    async def approve(self, project: ProjectState, *, expected_revision: int, caller: str) -> int:
        """Has the video made of a storyboard that awaits approval. Returns the revision.

        Raises:
            PermanentError: `invalid_order`, it does not await approval; `revision_conflict`.
            TransientError: the services cannot take it now.
        """
        if project.run.revision == expected_revision and project.run.state != "awaiting_approval":
            state = project.run.state.replace("_", " ")
            message = f"project {project.project_id} does not await approval: it is {state}"
            raise PermanentError(FailureCode.INVALID_ORDER, message, hint="to change a video, edit its storyboard")
        return await self.edit(project, Edit(expected_revision=expected_revision, approve=True), caller=caller)

    async def retry(self, project: ProjectState, *, expected_revision: int, caller: str) -> int:
        """Makes a failed or cancelled project again; what was finished is kept. Returns the revision.

        Raises:
            PermanentError: `invalid_order`, it has not failed; `revision_conflict`.
            TransientError: the services cannot take it now.
        """
        run = project.run
        if run.state not in ("failed", "cancelled"):
            message = f"project {project.project_id} is {run.state.replace('_', ' ')}; only failed ones are retried"
            raise PermanentError(FailureCode.INVALID_ORDER, message, hint="to change a video, edit its storyboard")
        _require_revision(project, expected_revision)
        if run.script is not None:
            return await self.edit(project, Edit(expected_revision=expected_revision), caller=caller)
        if project.order is None:
            message = f"the order of project {project.project_id} is not on record"
            raise PermanentError(FailureCode.NOT_ON_RECORD, message, hint="order it again")
        fields = {"project_id": project.project_id, "revision": run.revision + 1, "requested_by": caller}
        order = project.order.model_copy(update=fields)
        await self._bus.ask(MAKE_ORDER, order.model_dump_json(exclude_none=True).encode())
        return run.revision + 1

    async def cancel(self, project: ProjectState, *, reason: str, caller: str) -> None:
        """Cancels a project that has not ended; otherwise nothing happens.

        Raises:
            TransientError: `bus_unavailable`, `storage_full`.
        """
        run = project.run
        if run.end is None:
            cancelled = ProjectCancelled(
                project_id=project.project_id, revision=run.revision, reason=reason, requested_by=caller
            )
            await self._bus.publish(cancelled)

    async def delete(self, project: ProjectState, *, caller: str) -> None:
        """Deletes a project with all its revisions.

        Raises:
            TransientError: `bus_unavailable`, `storage_full`.
        """
        await self._bus.publish(
            ProjectDeleted(project_id=project.project_id, revision=project.run.revision, requested_by=caller)
        )


def read_order(fields: object) -> ScriptRequested:
    """Returns the order with these fields, which docs/orders.md describes.

    Raises:
        PermanentError: `invalid_order`.
    """
    try:
        return ScriptRequested.model_validate(fields)
    except ValidationError as error:
        hint = "docs/orders.md lists every field"
        raise PermanentError(FailureCode.INVALID_ORDER, describe_faults(error), hint=hint) from error


def _require_revision(project: ProjectState, expected: int) -> None:
    if expected != project.run.revision:
        raise ConflictError(
            FailureCode.REVISION_CONFLICT,
            f"project {project.project_id} is at revision {project.run.revision}, not {expected}: somebody changed it",
            hint="look at it again, then repeat the change with its present revision",
        )


def _project_of(caller: str, key: str) -> UUID:
    digest = hashlib.sha256(json.dumps(["scenewire:order", caller, key]).encode()).digest()
    return UUID(bytes=digest[:16], version=4)
