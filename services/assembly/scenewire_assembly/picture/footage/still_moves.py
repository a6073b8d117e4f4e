"""Filters that show a still with a slow move at constant speed. Pure.

A still with the shape of the video is zoomed in or out around its subject. One that is much wider or taller is panned
across its subject. A small one, and one without a single subject, is shown whole on a blurred copy of itself, and the
whole is zoomed.

Both moves are exact to a small part of a pixel; a crop at whole pixels, as by ffmpeg's own `zoompan`, would shake. The
zoom resamples every frame with cubic interpolation. It never shows the picture at its own size: its pixels would be
sharp for a moment and soft again. The pan moves by whole pixels of a copy that is enlarged along the way, which costs
less and keeps every frame equally sharp.
"""

import math
from dataclasses import dataclass
from typing import Final

from scenewire.ffmpeg.filters import Chain, Expression, Filter, Stream
from scenewire.messages import Clip, Look
from scenewire_assembly.picture.footage.scaling import Scaling, blurred_copy, has_same_shape, sized

__all__ = ["Pan", "Zoom", "move_of", "still_shot"]

_MAX_ENLARGEMENT: Final = 2
"""A still that would have to grow more to fill the picture is shown whole."""

_WHOLE_ENLARGEMENT: Final = 1.6
"""By which a still grows at most that is shown whole: enough less that no hairline of its ground shows around it."""

_LEAST_ZOOM: Final = 1.02
_ZOOM_A_SECOND: Final = 0.012
_ZOOMS: Final = (0.04, 0.08)
"""Least and largest growth over a shot."""

_PAN_OVERHANG: Final = 0.25
"""Stills that exceed the picture by this share of its side are panned."""

_PAN_A_SECOND: Final = 0.02
"""Share of the longer side of the picture."""

_MAX_PARTS: Final = 8
"""Parts of a pixel by which a pan moves in a frame; slower ones become zooms."""


