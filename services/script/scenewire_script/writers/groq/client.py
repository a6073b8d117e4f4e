"""Calls the Groq API and maps its failures to those of the pipeline.

The SDK's retries are disabled: they wait seconds where the server asks for a minute. The bus honours Retry-After.
"""

import asyncio
import email.utils
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypedDict, TypeVar

import groq
import structlog
from pydantic import BaseModel, SecretStr, ValidationError

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError

__all__ = ["ChatMessage", "GroqClient", "RejectedError", "Reply", "retry_after"]

_CONNECT_TIMEOUT_S: Final = 5.0
_MAX_RETRY_AFTER_S: Final = 86_400.0
"""Quotas are at most daily; a longer wait is a server error."""

_MAX_SERVER_TEXT_CHARS: Final = 300
"""Of the server's explanation, in error messages."""

_RETRYABLE: Final = frozenset({408, 409, 425, 498, 499})
"""Statuses below 500 for which a retry may succeed; 498 is Groq's status for a tier without capacity."""

_REASONING_MODELS: Final = "openai/gpt-oss"
"""Models with this prefix reason at length unless value not to; others reject the parameter."""

ModelT = TypeVar("ModelT", bound=BaseModel)

log = structlog.get_logger(__name__)


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


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice]


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


class GroqClient:
    """A model at Groq or a compatible server.

    Args:
        key: sent only to the server.
        model: id of the model.
        base_url: base URL of the server, without `/openai/v1`.
        strict: whether the model guarantees the schema; otherwise, it tries.
        timeout: limit for one complete answer.
        max_tokens: limit for one answer, including reasoning.
    """

    def __init__(
        self, *, key: SecretStr, model: str, base_url: str, strict: bool, timeout: timedelta, max_tokens: int
    ) -> None:
        self.model: Final = model
        self.max_tokens: Final = max_tokens
        self._key = key
        self._strict = strict
        self._timeout_s = timeout.total_seconds()
        self._sdk = groq.AsyncGroq(
            api_key=key.get_secret_value(),
            base_url=base_url,
            max_retries=0,
            timeout=groq.Timeout(self._timeout_s, connect=_CONNECT_TIMEOUT_S),
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._sdk.close()

    async def check(self) -> None:
        """Checks that the server accepts the key and offers the model.

        An unavailable server does not prevent the start: orders that need no model are served, and the others wait.

        Raises:
            PermanentError: `provider_refused`; the hint names the setting to correct.
        """
        try:
            with self._failures():
                async with asyncio.timeout(self._timeout_s):
                    response = await self._sdk.models.with_raw_response.list()
                    known = _read(_Models, await response.read())
        except TransientError as error:
            log.warning("groq_unchecked", error=str(error))
            return
        names = sorted(model.id for model in known.data)
        if self.model not in names:
            raise PermanentError(
                FailureCode.PROVIDER_REFUSED,
                f"Groq has no model {self.model}",
                hint=f"set GROQ_MODEL to one of {self._public(', '.join(names))}",
            )

    async def ask(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> Reply:
        """Requests an answer in JSON that follows a schema.

        Raises:
            RejectedError: the server rejected the model's answer.
            TransientError: `rate_limited`, with the server's Retry-After, or `script_failed`: a retry may succeed.
            PermanentError: `provider_refused` or `script_failed`: a retry cannot succeed.
        """
        reasoning = {"reasoning_effort": "low", "include_reasoning": False}
        create: Any = self._sdk.chat.completions.with_raw_response.create
        with self._failures():
            async with asyncio.timeout(self._timeout_s):
                response = await create(
                    model=self.model,
                    messages=list(messages),
                    max_completion_tokens=self.max_tokens,
                    response_format={
                        "type": "json_schema",
                        "json_schema": {"name": "script", "strict": self._strict, "schema": dict(schema)},
                    },
                    **(reasoning if self.model.startswith(_REASONING_MODELS) else {}),
                )
                completion = _read(_Completion, await response.read())
        log.debug("groq_answered", remaining_tokens=response.headers.get("x-ratelimit-remaining-tokens"))
        if not completion.choices:
            return Reply("", cut_off=False)
        choice = completion.choices[0]
        return Reply(self._without_key(choice.message.content or ""), cut_off=choice.finish_reason == "length")

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Converts the SDK's exceptions. They are not chained, because they contain the request and its key."""
        try:
            yield
        except groq.APIStatusError as error:
            raise self._refusal(error.status_code, error.response.headers, error.body) from None
        except groq.APIConnectionError as error:
            reason = type(error.__cause__ or error).__name__
            raise TransientError(FailureCode.SCRIPT_FAILED, f"Groq cannot be reached: {reason}") from None
        except TimeoutError:
            message = f"Groq did not answer within {self._timeout_s:.0f} s"
            raise TransientError(FailureCode.SCRIPT_FAILED, message) from None

    def _refusal(self, status: int, headers: Mapping[str, str], body: object) -> Exception:
        details = _details(body)
        code = str(details.get("code") or "")
        explanation = self._public(str(details.get("message") or ""))
        if status == 429:
            return TransientError(
                FailureCode.RATE_LIMITED,
                "the rate limit of the Groq account is reached",
                retry_after=retry_after(headers),
            )
        if status >= 500 or status in _RETRYABLE:
            return TransientError(
                FailureCode.SCRIPT_FAILED,
                f"Groq is temporarily unavailable ({status})",
                retry_after=retry_after(headers),
            )
        if code == "json_validate_failed" or "failed_generation" in details:
            return RejectedError("the answer does not match the schema")
        return self._permanent(status, code, explanation)

    def _permanent(self, status: int, code: str, explanation: str) -> PipelineError:
        """Converts a refusal that a retry cannot change; the hint names the setting to correct."""
        refused = FailureCode.PROVIDER_REFUSED
        if status == 401:
            return PermanentError(refused, "Groq rejects the key (401)", hint="correct GROQ_API_KEY")
        if status == 404 or code.startswith("model_"):
            return PermanentError(
                refused,
                f"Groq does not offer model {self.model} ({status}): {explanation}",
                hint="set GROQ_MODEL to a model that it offers, and check GROQ_BASE_URL if it is set",
            )
        if status == 403:
            return PermanentError(
                refused,
                f"Groq forbids the request (403): {explanation}",
                hint="check that the account of GROQ_API_KEY may use the model of GROQ_MODEL",
            )
        if status == 413:
            return PermanentError(
                refused,
                f"the request is too large for the Groq account (413): {explanation}",
                hint="lower GROQ_MAX_TOKENS",
            )
        return PermanentError(
            FailureCode.SCRIPT_FAILED,
            f"Groq refuses the request ({status}): {explanation}",
            hint="if the schema is the cause, set GROQ_STRICT to false or choose another GROQ_MODEL",
        )

    def _public(self, text: str) -> str:
        """Returns text of the server as one safe line."""
        return " ".join(self._without_key(text).split())[:_MAX_SERVER_TEXT_CHARS]

    def _without_key(self, text: str) -> str:
        """Removes the key, in case the server echoes it."""
        return text.replace(self._key.get_secret_value(), "…")


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


def _read(model: type[ModelT], body: bytes) -> ModelT:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise TransientError(
            FailureCode.SCRIPT_FAILED, "the answer does not follow the Groq API; check GROQ_BASE_URL"
        ) from None


def _details(body: object) -> Mapping[str, Any]:
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}
