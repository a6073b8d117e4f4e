"""The environment of the script service."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.errors import FailureCode, PermanentError
from scenewire.settings import EmptyAsNone, Seconds, ServiceSettings

__all__ = ["ScriptSettings"]


class ScriptSettings(ServiceSettings):
    """What every service reads, and how scripts are written."""

    model_config = SettingsConfigDict(env_prefix="SCRIPT_")

    provider: Annotated[Literal["groq", "outline"] | None, EmptyAsNone] = Field(
        default=None,
        description="Who writes about a bare topic: `groq`, a language model, or `outline`, which knows nothing but "
        "the topic. None takes groq when it has a key.",
    )
    words_per_second: float = Field(
        default=2.3, gt=0.5, lt=10, description="Speaking rate of English; that of other languages is in proportion."
    )
    loops: int = Field(
        default=4,
        ge=1,
        le=64,
        description="Orders in hand at the same time; one that waits for a rate limit holds up no other.",
    )
    groq_api_key: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None, validation_alias="GROQ_API_KEY", description="Key of a Groq account; never logged."
    )
    groq_model: str = Field(
        default="openai/gpt-oss-120b",
        min_length=1,
        validation_alias="GROQ_MODEL",
        description="The model that writes; looked up when the service starts.",
    )
    groq_strict: bool = Field(
        default=True,
        validation_alias="GROQ_STRICT",
        description="Ask for answers that are guaranteed to have the right shape; false for models that cannot.",
    )
    groq_base_url: str = Field(
        default="https://api.groq.com",
        pattern=r"^https?://",
        validation_alias="GROQ_BASE_URL",
        description="Where Groq is, or a server that speaks the same; without `/openai/v1`.",
    )
    groq_timeout: Seconds = Field(
        default=timedelta(seconds=60),
        gt=timedelta(0),
        validation_alias="GROQ_TIMEOUT",
        description="How long one answer may take, seconds.",
    )
    groq_max_tokens: int = Field(
        default=4096,
        ge=1200,
        validation_alias="GROQ_MAX_TOKENS",
        description="Tokens of one answer at most; a long script is written in as many parts as that takes.",
    )

    @property
    def writer(self) -> Literal["groq", "outline"]:
        """Who writes about a bare topic."""
        if self.provider is not None:
            return self.provider
        return "groq" if self.groq_api_key else "outline"

    def groq_key(self) -> SecretStr:
        """Returns the key.

        Raises:
            PermanentError: `provider_refused`, there is none, or it cannot be a key.
        """
        if self.groq_api_key is None:
            raise _unusable("SCRIPT_PROVIDER is groq, but there is no key")
        key = self.groq_api_key.get_secret_value()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise _unusable("GROQ_API_KEY or the file of GROQ_API_KEY_FILE holds something that cannot be a key")
        return self.groq_api_key


def _unusable(message: str) -> PermanentError:
    return PermanentError(
        FailureCode.PROVIDER_REFUSED, message, hint="set GROQ_API_KEY to a key, or SCRIPT_PROVIDER to outline"
    )
