"""Handlers: orders to scripts, and requests to orders, plans and edits."""

from typing import TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel, ValidationError

from scenewire.artifacts.deletions import Deletions
from scenewire.bus import Bus
from scenewire.errors import ConflictError, FailureCode, PermanentError
from scenewire.messages import ScriptRequested, StoryboardEdit, describe_faults
from scenewire.settings import AdmissionSettings
from scenewire.topology import EDIT_STORYBOARD, LIST_MOODS, MAKE_ORDER, PLAN_ORDER, SCRIPT
from scenewire_script.orders.claims import OrderClaims
from scenewire_script.stage import ScriptStage
from scenewire_script.storyboard.stage import StoryboardStage

__all__ = ["register"]

RequestT = TypeVar("RequestT", bound=BaseModel)


def register(
    bus: Bus,
    stage: ScriptStage,
    claims: OrderClaims,
    storyboards: StoryboardStage,
    deletions: Deletions,
    *,
    loops: int,
    limits: AdmissionSettings,
) -> None:
    """Subscribes the stage to orders, and answers requests to order, to plan an order and to edit a storyboard.

    Args:
        bus: delivers and publishes messages.
        stage: writes scripts.
        claims: the orders that have a project id.
        storyboards: edits them.
        deletions: the deleted projects, which take neither orders nor edits.
        loops: orders processed concurrently.
        limits: when orders are refused.
    """
    _answer_questions(bus, stage)

    async def is_deleted(project_id: UUID) -> bool:
        return bus.is_deleted(project_id) or await deletions.include(project_id)

    async def claim(order: ScriptRequested, project_id: UUID) -> None:
        if await is_deleted(project_id):
            raise ConflictError(
                FailureCode.ORDER_CONFLICT,
                f"project {project_id} was deleted; its id cannot be ordered again",
                hint="order under another project id or idempotency key, or without one",
            )
        await claims.claim(order, project_id)

    @bus.subscribe(SCRIPT, loops=loops)
    async def write(order: ScriptRequested) -> None:
        project_id = order.project_id or bus.derived_project_id()
        await claim(order, project_id)
        await bus.publish(await stage.write(order, project_id))

    @bus.answer(MAKE_ORDER)
    async def make(body: bytes) -> dict[str, object]:
        order = _parse(ScriptRequested, body)
        await bus.require_admission(limits)
        await stage.check(order)
        project_id = order.project_id or uuid4()
        await claim(order, project_id)
        await bus.publish(order.model_copy(update={"project_id": project_id}))
        return {"project_id": str(project_id)}

    @bus.answer(EDIT_STORYBOARD)
    async def edit(body: bytes) -> dict[str, object]:
        change = _parse(StoryboardEdit, body)
        if await is_deleted(change.project_id):
            message = f"project {change.project_id} was deleted"
            raise PermanentError(FailureCode.NOT_ON_RECORD, message, hint="order the video again")
        outcome = await storyboards.edit(change)
        await bus.publish(outcome.scripted)
        if outcome.conflict is not None:
            raise outcome.conflict
        return {"project_id": str(change.project_id), "revision": outcome.scripted.revision}


def _answer_questions(bus: Bus, stage: ScriptStage) -> None:
    @bus.answer(LIST_MOODS)
    async def list_moods(_body: bytes) -> dict[str, object]:
        return {"moods": await stage.moods()}

    @bus.answer(PLAN_ORDER)
    async def plan(body: bytes) -> dict[str, object]:
        order = _parse(ScriptRequested, body)
        return (await stage.plan(order)).model_dump(mode="json")


def _parse(model: type[RequestT], body: bytes) -> RequestT:
    is_order = model is ScriptRequested
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"the {'order' if is_order else 'edit'} cannot be understood: "
            + describe_faults(error, has_scenes_in_order=is_order),
            hint=f"correct it and send it again; docs/{'orders' if is_order else 'revisions'}.md lists every key",
        ) from error
