"""The title over the footage of a scene. Pure."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import pysubs2

from scenewire.messages import Brief, Scene
from scenewire.text.markup import one_line
from scenewire_assembly.captions.ass import Canvas, colour, escaped, runs_from_right
from scenewire_assembly.captions.line_breaking import columns
from scenewire_assembly.designs.lettering import pieces_of, text_of, wrap
from scenewire_assembly.designs.times import words_in
from scenewire_assembly.typefaces.face import Face

__all__ = ["Title", "title_of"]

_MAX_TITLE_COLUMNS: Final = 110

_TITLE_S: Final = 3.6
_MIN_TITLE_S: Final = 1.2
"""A shorter scene shows no title: nobody could read it."""

_EM: Final = 0.088
"""Share of the picture's height, or nearly of its width if that is less."""

_MIN_EM: Final = 0.6
"""Share of that size to which a title shrinks so that it fills no more than two lines."""

_DESCENT: Final = 0.25
"""How far letters reach below their base line, ems."""

_STEP: Final = 0.96
_LINES: Final = 2


@dataclass(frozen=True)
class Title:
    """The video's title over the beginning of its footage, at the top, clear of the captions.

    Attributes:
        text: the title.
        face: its font.
        letters: colour of its letters, `RRGGBB`; light, for they stand on a dark haze.
        accent: colour of its line.
        size: share of the usual size.
        line: distance of base lines, ems.
    """

    text: str
    face: Face
    letters: str
    accent: str
    size: float = 1.0
    line: float = 1.12

    def frames(self, canvas: Canvas) -> int:
        """The frames for which it shows; 0 in a scene that is too short to read it."""
        rate = canvas.look.frame_rate
        shown = min(canvas.frames, round(_TITLE_S * rate))
        return shown if canvas.drawable(self.text) and shown >= _MIN_TITLE_S * rate else 0

    def bottom(self, canvas: Canvas) -> float:
        """The height that its letters reach down to."""
        em, lines = self._fitted(canvas)
        return self._top(canvas) + self.face.capital(em) + em * (self.line * (len(lines) - 1) + _DESCENT)

    def styles(self, canvas: Canvas) -> dict[str, pysubs2.SSAStyle]:
        """The ASS styles that its events use."""
        em, _ = self._fitted(canvas)
        style = canvas.text_style(self.face.font_size(em, canvas.drawable(self.text)))
        style.fontname, style.bold, style.primarycolor = self.face.family, self.face.bold, colour(self.letters)
        style.marginl = style.marginr = 0
        style.outlinecolor, style.backcolor = colour("080A0E", 70), colour("000000", 120)
        style.outline, style.shadow = round(em * 0.04, 2), round(em * 0.045, 2)
        style.alignment = pysubs2.Alignment.TOP_RIGHT if runs_from_right(self.text) else pysubs2.Alignment.TOP_LEFT
        line = style.copy()
        line.primarycolor, line.outline, line.shadow = colour(self.accent), 0.0, round(style.shadow / 2, 2)
        line.alignment = pysubs2.Alignment.TOP_LEFT
        shade = line.copy()
        shade.primarycolor, shade.shadow = colour("000000", 140), 0.0
        return {"Title": style, "TitleLine": line, "TitleShade": shade}

    def events(self, canvas: Canvas) -> Iterator[pysubs2.SSAEvent]:
        """The title for the first seconds: a dark haze from above, a line, and the text below it."""
        shown = self.frames(canvas)
        if not shown:
            return
        em, lines = self._fitted(canvas)
        side, top = canvas.margin, self._top(canvas)
        baseline = top + self.face.capital(em)
        tall = baseline + em * (self.line * (len(lines) - 1) + 0.9)
        blur = round(canvas.height * 0.05)
        haze = f"m {-3 * blur} {-3 * blur} l {canvas.width + 3 * blur} {-3 * blur}"
        haze += f" {canvas.width + 3 * blur} {tall - blur:.0f} {-3 * blur} {tall - blur:.0f}"
        shade = f"{{\\pos(0,0)\\blur{blur}\\fad(500,500)\\p1}}{haze}{{\\p0}}"
        yield canvas.event(0, shown, shade, "TitleShade")
        bar = _bar(em * 1.3, max(2.0, canvas.height / 216))
        x = canvas.width - side if runs_from_right(self.text) else side
        anchor = r"\an9" if runs_from_right(self.text) else r"\an7"
        line = f"{{{anchor}\\pos({x},{top - em * 0.36:.1f})\\fscx0\\t(150,900,0.6,\\fscx100)\\fad(250,450)\\p1}}"
        yield canvas.event(0, shown, f"{line}{bar}{{\\p0}}", "TitleLine", layer=1)
        start = x + em * 0.25 if runs_from_right(self.text) else x - em * 0.25
        for text in lines:
            y = self.face.top(baseline, em, text)
            moved = f"{{\\q2\\move({start:.1f},{y:.1f},{x},{y:.1f},0,800)\\fad(450,450)}}"
            yield canvas.event(0, shown, f"{moved}{escaped(text)}", "Title", layer=1)
            baseline += self.line * em

    @staticmethod
    def _top(canvas: Canvas) -> int:
        return round(canvas.height * (0.12 if canvas.upright else 0.1))

    def _fitted(self, canvas: Canvas) -> tuple[float, list[str]]:
        """The em, smaller for a title that would fill more than two lines, and the lines."""
        width = canvas.width - 2 * canvas.margin
        pieces = pieces_of(words_in(canvas.drawable(self.text)))
        em = least = min(canvas.height, canvas.width * 1.2) * _EM * self.size
        least *= _MIN_EM
        while True:
            measure = partial(self.face.width, em=em)
            lines = wrap(pieces, measure, width)
            fits = len(lines) <= _LINES and all(measure(text_of(line)) <= width for line in lines)
            if fits or em * _STEP < least:
                return em, [text_of(line) for line in lines]
            em *= _STEP


def title_of(brief: Brief, scene: Scene) -> str:
    """The video's title over the footage of the first scene, or the heading of the section that begins with a scene.

    Empty if there is neither, or if the captions start with the same words.
    """
    title, text = one_line(brief.title if scene.scene_number == 1 else scene.section), one_line(scene.text)
    repeated = text.casefold().startswith(title.rstrip(" .…").casefold())
    if not brief.options.look.title or (repeated and brief.options.look.captions):
        return ""
    return _shortened(title, _MAX_TITLE_COLUMNS)


def _bar(width: float, thickness: float) -> str:
    return f"m 0 0 l {width:.0f} 0 {width:.0f} {thickness:.0f} 0 {thickness:.0f}"


def _shortened(text: str, max_columns: int) -> str:
    """As many whole words as fit; with an ellipsis if some do not."""
    if columns(text) <= max_columns:
        return text
    kept = text
    while columns(kept) >= max_columns:
        kept = kept[:-1]
    kept = kept.rsplit(" ", maxsplit=1)[0] if " " in kept else kept
    while kept and (unicodedata.category(kept[-1])[0] in "PZ"):
        kept = kept[:-1]
    return f"{kept}…"
