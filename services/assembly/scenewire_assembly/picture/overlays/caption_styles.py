"""Caption styles: measures, colours and the effect on the word that is spoken; and where captions stand. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from scenewire.messages import CaptionStyle, Look
from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.captions.line_breaking import columns
from scenewire_assembly.captions.phrases import LINE_COLUMNS, CueLimits
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.themes.theme import Theme
from scenewire_assembly.typefaces.face import Face

__all__ = ["INK", "STYLES", "CaptionLayout", "CaptionMeasures", "Ink", "ink_over_footage", "ink_over_ground"]

INK: Final = "080A0E"
"""Outlines, plates, and letters on the pill. White letters on it have a contrast of 19.8, yellow ones of 13.7."""

_WHITE: Final = "FFFFFF"
_YELLOW: Final = "FFD23F"

_LINE: Final = 1.26
"""Distance of base lines, ems."""

_COLUMN: Final = 0.64
"""Estimated width of a column of a font that was not measured, ems."""

_TOP: Final = {"wide": 0.085, "upright": 0.16, "square": 0.085}
_MIDDLE: Final = 0.5
"""Upper edge of captions at the top, and middle of those in the middle, shares of the height."""

_CLEAR: Final = 0.7
"""Between captions at the top and what stands above them, ems: room for a plate or a pill."""

_BUTTONS: Final = 0.12
"""Players show buttons over this share of the width at the right of upright pictures, and captions are centred."""

_BUTTONS_FROM: Final = 0.45
"""Share of the height from which they do."""


@dataclass(frozen=True, kw_only=True)
class CaptionMeasures:
    """A style of captions. Lengths are ems.

    Attributes:
        em: size in wide and square pictures, and in upright ones, units of `Zones`.
        columns: letters of a line in wide pictures and in upright ones.
        spoken: effect on words as they are spoken.
        words: most words of a caption; None for no limit.
        min_frames: the least time that a caption stays, at 30 frames a second.
        outline: around the letters over footage.
        shadow: width of the soft shadow over footage, and its blur.
        shadow_opacity: of the shadow.
        plate: whether a plate is behind the lines.
        typeface: over footage.
    """

    em: tuple[float, float]
    columns: tuple[int, int] = (LINE_COLUMNS, 24)
    spoken: Literal["still", "coloured", "filled", "pill"] = "still"
    words: int | None = None
    min_frames: int = 25
    outline: float = 0.055
    shadow: tuple[float, float] = (0.13, 0.10)
    shadow_opacity: float = 0.56
    plate: bool = False
    typeface: str = "Inter 700"


STYLES: Final[Mapping[CaptionStyle, CaptionMeasures]] = {
    "clean": CaptionMeasures(em=(54, 65), spoken="coloured"),
    "pop": CaptionMeasures(em=(88, 112), columns=(14, 14), spoken="pill", words=3, min_frames=9, outline=0.075),
    "box": CaptionMeasures(em=(50, 60), spoken="coloured", outline=0, shadow=(0, 0), plate=True),
    "karaoke": CaptionMeasures(em=(58, 70), columns=(36, 22), spoken="filled"),
    "minimal": CaptionMeasures(em=(44, 53), outline=0, shadow=(0.05, 0.04), shadow_opacity=0.7, typeface="Inter 500"),
}


@dataclass(frozen=True)
class Ink:
    """Letters and colours of the captions of a scene. Colours are RRGGBB.

    Attributes:
        face: the font.
        measured: whether its widths are exact for the scene's text, which runs from the left.
        text: letters.
        spoken: the word that is spoken, or the pill behind it.
        on_spoken: letters on the pill.
        plate: behind all lines.
        plate_opacity: of the plate.
        footage: whether the picture behind is footage, so that letters need an outline.
        column: estimated width of a column of text that was not measured, ems.
    """

    face: Face
    measured: bool
    text: str
    spoken: str
    on_spoken: str
    plate: str
    plate_opacity: float
    footage: bool = False
    column: float = _COLUMN


def ink_over_footage(faces: Sequence[Face], text: str) -> Ink:
    """White letters with an outline.

    Args:
        faces: the first one that has every letter is taken, else the last one.
        text: of the scene.
    """
    face = next((face for face in faces if face.covers(text)), faces[-1])
    return Ink(
        face, _is_measured(face, text), _WHITE, _YELLOW, INK, INK, 0.86, footage=True, column=_column(face, text)
    )


def ink_over_ground(face: Face, theme: Theme, ground: str, text: str) -> Ink:
    """Letters in the colours of a theme.

    Args:
        face: of all captions of the scene.
        theme: of the scene.
        ground: colour of its ground, RRGGBB.
        text: of the scene.
    """
    measured = _is_measured(face, text)
    return Ink(face, measured, theme.text, theme.accent, theme.on_accent, ground, 0.92, column=_column(face, text))


def _column(face: Face, text: str) -> float:
    return _COLUMN if face.covers(text) else max(_COLUMN, face.column(text))


def _is_measured(face: Face, text: str) -> bool:
    """Whether words of a text can be placed one by one."""
    from_right = any(unicodedata.bidirectional(character) in {"R", "AL", "AN"} for character in text)
    return not from_right and face.covers(text)


@dataclass(frozen=True)
class CaptionLayout:
    """Sizes and places of the captions of one scene, pixels.

    Attributes:
        canvas: the picture.
        ink: letters and colours.
        above: lower edge of what stands at the top meanwhile; captions at the top stand below it.
    """

    canvas: Canvas
    ink: Ink
    above: float = 0.0

    @property
    def look(self) -> Look:
        """Of the video."""
        return self.canvas.look

    @property
    def measures(self) -> CaptionMeasures:
        """Of the style."""
        return STYLES[self.look.style_of_captions]

    @cached_property
    def zones(self) -> Zones:
        """Of the picture."""
        return Zones(self.canvas.width, self.canvas.height)

    @property
    def position(self) -> Literal["top", "middle", "bottom"]:
        """Where captions stand. Designs leave room at the bottom only."""
        return self.look.caption_position if self.ink.footage else "bottom"

    @property
    def em(self) -> float:
        """Size of the letters."""
        return self.measures.em[self.zones.upright] * self.zones.unit

    @property
    def word_gap(self) -> float:
        """Distance of words, ems."""
        space = self.ink.face.width(" ", 1)
        return space + 0.24 if self.measures.spoken == "pill" else space

    @property
    def overhang(self) -> float:
        """How far a pill or plate may reach beyond its letters, ems."""
        return 0.5 if self.measures.plate or self.measures.spoken == "pill" else 0.0

    @property
    def width(self) -> float:
        """The widest that a line may be."""
        zones = self.zones
        across = zones.across
        if zones.upright and not (self.position == "top" and self._last_top < _BUTTONS_FROM):
            across = (1 - 2 * _BUTTONS) * zones.width
        return across - 2 * self.overhang * self.em

    @property
    def _last_top(self) -> float:
        """Where the second line of captions at the top ends, share of the height."""
        return _TOP[self.zones.shape] + 2 * _LINE * self.em / self.zones.height

    @property
    def limits(self) -> CueLimits:
        """What one caption may hold."""
        most, words, least = self.measures.columns[self.zones.upright], self.measures.words, self.measures.min_frames
        if not self.ink.measured:
            fitting = max(10, min(most, int(self.width / (self.em * self.ink.column))))
            return CueLimits(fitting, words, least)
        column = self.width / most

        def measure(word: str) -> float:
            shown = word.upper() if self.look.caption_case == "upper" else word
            return max(columns(word), self.ink.face.width(shown, self.em) / column)

        return CueLimits(most, words, least, measure=measure)

    def baselines(self, lines: int, em: float) -> list[float]:
        """The base lines of a caption of so many lines."""
        step = _LINE * em
        tall = (lines - 1) * step
        match self.position:
            case "bottom":
                first = self.zones.caption_base - tall
            case "top":
                top = max(self.zones.height * _TOP[self.zones.shape], self.above and self.above + _CLEAR * em)
                first = top + self.ink.face.capital(em)
            case "middle":
                first = self.zones.height * _MIDDLE - (tall - self.ink.face.capital(em)) / 2
        return [first + line * step for line in range(lines)]
