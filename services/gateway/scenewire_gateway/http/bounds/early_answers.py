"""Lets clients read an answer that came before they had sent the whole body.

A server that closes a connection with unread data resets it, and the client loses the answer: a browser shows a network
error in place of the reason. So the rest of the body is read, and dropped, before an answer ends.
"""

import asyncio
from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["EarlyAnswers"]

DRAIN_TIMEOUT_S: Final = 30.0
"""For clients that go on sending; then the connection is closed. Most stop when they see the answer."""

IDLE_TIMEOUT_S: Final = 5.0


class EarlyAnswers:
    """ASGI middleware around all others.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        is_received = False

        async def noted_receive() -> Message:
            nonlocal is_received
            message = await receive()
            is_received = is_received or not message.get("more_body", False)
            return message

        async def send_after_body(message: Message) -> None:
            is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if not is_last or is_received:
                await send(message)
                return
            await send({**message, "more_body": True})
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_TIMEOUT_S):
                    while not is_received:
                        async with asyncio.timeout(IDLE_TIMEOUT_S):
                            await noted_receive()
            await send({"type": "http.response.body", "body": b""})

        await self._app(scope, noted_receive, send_after_body)


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") and value != b"0" for name, value in scope["headers"])
