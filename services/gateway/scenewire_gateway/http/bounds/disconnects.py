"""Keeps readers that leave in the middle of an event out of the log of errors."""

import anyio
import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Disconnects"]

log = structlog.get_logger(__name__)


class Disconnects:
    """ASGI middleware. FastAPI's event streams fail when their reader leaves while an event waits to be sent.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        try:
            await self._app(scope, receive, send)
        except* anyio.BrokenResourceError:
            log.debug("reader_left", path=scope.get("path"))