@dataclass(frozen=True)
class Zoom:
    """A zoom around a point.

    Attributes:
        first: magnification on the first frame.
        growth: by which it grows from frame to frame; negative zooms out.
        focus: the point that stays where it is, shares of width and height.
    """

    first: float
    growth: float
    focus: tuple[float, float]

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Zooms a stream of equal frames."""
        x, y = self.focus
        hidden = f"(1-1/({self.first:.5f}+({self.growth:.8f})*(on-1)))"  # `on` counts from 1
        left, top = Expression(f"W*{x:.3f}*{hidden}"), Expression(f"H*{y:.3f}*{hidden}")
        right, bottom = Expression(f"W-W*{1 - x:.3f}*{hidden}"), Expression(f"H-H*{1 - y:.3f}*{hidden}")
        corners = {"x0": left, "y0": top, "x1": right, "y1": top, "x2": left, "y2": bottom, "x3": right, "y3": bottom}
        return (Filter("perspective", **corners, interpolation="cubic", eval="frame"),)


@dataclass(frozen=True)
class Pan:
    """A move along one side of a still that fills the picture.

    Attributes:
        upright: whether it runs along the height.
        start: where the picture begins on the first frame, pixels of the scaled still.
        step: parts of a pixel by which it moves in a frame; negative runs backwards.
        parts: parts in a pixel.
    """

    upright: bool
    start: int
    step: int
    parts: int


def still_shot(look: Look, clip: Clip, source: Stream, frames: int, label: str, *, turn: int) -> tuple[Chain, ...]:
    """The chains that turn a still into a number of frames of the look.

    Args:
        look: format of the video.
        clip: facts of the still.
        source: its stream of one frame; may be used twice.
        frames: exact length.
        label: of the output, and prefix of the labels in between.
        turn: its place among neighbours, whose moves alternate.
    """
    width, height = look.width, look.height
    move = move_of(look, clip, frames, turn)
    square, planar = Filter("setsar", 1), Filter("format", "yuv420p")
    repeated = (
        Filter("settb", f"1/{look.frame_rate}"),
        Filter("loop", loop=frames - 1, size=1),
        Filter("setpts", "N"),
        Filter("fps", look.frame_rate),  # a picture has no rate of its own
    )
    end = (*Scaling(look).exactly(frames), Filter("settb", f"1/{look.frame_rate}"))
    if isinstance(move, Pan):
        across, down = _filling(look, clip)
        stretched = (across, down * move.parts) if move.upright else (across * move.parts, down)
        window = (width, height * move.parts) if move.upright else (width * move.parts, height)
        along = Expression(f"{move.start * move.parts}+({move.step})*n")
        x, y = (_centred(across, width), along) if move.upright else (along, _centred(down, height))
        # Without subsampled colours, which could move by every second pixel only.
        crop = Filter("crop", *window, x=x, y=y, exact=1)
        back = Filter("scale", width, height, flags="area")
        filters = (*_scaled(clip, stretched), Filter("format", "yuv444p"), *repeated, crop, back, square, planar)
        return (Chain((*filters, *end), (source,), label),)
    moved = (planar, *repeated, *move.filters, *end)
    if not _is_whole(look, clip):
        across, down = _filling(look, clip)
        x, y = (
            min(max(0, round(share * size - side / 2)), size - side)
            for share, size, side in zip(_focus(clip), (across, down), (width, height), strict=True)
        )
        crop = Filter("crop", width, height, x, y)
        return (Chain((*_scaled(clip, (across, down)), crop, *moved), (source,), label),)
    whole = _scaled(clip, _inside(look, clip, max(move.first, move.first + move.growth * (frames - 1))))
    if look.fit == "pad":
        bars = Filter("pad", width, height, "(ow-iw)/2", "(oh-ih)/2", color="black")
        return (Chain((*whole, bars, *moved), (source,), label),)
    return (
        Chain(blurred_copy(clip, look), (source,), f"{label}b"),
        Chain((*whole, planar), (source,), f"{label}f"),
        Chain((Filter("overlay", "(W-w)/2", "(H-h)/2", format="yuv420"), *moved), (f"{label}b", f"{label}f"), label),
    )


def move_of(look: Look, clip: Clip, frames: int, turn: int) -> Zoom | Pan:
    """The move of a still over a shot.

    Args:
        look: format of the video.
        clip: facts of the still.
        frames: length of the shot.
        turn: its place among neighbours: zooms go in and out in turns, pans forwards and backwards.
    """
    pan = None if _is_whole(look, clip) else _pan(look, clip, frames, backwards=turn % 2 == 1)
    return pan or _zoom(look, clip, frames, inwards=turn % 2 == 0)


def _zoom(look: Look, clip: Clip, frames: int, *, inwards: bool) -> Zoom:
    least, most = _ZOOMS
    growth = min(max(least, _ZOOM_A_SECOND * frames / look.frame_rate), most)
    focus = (0.5, 0.5) if _is_whole(look, clip) else _seen_focus(look, clip)
    first = _LEAST_ZOOM if inwards else _LEAST_ZOOM + growth
    return Zoom(first, (growth if inwards else -growth) / max(1, frames - 1), focus)


def _pan(look: Look, clip: Clip, frames: int, *, backwards: bool) -> Pan | None:
    across, down = _filling(look, clip)
    upright = down - look.height > across - look.width
    size, side = (down, look.height) if upright else (across, look.width)
    room = size - side
    if room < _PAN_OVERHANG * side:
        return None
    wanted = _PAN_A_SECOND * max(look.width, look.height) / look.frame_rate
    speed = min(wanted, room / frames)
    parts = 1 if speed >= 1 else max(math.ceil(frames / room), round(1 / speed))
    if parts > _MAX_PARTS:
        return None
    step = min(round(speed), room // frames) if parts == 1 else 1
    way = math.ceil(step * (frames - 1) / parts)
    first = min(max(0, round(_focus(clip)[upright] * size - side / 2 - way / 2)), room - way)
    return Pan(upright, first + way, -step, parts) if backwards else Pan(upright, first, step, parts)


def _is_whole(look: Look, clip: Clip) -> bool:
    """Whether all of a still shows: as ordered, because it is too small to fill the picture, or because all of it matters."""
    if clip.facts.focus is None:
        return True
    small = max(look.width / clip.facts.width, look.height / clip.facts.height) > _MAX_ENLARGEMENT
    return small or (look.fit != "cover" and not has_same_shape(clip, look))


def _filling(look: Look, clip: Clip) -> tuple[int, int]:
    """The size at which a still just fills the picture."""
    cover = max(look.width / clip.facts.width, look.height / clip.facts.height)
    return (
        max(look.width, _even(clip.facts.width * cover)),
        max(look.height, _even(clip.facts.height * cover)),
    )


def _inside(look: Look, clip: Clip, magnification: float) -> tuple[int, int]:
    """The size at which all of a still shows, also at the largest magnification of its zoom."""
    fit = min(look.width / clip.facts.width, look.height / clip.facts.height) / magnification
    most = min(fit, _WHOLE_ENLARGEMENT)
    return _even(clip.facts.width * most), _even(clip.facts.height * most)


def _seen_focus(look: Look, clip: Clip) -> tuple[float, float]:
    """The focus of a still as shares of the picture that shows its part around it."""
    seen = []
    for share, size, side in zip(_focus(clip), _filling(look, clip), (look.width, look.height), strict=True):
        start = min(max(0.0, share * size - side / 2), size - side)
        seen.append(round((share * size - start) / side, 3))
    return seen[0], seen[1]


def _focus(clip: Clip) -> tuple[float, float]:
    return clip.facts.focus or (0.5, 0.5)


def _scaled(clip: Clip, size: tuple[int, int]) -> tuple[Filter, ...]:
    return sized(clip, str(size[0]), str(size[1]))


def _centred(size: int, side: int) -> int:
    return (size - side) // 2


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)
