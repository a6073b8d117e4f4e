"""Admits nobody whom the authenticator does not know, whatever the route: what is public is listed."""

import time
from collections.abc import Collection
from typing import Final

import structlog
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scenewire_gateway.access.authentication import Authenticator, unauthorized
from scenewire_gateway.access.scopes import Caller
from scenewire_gateway.problems import Problem, send_problem

__all__ = ["AccessMiddleware", "caller_of"]

_CALLER = "scenewire.caller"

RECHECK_S: Final = 15.0
"""How often the caller of an open stream is looked up again."""

log = structlog.get_logger(__name__)


class _NotAdmittedAnyMoreError(Exception):
    """The caller of an open stream has lost its key."""


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
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            caller = self._admitted(scope)
        except Problem as problem:
            log.info("request_refused", code=problem.code, method=scope["method"], path=scope["path"])
            await send_problem(send, problem)
            return
        scope[_CALLER] = caller
        try:
            await self._app(scope, receive, self._send_while_admitted(scope, caller, send))
        except* _NotAdmittedAnyMoreError:
            log.info("stream_ended", path=scope["path"], reason="its caller is not admitted any more")
            await send({"type": "http.response.body", "body": b""})

    def _admitted(self, scope: Scope) -> Caller | None:
        """Returns the caller; None for a public route without credentials.

        Raises:
            Problem: the request is refused.
        """
        caller = self._authenticator.identify(HTTPConnection(scope))
        if caller is None and not self._is_public(scope["path"]):
            raise unauthorized()
        return caller

    def _send_while_admitted(self, scope: Scope, caller: Caller | None, send: Send) -> Send:
        """Returns a sender that ends a stream soon after its caller's key was removed or has expired."""
        checked, is_stream = time.monotonic(), False

        async def checked_send(message: Message) -> None:
            nonlocal checked, is_stream
            if message["type"] == "http.response.start":
                is_stream = all(name != b"content-length" for name, _ in message["headers"])
            elif is_stream and time.monotonic() - checked >= RECHECK_S:
                checked = time.monotonic()
                try:
                    is_admitted = self._admitted(scope) == caller
                except Problem:
                    is_admitted = False
                if not is_admitted:
                    raise _NotAdmittedAnyMoreError
            await send(message)

        return checked_send

    def _is_public(self, path: str) -> bool:
        return path in self._public or path.startswith(self._public_folders)


def caller_of(scope: Scope) -> Caller | None:
    """Returns who makes a request, as the middleware found; None for a public route without credentials."""
    caller: Caller | None = scope[_CALLER]
    return caller
