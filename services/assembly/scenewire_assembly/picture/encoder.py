"""An H.264 encoder with its settings, and what it adds to the command of a segment. Pure.

All of them get the same profile, level, group of pictures and pixel format, so that the segments of one encoder join by
copying. Those of different encoders never do: their decoder parameters differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from scenewire.ffmpeg.command import HardwareDevice
from scenewire.ffmpeg.filters import Filter
from scenewire.ffmpeg.options import (
    Option,
    encode_nvenc,
    encode_qsv,
    encode_vaapi,
    encode_videotoolbox,
    encode_x264,
)

__all__ = ["CPU", "HARDWARE", "SOFTWARE", "Encoder", "EncoderName", "WantedEncoder"]

EncoderName = Literal["libx264", "h264_nvenc", "h264_qsv", "h264_vaapi", "h264_videotoolbox"]

WantedEncoder = Literal["auto", EncoderName]

SOFTWARE: Final[EncoderName] = "libx264"
"""The encoder that every worker has."""

HARDWARE: Final[tuple[EncoderName, ...]] = tuple(name for name in get_args(EncoderName) if name != SOFTWARE)
"""The encoders of cards, the preferred ones first."""

CPU: Final = "cpu"

_CARD_OPTIONS: Final[Mapping[EncoderName, Callable[..., Option]]] = {
    "h264_nvenc": encode_nvenc,
    "h264_qsv": encode_qsv,
    "h264_vaapi": encode_vaapi,
    "h264_videotoolbox": encode_videotoolbox,
}


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """Settings of an H.264 encoder.

    Attributes:
        preset: of x264; cards have one of their own.
        crf: quality, from 1, the best, to 51; cards take it on their own scales.
        threads: of x264.
        node: render node of the card, for `h264_vaapi` and `h264_qsv`.
        device: the card and its driver; `cpu` for x264.
    """

    name: EncoderName = SOFTWARE
    preset: str = "veryfast"
    crf: int = 21
    threads: int = 1
    node: str = "/dev/dri/renderD128"
    device: str = CPU

    @property
    def is_hardware(self) -> bool:
        """Whether a card encodes."""
        return self.name != SOFTWARE

    @property
    def hardware(self) -> HardwareDevice | None:
        """The card that the command must open; NVENC and VideoToolbox open theirs."""
        if self.name == "h264_vaapi":
            return HardwareDevice("vaapi", self.node)
        return HardwareDevice("qsv", self.node) if self.name == "h264_qsv" else None

    @property
    def upload(self) -> tuple[Filter, ...]:
        """The filters that bring finished frames into the form, and the memory, that the encoder reads."""
        if self.name == "h264_vaapi":
            return Filter("format", "nv12"), Filter("hwupload")
        return (Filter("format", "nv12"),) if self.name == "h264_qsv" else ()

    def option(self, *, level: str, gop: int) -> Option:
        """Returns the option of an output that encodes.

        Args:
            level: of H.264, such as 4.1.
            gop: most frames from one key frame to the next.
        """
        if encode := _CARD_OPTIONS.get(self.name):
            return encode(quality=self.crf, profile="high", level=level, gop=gop, b_frames=2)
        return encode_x264(
            preset=self.preset,
            crf=self.crf,
            threads=self.threads,
            profile="high",
            level=level,
            gop=gop,
            b_frames=2,
        )
