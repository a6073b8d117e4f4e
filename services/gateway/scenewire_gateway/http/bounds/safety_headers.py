"""Headers that keep browsers from doing more with an answer than it is meant for."""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["PAGE_POLICY", "SafetyHeaders"]

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Content security policy of pages: their own files, and no markup made from strings."""

_FILE_POLICY: Final = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'"
"""Of everything else. A browser that opens a video or a picture by its address shows it in a page of its own making."""

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_SHOWN: Final = (
    "application/json",
    "application/problem+json",
    "application/vnd.apple.mpegurl",
    "audio/",
    "image/",
    "text/css",
    "text/event-stream",
    "text/html",
    "text/javascript",
    "text/plain",
    "text/vtt",
    "video/",
)
"""Types that browsers may show; anything else is saved."""


class SafetyHeaders:
    """ASGI middleware that adds the headers; a route's own Cache-Control and Content-Disposition stay.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message["status"], MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _add_headers(status: int, headers: MutableHeaders) -> None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    headers.update(_ALWAYS)
    if status != HTTPStatus.NOT_MODIFIED:  # its headers replace those of the copy that the browser has
        headers["Content-Security-Policy"] = PAGE_POLICY if kind == "text/html" else _FILE_POLICY
    # Answers depend on who asks, so that no cache may keep one unless its route says so.
    headers.setdefault("Cache-Control", "no-store" if kind.endswith("json") else "no-cache")
    if kind and not kind.startswith(_SHOWN):
        headers.setdefault("Content-Disposition", "attachment")
