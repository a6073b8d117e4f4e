"""Admits nobody whom the authenticator does not know, whatever the route: what is public is listed."""

from collections.abc import Collection

import structlog
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from scenewire_gateway.access.authentication import Authenticator, unauthorized
from scenewire_gateway.access.scopes import Caller
from scenewire_gateway.problems import Problem, send_problem

__all__ = ["AccessMiddleware", "caller_of"]

_CALLER = "scenewire.caller"

log = structlog.get_logger(__name__)


class AccessMiddleware:
    """ASGI middleware that names the caller of each request, or refuses it.

    Args:
        app: the application.
        authenticator: finds out who asks.
        public: paths that need no credentials. One that ends with a slash, other than the root, includes what is below it.
    """

    def __init__(self, app: ASGIApp, authenticator: Authenticator, *, public: Collection[str]) -> None:
        self._app = app
        self._authenticator = authenticator
        self._public = frozenset(public)
        self._public_folders = tuple(path for path in public if path.endswith("/") and path != "/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http":
            try:
                caller = self._authenticator.identify(HTTPConnection(scope))
                if caller is None and not self._is_public(scope["path"]):
                    raise unauthorized()
            except Problem as problem:
                log.info("request_refused", code=problem.code, method=scope["method"], path=scope["path"])
                await send_problem(send, problem)
                return
            scope[_CALLER] = caller
        await self._app(scope, receive, send)

    def _is_public(self, path: str) -> bool:
        return path in self._public or path.startswith(self._public_folders)


def caller_of(scope: Scope) -> Caller | None:
    """Returns who makes a request, as the middleware found; None for a public route without credentials."""
    caller: Caller | None = scope[_CALLER]
    return caller
