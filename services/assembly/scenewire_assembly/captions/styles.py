"""How captions look: their letters, their place, and what happens to the word that is being spoken. Pure."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import pysubs2

from scenewire.messages import Look
from scenewire_assembly.captions.ass import WHITE, colour, columns_in, drawable, enlargement, escaped, event, text_style
from scenewire_assembly.captions.cues import LINE_COLUMNS, Cue, SpokenWord
from scenewire_assembly.captions.line_breaking import columns

__all__ = ["CAPTION", "caption_columns", "caption_events", "caption_size", "caption_style"]

CAPTION: Final = "Caption"

_SPOKEN: Final = "FFD87B"
"""Warm yellow."""

_VIVID: Final = "FFD23F"
_INK: Final = "080A0E"
_POP: Final = r"\fscx{0:.0f}\fscy{0:.0f}\t(0,{1},\fscx{2:.0f}\fscy{2:.0f})"
_POP_MILLISECONDS: Final = 90


@dataclass(frozen=True, kw_only=True)
class _Design:
    """A caption style. Sizes of letters are shares of the picture, all others of the letters."""

    size: tuple[float, float] = (0.057, 0.078)
    """Of the picture's height and of its width; the smaller counts."""
    most_columns: int = LINE_COLUMNS
    fewest_columns: int = 12
    outline: float = 0.06
    shadow: float = 0.035
    spoken: Literal["still", "coloured", "filled"] = "still"
    """What happens to words as they are spoken."""
    hue: str = _SPOKEN
    boxed: bool = False
    pops: bool = False
    """Whether a caption grows into its place."""
    foot: tuple[float, float] = (0.065, 0.16)
    """Of the picture's height, what stays free below: in wide pictures, and in upright ones, which players cover."""


_DESIGNS: Final = {
    "highlight": _Design(spoken="coloured"),
    "plain": _Design(outline=0.045, shadow=0.05),
    "box": _Design(boxed=True, size=(0.052, 0.072)),
    "karaoke": _Design(spoken="filled"),
    "bold": _Design(
        size=(0.088, 0.12),
        most_columns=20,
        fewest_columns=10,
        outline=0.085,
        shadow=0.05,
        spoken="coloured",
        hue=_VIVID,
        pops=True,
        foot=(0.12, 0.27),
    ),
}


def caption_size(look: Look) -> float:
    """Height of a caption's line in pixels."""
    design = _DESIGNS[look.caption_style]
    return min(look.height * design.size[0], look.width * design.size[1])


def caption_columns(look: Look) -> int:
    """How many letters of a caption stand on one line."""
    design = _DESIGNS[look.caption_style]
    return max(design.fewest_columns, min(design.most_columns, int(columns_in(look, caption_size(look)))))


def caption_style(look: Look) -> pysubs2.SSAStyle:
    """The style of all captions of a film."""
    design = _DESIGNS[look.caption_style]
    size = caption_size(look)
    style = text_style(look, size)
    style.primarycolor = colour(design.hue) if design.spoken == "filled" else WHITE
    style.secondarycolor = WHITE
    style.outlinecolor = colour(_INK, 30)
    style.backcolor = colour("000000", 140)
    style.outline = round(size * design.outline, 2)
    style.shadow = round(size * design.shadow, 2)
    style.marginv = round(look.height * design.foot[look.height > look.width])
    if design.boxed:
        style.borderstyle = 4  # one box around all lines, as far out as the shadow says
        style.backcolor = colour(_INK, 64)
        style.outline = 0
        style.shadow = round(size * 0.28, 2)
    return style


def caption_events(look: Look, cue: Cue, undrawable: Collection[str]) -> Iterator[pysubs2.SSAEvent]:
    """One caption; one event for each word where the spoken one has a colour of its own."""
    design = _DESIGNS[look.caption_style]
    lines = [[word for word in line if drawable(word.text, undrawable)] for line in cue.lines]
    lines = [line for line in lines if line]
    if not lines:
        return
    words = [word for line in lines for word in line]
    scale = _scale(look, cue)
    if design.spoken == "filled":
        marks = {id(word): mark for word, mark in zip(words, _fills(look, cue, words), strict=True)}
        text = r"\N".join(_line(line, undrawable, before=marks) for line in lines)
        yield event(look, cue.start, cue.end, scale + text, CAPTION)
        return
    if design.spoken == "still":
        text = r"\N".join(_line(line, undrawable) for line in lines)
        yield event(look, cue.start, cue.end, scale + text, CAPTION)
        return
    red, green, blue = design.hue[:2], design.hue[2:4], design.hue[4:]
    turns = [cue.start, *(word.start for word in words), cue.end]
    first = True
    for word, (start, end) in zip([None, *words], pairwise(turns), strict=True):
        if start >= end:
            continue
        before, after = ({id(word): f"\\1c&H{blue}{green}{red}&"}, {id(word): "\\1c"}) if word else ({}, {})
        text = r"\N".join(_line(line, undrawable, before=before, after=after) for line in lines)
        yield event(look, start, end, (_grown(look, cue) if first and design.pops else scale) + text, CAPTION)
        first = False


def _line(
    line: Sequence[SpokenWord],
    undrawable: Collection[str],
    *,
    before: dict[int, str] | None = None,
    after: dict[int, str] | None = None,
) -> str:
    """A line with what is commanded before and after its words."""
    text = ""
    for word in line:
        shown = escaped(drawable(word.text, undrawable))
        first, last = (before or {}).get(id(word)), (after or {}).get(id(word))
        shown = f"{{{first}}}{shown}" if first else shown
        shown = f"{shown}{{{last}}}" if last else shown
        text += f" {shown}" if word.spaced and text else shown
    return text


def _fills(look: Look, cue: Cue, words: Sequence[SpokenWord]) -> list[str]:
    """For each word, the hundredths of a second to wait and to fill it, from the caption's beginning.

    A word that runs from the right is filled at once: libass fills from the left.
    """
    marks: list[str] = []
    at = 0
    for word in words:
        start, end = (max(at, (frame - cue.start) * 100 // look.frame_rate) for frame in (word.start, word.end))
        wait = f"\\k{start - at}" if start > at else ""
        backwards = any(unicodedata.bidirectional(character) in ("R", "AL") for character in word.text)
        marks.append(f"{wait}\\{'k' if backwards else 'kf'}{end - start}")
        at = end
    return marks


def _share(look: Look, cue: Cue) -> float:
    """Of the style's size: less for a word that is longer than a line, more for scripts whose letters come out small."""
    widest = max(columns(text) for text in cue.texts)
    return enlargement("".join(cue.texts)) * min(1.0, max(0.4, caption_columns(look) / max(1, widest)))


def _scale(look: Look, cue: Cue) -> str:
    share = _share(look, cue)
    return "" if share == 1 else f"{{\\fscx{share * 100:.0f}\\fscy{share * 100:.0f}}}"


def _grown(look: Look, cue: Cue) -> str:
    full = _share(look, cue) * 100
    return f"{{{_POP.format(full * 0.86, _POP_MILLISECONDS, full)}}}"
