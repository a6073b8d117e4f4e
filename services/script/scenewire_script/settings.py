"""Settings of the script service."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import MAX_MODEL_CHARACTERS
from scenewire.settings import BaseAddress, EmptyAsNone, ModelAccess, Seconds, ServiceSettings, can_be_key, model_access
from scenewire.spending import MAX_PRICE

__all__ = ["ScriptSettings"]


Writer = Literal["groq", "openai-compatible", "outline"]


class ScriptSettings(ServiceSettings):
    """Common settings, and how scripts are written."""

    model_config = SettingsConfigDict(env_prefix="SCRIPT_")

    provider: Annotated[Writer | None, EmptyAsNone] = Field(
        default=None,
        description="Writer for a bare topic: `groq` or `openai-compatible`, a language model, or `outline`, a placeholder "
        "that repeats the topic. Unset: groq if it has a key, else openai-compatible if SCRIPT_MODEL_URL is set, else outline.",
    )
    words_per_second: float = Field(
        default=2.7,
        gt=0.5,
        lt=10,
        description="Speaking rate of English, with its pauses; other languages are scaled. docs/length.md has measured rates.",
    )
    music_dir: Annotated[Path | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="MUSIC_DIR",
        description="Folder of music by mood, `<mood>/<piece>.mp3` and the like. Its moods replace those of the same name in "
        "the collection of the extra `music`.",
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
        max_length=MAX_MODEL_CHARACTERS,
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

    model_url: Annotated[BaseAddress | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="SCRIPT_MODEL_URL",
        description="Base address of a server that speaks the OpenAI interface, such as Ollama, llama.cpp, vLLM or LiteLLM; "
        "for instance `http://127.0.0.1:11434/v1`.",
    )
    model_name: Annotated[str | None, EmptyAsNone] = Field(
        default=None,
        max_length=MAX_MODEL_CHARACTERS,
        validation_alias="SCRIPT_MODEL",
        description="Model id at SCRIPT_MODEL_URL.",
    )
    model_key: Annotated[SecretStr | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="SCRIPT_MODEL_KEY",
        description="API key for SCRIPT_MODEL_URL, if it requires one; never logged.",
    )
    model_timeout: Seconds = Field(
        default=timedelta(seconds=300),
        gt=timedelta(0),
        validation_alias="SCRIPT_MODEL_TIMEOUT",
        description="Limit for one answer of SCRIPT_MODEL_URL, seconds.",
    )
    model_max_tokens: int = Field(
        default=4096,
        ge=1200,
        validation_alias="SCRIPT_MODEL_MAX_TOKENS",
        description="Maximum tokens per answer of SCRIPT_MODEL_URL; lower it for a model with a short context.",
    )

    price_per_million_input_tokens: Annotated[float | None, EmptyAsNone] = Field(
        default=None,
        ge=0,
        le=MAX_PRICE,
        description="Price of a million tokens that the language model reads, in any currency; 0 for a model that costs nothing. "
        "Unset: what it costs is unknown.",
    )
    price_per_million_output_tokens: Annotated[float | None, EmptyAsNone] = Field(
        default=None,
        ge=0,
        le=MAX_PRICE,
        description="Price of a million tokens that the language model writes, in the same currency.",
    )
    default_budget: Annotated[float | None, EmptyAsNone] = Field(
        default=None,
        ge=0,
        validation_alias="DEFAULT_BUDGET",
        description="Budget of orders without one, in the currency of the prices. Unset: no limit.",
    )

    @property
    def writer(self) -> Writer:
        """The writer for a bare topic."""
        if self.provider is not None:
            return self.provider
        if self.groq_api_key:
            return "groq"
        return "openai-compatible" if self.model_url else "outline"

    def groq_key(self) -> SecretStr:
        """Returns the key.

        Raises:
            PermanentError: `provider_refused`, there is none, or it cannot be a key.
        """
        if self.groq_api_key is None:
            raise _unusable("SCRIPT_PROVIDER is groq, but there is no key")
        if not can_be_key(self.groq_api_key):
            raise _unusable("GROQ_API_KEY or the file of GROQ_API_KEY_FILE holds something that cannot be a key")
        return self.groq_api_key

    def model_access(self) -> ModelAccess:
        """Returns how to reach the model at SCRIPT_MODEL_URL.

        Raises:
            PermanentError: `provider_refused`, a setting is missing, or the key cannot be a key.
        """
        return model_access(
            "SCRIPT_MODEL",
            url=self.model_url,
            model=self.model_name,
            key=self.model_key,
            timeout=self.model_timeout,
            user="the writer openai-compatible",
            otherwise="SCRIPT_PROVIDER to outline",
            code=FailureCode.PROVIDER_REFUSED,
        )


def _unusable(message: str) -> PermanentError:
    return PermanentError(
        FailureCode.PROVIDER_REFUSED, message, hint="set GROQ_API_KEY to a key, or SCRIPT_PROVIDER to outline"
    )
