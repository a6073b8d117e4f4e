"""Calls any server that speaks the OpenAI interface, such as Ollama, llama.cpp, vLLM or LiteLLM."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, TypeVar

import structlog
from pydantic import BaseModel, SecretStr, ValidationError
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.model_server import ModelServer, ServerAnswer
from scenewire_script.writers.language_model.client import (
    ChatMessage,
    Completion,
    LanguageModelClient,
    Models,
    Reply,
)

__all__ = ["OpenAICompatibleClient"]

_MAX_ANSWER_BYTES: Final = 8 << 20

_FORMATS: Final = ("json_schema", "json_object", "none")
"""Ways to ask for JSON, best first; servers and models differ in what they support."""

_FORMAT_REFUSALS: Final = frozenset({400, 422})
"""Statuses of a server that does not support a way to ask for JSON."""

ModelT = TypeVar("ModelT", bound=BaseModel)

log = structlog.get_logger(__name__)


class OpenAICompatibleClient(LanguageModelClient):
    """See `LanguageModelClient`. A model at a server that speaks the OpenAI interface.

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
        self._format = 0
        self._server = ModelServer(
            "the language model",
            base_url=base_url,
            key=key,
            timeout=timeout,
            variable="SCRIPT_MODEL",
            failure=FailureCode.SCRIPT_FAILED,
            max_answer_bytes=_MAX_ANSWER_BYTES,
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
        await self._server.aclose()

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
        answer = await self._server.ask("GET", "/models")
        if answer.status in {404, 405, 501}:
            return []
        self._server.require_served(answer)
        if not answer.is_ok:
            raise TransientError(
                FailureCode.SCRIPT_FAILED,
                f"{self._server.name} does not list its models ({answer.status}): {self._server.explanation(answer)}",
            )
        return self._read(Models, answer).names

    @override
    async def ask(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> Reply:
        first = self._format
        for attempt in range(first, len(_FORMATS)):
            answer = await self._server.ask(
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
            if answer.status not in _FORMAT_REFUSALS:
                break
        self._server.require_served(answer)
        if not answer.is_ok:
            raise await self._refusal(answer)
        reply = self._read(Completion, answer).reply()
        if attempt != first:
            log.info("response_format_not_supported", refused=_FORMATS[first], uses=_FORMATS[attempt])
            self._format = attempt
        return replace(reply, text=self._server.without_key(reply.text))

    async def _refusal(self, answer: ServerAnswer) -> PermanentError:
        """Returns the error of a request that a retry cannot change; names the server's models if this one is missing."""
        status, explanation = answer.status, self._server.explanation(answer)
        try:
            names = await self.models()
        except (TransientError, PermanentError):
            names = []
        if names and self.model not in names:
            return PermanentError(
                FailureCode.PROVIDER_REFUSED,
                f"{self._server.name} has no model {self.model} ({status}): {explanation}",
                hint=f"set SCRIPT_MODEL to one of {self._listed(names)}",
            )
        if status == HTTPStatus.NOT_FOUND:
            return self._server.unknown_model(self.model, explanation)
        return PermanentError(
            FailureCode.SCRIPT_FAILED,
            f"{self._server.name} refuses the request ({status}): {explanation}",
            hint="if the request is too long for the model, lower SCRIPT_MODEL_MAX_TOKENS, or choose another SCRIPT_MODEL",
        )

    def _read(self, model: type[ModelT], answer: ServerAnswer) -> ModelT:
        try:
            return model.model_validate_json(answer.body)
        except ValidationError:
            raise TransientError(
                FailureCode.SCRIPT_FAILED,
                f"the answer of {self._server.name} does not follow the OpenAI interface; check SCRIPT_MODEL_URL",
            ) from None

    def _listed(self, names: Sequence[str]) -> str:
        return self._server.one_safe_line(", ".join(names)) or "no models"


def _response_format(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if name == "none":
        return {}
    if name == "json_object":
        return {"response_format": {"type": name}}
    json_schema = {"name": "script", "strict": True, "schema": dict(schema)}
    return {"response_format": {"type": name, "json_schema": json_schema}}
