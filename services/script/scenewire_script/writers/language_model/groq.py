"""Calls the Groq API and maps its failures to those of the pipeline.

The SDK's retries are disabled: they wait seconds where the server asks for a minute. The bus honours Retry-After.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, TypeVar

import groq
import structlog
from pydantic import BaseModel, SecretStr, ValidationError
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.http_answers import RETRYABLE, one_safe_line, retry_after
from scenewire_script.writers.language_model.client import (
    ChatMessage,
    Completion,
    LanguageModelClient,
    Models,
    RejectedError,
    Reply,
)

__all__ = ["GroqClient"]

_CONNECT_TIMEOUT_S: Final = 5.0

_REASONING_MODELS: Final = "openai/gpt-oss"
"""Models with this prefix reason at length unless value not to; others reject the parameter."""

ModelT = TypeVar("ModelT", bound=BaseModel)

log = structlog.get_logger(__name__)


class GroqClient(LanguageModelClient):
    """See `LanguageModelClient`. A model at Groq or a server with the same addresses.

    Args:
        key: sent only to the server.
        model: id of the model.
        base_url: base URL of the server, without `/openai/v1`.
        strict: whether the model guarantees the schema; otherwise, it tries.
        timeout: limit for one complete answer.
        max_tokens: limit for one answer, including reasoning.
    """

    provider = "groq"

    def __init__(
        self, *, key: SecretStr, model: str, base_url: str, strict: bool, timeout: timedelta, max_tokens: int
    ) -> None:
        self._model = model
        self._max_tokens = max_tokens
        self._key = key
        self._strict = strict
        self._timeout_s = timeout.total_seconds()
        self._sdk = groq.AsyncGroq(
            api_key=key.get_secret_value(),
            base_url=base_url,
            max_retries=0,
            timeout=groq.Timeout(self._timeout_s, connect=_CONNECT_TIMEOUT_S),
        )

    @property
    @override
    def model(self) -> str:
        return self._model

    @property
    @override
    def max_tokens(self) -> int:
        return self._max_tokens

    @override
    async def aclose(self) -> None:
        await self._sdk.close()

    @override
    async def check(self) -> None:
        try:
            with self._failures():
                async with asyncio.timeout(self._timeout_s):
                    response = await self._sdk.models.with_raw_response.list()
                    known = _read(Models, await response.read())
        except TransientError as error:
            log.warning("groq_unchecked", error=str(error))
            return
        if self.model not in known.names:
            raise PermanentError(
                FailureCode.PROVIDER_REFUSED,
                f"Groq has no model {self.model}",
                hint=f"set GROQ_MODEL to one of {self._public(', '.join(known.names))}",
            )

    @override
    async def ask(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> Reply:
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
                completion = _read(Completion, await response.read())
        log.debug("groq_answered", remaining_tokens=response.headers.get("x-ratelimit-remaining-tokens"))
        reply = completion.reply()
        return replace(reply, text=reply.text.replace(self._key.get_secret_value(), "…"))

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
        if status >= 500 or status in RETRYABLE:
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
        return one_safe_line(text, self._key.get_secret_value())


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
