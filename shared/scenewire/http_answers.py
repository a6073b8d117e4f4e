"""Reads what all servers say in the same way: whether to come back, when, and why not. Pure."""

import email.utils
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

__all__ = ["RETRYABLE", "explanation", "one_safe_line", "retry_after"]

RETRYABLE: Final = frozenset({408, 409, 425, 498, 499})
"""Statuses below 500 for which a retry may succeed; 498 is Groq's status for a tier without capacity."""

_MAX_RETRY_AFTER_S: Final = 86_400.0
"""Quotas are at most daily; a longer wait is a server error."""

_MAX_SERVER_TEXT_CHARS: Final = 300
"""Of the server's explanation, in error messages."""


def explanation(body: bytes, key: str) -> str:
    """Returns a server's own words: OpenAI nests them, some servers do not, and FastAPI calls them `detail`.

    Args:
        body: of an answer.
        key: is left out, in case the server echoes it.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return "no explanation"
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and found.get(name):
            found = found[name]
    return one_safe_line(found if isinstance(found, str) else json.dumps(found), key)


def one_safe_line(text: str, key: str) -> str:
    """Returns text of a server as one line without the key, in case the server echoes it."""
    return " ".join((text.replace(key, "…") if key else text).split())[:_MAX_SERVER_TEXT_CHARS]


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Parses Retry-After; returns seconds, or None if it is missing or invalid.

    Args:
        headers: the headers of the answer, by lower-case name.
        now: the reference time for dates.
    """
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = email.utils.parsedate_to_datetime(value)
        except (ValueError, TypeError):
            return None
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = (date - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER_S) if math.isfinite(seconds) else None
