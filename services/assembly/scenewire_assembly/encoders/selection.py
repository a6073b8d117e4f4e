"""Finds out which encoders work here, by a trial encode of each, and selects the one that videos get by default.

That an ffmpeg lists an encoder says nothing: all of them are compiled in, and need a card, its driver and the right to use it.
"""

import asyncio
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import structlog

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.ffmpeg.executor import FfmpegExecutor
from scenewire.messages import Look
from scenewire.observability.in_use import show_in_use
from scenewire_assembly.ffmpeg_job import FfmpegJob, FfmpegOnDemand
from scenewire_assembly.job_files import SEGMENT
from scenewire_assembly.picture.encoder import CPU, HARDWARE, SOFTWARE, Encoder, EncoderName, WantedEncoder
from scenewire_assembly.picture.scene_picture import ScenePicture, Still
from scenewire_assembly.picture.segment import encode_segment
from scenewire_assembly.picture.segment_check import check_segment
from scenewire_assembly.themes.grounds import Ground
from scenewire_assembly.themes.theme import theme_of

__all__ = ["EncoderSelection", "EncoderSelector", "try_encoder"]

_TRIAL: Final = Look(width=1280, height=720)
_TRIAL_FRAMES: Final = 8

_DEVICES: Final = (
    re.compile(r"\[ GPU #\d+ - < (.+?) > has Compute SM"),
    re.compile(r"VAAPI driver: (.+?)\.?$", re.MULTILINE),
)
"""How ffmpeg names a card: that of NVENC, and the driver of VAAPI, which Quick Sync uses too."""

_NVIDIA_DRIVER: Final = re.compile(r"^NVRM version:.*?\s(\d+\.[\d.]+)\s", re.MULTILINE)

