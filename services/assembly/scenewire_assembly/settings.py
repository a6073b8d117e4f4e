"""Settings of the assembly service."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, DirectoryPath, Field
from pydantic_settings import SettingsConfigDict

from scenewire.processors import usable_processors
from scenewire.settings import EmptyAsNone, Seconds, ServiceSettings, default_data_folder
from scenewire_assembly.picture.encoder import Encoder, WantedEncoder
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR

__all__ = ["AssemblySettings"]

_MAX_THREADS: Final = 64
"""x264's memory grows with its threads."""

_NOT_IN_XML: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def _valid_in_xml(folder: Path) -> Path:
    """Checks a path for characters that XML cannot represent: fontconfig reads it from an XML file."""
    if _NOT_IN_XML.search(str(folder)):
        message = "the path must be valid UTF-8 without control characters"
        raise ValueError(message)
    return folder


class AssemblySettings(ServiceSettings):
    """Settings of every service, and of assembly."""

    model_config = SettingsConfigDict(env_prefix="ASSEMBLY_")

    loops: int = Field(
        default_factory=usable_processors,
        ge=1,
        description="Scenes in flight at the same time. One for each usable processor is fastest; each takes about 300 MB.",
    )
    ffmpeg: Path | None = Field(
        default=None, description="Path of ffmpeg. Default: $FFMPEG, a suitable one on PATH, or the bundled one."
    )
    ffmpeg_timeout: Seconds = Field(
        default=timedelta(minutes=10),
        gt=timedelta(0),
        description="Timeout of ffmpeg runs without a limit of their own.",
    )
    stall_timeout: Seconds = Field(
        default=timedelta(seconds=30),
        gt=timedelta(0),
        description="How long ffmpeg may neither make progress nor use the processor. Then it is killed and started once "
        "more; the second time ends the project.",
    )
    record_dir: Path | None = Field(
        default=None,
        validation_alias="RECORD_DIR",
        description="Folder for recordings of every ffmpeg run, for replay in tests. They contain ffmpeg's input.",
    )
    fonts_dir: Annotated[DirectoryPath, AfterValidator(_valid_in_xml)] | None = Field(
        default=None,
        description="Folder of fonts for scripts that neither the bundled font nor the system's fonts have.",
    )
    data_folder: Annotated[Path | None, EmptyAsNone] = Field(
        default=None,
        validation_alias="SCENEWIRE_DATA",
        description="Data folder, in which fonts may be installed. Unset: the user's data folder.",
    )
    typefaces_dir: Path = Field(
        default_factory=lambda: TYPEFACES_DIR,
        description="Folder in which the typefaces of themes are kept, cut when they are first needed. "
        "Default: the user's cache.",
    )
    encoder: WantedEncoder = Field(
        default="libx264",
        description="Encoder of pictures: `libx264`, or one of a graphics card: `h264_nvenc` (NVIDIA), `h264_qsv` (Intel), "
        "`h264_vaapi` (AMD and Intel on Linux), `h264_videotoolbox` (macOS). `auto` takes the first of them that works here, and "
        "otherwise `libx264`. A card that is named and does not work stops the service. See docs/media.md.",
    )
    encoder_wait: Seconds = Field(
        default=timedelta(minutes=2),
        ge=timedelta(0),
        description="How long a video that was begun with a card waits for a worker with such a card while none is connected. "
        "Then it is encoded with `libx264`, and a note says so.",
    )
    render_node: Path = Field(
        default=Path("/dev/dri/renderD128"), description="The card of `h264_vaapi` and `h264_qsv`."
    )
    preset: Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"] = Field(
        default="veryfast", description="x264 preset: slower ones give smaller files."
    )
    crf: int = Field(
        default=21,
        ge=10,
        le=35,
        description="Quality; lower values give better and larger videos. Cards take it on their own scales.",
    )
    threads: int = Field(
        default=1, ge=0, le=64, description="x264 threads for each scene; 0 uses all usable processors."
    )
    target_lufs: float = Field(default=-14.0, ge=-31, le=-9, description="Loudness of the video, LUFS.")
    peak: float = Field(default=-1.5, ge=-9, le=-0.5, description="Highest true peak of the video, dBTP.")

    @property
    def encoding(self) -> Encoder:
        """The settings of all encoders, under the name of x264."""
        threads = self.threads or min(_MAX_THREADS, usable_processors())
        return Encoder(preset=self.preset, crf=self.crf, threads=threads, node=str(self.render_node))

    @property
    def font_folders(self) -> tuple[Path | None, ...]:
        """Folders of fonts besides those of packages: where `scenewire fonts install` puts them, and `fonts_dir`."""
        return (self.data_folder or default_data_folder()).absolute() / "fonts", self.fonts_dir
