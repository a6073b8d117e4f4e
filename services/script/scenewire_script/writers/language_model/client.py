"""The interface of a client of a language model, and the shapes of the answers that all providers share."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, TypedDict

from pydantic import BaseModel, NonNegativeInt

from scenewire.accounting import charge_provider
from scenewire.messages import ProviderUse

__all__ = [
    "ChatMessage",
    "Completion",
    "LanguageModelClient",
    "Models",
    "RejectedError",
    "Reply",
    "charge_rejected",
]

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


class _Usage(BaseModel):
    prompt_tokens: NonNegativeInt
    completion_tokens: NonNegativeInt


class Completion(BaseModel):
    """The parts of an answer that are used."""

    choices: list[_Choice]
    usage: _Usage | None = None

    def charge(self, client: LanguageModelClient) -> None:
        """Charges the tokens of the answer to the running handler.

        Args:
            client: the client that got it.
        """
        usage = self.usage
        charge_provider(
            ProviderUse(
                provider=client.provider,
                model=client.model,
                requests=1,
                input_tokens=usage and usage.prompt_tokens,
                output_tokens=usage and usage.completion_tokens,
            )
        )

    def reply(self) -> Reply:
        """Returns the first choice, without the model's thoughts."""
        if not self.choices:
            return Reply("", cut_off=False)
        choice = self.choices[0]
        return Reply(_THOUGHTS.sub("", choice.message.content or ""), cut_off=choice.finish_reason == "length")


def charge_rejected(client: LanguageModelClient) -> None:
    """Charges an answer that the provider rejected: it was made, and the provider doesn't say how many tokens it took."""
    charge_provider(ProviderUse(provider=client.provider, model=client.model, requests=1))


class _Model(BaseModel):
    id: str


class Models(BaseModel):
    """The body of a list of models; Ollama without models sends null."""

    data: list[_Model] | None

    @property
    def names(self) -> list[str]:
        """Ids of the models, sorted."""
        return sorted(model.id for model in self.data or ())
