"""The title over the footage of a scene. Pure."""

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pysubs2

from scenewire.messages import Brief, Scene
from scenewire.text.markup import one_line
from scenewire_assembly.captions.ass import Canvas, colour, enlargement, escaped
from scenewire_assembly.captions.line_breaking import columns, split_unbreakable

__all__ = ["Title", "title_of"]

_MAX_TITLE_COLUMNS: Final = 110

_TITLE_S: Final = 3.6
_MIN_TITLE_S: Final = 1.2
"""A shorter scene shows no title: nobody could read it."""

_TITLE_SIZE: Final = 0.075
"""Share of the picture's height, or nearly of its width if that is less."""


@dataclass(frozen=True)
class Title:
    """The video's title over the beginning of its footage, at the top, clear of the captions.

    Attributes:
        text: the title.
        accent: colour of its line, `RRGGBB`.
    """

    text: str
    accent: str

    @property
    def texts(self) -> tuple[str, ...]:
        """All text of it."""
        return (self.text,)

    def styles(self, canvas: Canvas) -> dict[str, pysubs2.SSAStyle]:
        """The ASS styles that its events use."""
        style = canvas.text_style(self._size(canvas))
        style.outlinecolor, style.backcolor = colour("080A0E", 70), colour("000000", 120)
        style.outline, style.shadow = round(style.fontsize * 0.035, 2), round(style.fontsize * 0.04, 2)
        style.alignment = pysubs2.Alignment.TOP_RIGHT if self._from_right else pysubs2.Alignment.TOP_LEFT
        style.marginv = round(canvas.height * (0.105 if canvas.upright else 0.085))
        line = style.copy()
        line.primarycolor, line.outline, line.shadow = colour(self.accent), 0.0, round(style.shadow / 2, 2)
        line.alignment = pysubs2.Alignment.TOP_LEFT
        shade = line.copy()
        shade.primarycolor, shade.shadow = colour("000000", 140), 0.0
        return {"Title": style, "TitleLine": line, "TitleShade": shade}

    def events(self, canvas: Canvas) -> Iterator[pysubs2.SSAEvent]:
        """The title for the first seconds: a dark haze from above, a line, and the text below it."""
        text = canvas.drawable(self.text)
        rate = canvas.look.frame_rate
        shown = min(canvas.frames, round(_TITLE_S * rate))
        if not text or shown < _MIN_TITLE_S * rate:
            return
        style = self.styles(canvas)["Title"]
        size, top, side = style.fontsize, style.marginv, canvas.margin
        tall = top + size * (math.ceil(canvas.lines(text, size)) + 0.7)
        blur = round(canvas.height * 0.05)
        haze = f"m {-3 * blur} {-3 * blur} l {canvas.width + 3 * blur} {-3 * blur}"
        haze += f" {canvas.width + 3 * blur} {tall - blur:.0f} {-3 * blur} {tall - blur:.0f}"
        shade = f"{{\\pos(0,0)\\blur{blur}\\fad(500,500)\\p1}}{haze}{{\\p0}}"
        yield canvas.event(0, shown, shade, "TitleShade")
        bar = _bar(size * 1.5, max(2.0, canvas.height / 216))
        x = canvas.width - side if self._from_right else side
        anchor = r"\an9" if self._from_right else r"\an7"
        line = f"{{{anchor}\\pos({x},{top - size * 0.28:.1f})\\fscx0\\t(150,900,0.6,\\fscx100)\\fad(250,450)\\p1}}"
        yield canvas.event(0, shown, f"{line}{bar}{{\\p0}}", "TitleLine", layer=1)
        drift = size * 0.22
        start = x + drift if self._from_right else x - drift
        moved = f"{{\\move({start:.1f},{top},{x},{top},0,800)\\fad(450,450)}}"
        yield canvas.event(0, shown, f"{moved}{_broken(text, canvas.columns(size))}", "Title", layer=1)

    @property
    def _from_right(self) -> bool:
        """Whether the text runs from the right, by its first letter that has a direction."""
        directions = (unicodedata.bidirectional(character) for character in self.text)
        return next((direction != "L" for direction in directions if direction in ("L", "R", "AL")), False)

    def _size(self, canvas: Canvas) -> float:
        """Line height in pixels; smaller for a title that would fill more than two lines."""
        size = min(canvas.height, canvas.width * 1.2) * _TITLE_SIZE * enlargement(self.text)
        return size * max(0.6, min(1.0, math.sqrt(2 / max(1.0, canvas.lines(self.text, size)))))


def title_of(brief: Brief, scene: Scene, accent: str) -> Title | None:
    """The video's title over the footage of the first scene, or the heading of the section that begins with a scene.

    None if there is neither, or if the captions start with the same words.
    """
    title, text = one_line(brief.title if scene.scene_number == 1 else scene.section), one_line(scene.text)
    repeated = text.casefold().startswith(title.rstrip(" .…").casefold())
    if not title or not brief.options.look.title or (repeated and brief.options.look.captions):
        return None
    return Title(_shortened(title, _MAX_TITLE_COLUMNS), accent)


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


def _broken(text: str, line_columns: float) -> str:
    """The text as ASS, with breaks in words that are wider than a line: libass breaks lines only at spaces."""
    words = text.split(" ")
    return " ".join(r"\N".join(map(escaped, _divided(word, line_columns))) for word in words)


def _divided(word: str, line_columns: float) -> Iterator[str]:
    """A word in as few lines as it needs, of similar widths."""
    lines = math.ceil(columns(word) / line_columns)
    width = math.ceil(columns(word) / lines) if lines else 0
    line = ""
    for part, _ in split_unbreakable(word, width):
        if line and (columns(line) >= width or columns(line + part) > line_columns + 1):  # half a wide character
            yield line
            line = part
        else:
            line += part
    yield line
