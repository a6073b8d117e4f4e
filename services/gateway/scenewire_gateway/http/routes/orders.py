"""Orders, batches and plans."""

import json
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Request, Response

from scenewire.errors import FailureCode, PermanentError, PipelineError
from scenewire.messages import ScriptRequested
from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Caller, Scope
from scenewire_gateway.http.errors import problem_of
from scenewire_gateway.problems import Problem
from scenewire_gateway.projects.board import Board
from scenewire_gateway.projects.orders import Orders, Plan, read_order
from scenewire_gateway.projects.state import ProjectState
from scenewire_gateway.projects.views import ProjectView, View, project_view

__all__ = ["Orderer", "orders_router"]

_MAX_BATCH: Final = 100
"""Orders in a batch."""

Orderer = Annotated[Caller, Depends(require(Scope.ORDER))]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Of your choice: the same order under the same key is the same project, however often it is sent.",
    ),
]


class Accepted(View):
    """An accepted order of a batch."""

    line: int
    project_id: UUID


class Refused(View):
    """A refused order of a batch."""

    line: int
    problem: dict[str, Any]


class BatchSummary(View):
    """What became of a batch."""

    accepted: list[Accepted]
    refused: list[Refused]


def orders_router(board: Board, orders: Orders) -> APIRouter:
    """Returns the routes that make projects."""
    router = APIRouter(prefix="/v1", tags=["orders"])

    @router.post("/projects", status_code=202, summary="Order a video")
    async def order(
        wanted: Annotated[ScriptRequested, Body()],
        response: Response,
        caller: Orderer,
        idempotency_key: IdempotencyKey = None,
    ) -> ProjectView:
        """Accepts an order: it is stored, and is made whatever happens next. docs/orders.md describes every field.

        With `approve`, the project stops when its script and its footage are chosen, until it is approved.
        """
        project_id = await orders.order(wanted, caller=caller.name, key=idempotency_key)
        state = await board.expect(project_id, 0)
        response.headers["Location"] = f"/v1/projects/{project_id}"
        return project_view(state or ProjectState.ordered(project_id, wanted))

    @router.post(
        "/batches",
        status_code=202,
        summary="Order several videos",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/jsonl": {"schema": {"type": "string", "description": "One order a line."}}},
            }
        },
    )
    async def order_all(request: Request, caller: Orderer, idempotency_key: IdempotencyKey = None) -> BatchSummary:
        """Accepts orders in JSON lines, up to 100. A faulty line refuses only itself."""
        lines = [line for line in enumerate((await request.body()).splitlines(), 1) if line[1].strip()]
        if not lines:
            raise Problem(422, FailureCode.INVALID_ORDER, "the batch is empty", hint="send one order in JSON a line")
        if len(lines) > _MAX_BATCH:
            message = f"the batch has {len(lines)} orders; the limit is {_MAX_BATCH}"
            raise Problem(422, FailureCode.INVALID_ORDER, message, hint="split it")
        summary = BatchSummary(accepted=[], refused=[])
        for number, line in lines:
            key = None if idempotency_key is None else f"{idempotency_key}#{number}"
            try:
                project_id = await orders.order(_read_order(line), caller=caller.name, key=key)
            except PipelineError as error:
                summary.refused.append(Refused(line=number, problem=problem_of(error).document()))
            else:
                summary.accepted.append(Accepted(line=number, project_id=project_id))
        return summary

    @router.post("/plans", summary="Plan a video without making it")
    async def plan(wanted: Annotated[ScriptRequested, Body()], _caller: Orderer) -> Plan:
        """Returns the scenes that an order would have. Nothing is stored, and no language model is asked."""
        return await orders.plan(wanted)

    return router


def _read_order(line: bytes) -> ScriptRequested:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise PermanentError(
            FailureCode.INVALID_ORDER, f"it is not JSON: {error}", hint="write one order a line"
        ) from error
    return read_order(fields)
