"""The environment of the script service."""

from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

__all__ = ["ScriptSettings"]


class ScriptSettings(ServiceSettings):
    """What every service reads, and how scripts are written."""

    model_config = SettingsConfigDict(env_prefix="SCRIPT_")

    provider: Literal["outline"] = Field(
        default="outline", description="Who writes about a bare topic. `outline` knows nothing but the topic."
    )
    words_per_second: float = Field(
        default=2.3, gt=0.5, lt=10, description="Speaking rate for estimates made before anything is spoken."
    )
