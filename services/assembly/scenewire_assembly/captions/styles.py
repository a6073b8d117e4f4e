"""Caption styles: letters, position, and the effect on the word that is spoken. Pure."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import pysubs2

from scenewire_assembly.captions.ass import EM, WHITE, Canvas, colour, enlargement, escaped
from scenewire_assembly.captions.cues import LINE_COLUMNS, Cue
from scenewire_assembly.captions.line_breaking import columns
from scenewire_assembly.captions.word_times import SpokenWord

__all__ = ["CAPTION", "PLATED_CAPTION", "Captions", "Ink"]

CAPTION: Final = "Caption"
"""Name of the ASS style."""

PLATED_CAPTION: Final = "Plated"
"""Likewise, of captions on a plate in any style."""

_WARM_YELLOW: Final = "FFD87B"
_VIVID_YELLOW: Final = "FFD23F"
_INK: Final = "080A0E"
_POP: Final = r"\fscx{0:.0f}\fscy{0:.0f}\t(0,{1},\fscx{2:.0f}\fscy{2:.0f})"
_POP_MS: Final = 90


@dataclass(frozen=True, kw_only=True)
class _Design:
    """A caption style.

    Attributes:
        size: line height as a share of the picture's height, and of its width; the smaller result counts.
        max_columns: columns of a line.
        min_columns: columns of a line in a narrow picture.
        outline: share of the line height.
        shadow: share of the line height.
        spoken: effect on words as they are spoken.
        hue: colour of the spoken word.
        boxed: whether the text has a dark box.
        pops: whether a caption grows as it appears.
        foot: share of the picture's height below the text, in wide and in upright pictures; players cover the
            lower part of upright ones.
    """

    size: tuple[float, float] = (0.057, 0.078)
    max_columns: int = LINE_COLUMNS
    min_columns: int = 12
    outline: float = 0.06
    shadow: float = 0.035
    spoken: Literal["still", "coloured", "filled"] = "still"
    hue: str = _WARM_YELLOW
    boxed: bool = False
    pops: bool = False
    foot: tuple[float, float] = (0.065, 0.16)


@dataclass(frozen=True)
class Ink:
    """Letters of captions over a painted ground, which needs no outline.

    Attributes:
        family: of the font.
        bold: whether libass must ask for the bold font of the family.
        line_height: of the font, ems.
        text: colour of the letters, `RRGGBB`.
        spoken: colour of the word that is spoken.
        plate: colour of the plate of boxed captions.
    """

    family: str
    bold: bool
    line_height: float
    text: str
    spoken: str
    plate: str


_DESIGNS: Final = {
    "highlight": _Design(spoken="coloured"),
    "plain": _Design(outline=0.045, shadow=0.05),
    "box": _Design(boxed=True, size=(0.052, 0.072)),
    "karaoke": _Design(spoken="filled"),
    "bold": _Design(
        size=(0.088, 0.12),
        max_columns=20,
        min_columns=10,
        outline=0.085,
        shadow=0.05,
        spoken="coloured",
        hue=_VIVID_YELLOW,
        pops=True,
        foot=(0.12, 0.27),
    ),
}


@dataclass(frozen=True)
class Captions:
    """The captions of one scene in the style of its look.

    Attributes:
        canvas: the picture.
        ink: letters and colours over a painted ground; None over footage.
    """

    canvas: Canvas
    ink: Ink | None = None

    @property
    def size(self) -> float:
        """Line height, pixels."""
        return min(self.canvas.height * self._design.size[0], self.canvas.width * self._design.size[1])

    @property
    def columns(self) -> int:
        """Letters on one line."""
        fitting = int(self.canvas.columns(self.size))
        return max(self._design.min_columns, min(self._design.max_columns, fitting))

    def style(self, *, plated: bool = False) -> pysubs2.SSAStyle:
        """The ASS style of all captions, or of those that stand on a plate whatever the style."""
        design, size = self._design, self.size
        style = self.canvas.text_style(size)
        style.primarycolor = colour(design.hue) if design.spoken == "filled" else WHITE
        style.secondarycolor = WHITE
        style.outlinecolor = colour(_INK, 30)
        style.backcolor = colour("000000", 140)
        style.outline = round(size * design.outline, 2)
        style.shadow = round(size * design.shadow, 2)
        style.marginv = round(self.canvas.height * design.foot[self.canvas.upright])
        if design.boxed or plated:
            style.borderstyle = 4  # one box around all lines; the shadow is its padding
            style.backcolor = colour(_INK, 64)
            style.outline = 0
            style.shadow = round(size * 0.28, 2)
        if self.ink is not None:
            self._dye(style, self.ink, boxed=design.boxed or plated)
        return style

    def _dye(self, style: pysubs2.SSAStyle, ink: Ink, *, boxed: bool) -> None:
        style.fontname, style.bold = ink.family, ink.bold
        style.fontsize = round(style.fontsize * EM * ink.line_height, 2)
        style.primarycolor = colour(ink.spoken if self._design.spoken == "filled" else ink.text)
        style.secondarycolor = colour(ink.text)
        if boxed:
            style.backcolor = colour(ink.plate, 20)
        else:
            style.outline = style.shadow = 0.0

    def events(self, cue: Cue) -> Iterator[pysubs2.SSAEvent]:
        """One caption; one event for each word if the spoken word has a colour of its own."""
        lines = [[word for word in line if self.canvas.drawable(word.text)] for line in cue.lines]
        lines = [line for line in lines if line]
        if not lines:
            return
        match self._design.spoken:
            case "filled":
                words = [word for line in lines for word in line]
                marks = {id(word): mark for word, mark in zip(words, self._fills(cue, words), strict=True)}
                yield self.canvas.event(cue.start, cue.end, self._scale(cue) + self._text(lines, marks, {}), CAPTION)
            case "still":
                yield self.canvas.event(cue.start, cue.end, self._scale(cue) + self._text(lines, {}, {}), CAPTION)
            case "coloured":
                yield from self._coloured(cue, lines)

    @property
    def _design(self) -> _Design:
        return _DESIGNS[self.canvas.look.caption_style]

    def _coloured(self, cue: Cue, lines: Sequence[Sequence[SpokenWord]]) -> Iterator[pysubs2.SSAEvent]:
        hue = self.ink.spoken if self.ink else self._design.hue
        red, green, blue = hue[:2], hue[2:4], hue[4:]
        words = [word for line in lines for word in line]
        turns = [cue.start, *(word.start for word in words), cue.end]
        scale = self._pop(cue) if self._design.pops else self._scale(cue)
        for word, (start, end) in zip([None, *words], pairwise(turns), strict=True):
            if start >= end:
                continue
            before, after = ({id(word): f"\\1c&H{blue}{green}{red}&"}, {id(word): "\\1c"}) if word else ({}, {})
            yield self.canvas.event(start, end, scale + self._text(lines, before, after), CAPTION)
            scale = self._scale(cue)

    def _text(self, lines: Sequence[Sequence[SpokenWord]], before: dict[int, str], after: dict[int, str]) -> str:
        """The lines with commands before and after words; both maps have the id of a word as key."""
        return r"\N".join(self._line(line, before, after) for line in lines)

    def _line(self, line: Sequence[SpokenWord], before: dict[int, str], after: dict[int, str]) -> str:
        text = ""
        for word in line:
            shown = escaped(self.canvas.drawable(word.text))
            first, last = before.get(id(word)), after.get(id(word))
            shown = f"{{{first}}}{shown}" if first else shown
            shown = f"{shown}{{{last}}}" if last else shown
            text += f" {shown}" if word.spaced and text else shown
        return text

    def _fills(self, cue: Cue, words: Sequence[SpokenWord]) -> list[str]:
        """For each word, the hundredths of a second to wait and to fill it.

        A word that runs from the right is filled at once: libass fills from the left.
        """
        rate = self.canvas.look.frame_rate
        marks: list[str] = []
        at = 0
        for word in words:
            start, end = (max(at, (frame - cue.start) * 100 // rate) for frame in (word.start, word.end))
            wait = f"\\k{start - at}" if start > at else ""
            from_right = any(unicodedata.bidirectional(character) in ("R", "AL") for character in word.text)
            marks.append(f"{wait}\\{'k' if from_right else 'kf'}{end - start}")
            at = end
        return marks

    def _factor(self, cue: Cue) -> float:
        """Size relative to the style's: smaller for a word longer than a line, larger for scripts with small letters."""
        widest = max(columns(text) for text in cue.texts)
        return enlargement("".join(cue.texts)) * min(1.0, max(0.4, self.columns / max(1, widest)))

    def _scale(self, cue: Cue) -> str:
        factor = self._factor(cue)
        return "" if factor == 1 else f"{{\\fscx{factor * 100:.0f}\\fscy{factor * 100:.0f}}}"

    def _pop(self, cue: Cue) -> str:
        full = self._factor(cue) * 100
        return f"{{{_POP.format(full * 0.86, _POP_MS, full)}}}"
