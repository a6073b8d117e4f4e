"""The environment of the assembly service."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, DirectoryPath, Field
from pydantic_settings import SettingsConfigDict

from scenewire.processors import usable_processors
from scenewire.settings import Seconds, ServiceSettings

__all__ = ["AssemblySettings"]

_NOT_IN_XML: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def _fit_for_fontconfig(folder: Path) -> Path:
    """Fontconfig reads the path from XML, which has no way to write these."""
    if _NOT_IN_XML.search(str(folder)):
        message = "its path must not contain control characters or anything that is not UTF-8"
        raise ValueError(message)
    return folder


class AssemblySettings(ServiceSettings):
    """What every service reads, and how films are made."""

    model_config = SettingsConfigDict(env_prefix="ASSEMBLY_")

    loops: int = Field(
        default_factory=usable_processors,
        ge=1,
        description="Scenes in hand at the same time; one for each usable processor is fastest, and each takes about 300 MB.",
    )
    ffmpeg: Path | None = Field(
        default=None, description="The ffmpeg to use; else $FFMPEG, one on PATH if fit, or the bundled one."
    )
    ffmpeg_timeout: Seconds = Field(
        default=timedelta(minutes=10),
        gt=timedelta(0),
        description="How long a run of ffmpeg may take where its work sets no limit of its own.",
    )
    record_dir: Path | None = Field(
        default=None,
        validation_alias="RECORD_DIR",
        description="Folder for recordings of every run of ffmpeg, to be replayed in tests; holds what ffmpeg reads.",
    )
    fonts_dir: Annotated[DirectoryPath, AfterValidator(_fit_for_fontconfig)] | None = Field(
        default=None, description="Folder of fonts for scripts that neither the product's font nor the system's have."
    )
    preset: Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"] = Field(
        default="veryfast", description="x264's trade of time for size."
    )
    crf: int = Field(default=21, ge=10, le=35, description="x264's quality; lower is better and bigger.")
    threads: int = Field(
        default=1, ge=0, le=64, description="x264's threads for one scene; 0 takes all usable processors."
    )
    target_lufs: float = Field(default=-14.0, ge=-31, le=-9, description="Loudness of a film, LUFS.")
    peak: float = Field(default=-1.5, ge=-9, le=-0.5, description="True peak a film stays below, dBTP.")
