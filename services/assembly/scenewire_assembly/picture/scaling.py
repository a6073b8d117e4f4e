"""How footage of any size, shape, rate and colour becomes the picture of the look, as filters. Pure."""

from typing import Final

from scenewire.ffmpeg.filters import Chain, Expression, Filter, Stream
from scenewire.messages import Clip, Look
from scenewire_assembly.picture.tone_mapping import TABLES

__all__ = ["exactly", "fitted", "scaled"]

_SAME_SHAPE: Final = 0.02
"""Footage that differs from the look's shape by less is cropped in any case: nobody wants hairline bars."""

_BLURRED_AT: Final = 12
"""The blurred copy is made so many times smaller: cheaper, and softer still when it is enlarged."""

_DARKER: Final = Expression("16+(val-16)*0.55")
_PALER: Final = Expression("128+(val-128)*0.8")

_UNKNOWN: Final = 2
_LARGEST_SD: Final = 576
"""Lines. What does not name its colours is BT.709 above this and BT.601 up to it."""


def fitted(look: Look, clip: Clip, source: Stream, frames: int, label: str) -> tuple[Chain, ...]:
    """A shot as so many frames of the look.

    Args:
        look: the picture.
        clip: what was measured of it.
        source: its stream; may be used twice.
        frames: exact length.
        label: of what comes out, and the beginning of the labels on the way.
    """
    end = (Filter("format", "yuv420p"), *exactly(look, frames), Filter("settb", f"1/{look.frame_rate}"))
    taken = _taken(look)
    width, height = look.width, look.height
    if look.fit == "cover" or abs(clip.facts.width * height / (clip.facts.height * width) - 1) < _SAME_SHAPE:
        return (Chain((*taken, *_covering(clip, width, height), *end), (source,), label),)
    inside = f"min({width}/(iw*sar),{height}/ih)"
    whole = _sized(clip, f"max(2,round({inside}*iw*sar/2)*2)", f"max(2,round({inside}*ih/2)*2)")
    if look.fit == "pad":
        bars = Filter("pad", width, height, "(ow-iw)/2", "(oh-ih)/2", color="black")
        return (Chain((*taken, *whole, bars, *end), (source,), label),)
    small = [max(16, side // _BLURRED_AT // 2 * 2) for side in (width, height)]
    behind = (
        *(*_covering(clip, *small), Filter("gblur", sigma="2.5")),
        # Darker and paler than the footage in front of it.
        Filter("lutyuv", y=_DARKER, u=_PALER, v=_PALER),
        *(scaled(width, height), Filter("setsar", 1), Filter("format", "yuv420p")),
    )
    return (
        Chain((*taken, *behind), (source,), f"{label}b"),
        Chain((*taken, *whole, Filter("format", "yuv420p")), (source,), f"{label}f"),
        Chain((Filter("overlay", "(W-w)/2", "(H-h)/2", format="yuv420"), *end), (f"{label}b", f"{label}f"), label),
    )


def exactly(look: Look, frames: int) -> tuple[Filter, ...]:
    """So many frames, on the grid of the rate. A source that ends early after all is held on its last frame."""
    return (
        Filter("tpad", stop="-1", stop_mode="clone"),
        Filter("trim", end_frame=frames),
        Filter("setpts", f"N/({look.frame_rate}*TB)"),
    )


def scaled(*size: int, **options: Expression | str) -> Filter:
    """A scaler whose result is BT.709, as films say of themselves."""
    return Filter("scale", *size, **options, flags="bicubic", out_color_matrix="bt709", out_range="tv")


def _taken(look: Look) -> tuple[Filter, ...]:
    """Whole pictures at the film's rate. Comes before scaling: fewer pictures are scaled."""
    return (
        Filter("setpts", "PTS-STARTPTS"),
        Filter("bwdif", mode="send_frame", deint="interlaced"),  # lets whole pictures pass
        Filter("fps", look.frame_rate),
    )


def _covering(clip: Clip, width: int, height: int) -> tuple[Filter, ...]:
    cover = f"max({width}/(iw*sar),{height}/ih)"
    sized = _sized(clip, f"ceil({cover}*iw*sar/2)*2", f"ceil({cover}*ih/2)*2")
    return (*sized, Filter("crop", width, height))


def _sized(clip: Clip, width: str, height: str) -> tuple[Filter, ...]:
    """As large as the formulas say, in the colours of a film.

    Sizes are those on the screen: ffmpeg has turned the picture already, `sar` makes its pixels square.
    """
    size = {"w": Expression(width), "h": Expression(height)}
    square = Filter("setsar", 1)
    table = TABLES.get(clip.facts.transfer)
    if table is not None:
        return (
            Filter("scale", **size, flags="bicubic", in_color_matrix="bt2020"),
            *(square, Filter("format", "gbrp12le"), Filter("lut3d", table, interp="tetrahedral"), scaled()),
        )
    untold = clip.facts.matrix == _UNKNOWN and clip.facts.height > _LARGEST_SD
    return (scaled(**size, **({"in_color_matrix": "bt709"} if untold else {})), square)