_NEEDED: Final[Mapping[EncoderName, str]] = {
    "h264_nvenc": "its driver, and in a container the NVIDIA container toolkit with NVIDIA_DRIVER_CAPABILITIES=video,utility",
    "h264_qsv": "a render node that this user may open (ASSEMBLY_RENDER_NODE), libva and Intel's runtime",
    "h264_vaapi": "a render node that this user may open (ASSEMBLY_RENDER_NODE), libva and the driver of the card",
    "h264_videotoolbox": "macOS, without a container",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EncoderSelection:
    """The encoders that work here.

    Attributes:
        preferred: for videos that no worker has begun.
        usable: all that work, by name; x264 always does.
        reason: why that one is preferred.
        unusable: why others are not.
    """

    preferred: Encoder
    usable: Mapping[EncoderName, Encoder]
    reason: str
    unusable: Mapping[EncoderName, str]


class EncoderSelector:
    """Selects on first use and keeps the selection.

    Args:
        ffmpeg: encodes.
        wanted: an encoder that must work, or `auto`, which takes the first card that works and otherwise x264.
        settings: those of the encoders; name and device are filled in.
        devices: folder of the system's devices.
    """

    def __init__(
        self,
        ffmpeg: FfmpegOnDemand,
        wanted: WantedEncoder = SOFTWARE,
        settings: Encoder | None = None,
        *,
        devices: Path = Path("/dev"),
    ) -> None:
        self._ffmpeg = ffmpeg
        self._wanted = wanted
        self._settings = settings or Encoder()
        self._devices = devices
        self._selection: EncoderSelection | None = None
        self._selecting = asyncio.Lock()
        self._broken = ""

    async def selection(self) -> EncoderSelection:
        """Returns the encoders that work here.

        Raises:
            PermanentError: `invalid_settings`, the wanted encoder does not work; `program_missing`.
        """
        async with self._selecting:
            if self._selection is None:
                self._selection = await self._select()
                preferred = self._selection.preferred
                show_in_use("encoder", preferred.name, preferred.device)
            return self._selection

    async def require_working(self, encoder: Encoder) -> None:
        """Tries the encoder of a card again, after it failed.

        Raises:
            TransientError: `program_failed`, the card does not encode any more; another worker's may.
        """
        try:
            await try_encoder(await self._ffmpeg.executor(), encoder)
        except PipelineError as error:
            self._broken = f"{encoder.name} on {encoder.device} stopped working: {error.message}"
            raise TransientError(
                FailureCode.PROGRAM_FAILED,
                self._broken,
                hint="check the card and its driver, and start the service again; a card that encodes few videos at once "
                "needs a lower ASSEMBLY_LOOPS",
            ) from error
        self._broken = ""

    async def check(self) -> None:
        """Checks that no card failed last time.

        Raises:
            TransientError: `program_failed`, one did.
        """
        if self._broken:
            raise TransientError(FailureCode.PROGRAM_FAILED, self._broken)

    async def _select(self) -> EncoderSelection:
        software = replace(self._settings, name=SOFTWARE, device=CPU)
        if self._wanted == SOFTWARE:
            return EncoderSelection(software, {SOFTWARE: software}, f"ASSEMBLY_ENCODER is {SOFTWARE}", {})
        usable: dict[EncoderName, Encoder] = {}
        unusable: dict[EncoderName, str] = {}
        for name in HARDWARE if self._wanted == "auto" else (self._wanted,):
            encoder = replace(self._settings, name=name)
            missing = self._missing(encoder) if self._wanted == "auto" else ""
            try:
                if missing:
                    unusable[name] = missing
                else:
                    usable[name] = await try_encoder(await self._ffmpeg.executor(), encoder)
            except PipelineError as error:
                unusable[name] = error.message
                log.warning("encoder_unusable", encoder=name, reason=error.message)
        if self._wanted != "auto" and not usable:
            raise PermanentError(
                FailureCode.INVALID_SETTINGS,
                f"ASSEMBLY_ENCODER is {self._wanted}, which does not work here: {unusable[self._wanted]}",
                hint=f"it needs {_NEEDED[self._wanted]}; ASSEMBLY_ENCODER=auto uses x264 where no card works",
            )
        reasons = "; ".join(f"{name}: {reason}" for name, reason in unusable.items())
        if not usable:
            return EncoderSelection(software, {SOFTWARE: software}, f"no card can be used ({reasons})", unusable)
        preferred = next(iter(usable.values()))
        reason = "it works here" if self._wanted == "auto" else f"ASSEMBLY_ENCODER is {self._wanted}"
        return EncoderSelection(preferred, usable | {SOFTWARE: software}, reason, unusable)

    def _missing(self, encoder: Encoder) -> str:
        """Why an encoder cannot work here, if that shows without a trial."""
        if encoder.name == "h264_videotoolbox":
            return "" if sys.platform == "darwin" else "only macOS has it"
        if encoder.name == "h264_nvenc":
            has_card = any((self._devices / name).exists() for name in ("nvidiactl", "dxg"))  # dxg: Windows' subsystem
            return "" if has_card else "there is no NVIDIA card"
        return "" if Path(encoder.node).exists() else f"there is no {encoder.node}"


async def try_encoder(ffmpeg: FfmpegExecutor, encoder: Encoder) -> Encoder:
    """Encodes a few frames by the command of segments, checks them, and returns the encoder with the name of its card.

    Raises:
        PermanentError: `render_failed` or `output_invalid`, it cannot be used.
        TransientError: `program_timeout` and the like.
    """
    ground = Ground(theme_of(_TRIAL), 0, quiet=False)
    picture = ScenePicture(look=_TRIAL, frames=_TRIAL_FRAMES, encoder=encoder, stills=(Still(ground, _TRIAL_FRAMES),))
    with TemporaryDirectory(prefix="scenewire-encoder-") as folder:
        job = FfmpegJob(ffmpeg, Path(folder))
        console = await encode_segment(job, picture, level="verbose")
        await check_segment(job.folder / SEGMENT, picture)
    return replace(encoder, device=await asyncio.to_thread(_device, encoder, console))


def _device(encoder: Encoder, console: str) -> str:
    """The card and its driver, as far as ffmpeg and the system name them. Equal ones make equal segments."""
    named = [found for pattern in _DEVICES for found in pattern.findall(console)]
    if encoder.name == "h264_nvenc":
        return f"{named[-1] if named else 'NVIDIA card'}{_nvidia_driver()}"
    if encoder.name == "h264_videotoolbox":
        return "VideoToolbox"
    return f"{encoder.node}, {named[-1]}" if named else encoder.node


def _nvidia_driver(version: Path = Path("/proc/driver/nvidia/version")) -> str:
    try:
        found = _NVIDIA_DRIVER.search(version.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""
    return f", driver {found[1]}" if found else ""
