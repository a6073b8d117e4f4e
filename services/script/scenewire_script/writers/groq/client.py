"""The one place that talks to Groq: messages in, the model's words out, failures as the pipeline knows them.

The SDK's own retries are off: it waits a few seconds where the server says a minute. The bus waits as it is told.
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

_CONNECT_SECONDS: Final = 5.0
_LONGEST_WAIT: Final = 86_400.0
"""Seconds. Allowances are counted by the day at most; a longer wait is a mistake of the server's."""

_SERVER_CHARACTERS: Final = 300
"""Of the server's own explanation in a message of ours."""

_CURABLE: Final = frozenset({408, 409, 425, 498, 499})
"""Statuses below 500 that another try may cure; 498 is Groq's own for a tier without capacity."""

_THINKS_ALOUD: Final = "openai/gpt-oss"
"""Models of this name think at length unless told not to; others refuse to be told."""

ModelT = TypeVar("ModelT", bound=BaseModel)

log = structlog.get_logger(__name__)


class ChatMessage(TypedDict):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class RejectedError(Exception):
    """The model's answer did not even pass the server's own check against the schema."""


@dataclass(frozen=True)
class Reply:
    """What the model said."""

    text: str
    cut_off: bool
    """Whether it ended because its tokens did."""


class _Said(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice]


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


class GroqClient:
    """A model at Groq, or at a server that speaks the same.

    Args:
        key: goes to the server and nowhere else.
        model: its id.
        base_url: of the server, without `/openai/v1`.
        strict: whether the model guarantees the schema; otherwise it does its best.
        timeout: for a whole answer.
        max_tokens: of an answer, thoughts included.
    """

    def __init__(
        self, *, key: SecretStr, model: str, base_url: str, strict: bool, timeout: timedelta, max_tokens: int
    ) -> None:
        self.model: Final = model
        self.max_tokens: Final = max_tokens
        self._key = key
        self._strict = strict
        self._seconds = timeout.total_seconds()
        self._sdk = groq.AsyncGroq(
            api_key=key.get_secret_value(),
            base_url=base_url,
            max_retries=0,
            timeout=groq.Timeout(self._seconds, connect=_CONNECT_SECONDS),
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._sdk.close()

    async def check(self) -> None:
        """Finds out whether the server takes the key and has the model.

        A server that cannot be asked just now is no reason not to start: orders that need no model are served, and the
        others wait for it.

        Raises:
            PermanentError: `provider_refused`, with the setting to correct.
        """
        try:
            with self._failures():
                async with asyncio.timeout(self._seconds):
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
                hint=f"set GROQ_MODEL to one that it has: {self._public(', '.join(names))}",
            )

    async def ask(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> Reply:
        """Has the model answer in JSON of a schema.

        Raises:
            RejectedError: its answer was none, says the server.
            TransientError: `rate_limited` with the server's wait, or `script_failed`: it cannot answer now.
            PermanentError: `provider_refused`, or `script_failed`: it never will.
        """
        thoughts = {"reasoning_effort": "low", "include_reasoning": False}
        create: Any = self._sdk.chat.completions.with_raw_response.create
        with self._failures():
            async with asyncio.timeout(self._seconds):
                response = await create(
                    model=self.model,
                    messages=list(messages),
                    max_completion_tokens=self.max_tokens,
                    response_format={
                        "type": "json_schema",
                        "json_schema": {"name": "script", "strict": self._strict, "schema": dict(schema)},
                    },
                    **(thoughts if self.model.startswith(_THINKS_ALOUD) else {}),
                )
                completion = _read(_Completion, await response.read())
        log.debug("groq_answered", remaining_tokens=response.headers.get("x-ratelimit-remaining-tokens"))
        if not completion.choices:
            return Reply("", cut_off=False)
        choice = completion.choices[0]
        return Reply(self._without_key(choice.message.content or ""), cut_off=choice.finish_reason == "length")

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turns the SDK's exceptions into ours. They are not chained: theirs hold the request, and it the key."""
        try:
            yield
        except groq.APIStatusError as error:
            raise self._refusal(error.status_code, error.response.headers, error.body) from None
        except groq.APIConnectionError as error:
            reason = type(error.__cause__ or error).__name__
            raise TransientError(FailureCode.SCRIPT_FAILED, f"Groq cannot be reached: {reason}") from None
        except TimeoutError:
            message = f"Groq did not answer within {self._seconds:.0f} s"
            raise TransientError(FailureCode.SCRIPT_FAILED, message) from None

    def _refusal(self, status: int, headers: Mapping[str, str], body: object) -> Exception:
        details = _details(body)
        code = str(details.get("code") or "")
        said = self._public(str(details.get("message") or ""))
        if status == 429:
            return TransientError(
                FailureCode.RATE_LIMITED,
                "the rate limit of the Groq account is reached",
                retry_after=retry_after(headers),
            )
        if status >= 500 or status in _CURABLE:
            return TransientError(
                FailureCode.SCRIPT_FAILED, f"Groq has trouble of its own ({status})", retry_after=retry_after(headers)
            )
        if code == "json_validate_failed" or "failed_generation" in details:
            return RejectedError("the answer does not have the schema")
        return self._lasting(status, code, said)

    def _lasting(self, status: int, code: str, said: str) -> PipelineError:
        """A refusal that trying again does not change; the hint names the setting that does."""
        refused = FailureCode.PROVIDER_REFUSED
        if status == 401:
            return PermanentError(refused, "Groq does not accept the key (401)", hint="correct GROQ_API_KEY")
        if status == 404 or code.startswith("model_"):
            return PermanentError(
                refused,
                f"Groq does not offer model {self.model} ({status}): {said}",
                hint="set GROQ_MODEL to a model that it offers, and look at GROQ_BASE_URL if you set that",
            )
        if status == 403:
            return PermanentError(
                refused,
                f"Groq forbids the request (403): {said}",
                hint="see what the account of GROQ_API_KEY may do with the model of GROQ_MODEL",
            )
        if status == 413:
            return PermanentError(
                refused, f"the request is too large for the Groq account (413): {said}", hint="lower GROQ_MAX_TOKENS"
            )
        return PermanentError(
            FailureCode.SCRIPT_FAILED,
            f"Groq refuses the request ({status}): {said}",
            hint="if it is about the schema, set GROQ_STRICT to false or choose another GROQ_MODEL",
        )

    def _public(self, text: str) -> str:
        """A line of the server's that people may see."""
        return " ".join(self._without_key(text).split())[:_SERVER_CHARACTERS]

    def _without_key(self, text: str) -> str:
        """What a server says, in case it repeats what it was sent."""
        return text.replace(self._key.get_secret_value(), "…")


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that the server wants us to wait; None when it does not say, or nothing that makes sense.

    Args:
        headers: of its answer, by lower-case name.
        now: the time that a date is compared with.
    """
    told = headers.get("retry-after", "").strip()
    try:
        seconds = float(told)
    except ValueError:
        try:
            date = email.utils.parsedate_to_datetime(told)
        except (ValueError, TypeError):
            return None
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = (date - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_WAIT) if math.isfinite(seconds) else None


def _read(model: type[ModelT], body: bytes) -> ModelT:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise TransientError(FailureCode.SCRIPT_FAILED, "what answers for Groq is not what it documents") from None


def _details(body: object) -> Mapping[str, Any]:
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}
