"""The interface of a client of a language model, and the shapes of the answers that all providers share."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Protocol, TypedDict

from pydantic import BaseModel, BeforeValidator

__all__ = [
    "ChatMessage",
    "Completion",
    "LanguageModelClient",
    "Models",
    "RejectedError",
    "Reply",
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
    input_tokens: int | None = None
    """None: the server doesn't report it."""
    output_tokens: int | None = None
    """With those of the model's reasoning."""


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


_MAX_TOKENS: Final = 1_000_000_000
"""Far beyond what any answer takes."""


def _unless_absurd(value: object) -> object:
    """Returns a number of tokens; None for anything else, which doesn't spoil an answer that is paid for."""
    return value if type(value) is int and 0 <= value <= _MAX_TOKENS else None


_Tokens = Annotated[int | None, BeforeValidator(_unless_absurd)]


class _Usage(BaseModel):
    prompt_tokens: _Tokens = None
    completion_tokens: _Tokens = None


def _unless_unreadable(value: object) -> object:
    return value if isinstance(value, dict) else None


class Completion(BaseModel):
    """The parts of an answer that are used."""

    choices: list[_Choice]
    usage: Annotated[_Usage | None, BeforeValidator(_unless_unreadable)] = None

    def reply(self) -> Reply:
        """Returns the first choice, without the model's thoughts."""
        used = self.usage
        tokens = (None, None) if used is None else (used.prompt_tokens, used.completion_tokens)
        if not self.choices:
            return Reply("", False, *tokens)
        choice = self.choices[0]
        return Reply(_THOUGHTS.sub("", choice.message.content or ""), choice.finish_reason == "length", *tokens)


class _Model(BaseModel):
    id: str


class Models(BaseModel):
    """The body of a list of models; Ollama without models sends null."""

    data: list[_Model] | None

    @property
    def names(self) -> list[str]:
        """Ids of the models, sorted."""
        return sorted(model.id for model in self.data or ())
