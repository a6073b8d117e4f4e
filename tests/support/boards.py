"""Boards to draw designs on, and what is drawn there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pysubs2

from scenewire.messages import Design, Look
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Drawing, Span
from scenewire_assembly.designs.faces import faces_of
from scenewire_assembly.designs.kinds.registry import draw
from scenewire_assembly.designs.times import SceneWords
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.themes.theme import theme_of
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR

_TEXT = re.compile(r"\{(?P<tags>\\an(?P<anchor>\d).*?)\}(?P<text>.*)")
_PLACE = re.compile(r"\\(?:pos|move)\((?P<x>-?[\d.]+),(?P<y>-?[\d.]+)[,)]")
_SIZE = re.compile(r"\\fs(?P<size>[\d.]+)")
_OPACITY = re.compile(r"\\1a&H(?P<alpha>[0-9A-F]{2})&")


@dataclass(frozen=True)
class Drawn:
    """An event. Times are frames at 30 a second, lengths are pixels."""

    text: str
    x: float
    y: float
    size: float
    start: int
    end: int
    anchor: int
    opacity: float
    tags: str
    layer: int

    @property
    def is_shape(self) -> bool:
        return r"\p1" in self.tags


def board(
    text: str, *, look: Look | None = None, frames: int = 300, first: int = 15, each: int = 12, rate: int = 30
) -> Board:
    """A board for a sentence whose words are spoken from frame `first` on, one every `each` frames."""
    look = look or Look()
    theme = theme_of(look)
    starts = [match.start() for match in re.finditer(r"\S+", text)]
    return Board(
        theme=theme,
        faces=faces_of(theme, TYPEFACES_DIR),
        zones=Zones(look.width, look.height),
        drawing=Drawing(rate),
        span=Span(0, frames),
        words=SceneWords(text, tuple(starts), tuple(first + each * index for index in range(len(starts)))),
        start=0,
        end=len(text),
        captions=look.captions,
        ground=theme.ground,
    )


def drawn(made: Board) -> list[Drawn]:
    """Everything that is on a board, in the order in which it was drawn."""
    return read_events(made.drawing.events, made.drawing.frame_rate)


def read_events(events: Iterable[pysubs2.SSAEvent], rate: int) -> list[Drawn]:
    """What events of a design draw."""
    return [_read(event, rate) for event in events]


def show(design: Design, text: str, **how) -> list[Drawn]:
    """Draws a design, which must fit."""
    made = board(text, **how)
    assert draw(made, design)
    return drawn(made)


def letters(found: list[Drawn], frame: int) -> list[str]:
    """The texts that stand on a frame, in the order of reading."""
    there = [event for event in found if event.start <= frame < event.end and not event.is_shape]
    return [event.text for event in sorted(there, key=lambda event: (round(event.y / 20), event.x))]


def _read(event: pysubs2.SSAEvent, rate: int) -> Drawn:
    match = _TEXT.match(event.text)
    assert match is not None, event.text
    place, size = _PLACE.search(match["tags"]), _SIZE.search(match["tags"])
    alpha = _OPACITY.search(match["tags"])
    assert place is not None
    return Drawn(
        text=match["text"],
        x=float(place["x"]),
        y=float(place["y"]),
        size=float(size["size"]) if size else 0.0,
        start=-(-event.start * rate // 1000),
        end=-(-event.end * rate // 1000),
        anchor=int(match["anchor"]),
        opacity=1 - int(alpha["alpha"], 16) / 255 if alpha else 1.0,
        tags=match["tags"],
        layer=event.layer,
    )
