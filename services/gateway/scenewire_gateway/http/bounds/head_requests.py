"""Answers HEAD as GET without the body, on every route."""

from anyio import CancelScope
from anyio.lowlevel import checkpoint
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HeadRequests"]


class HeadRequests:
    """ASGI middleware that runs a HEAD request as GET until its headers are known.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        with CancelScope() as body:

            async def send_headers(message: Message) -> None:
                await send(message)
                await send({"type": "http.response.body", "body": b""})
                body.cancel()  # no file is read, and an event stream ends
                await checkpoint()

            await self._app({**scope, "method": "GET"}, receive, send_headers)
