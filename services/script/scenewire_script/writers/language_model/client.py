"""The interface of a client of a language model, and what the clients of all providers share."""

import email.utils
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, Protocol, TypedDict

from pydantic import BaseModel

__all__ = [
    "RETRYABLE",
    "ChatMessage",
    "Completion",
    "LanguageModelClient",
    "Models",
    "RejectedError",
    "Reply",
    "one_safe_line",
    "retry_after",
]

RETRYABLE: Final = frozenset({408, 409, 425, 498, 499})
"""Statuses below 500 for which a retry may succeed; 498 is Groq's status for a tier without capacity."""

_MAX_RETRY_AFTER_S: Final = 86_400.0
"""Quotas are at most daily; a longer wait is a server error."""

_MAX_SERVER_TEXT_CHARS: Final = 300
"""Of the server's explanation, in error messages."""

_THOUGHTS: Final = re.compile(r"\A.*</think>", re.DOTALL)
"""Of a reasoning model whose server does not separate them; some servers leave out the opening tag."""


class ChatMessage(TypedDict):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class RejectedError(Exception):
    """The server rejected the model's answer because it does not match the schema."""


@dataclass(frozen=True)
class Reply:
    """An answer of the model."""

    text: str
    cut_off: bool
    """Whether it was truncated at the token limit."""


class LanguageModelClient(Protocol):
    """Calls one model of one provider."""

    @property
    def provider(self) -> str:
        """Name of the provider, for `scenes.scripted`."""
        ...

    @property
    def model(self) -> str:
        """Id of the model."""
        ...

    @property
    def max_tokens(self) -> int:
        """Limit for one answer, including reasoning."""
        ...

    async def ask(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> Reply:
        """Requests an answer in JSON that follows a schema.

        Raises:
            RejectedError: the server rejected the model's answer.
            TransientError: `rate_limited`, with the server's Retry-After, or `script_failed`: a retry may succeed.
            PermanentError: `provider_refused` or `script_failed`: a retry cannot succeed.
        """
        ...

    async def check(self) -> None:
        """Checks that the server accepts the settings.

        An unavailable server does not prevent the start: orders that need no model are served, and the others wait.

        Raises:
            PermanentError: `provider_refused`; the hint names the setting to correct.
        """
        ...

    async def aclose(self) -> None:
        """Closes the connections."""
        ...


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class Completion(BaseModel):
    """The body of an answer; the rest of it, such as the usage, is not needed."""

    choices: list[_Choice]

    def reply(self) -> Reply:
        """Returns the first choice, without the model's thoughts."""
        if not self.choices:
            return Reply("", cut_off=False)
        choice = self.choices[0]
        return Reply(_THOUGHTS.sub("", choice.message.content or ""), cut_off=choice.finish_reason == "length")


class _Model(BaseModel):
    id: str


class Models(BaseModel):
    """The body of a list of models; Ollama without models sends null."""

    data: list[_Model] | None

    @property
    def names(self) -> list[str]:
        """Ids of the models, sorted."""
        return sorted(model.id for model in self.data or ())


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
