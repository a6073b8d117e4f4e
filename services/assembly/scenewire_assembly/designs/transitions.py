"""Transitions: a scene's last frames cover it with colours of the theme, the first ones of the next uncover it. Pure.

They need nothing of the neighbouring scene.
"""

from typing import Final

from scenewire_assembly.designs.drawing import Box, Drawing, Span
from scenewire_assembly.designs.motion import IN_OUT, frames_at
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.themes.theme import Theme

__all__ = ["cover", "cover_frames", "dip", "uncover"]

_FRAMES: Final = {"dip": (6, 6), "wipe": (10, 10), "bars": (10, 10), "curtain": (10, 8)}
"""At the end of a scene and at the beginning of the next, at 30 frames a second."""

_SHORT: Final = 3
_MIN_SCENE: Final = 90
"""Scenes of fewer frames dip shortly."""

_LAYER: Final = 20
_BARS: Final = 6
_BAR_DELAY: Final = 0.12
_STRIPE: Final = 0.035


def cover_frames(theme: Theme) -> int:
    """The frames at 30 a second in which a scene of some length is covered."""
    return _FRAMES[theme.transition][0]


def cover(drawing: Drawing, theme: Theme, zones: Zones, frames: int) -> None:
    """The last frames of a scene."""
    kind, count = _kind(drawing, theme, frames, 0)
    for frame in range(count):
        span = Span(frames - count + frame, frames - count + frame + 1)
        _draw(drawing, theme, zones, span, kind=kind, share=(frame + 1) / count)


def uncover(drawing: Drawing, theme: Theme, zones: Zones, frames: int) -> None:
    """The first frames of a scene."""
    kind, count = _kind(drawing, theme, frames, 1)
    for frame in range(count):
        share = 1 - (frame + 1) / (count + 1)
        _draw(drawing, theme, zones, Span(frame, frame + 1), kind=kind, share=share, leaves=True)


def dip(drawing: Drawing, theme: Theme, zones: Zones, frame: int) -> None:
    """A change of the ground within a scene, at a frame."""
    count = frames_at(_SHORT, drawing.frame_rate)
    for index in range(count):
        before, after = max(0, frame - count + index), frame + index
        _draw(drawing, theme, zones, Span(before, before + 1), kind="dip", share=(index + 1) / count)
        _draw(drawing, theme, zones, Span(after, after + 1), kind="dip", share=1 - (index + 1) / (count + 1))


def _kind(drawing: Drawing, theme: Theme, frames: int, side: int) -> tuple[str, int]:
    if frames < frames_at(_MIN_SCENE, drawing.frame_rate):
        return "dip", min(frames_at(_SHORT, drawing.frame_rate), frames)
    return theme.transition, frames_at(_FRAMES[theme.transition][side], drawing.frame_rate)


def _draw(
    drawing: Drawing, theme: Theme, zones: Zones, span: Span, *, kind: str, share: float, leaves: bool = False
) -> None:
    """One frame, with a share of the picture covered. A cover that leaves moves on in its direction."""
    width, height, unit, way = zones.width, zones.height, zones.unit, IN_OUT.at(share)
    match kind:
        case "dip":
            drawing.rectangle(Box(0, 0, width, height), theme.ground, span, layer=_LAYER, opacity=way)
        case "wipe":
            stripe = _STRIPE * width
            edge = way * (width + 4 * stripe)
            for index, colour in enumerate((theme.accent, theme.second, theme.ground)):
                reach = edge - stripe * (index + 1)
                if leaves:  # the plate leaves to the right, the stripes behind it
                    start = width + 4 * stripe - edge - stripe * (2 - index)
                    drawing.rectangle(Box(start, 0, width - start, height), colour, span, layer=_LAYER + index)
                else:
                    drawing.rectangle(Box(0, 0, min(reach, width), height), colour, span, layer=_LAYER + index)
        case "bars":
            for index in range(_BARS):
                delay = index * _BAR_DELAY
                part = IN_OUT.at((share * (1 + (_BARS - 1) * _BAR_DELAY)) - delay)
                reach, top = width * part, index * height / _BARS
                colour = "16212B" if index % 2 else "121B24"
                start = width - reach if leaves else 0
                drawing.rectangle(Box(start, top - 1, reach, height / _BARS + 2), colour, span, layer=_LAYER)
                edge = start - 10 * unit if leaves else reach
                if 0 < part < 1:
                    drawing.rectangle(
                        Box(edge, top - 1, 10 * unit, height / _BARS + 2), theme.accent, span, layer=_LAYER + 1
                    )
        case "curtain":
            top = -height * (1 - way) if leaves else height * (1 - way)
            drawing.rectangle(Box(0, top, width, height + 2), theme.text, span, layer=_LAYER)
            line = top + height + 8 * unit if leaves else top - 14 * unit
            drawing.rectangle(Box(0, line, width, 6 * unit), theme.accent, span, layer=_LAYER)
