"""Settings of the script service."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.errors import FailureCode, PermanentError
from scenewire.settings import EmptyAsNone, Seconds, ServiceSettings

__all__ = ["ScriptSettings"]


class ScriptSettings(ServiceSettings):
    """Common settings, and how scripts are written."""

    model_config = SettingsConfigDict(env_prefix="SCRIPT_")

    provider: Annotated[Literal["groq", "outline"] | None, EmptyAsNone] = Field(
        default=None,
        description="Writer for a bare topic: `groq`, a language model, or `outline`, a placeholder that repeats the "
        "topic. Unset: groq if it has a key, else outline.",
    )
    words_per_second: float = Field(
        default=2.3, gt=0.5, lt=10, description="Speaking rate of English; other languages are scaled."
    )
    loops: int = Field(
        default=4,
        ge=1,
        le=64,
        description="Orders processed concurrently; an order that waits for a rate limit does not block others.",
    )
    groq_api_key: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None, validation_alias="GROQ_API_KEY", description="API key of a Groq account; never logged."
    )
    groq_model: str = Field(
        default="openai/gpt-oss-120b",
        min_length=1,
        validation_alias="GROQ_MODEL",
        description="Model id; checked when the service starts.",
    )
    groq_strict: bool = Field(
        default=True,
        validation_alias="GROQ_STRICT",
        description="Use strict JSON schemas; set to false for models without support.",
    )
    groq_base_url: str = Field(
        default="https://api.groq.com",
        pattern=r"^https?://",
        validation_alias="GROQ_BASE_URL",
        description="Base URL of Groq or a compatible server, without `/openai/v1`.",
    )
    groq_timeout: Seconds = Field(
        default=timedelta(seconds=60),
        gt=timedelta(0),
        validation_alias="GROQ_TIMEOUT",
        description="Limit for one answer, seconds.",
    )
    groq_max_tokens: int = Field(
        default=4096,
        ge=1200,
        validation_alias="GROQ_MAX_TOKENS",
        description="Maximum tokens per answer; a long script is written in several parts.",
    )

    @property
    def writer(self) -> Literal["groq", "outline"]:
        """The writer for a bare topic."""
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
