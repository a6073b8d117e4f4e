"""Failures as problem documents."""

import math
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from scenewire.errors import FailureCode, PipelineError, TransientError
from scenewire.messages import fault_wording
from scenewire_gateway.problems import MEDIA_TYPE, Problem

__all__ = ["PROBLEM_ANSWERS", "add_error_handlers", "problem_of"]

_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "hint"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong."},
        "code": {"type": "string", "description": "Stable name; see docs/errors.md and docs/access.md."},
        "hint": {"type": "string", "description": "What to do next."},
        "errors": {"type": "array", "description": "Fields of a refused body.", "items": {"type": "object"}},
    },
}

PROBLEM_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    statuses: {"description": description, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
    for statuses, description in (("4XX", "The request is refused."), ("5XX", "The gateway cannot answer now."))
}
"""For the OpenAPI document: what every route may answer."""

_STATUS: Final[Mapping[FailureCode, int]] = {
    FailureCode.NOT_ON_RECORD: 404,
    FailureCode.ARTIFACT_MISSING: 410,
    FailureCode.ARTIFACT_CORRUPT: 410,
    FailureCode.ORDER_CONFLICT: 409,
    FailureCode.REVISION_CONFLICT: 409,
    FailureCode.MESSAGE_TOO_LARGE: 413,
    FailureCode.INVALID_ORDER: 422,
    FailureCode.INVALID_SETTINGS: 422,
    FailureCode.MEDIA_REFUSED: 422,
    FailureCode.SPEECH_FAILED: 422,
    FailureCode.VOICE_UNAVAILABLE: 422,
    FailureCode.FONT_MISSING: 422,
    FailureCode.RATE_LIMITED: 429,
    FailureCode.STORAGE_FULL: 507,
}
"""Of permanent and of transient errors; other transient ones have 503, other permanent ones 500."""

_RETRY_AFTER_S: Final = 5
_MAX_FAULTS: Final = 20


def add_error_handlers(app: FastAPI) -> None:
    """Makes an application answer every failure with a problem document."""

    async def on_pipeline_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, PipelineError)  # noqa: S101 - as registered below
        return _answer(problem_of(error))

    async def on_problem(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 - as registered below
        return _answer(error)

    async def on_invalid_request(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as registered below
        return _answer(_invalid(request, error))

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - as registered below
        if isinstance(error.__cause__, UnicodeDecodeError):
            return _answer(_not_json("it is not UTF-8"))
        code = {404: "no_such_path", 405: "method_not_allowed"}.get(error.status_code, "refused")
        detail = f"{request.method} {request.url.path}: {error.detail}"
        hint = "see /openapi.json for what there is"
        return _answer(Problem(error.status_code, code, detail, hint=hint, headers=error.headers))

    async def on_bug(_request: Request, _error: Exception) -> Response:
        return _answer(Problem(500, "bug", "this is a bug in scenewire", hint="report it with the log of the gateway"))

    app.add_exception_handler(Exception, on_bug)  # the server logs the traceback
    app.add_exception_handler(PipelineError, on_pipeline_error)
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(HTTPException, on_http_error)


def problem_of(error: PipelineError) -> Problem:
    """Returns the problem document of a failure."""
    if not isinstance(error, TransientError):
        return Problem(_STATUS.get(error.code, 500), error.code, error.message, hint=error.hint)
    headers = {"Retry-After": str(math.ceil(error.retry_after or _RETRY_AFTER_S))}
    return Problem(_STATUS.get(error.code, 503), error.code, error.message, hint=error.hint, headers=headers)


def _invalid(request: Request, error: RequestValidationError) -> Problem:
    for fault in error.errors():
        if fault["type"] == "json_invalid":
            return _not_json(f"{fault['ctx']['error']} at character {fault['loc'][-1]}")
        if fault["type"] == "missing" and fault["loc"] == ("body",):
            return _not_json("it is empty")
    kind = request.headers.get("content-type", "").partition(";")[0]
    if error.body and not kind.endswith("json") and request.method == "POST":
        message = f"the body has the type {kind}" if kind else "the body has no type"
        hint = "send the header Content-Type: application/json"
        return Problem(415, FailureCode.INVALID_ORDER, message, hint=hint)
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"] if part != "body"), "message": fault_wording(fault)}
        for fault in error.errors()[:_MAX_FAULTS]
    ]
    detail = "; ".join(f"{fault['field']}: {fault['message']}".removeprefix(": ") for fault in faults)
    return Problem(
        422,
        FailureCode.INVALID_ORDER,
        detail,
        hint="correct the request; docs/orders.md and /openapi.json list every field",
        errors=faults,
    )


def _not_json(reason: str) -> Problem:
    return Problem(422, "invalid_json", f"the body is not JSON: {reason}", hint="send a JSON object in UTF-8")


def _answer(problem: Problem) -> Response:
    return JSONResponse(problem.document(), problem.status, headers=problem.headers, media_type=MEDIA_TYPE)
