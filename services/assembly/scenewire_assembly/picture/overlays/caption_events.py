"""The captions of a scene as events of an ASS script. Pure.

Where the font's widths are exact, each line, and each word of the style `pop`, has a place of its own. Other text is
placed by libass: a caption is one event, the spoken word differs by its colour only, and plates have no round corners.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

import pysubs2

from scenewire_assembly.captions.ass import Canvas, colour, colour_code, enlargement, escaped
from scenewire_assembly.captions.cues import Cue
from scenewire_assembly.captions.line_breaking import columns
from scenewire_assembly.captions.word_times import SpokenWord
from scenewire_assembly.designs.drawing import Box, Drawing, Span
from scenewire_assembly.designs.motion import frames_at
from scenewire_assembly.picture.overlays.caption_styles import INK, CaptionLayout, CaptionMeasures, Ink

__all__ = ["CAPTION", "CAPTION_LAYER", "CaptionEvents"]

CAPTION: Final = "Caption"
"""Name of the ASS style."""

_PLATED: Final = "CaptionPlate"
"""Name of the ASS style of captions on a plate whose size only libass knows."""

CAPTION_LAYER: Final = 10
"""Above designs, below transitions."""

_SHADOW, _PLATE, _LETTERS = CAPTION_LAYER, CAPTION_LAYER + 1, CAPTION_LAYER + 2

_OUTLINE_OPACITY: Final = 0.92
_PLATE_SIDE: Final = 0.5
_PLATE_ABOVE: Final = 0.42
_PLATE_RADIUS: Final = 0.2

_PILL_SIDE: Final = 0.16
_PILL_ABOVE: Final = 0.20
_PILL_BELOW: Final = 0.24
_PILL_RADIUS: Final = 0.2
_PILL_EDGE: Final = 0.03

_GROWTH: Final = ((0, 0.92), (2, 1.10), (4, 1.08))
"""Size of the spoken word from a frame after its beginning on, at 30 frames a second."""

_Line = Sequence[SpokenWord]


@dataclass(frozen=True)
class _Block:
    """Lines that are one event.

    Attributes:
        lines: of the caption.
        place: commands that place and size it.
    """

    lines: Sequence[_Line]
    place: str

    @property
    def words(self) -> list[SpokenWord]:
        """All words."""
        return [word for line in self.lines for word in line]


@dataclass(frozen=True)
class CaptionEvents:
    """Draws the captions of one scene.

    Attributes:
        layout: sizes and places.
        plated: whether a plate is behind the lines whatever the style.
    """

    layout: CaptionLayout
    plated: bool = False

    @property
    def _canvas(self) -> Canvas:
        return self.layout.canvas

    @property
    def _ink(self) -> Ink:
        return self.layout.ink

    @property
    def _measures(self) -> CaptionMeasures:
        return self.layout.measures

    @property
    def _on_plate(self) -> bool:
        return self.plated or self._measures.plate

    def styles(self) -> dict[str, pysubs2.SSAStyle]:
        """The ASS styles that its events use."""
        ink, em = self._ink, self.layout.em
        style = self._canvas.text_style(ink.face.font_size(em))
        style.fontname, style.bold = ink.face.family, ink.face.bold
        style.primarycolor = colour(ink.spoken if self._measures.spoken == "filled" else ink.text)
        style.secondarycolor = colour(ink.text)
        style.outlinecolor = colour(INK, round(255 * (1 - _OUTLINE_OPACITY)))
        style.outline = round(em * self._measures.outline, 2) if ink.footage else 0.0
        style.shadow = 0.0
        plated = style.copy()
        plated.borderstyle = 4  # one box around all lines; the shadow is its padding
        plated.backcolor = colour(ink.plate, round(255 * (1 - ink.plate_opacity)))
        plated.outline, plated.shadow = 0.0, round(em * _PLATE_ABOVE, 2)
        return {CAPTION: style, _PLATED: plated}

    def events(self, cue: Cue) -> Iterator[pysubs2.SSAEvent]:
        """One caption."""
        lines = [[word for word in line if self._canvas.drawable(word.text)] for line in cue.lines]
        lines = [line for line in lines if line]
        if not lines:
            return
        if self._on_plate and self._ink.measured:
            yield self._plate(cue, lines)
        if self._measures.spoken == "pill" and self._ink.measured:
            yield from self._popping(cue, lines)
            return
        for block in self._blocks(lines):
            yield from self._shadow(cue, block)
            yield from self._letters(cue, block)

    def _letters(self, cue: Cue, block: _Block) -> Iterator[pysubs2.SSAEvent]:
        """One event; one for each of its words if the spoken word has a colour of its own."""
        match self._measures.spoken:
            case "filled":
                fills = dict(zip(map(id, block.words), self._fills(cue, block.words), strict=True))
                yield self._event(cue.start, cue.end, block.place, self._text(block.lines, fills))
            case "still":
                yield self._event(cue.start, cue.end, block.place, self._text(block.lines))
            case "coloured" | "pill":
                own = {id(word) for word in block.words}
                turns = _turns(cue)
                for word, stretch in groupby(turns, key=lambda turn: turn[0] if id(turn[0]) in own else None):
                    spans = list(stretch)
                    before = {id(word): f"\\1c{colour_code(self._ink.spoken)}"} if word else {}
                    text = self._text(
                        block.lines, before, {id(word): f"\\1c{colour_code(self._ink.text)}"} if word else {}
                    )
                    yield self._event(spans[0][1], spans[-1][2], block.place, text)

    def _shadow(self, cue: Cue, block: _Block) -> Iterator[pysubs2.SSAEvent]:
        if not self._ink.footage or not self._measures.shadow[0]:
            return
        place = block.place + self._soft(self.layout.em)
        yield self._event(cue.start, cue.end, place, self._text(block.lines), layer=_SHADOW)

    def _soft(self, em: float) -> str:
        """Commands that leave only a soft shadow of letters."""
        width, blur = self._measures.shadow
        opacity = f"\\3a&H{round(255 * (1 - self._measures.shadow_opacity)):02X}&"
        return f"\\1a&HFF&\\2a&HFF&\\3c&H000000&{opacity}\\bord{width * em:.2f}\\blur{blur * em:.2f}"

    def _blocks(self, lines: Sequence[_Line]) -> list[_Block]:
        middle = self._canvas.width / 2
        if not self._ink.measured:
            return (
                [_Block(lines, self._free_place(lines, middle))] if self._on_plate else self._estimated(lines, middle)
            )
        face, em = self._ink.face, self._em(lines)
        size = "" if em == self.layout.em else f"\\fs{face.font_size(em):.2f}"
        return [
            _Block([line], f"\\an8\\q2\\pos({middle:.2f},{face.top(baseline, em):.2f}){size}")
            for line, baseline in zip(lines, self.layout.baselines(len(lines), em), strict=True)
        ]

    def _estimated(self, lines: Sequence[_Line], middle: float) -> list[_Block]:
        """Lines whose widths are not known, each in its place."""
        texts = [self._shown(line) for line in lines]
        face, em = self._ink.face, self.layout.em
        if face.covers(whole := "".join(texts)):
            em *= enlargement(whole)
        em *= min(1.0, self.layout.width / max(1.0, *(face.width(text, em) for text in texts)))
        return [
            _Block(
                [line], f"\\an8\\q2\\pos({middle:.2f},{face.top(base, em, text):.2f})\\fs{face.font_size(em, text):.2f}"
            )
            for line, text, base in zip(lines, texts, self.layout.baselines(len(lines), em), strict=True)
        ]

    def _free_place(self, lines: Sequence[_Line], middle: float) -> str:
        """Places lines on a plate, whose size only libass knows: letters of scripts with small ones are larger."""
        texts = [self._shown(line) for line in lines]
        widest = max(map(columns, texts))
        factor = enlargement("".join(texts)) * min(1.0, max(0.4, self.layout.limits.line_columns / max(1, widest)))
        scale = "" if factor == 1 else f"\\fscx{factor * 100:.0f}\\fscy{factor * 100:.0f}"
        face, em = self._ink.face, self.layout.em
        baselines = self.layout.baselines(len(lines), em)
        match self.layout.position:
            case "bottom":
                place = f"\\an2\\pos({middle:.2f},{face.top(baselines[-1], em) + face.font_size(em):.2f})"
            case "top":
                place = f"\\an8\\pos({middle:.2f},{face.top(baselines[0], em):.2f})"
            case "middle":
                place = f"\\an5\\pos({middle:.2f},{(baselines[0] + baselines[-1] - face.capital(em)) / 2:.2f})"
        return place + scale

    def _em(self, lines: Sequence[_Line]) -> float:
        """The size at which the widest line fits."""
        em = self.layout.em
        widest = max(1.0, *(self._width(line, em) for line in lines))  # some characters have no width
        return em * min(1.0, self.layout.width / widest)

    def _width(self, line: _Line, em: float) -> float:
        if self._measures.spoken != "pill":
            return self._ink.face.width(self._shown(line), em)
        return sum(advance for _, advance in self._advances(line, em))

    def _advances(self, line: _Line, em: float) -> Iterator[tuple[float, float]]:
        """For each word, the gap before it, and the way from the end of the word before it to its own end."""
        for index, word in enumerate(line):
            gap = self.layout.word_gap * em if index and word.spaced else 0.0
            yield gap, gap + self._ink.face.width(self._canvas.drawable(word.text), em)

    def _plate(self, cue: Cue, lines: Sequence[_Line]) -> pysubs2.SSAEvent:
        em = self._em(lines)
        baselines = self.layout.baselines(len(lines), em)
        width = max(self._width(line, em) for line in lines) + 2 * _PLATE_SIDE * em
        top = baselines[0] - self._ink.face.capital(em) - _PLATE_ABOVE * em
        box = Box((self._canvas.width - width) / 2, top, width, baselines[-1] + (_PLATE_ABOVE + 0.1) * em - top)
        drawing = Drawing(self._canvas.look.frame_rate)
        drawing.rectangle(
            box,
            self._ink.plate,
            Span(cue.start, cue.end),
            radius=_PLATE_RADIUS * em,
            layer=_PLATE,
            opacity=self._ink.plate_opacity,
        )
        return drawing.events[0]

    def _popping(self, cue: Cue, lines: Sequence[_Line]) -> Iterator[pysubs2.SSAEvent]:
        """Each word in a place of its own, which does not move when another one is spoken."""
        em = self._em(lines)
        turns = {id(word): (start, end) for word, start, end in _turns(cue) if word}
        for line, baseline in zip(lines, self.layout.baselines(len(lines), em), strict=True):
            x = (self._canvas.width - self._width(line, em)) / 2
            for word, (gap, advance) in zip(line, self._advances(line, em), strict=True):
                middle = x + (gap + advance) / 2
                x += advance
                start, end = turns.get(id(word), (cue.end, cue.end))
                yield from self._resting(word, middle, baseline, em, [(cue.start, start), (end, cue.end)])
                yield from self._spoken(word, middle, baseline, em, (start, end))

    def _resting(
        self, word: SpokenWord, middle: float, baseline: float, em: float, spans: Sequence[tuple[int, int]]
    ) -> Iterator[pysubs2.SSAEvent]:
        """A word while others are spoken."""
        text = escaped(self._canvas.drawable(word.text))
        place = self._place(middle, baseline, em)
        for start, end in spans:
            if start < end:
                if self._ink.footage:
                    yield self._event(start, end, place + self._soft(em), text, layer=_SHADOW)
                yield self._event(start, end, place, text)

    def _spoken(
        self, word: SpokenWord, middle: float, baseline: float, em: float, span: tuple[int, int]
    ) -> Iterator[pysubs2.SSAEvent]:
        """A word on its pill, which grows as the word begins. The middle of its capitals stays where it is."""
        ink, rate = self._ink, self._canvas.look.frame_rate
        text = self._canvas.drawable(word.text)
        starts = [span[0] + (frames_at(frame, rate) if frame else 0) for frame, _ in _GROWTH]
        drawing = Drawing(rate)
        for (_, growth), (start, end) in zip(_GROWTH, pairwise([*starts, max(span[1], starts[-1])]), strict=True):
            shown = Span(start, min(end, span[1]))
            if shown.start >= shown.end:
                continue
            size = em * growth
            capital = ink.face.capital(size)
            lower = baseline + (capital - ink.face.capital(em)) / 2
            width = ink.face.width(text, size) + 2 * _PILL_SIDE * em
            box = Box(
                middle - width / 2,
                lower - capital - _PILL_ABOVE * em,
                width,
                capital + (_PILL_ABOVE + _PILL_BELOW) * em,
            )
            edge = f"\\3c{colour_code(INK)}\\3a&H50&\\bord{_PILL_EDGE * em:.2f}" if ink.footage else ""
            drawing.rectangle(box, ink.spoken, shown, radius=_PILL_RADIUS * em, layer=_PLATE, tags=edge)
            place = f"{self._place(middle, lower, size)}\\bord0\\1c{colour_code(ink.on_spoken)}"
            yield self._event(shown.start, shown.end, place, escaped(text))
        yield from drawing.events

    def _place(self, middle: float, baseline: float, em: float) -> str:
        face = self._ink.face
        return f"\\an8\\q2\\pos({middle:.2f},{face.top(baseline, em):.2f})\\fs{face.font_size(em):.2f}"

    def _event(self, start: int, end: int, place: str, text: str, *, layer: int = _LETTERS) -> pysubs2.SSAEvent:
        style = _PLATED if self._on_plate and not self._ink.measured else CAPTION
        return self._canvas.event(start, end, f"{{{place}}}{text}", style, layer=layer)

    def _shown(self, line: _Line) -> str:
        words = [(word.spaced, self._canvas.drawable(word.text)) for word in line]
        return "".join(f" {text}" if spaced and index else text for index, (spaced, text) in enumerate(words))

    def _text(
        self, lines: Sequence[_Line], before: Mapping[int, str] | None = None, after: Mapping[int, str] | None = None
    ) -> str:
        """The lines with commands before and after words; both maps have the id of a word as key."""
        return r"\N".join(self._line(line, before or {}, after or {}) for line in lines)

    def _line(self, line: _Line, before: Mapping[int, str], after: Mapping[int, str]) -> str:
        text = ""
        for word in line:
            shown = escaped(self._canvas.drawable(word.text))
            first, last = before.get(id(word)), after.get(id(word))
            shown = f"{{{first}}}{shown}" if first else shown
            shown = f"{shown}{{{last}}}" if last else shown
            text += f" {shown}" if word.spaced and text else shown
        return text

    def _fills(self, cue: Cue, words: _Line) -> Iterator[str]:
        """For each word, the hundredths of a second to wait and to fill it.

        A word that runs from the right is filled at once: libass fills from the left.
        """
        rate = self._canvas.look.frame_rate
        at = 0
        for word in words:
            start, end = (max(at, (frame - cue.start) * 100 // rate) for frame in (word.start, word.end))
            wait = f"\\k{start - at}" if start > at else ""
            from_right = any(unicodedata.bidirectional(character) in {"R", "AL"} for character in word.text)
            yield f"{wait}\\{'k' if from_right else 'kf'}{end - start}"
            at = end


def _turns(cue: Cue) -> list[tuple[SpokenWord | None, int, int]]:
    """Which word is spoken from which frame up to which one, while the caption shows; None before the first word."""
    words = [word for line in cue.lines for word in line]
    edges = [cue.start, *(min(word.start, cue.end) for word in words), cue.end]
    found = zip([None, *words], pairwise(edges), strict=True)
    return [(word, start, end) for word, (start, end) in found if start < end]
