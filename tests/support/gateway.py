"""A small application behind the gateway's access rules, and clients of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx2
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse

from scenewire_gateway.access.authentication import Authenticator
from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.keys import KeysFile
from scenewire_gateway.access.middleware import AccessMiddleware
from scenewire_gateway.access.neighbours import Neighbours
from scenewire_gateway.access.scopes import Caller, Scope
from scenewire_gateway.access.sessions import Sessions
from scenewire_gateway.http.routes.session import session_router
from scenewire_gateway.problems import MEDIA_TYPE, Problem

SECRET = b"0" * 32


def guarded_app(keys: KeysFile, *, secret: bytes = SECRET, neighbours: Neighbours | None = None):
    """Returns an application with one route for each scope, and one that forgot to require any."""
    authenticator = Authenticator(keys, Sessions(secret), neighbours=neighbours)
    app = FastAPI()

    @app.exception_handler(Problem)
    async def refused(_request, problem: Problem) -> JSONResponse:
        return JSONResponse(problem.document(), problem.status, problem.headers, MEDIA_TYPE)

    @app.get("/")
    @app.get("/healthz")
    @app.get("/pages/app.js")
    @app.get("/forgotten")
    async def plain() -> str:
        return "ok"

    for scope in Scope:

        @app.api_route(f"/{scope}", methods=["GET", "POST"])
        async def scoped(caller: Annotated[Caller, Depends(require(scope))]) -> str:
            return caller.name

    app.include_router(session_router(authenticator))
    return AccessMiddleware(app, authenticator, public={"/", "/healthz", "/pages/"})


@asynccontextmanager
async def browsing(
    app, *, client: str = "127.0.0.1", base: str = "http://127.0.0.1:8321", **headers: str
) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app, client=(client, 40_000))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx2.AsyncClient(transport=transport, base_url=base, headers=named) as browser:
        yield browser


class Named:
    """Middleware that takes the caller from a header: for tests of what needs one."""

    def __init__(self, inner) -> None:
        self.inner = inner

    async def __call__(self, scope, receive, send) -> None:
        name = dict(scope["headers"]).get(b"x-caller")
        scope["scenewire.caller"] = Caller(name.decode(), Scope.ORDER) if name else None
        await self.inner(scope, receive, send)
