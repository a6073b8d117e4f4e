"""Refuses query parameters that a route does not have: a misspelt one would be ignored."""

import difflib
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import FastAPI, Request

from scenewire.errors import FailureCode
from scenewire_gateway.problems import Problem

__all__ = ["known_parameters"]

_CHECKED: Final = "/v1/"
_MAX_CHARACTERS: Final = 100
"""Of a name that is compared and shown."""


def known_parameters(app: FastAPI) -> Callable[[Request], Awaitable[None]]:
    """Returns a dependency that refuses parameters which the OpenAPI document of an application does not name."""

    async def checked(request: Request) -> None:
        path = request.scope["route"].path
        if not request.query_params or not path.startswith(_CHECKED):
            return
        parameters = app.openapi()["paths"][path][request.method.lower()].get("parameters", [])
        known = [parameter["name"] for parameter in parameters if parameter["in"] == "query"]
        for name in request.query_params:
            if name not in known:
                raise _refused(name[:_MAX_CHARACTERS], known)

    return checked


def _refused(name: str, known: list[str]) -> Problem:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"this request takes {', '.join(known)}" if known else "this request takes none"
    if near:
        hint = f"did you mean {near[0]!r}?"
    return Problem(422, FailureCode.INVALID_ORDER, f"the query parameter {name!r} is unknown", hint=hint)
