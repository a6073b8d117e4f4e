"""Handlers: orders to scripts, and requests to orders."""

from uuid import uuid4

import structlog
from pydantic import ValidationError

from scenewire.bus import Bus
from scenewire.errors import FailureCode, PermanentError, PipelineError
from scenewire.messages import ScriptRequested, describe_faults
from scenewire.topology import MAKE_ORDER, SCRIPT
from scenewire_script.order_claims import OrderClaims
from scenewire_script.stage import ScriptStage

__all__ = ["register"]

log = structlog.get_logger(__name__)


def register(bus: Bus, stage: ScriptStage, claims: OrderClaims, *, loops: int) -> None:
    """Subscribes the stage to orders, and answers requests to order.

    Args:
        bus: delivers and publishes messages.
        stage: writes scripts.
        claims: the orders that have a project id.
        loops: orders processed concurrently.
    """

    @bus.subscribe(SCRIPT, loops=loops)
    async def write(order: ScriptRequested) -> None:
        project_id = order.project_id or bus.derived_project_id()
        await claims.claim(order, project_id)
        await bus.publish(await stage.write(order, project_id))

    @bus.answer(MAKE_ORDER)
    async def make(body: bytes) -> dict[str, object]:
        try:
            order = _parse(body)
            await stage.check(order)
            project_id = order.project_id or uuid4()
            await claims.claim(order, project_id)
            await bus.publish(order.model_copy(update={"project_id": project_id}))
        except PipelineError as error:
            log.info("order_refused", code=error.code, error=str(error))
            return {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
        return {"project_id": str(project_id)}


def _parse(body: bytes) -> ScriptRequested:
    try:
        return ScriptRequested.model_validate_json(body)
    except ValidationError as error:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"the order cannot be understood: {describe_faults(error)}",
            hint="correct it and send it again; docs/orders.md lists every key",
        ) from error
