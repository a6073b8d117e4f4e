"""Calls any server that speaks the OpenAI interface, such as Ollama, llama.cpp, vLLM or LiteLLM."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

import httpx2
import structlog
from pydantic import BaseModel, SecretStr, ValidationError
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.http_answers import RETRYABLE, explanation, one_safe_line, retry_after
from scenewire_script.writers.language_model.client import (
    ChatMessage,
    Completion,
    LanguageModelClient,
    Models,
    Reply,
)

__all__ = ["OpenAICompatibleClient"]

_CONNECT_TIMEOUT_S: Final = 5.0
_MAX_ANSWER_BYTES: Final = 8 << 20

_FORMATS: Final = ("json_schema", "json_object", "none")
"""Ways to ask for JSON, best first; servers and models differ in what they support."""

_FORMAT_REFUSALS: Final = frozenset({400, 422})
"""Statuses of a server that does not support a way to ask for JSON."""

ModelT = TypeVar("ModelT", bound=BaseModel)

log = structlog.get_logger(__name__)


class OpenAICompatibleClient(LanguageModelClient):
    """See `LanguageModelClient`. A model at a server that speaks the OpenAI interface.

    Redirects are not followed, and proxies of the environment are not used.

    Args:
        base_url: base address, such as `http://127.0.0.1:11434/v1`.
        model: id of the model.
        key: sent only to that server; None if it needs none.
        timeout: limit for one complete answer.
        max_tokens: limit for one answer, including reasoning.
    """

    provider = "openai-compatible"

    def __init__(
        self, *, base_url: str, model: str, key: SecretStr | None, timeout: timedelta, max_tokens: int
    ) -> None:
        self._model = model
        self._max_tokens = max_tokens
        self._base_url = base_url.rstrip("/")
        self._key = key.get_secret_value() if key else ""
        self._timeout_s = timeout.total_seconds()
        self._format = 0
        authorization = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        self._http = httpx2.AsyncClient(
            headers={"User-Agent": "scenewire", "Accept": "application/json", **authorization},
            timeout=httpx2.Timeout(self._timeout_s, connect=_CONNECT_TIMEOUT_S),
            follow_redirects=False,
            trust_env=False,
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
        await self._http.aclose()

    @override
    async def check(self) -> None:
        """See `LanguageModelClient`. A model that is not listed is only logged: some servers accept any name."""
        try:
            names = await self.models()
        except TransientError as error:
            log.warning("language_model_unchecked", error=str(error))
            return
        if self.model not in names:
            log.warning("language_model_not_listed", model=self.model, listed=self._listed(names))

    async def models(self) -> list[str]:
        """Returns the models that the server lists; none if it has no list.

        Raises:
            TransientError: the server does not answer, or not now.
            PermanentError: `provider_refused`, it refuses the key or redirects.
        """
        status, headers, body = await self._exchange("GET", "/models")
        if status in {404, 405, 501}:
            return []
        self._require_served(status, headers, body)
        if status != httpx2.codes.OK:
            raise TransientError(
                FailureCode.SCRIPT_FAILED,
                f"{self._server} does not list its models ({status}): {self._explanation(body)}",
            )
        return self._read(Models, body).names

    @override
    async def ask(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> Reply:
        first = self._format
        for attempt in range(first, len(_FORMATS)):
            status, headers, body = await self._exchange(
                "POST",
                "/chat/completions",
                {
                    "model": self.model,
                    "messages": list(messages),
                    "max_tokens": self.max_tokens,
                    "stream": False,
                    **_response_format(_FORMATS[attempt], schema),
                },
            )
            if status not in _FORMAT_REFUSALS:
                break
        self._require_served(status, headers, body)
        if status != httpx2.codes.OK:
            raise await self._refusal(status, self._explanation(body))
        reply = self._read(Completion, body).reply()
        if attempt != first:
            log.info("response_format_not_supported", refused=_FORMATS[first], uses=_FORMATS[attempt])
            self._format = attempt
        return Reply(reply.text.replace(self._key, "…") if self._key else reply.text, cut_off=reply.cut_off)

    async def _exchange(
        self, method: str, path: str, content: Mapping[str, Any] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Returns status, headers and body of an answer. Errors are not chained: they contain the request and its key."""
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._http.stream(method, f"{self._base_url}{path}", json=content) as response,
            ):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > _MAX_ANSWER_BYTES:
                        raise TransientError(
                            FailureCode.SCRIPT_FAILED,
                            f"the answer of {self._server} is larger than {_MAX_ANSWER_BYTES >> 20} MiB",
                        )
        except (TimeoutError, httpx2.TimeoutException):
            message = f"{self._server} did not answer within {self._timeout_s:g} s"
            raise TransientError(
                FailureCode.SCRIPT_FAILED, message, hint="raise SCRIPT_MODEL_TIMEOUT if the model is slow"
            ) from None
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise TransientError(
                FailureCode.SCRIPT_FAILED,
                f"{self._server} cannot be reached: {type(error).__name__}",
                hint="start the server, or correct SCRIPT_MODEL_URL",
            ) from None
        return response.status_code, response.headers, bytes(body)

    def _require_served(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Raises the error of an answer that has nothing to do with the request itself."""
        refused = FailureCode.PROVIDER_REFUSED
        if status == httpx2.codes.TOO_MANY_REQUESTS:
            raise TransientError(
                FailureCode.RATE_LIMITED,
                f"the rate limit of {self._server} is reached",
                retry_after=retry_after(headers),
            )
        if status >= httpx2.codes.INTERNAL_SERVER_ERROR or status in RETRYABLE:
            raise TransientError(
                FailureCode.SCRIPT_FAILED,
                f"{self._server} is temporarily unavailable ({status}): {self._explanation(body)}",
                retry_after=retry_after(headers),
            )
        if status in {401, 403}:
            wrong = "rejects the key" if self._key else "requires a key"
            raise PermanentError(
                refused, f"{self._server} {wrong} ({status})", hint="set SCRIPT_MODEL_KEY to a key that it accepts"
            )
        if httpx2.codes.is_redirect(status):
            raise PermanentError(
                refused,
                f"{self._server} redirects to another address ({status}), which is not followed",
                hint="set SCRIPT_MODEL_URL to the final address",
            )

    async def _refusal(self, status: int, explanation: str) -> PermanentError:
        """Returns the error of a request that a retry cannot change; names the server's models if this one is missing."""
        try:
            names = await self.models()
        except (TransientError, PermanentError):
            names = []
        if names and self.model not in names:
            return PermanentError(
                FailureCode.PROVIDER_REFUSED,
                f"{self._server} has no model {self.model} ({status}): {explanation}",
                hint=f"set SCRIPT_MODEL to one of {self._listed(names)}",
            )
        if status == httpx2.codes.NOT_FOUND:
            return PermanentError(
                FailureCode.PROVIDER_REFUSED,
                f"{self._server} knows neither the address nor the model {self.model} (404): {explanation}",
                hint="check SCRIPT_MODEL, and SCRIPT_MODEL_URL, which often ends in /v1",
            )
        return PermanentError(
            FailureCode.SCRIPT_FAILED,
            f"{self._server} refuses the request ({status}): {explanation}",
            hint="if the request is too long for the model, lower SCRIPT_MODEL_MAX_TOKENS, or choose another SCRIPT_MODEL",
        )

    def _read(self, model: type[ModelT], body: bytes) -> ModelT:
        try:
            return model.model_validate_json(body)
        except ValidationError:
            raise TransientError(
                FailureCode.SCRIPT_FAILED,
                f"the answer of {self._server} does not follow the OpenAI interface; check SCRIPT_MODEL_URL",
            ) from None

    def _explanation(self, body: bytes) -> str:
        return explanation(body, self._key)

    def _listed(self, names: Sequence[str]) -> str:
        return one_safe_line(", ".join(names), self._key) or "no models"

    @property
    def _server(self) -> str:
        return f"the language model at {self._base_url}"


def _response_format(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if name == "none":
        return {}
    if name == "json_object":
        return {"response_format": {"type": name}}
    json_schema = {"name": "script", "strict": True, "schema": dict(schema)}
    return {"response_format": {"type": name, "json_schema": json_schema}}
