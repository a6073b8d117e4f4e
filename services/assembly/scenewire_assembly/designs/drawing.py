"""Shapes and letters as events of an ASS script. Pure. Lengths are pixels, times are frames of the scene."""

from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal, NamedTuple

import pysubs2

from scenewire_assembly.captions.ass import colour_code, escaped
from scenewire_assembly.captions.fallback_fonts import SYMBOL_SIZE, is_symbol
from scenewire_assembly.typefaces.face import Face

__all__ = ["DESIGN", "Box", "Drawing", "Lettering", "Span"]

DESIGN: Final = "Design"
"""Name of the ASS style: no outline, no shadow; events name their font and colour."""

_ANCHORS: Final = {"left": 7, "centre": 8, "right": 9}
_QUARTER_CIRCLE: Final = 0.4477
"""Distance of a Bézier curve's control point from the corner that it rounds, as a share of the radius."""


class Box(NamedTuple):
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Span:
    """Frames from `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Lettering:
    """How a line of letters looks.

    Attributes:
        face: the font.
        em: size.
        colour: RRGGBB.
        spacing: added after each letter.
        outline: width of the outline; with one, the letters themselves are hollow.
    """

    face: Face
    em: float
    colour: str
    spacing: float = 0.0
    outline: float = 0.0

    def width(self, text: str) -> float:
        """The width of a line."""
        return self.face.width(text, self.em, self.spacing)


@dataclass
class Drawing:
    """Collects events.

    Attributes:
        frame_rate: of the video.
        undrawable: characters that no font has; they are left out.
        events: in the order in which they were drawn.
    """

    frame_rate: int
    undrawable: frozenset[str] = frozenset()
    events: list[pysubs2.SSAEvent] = field(default_factory=list)

    def text(
        self,
        text: str,
        x: float,
        baseline: float,
        lettering: Lettering,
        span: Span,
        *,
        anchor: Literal["left", "centre", "right"] = "left",
        layer: int = 3,
        opacity: float = 1.0,
        tags: str = "",
    ) -> None:
        """One line of letters that stands on a base line."""
        text = "".join(character for character in text if character not in self.undrawable)
        face, em = lettering.face, lettering.em
        hollow = (
            f"\\1a&HFF&\\3c{colour_code(lettering.colour)}\\bord{lettering.outline:.2f}" if lettering.outline else ""
        )
        bold = "\\b1" if face.bold else ""
        spacing = f"\\fsp{lettering.spacing:.2f}" if lettering.spacing else ""
        self._event(
            span,
            layer,
            f"{{\\an{_ANCHORS[anchor]}\\q2\\pos({x:.2f},{face.top(baseline, em, text):.2f})\\fn{face.family}{bold}"
            f"\\fs{face.font_size(em, text):.2f}\\1c{colour_code(lettering.colour)}{_alpha(opacity)}"
            f"{spacing}{hollow}{tags}}}{_lettered(text, face, em)}",
        )

    def rectangle(
        self,
        box: Box,
        colour: str,
        span: Span,
        *,
        radius: float = 0.0,
        layer: int = 2,
        opacity: float = 1.0,
        tags: str = "",
    ) -> None:
        """A filled rectangle, with rounded corners if it has a radius."""
        if box.width > 0 and box.height > 0:
            path = _rounded(box.width, box.height, radius)
            self.shape(path, (box.x, box.y), colour, span, layer=layer, opacity=opacity, tags=tags)

    def disc(
        self, x: float, y: float, radius: float, colour: str, span: Span, *, layer: int = 2, opacity: float = 1.0
    ) -> None:
        """A filled circle around a point."""
        path = _rounded(2 * radius, 2 * radius, radius)
        self.shape(path, (x - radius, y - radius), colour, span, layer=layer, opacity=opacity)

    def drift(
        self, box: Box, end: tuple[float, float], colour: str, span: Span, *, radius: float, opacity: float
    ) -> None:
        """A filled rectangle, with rounded corners if it has a radius, that moves evenly; below everything else."""
        way = f"{box.x:.2f},{box.y:.2f},{end[0]:.2f},{end[1]:.2f}"
        start = f"{{\\an7\\move({way})\\1c{colour_code(colour)}{_alpha(opacity)}\\p1}}"
        self._event(span, 0, f"{start}{_rounded(box.width, box.height, radius)}{{\\p0}}")

    def shape(
        self,
        path: str,
        place: tuple[float, float],
        colour: str,
        span: Span,
        *,
        layer: int = 2,
        opacity: float = 1.0,
        tags: str = "",
    ) -> None:
        """A filled path of ASS drawing commands, which begins at a place."""
        start = f"{{\\an7\\pos({place[0]:.2f},{place[1]:.2f})\\1c{colour_code(colour)}{_alpha(opacity)}{tags}\\p1}}"
        self._event(span, layer, f"{start}{path}{{\\p0}}")

    def milliseconds(self, frames: int) -> int:
        """The length of frames."""
        return frames * 1000 // self.frame_rate

    def _event(self, span: Span, layer: int, text: str) -> None:
        # ASS counts hundredths of a second: each time is rounded down to the hundredth in which its frame starts.
        start, end = (frame * 100 // self.frame_rate * 10 for frame in (span.start, span.end))
        if start < end:
            self.events.append(pysubs2.SSAEvent(start=start, end=end, text=text, style=DESIGN, layer=layer))


def _lettered(text: str, face: Face, em: float) -> str:
    """A text as libass reads it. Emoji have a size of their own: their font's line is not as high as that of the letters."""
    if face.covers(text):
        return escaped(text)
    parts = [
        "".join(run)
        for _, run in groupby(text, key=lambda character: is_symbol(character) and not face.covers(character))
    ]
    size = face.font_size(em, text)
    return "".join(
        f"{{\\fs{SYMBOL_SIZE * em:.2f}}}{escaped(part)}{{\\fs{size:.2f}}}"
        if is_symbol(part[0]) and not face.covers(part[0])
        else escaped(part)
        for part in parts
    )


def _rounded(width: float, height: float, radius: float) -> str:
    radius = min(radius, width / 2, height / 2)
    if radius <= 0:
        return f"m 0 0 l {width:.2f} 0 {width:.2f} {height:.2f} 0 {height:.2f}"
    near = radius * _QUARTER_CIRCLE
    right, bottom = width - radius, height - radius
    return (
        f"m {radius:.2f} 0 l {right:.2f} 0 b {width - near:.2f} 0 {width:.2f} {near:.2f} {width:.2f} {radius:.2f} "
        f"l {width:.2f} {bottom:.2f} b {width:.2f} {height - near:.2f} {width - near:.2f} {height:.2f} {right:.2f} {height:.2f} "
        f"l {radius:.2f} {height:.2f} b {near:.2f} {height:.2f} 0 {height - near:.2f} 0 {bottom:.2f} "
        f"l 0 {radius:.2f} b 0 {near:.2f} {near:.2f} 0 {radius:.2f} 0"
    )


def _alpha(opacity: float) -> str:
    return "" if opacity >= 1 else f"\\1a&H{round(255 * (1 - opacity)):02X}&"
