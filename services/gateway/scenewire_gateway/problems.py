"""Refusals of HTTP requests as problem documents (RFC 9457). Knows no web framework, so that middleware can send them too."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any, Final

__all__ = ["MEDIA_TYPE", "Problem", "send_problem"]

MEDIA_TYPE: Final = "application/problem+json"

_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """A refused request.

    Args:
        status: HTTP status.
        code: stable name for programs, such as `missing_scope`.
        detail: what is wrong, for people.
        hint: what to do next.
        headers: of the answer, such as `Retry-After`.
        members: further members of the document.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.hint = hint
        self.headers = dict(headers or {})
        self.members = members

    def document(self) -> dict[str, object]:
        """Returns the body of the answer."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "hint": self.hint,
            **self.members,
        }


async def send_problem(send: _Send, problem: Problem) -> None:
    """Answers an ASGI request with a problem."""
    body = json.dumps(problem.document()).encode()
    headers = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), **problem.headers}
    await send(
        {
            "type": "http.response.start",
            "status": problem.status,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})
