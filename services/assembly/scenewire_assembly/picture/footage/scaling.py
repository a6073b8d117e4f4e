"""Filters that bring footage of any size, shape, rate and colour into the format of the video. Pure."""

from dataclasses import dataclass
from typing import Final

from scenewire.ffmpeg.filters import Chain, Expression, Filter, Stream
from scenewire.messages import Clip, Look
from scenewire_assembly.picture.footage.tone_mapping import TABLES

__all__ = ["Scaling", "blurred_copy", "has_same_shape", "scale", "sized"]

_SAME_SHAPE: Final = 0.02
"""Footage whose aspect ratio differs by less is always cropped: nobody wants hairline bars."""

_BLUR_REDUCTION: Final = 12
"""The blurred copy is so many times smaller: cheaper, and softer when it is enlarged."""

_DARKER: Final = Expression("16+(val-16)*0.55")
_PALER: Final = Expression("128+(val-128)*0.8")

_UNKNOWN: Final = 2
_MAX_SD_LINES: Final = 576
"""Footage without a named colour matrix is BT.601 up to this height and BT.709 above it."""


def scale(*size: int, **options: Expression | str) -> Filter:
    """A scaler with BT.709 output, which videos declare."""
    return Filter("scale", *size, **options, flags="bicubic", out_color_matrix="bt709", out_range="tv")


@dataclass(frozen=True)
class Scaling:
    """Brings footage into the format of a look."""

    look: Look

    def shot(self, clip: Clip, source: Stream, frames: int, label: str) -> tuple[Chain, ...]:
        """The chains that turn a clip into a number of frames of the look.

        Args:
            clip: facts of the footage.
            source: its stream; may be used twice.
            frames: exact length.
            label: of the output, and prefix of the labels in between.
        """
        look, end = self.look, self._end(frames)
        width, height = look.width, look.height
        if look.fit == "cover" or has_same_shape(clip, look):
            return (Chain((*self._start(), *_covering(clip, width, height), *end), (source,), label),)
        inside = f"min({width}/(iw*sar),{height}/ih)"
        whole = sized(clip, f"max(2,round({inside}*iw*sar/2)*2)", f"max(2,round({inside}*ih/2)*2)")
        if look.fit == "pad":
            bars = Filter("pad", width, height, "(ow-iw)/2", "(oh-ih)/2", color="black")
            return (Chain((*self._start(), *whole, bars, *end), (source,), label),)
        return (
            Chain((*self._start(), *blurred_copy(clip, look)), (source,), f"{label}b"),
            Chain((*self._start(), *whole, Filter("format", "yuv420p")), (source,), f"{label}f"),
            Chain((Filter("overlay", "(W-w)/2", "(H-h)/2", format="yuv420"), *end), (f"{label}b", f"{label}f"), label),
        )

    def exactly(self, frames: int) -> tuple[Filter, ...]:
        """Exactly so many frames at the frame rate. Repeats the last frame if the source ends too early."""
        return (
            Filter("tpad", stop="-1", stop_mode="clone"),
            Filter("trim", end_frame=frames),
            Filter("setpts", f"N/({self.look.frame_rate}*TB)"),
        )

    def _start(self) -> tuple[Filter, ...]:
        """Progressive frames at the video's rate. Comes before scaling, so that fewer frames are scaled."""
        return (
            Filter("setpts", "PTS-STARTPTS"),
            Filter("bwdif", mode="send_frame", deint="interlaced"),  # progressive frames pass unchanged
            Filter("fps", self.look.frame_rate),
        )

    def _end(self, frames: int) -> tuple[Filter, ...]:
        return (
            Filter("format", "yuv420p"),
            *self.exactly(frames),
            Filter("settb", f"1/{self.look.frame_rate}"),
        )


def has_same_shape(clip: Clip, look: Look) -> bool:
    """Whether footage has nearly the aspect ratio of the video."""
    return abs(clip.facts.width * look.height / (clip.facts.height * look.width) - 1) < _SAME_SHAPE


def blurred_copy(clip: Clip, look: Look) -> tuple[Filter, ...]:
    """Makes of footage the blurred ground that it stands on."""
    small = [max(16, side // _BLUR_REDUCTION // 2 * 2) for side in (look.width, look.height)]
    # A JPEG has other levels than video, which the shades below would count from.
    levels = (Filter("format", "yuv420p"),) if clip.facts.still else ()
    return (
        *(*_covering(clip, *small), *levels, Filter("gblur", sigma="2.5")),
        # Darker and paler than the footage in front of it.
        Filter("lutyuv", y=_DARKER, u=_PALER, v=_PALER),
        *(scale(look.width, look.height), Filter("setsar", 1), Filter("format", "yuv420p")),
    )


def _covering(clip: Clip, width: int, height: int) -> tuple[Filter, ...]:
    cover = f"max({width}/(iw*sar),{height}/ih)"
    filled = sized(clip, f"ceil({cover}*iw*sar/2)*2", f"ceil({cover}*ih/2)*2")
    return (*filled, Filter("crop", width, height))


def sized(clip: Clip, width: str, height: str) -> tuple[Filter, ...]:
    """Scales to the size that the formulas give, in BT.709.

    Sizes are display sizes: ffmpeg has already rotated the picture, and `sar` makes its pixels square.
    """
    size = {"w": Expression(width), "h": Expression(height)}
    square = Filter("setsar", 1)
    table = TABLES.get(clip.facts.transfer)
    if table is not None:
        return (
            Filter("scale", **size, flags="bicubic", in_color_matrix="bt2020"),
            *(square, Filter("format", "gbrp12le"), Filter("lut3d", table, interp="tetrahedral"), scale()),
        )
    unnamed_hd = clip.facts.matrix == _UNKNOWN and clip.facts.height > _MAX_SD_LINES
    return (scale(**size, **({"in_color_matrix": "bt709"} if unnamed_hd else {})), square)
