"""What is written into the picture, as an ASS script: captions, and the title card of a painted scene. Pure.

Sizes follow the picture. Text comes from outside: nothing in it is obeyed as markup.
"""

import math
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pysubs2

from services.assembly.captions import LINE_COLUMNS, Cue, SpokenWord, clean_text, columns
from shared.contracts import Brief, Look, Scene

__all__ = ["Card", "caption_columns", "card_of", "lettering", "written"]

_FONT: Final = "DejaVu Sans"
_EM: Final = 0.86
"""Of this font's line height, the em; libass sizes fonts by the former."""

_LETTER: Final = 0.64
"""Mean width of a letter in this bold font, in ems."""

_TEXT_WIDTH: Final = 0.88
"""Of the picture's width: what text may fill."""

_HEADING_COLUMNS: Final = 34
_HEADING_WORDS: Final = 3
_DOT: Final = " · "
_TITLE_COLUMNS: Final = 110

_LONGEST_WORD: Final = 20
"""Columns of a word in a heading; libass lets what it cannot wrap run out of the picture."""

_DIRECTION: Final = -1
"""libass's word for: the text itself says whether it runs from left or from right."""

_WHITE: Final = pysubs2.Color(255, 255, 255)
_SPOKEN: Final = "&H7BD8FF&"
"""Warm yellow, blue first: the word that is being spoken."""


@dataclass(frozen=True)
class Card:
    """What a painted scene shows in its middle."""

    heading: str
    label: str
    """Small, below the heading; may be empty."""
    size: float
    """Height of the heading's letters as a share of the picture's."""
    accent: str
    """Colour of line and label, `RRGGBB`."""


def caption_columns(look: Look) -> int:
    """How many letters of a caption stand on one line."""
    letter = _caption_size(look) * _EM * _LETTER
    return max(12, min(LINE_COLUMNS, int(look.width * _TEXT_WIDTH / letter)))


def card_of(brief: Brief, scene: Scene, accent: str) -> Card:
    """The film's title on its first scene, a few telling words on the others."""
    if scene.scene_number == 1:
        return Card(_shortened(clean_text(brief.title), _TITLE_COLUMNS), "", 0.105, accent)
    text = clean_text(scene.text)
    words: list[str] = []
    for word in [clean_text(keyword) for keyword in scene.keywords][:_HEADING_WORDS]:
        if word and columns(_DOT.join([*words, word])) <= _HEADING_COLUMNS:
            words.append(word)
    words.sort(key=lambda word: text.casefold().find(word.casefold()))  # told in the order in which they are heard
    heading = _DOT.join(word[:1].upper() + word[1:] for word in words)
    heading = heading or _shortened(text, _HEADING_COLUMNS)
    return Card(heading, f"{scene.scene_number} / {brief.scene_count}", 0.075, accent)


def written(cues: Sequence[Cue], card: Card | None) -> str:
    """All that would be drawn, to ask which of it can be."""
    texts = [text for cue in cues for text in cue.texts]
    return "".join([*texts, *((card.heading, card.label) if card else ())])


def lettering(look: Look, frames: int, cues: Sequence[Cue], card: Card | None, undrawable: Collection[str] = ()) -> str:
    """The ASS script of a scene.

    Args:
        look: the picture's size and rate.
        frames: the scene's length.
        cues: its captions.
        card: its title card, if it has one.
        undrawable: characters to leave out because no font here has them.
    """
    script = pysubs2.SSAFile()
    script.info.update(
        {
            "PlayResX": str(look.width),
            "PlayResY": str(look.height),
            "ScaledBorderAndShadow": "yes",
            "WrapStyle": "0",
            "YCbCr Matrix": "TV.709",
        }
    )
    script.styles = {"Caption": _caption_style(look)}
    if card is not None:
        script.styles |= _card_styles(look, card)
        script.events += _card_events(look, frames, card, undrawable)
    for cue in cues:
        script.events += _caption_events(look, cue, undrawable)
    return script.to_string("ass")


# --- captions ----------------------------------------------------------------------------------------


def _caption_size(look: Look) -> float:
    return min(look.height * 0.057, look.width * 0.066)


def _caption_style(look: Look) -> pysubs2.SSAStyle:
    size = _caption_size(look)
    upright = look.height > look.width
    side = round(look.width * (1 - _TEXT_WIDTH) / 2)
    return pysubs2.SSAStyle(
        fontname=_FONT,
        fontsize=round(size, 2),
        bold=True,
        primarycolor=_WHITE,
        outlinecolor=pysubs2.Color(8, 10, 14, 30),
        backcolor=pysubs2.Color(0, 0, 0, 140),
        outline=round(size * 0.06, 2),
        shadow=round(size * 0.035, 2),
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        marginl=side,
        marginr=side,
        marginv=round(look.height * (0.16 if upright else 0.065)),
        encoding=_DIRECTION,
    )


def _caption_events(look: Look, cue: Cue, undrawable: Collection[str]) -> Iterator[pysubs2.SSAEvent]:
    """One event while each word is spoken, which then has a colour of its own."""
    lines = [[word for word in line if _drawable(word.text, undrawable)] for line in cue.lines]
    lines = [line for line in lines if line]
    if any(unicodedata.bidirectional(character) in ("R", "AL") for text in cue.texts for character in text):
        # A change of colour within such a line would be laid out from left to right.
        yield _event(
            look, cue.start, cue.end, r"\N".join(_caption_line(line, None, undrawable) for line in lines), "Caption"
        )
        return
    turns = [cue.start, *(word.start for line in lines for word in line), cue.end]
    spoken: list[SpokenWord | None] = [None, *(word for line in lines for word in line)]
    for word, (start, end) in zip(spoken, pairwise(turns), strict=True):
        if lines and start < end:
            text = r"\N".join(_caption_line(line, word, undrawable) for line in lines)
            yield _event(look, start, end, text, "Caption")


def _caption_line(line: Sequence[SpokenWord], spoken: SpokenWord | None, undrawable: Collection[str]) -> str:
    text = ""
    for word in line:
        shown = _escaped(_drawable(word.text, undrawable))
        shown = f"{{\\1c{_SPOKEN}}}{shown}{{\\1c}}" if word is spoken else shown
        text += f" {shown}" if word.spaced and text else shown
    return text


# --- title card ----------------------------------------------------------------------------------------


def _card_styles(look: Look, card: Card) -> dict[str, pysubs2.SSAStyle]:
    unit = _heading_size(look, card)
    side = round(look.width * (1 - _TEXT_WIDTH) / 2)
    heading = pysubs2.SSAStyle(
        fontname=_FONT,
        fontsize=round(unit, 2),
        bold=True,
        primarycolor=_WHITE,
        outlinecolor=pysubs2.Color(0, 0, 0, 190),
        backcolor=pysubs2.Color(0, 0, 0, 150),
        outline=round(unit * 0.01, 2),
        shadow=round(unit * 0.03, 2),
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        marginl=side,
        marginr=side,
        encoding=_DIRECTION,
    )
    label = heading.copy()
    label.fontsize = round(_caption_size(look) * 0.72, 2)
    label.primarycolor = label.outlinecolor = _colour(card.accent)
    label.outline = 0
    label.shadow = round(label.fontsize * 0.03, 2)
    label.spacing = round(label.fontsize * 0.12, 2)
    label.alignment = pysubs2.Alignment.TOP_CENTER
    line = label.copy()
    line.alignment = pysubs2.Alignment.MIDDLE_CENTER
    return {"Heading": heading, "Label": label, "Line": line}


def _heading_size(look: Look, card: Card) -> float:
    """Smaller for what would fill more than two lines."""
    size = min(look.height, look.width * 0.9) * card.size
    return size * max(0.5, min(1.0, math.sqrt(2 / max(1.0, _lines_of(look, card.heading, size)))))


def _lines_of(look: Look, text: str, size: float) -> float:
    return columns(text) * size * _EM * _LETTER / (look.width * _TEXT_WIDTH)


def _card_events(look: Look, frames: int, card: Card, undrawable: Collection[str]) -> Iterator[pysubs2.SSAEvent]:
    heading = _breakable(_drawable(card.heading, undrawable))
    label = _drawable(card.label, undrawable)
    if not heading:
        return
    size = _heading_size(look, card)
    lines = math.ceil(_lines_of(look, heading, size))
    x = look.width // 2
    y = round(look.height * 0.47 + (lines - 1) * size / 2)
    gap = look.height * 0.03
    rise = look.height * 0.014
    wide, thick = look.width * 0.055 + size * 0.6, max(2.0, look.height / 270)
    yield _event(
        look,
        0,
        frames,
        f"{{\\move({x},{y - gap / 2 + rise:.1f},{x},{y - gap / 2:.1f},0,900)\\fad(600,450)}}{_escaped(heading)}",
        "Heading",
    )
    yield _event(
        look,
        0,
        frames,
        f"{{\\pos({x},{y})\\fscx0\\t(200,1100,0.6,\\fscx100)\\fad(300,450)\\p1}}"
        f"m 0 0 l {wide:.0f} 0 {wide:.0f} {thick:.0f} 0 {thick:.0f}{{\\p0}}",
        "Line",
    )
    if label:
        yield _event(look, 0, frames, f"{{\\pos({x},{y + gap:.1f})\\fad(900,450)}}{_escaped(label)}", "Label")


# --- ASS ---------------------------------------------------------------------------------------------------


def _event(look: Look, start: int, end: int, text: str, style: str) -> pysubs2.SSAEvent:
    """From frame `start` up to and without frame `end`. ASS counts hundredths: a frame begins within or after its own."""
    return pysubs2.SSAEvent(
        start=start * 100 // look.frame_rate * 10, end=end * 100 // look.frame_rate * 10, text=text, style=style
    )


def _escaped(text: str) -> str:
    """Text that libass draws as it stands; a word joiner parts a backslash from what it would command."""
    return text.replace("\\", "\\\u2060").replace("{", r"\{").replace("}", r"\}")


def _drawable(text: str, undrawable: Collection[str]) -> str:
    """The text without those characters; nothing if only marks and punctuation remain of it."""
    kept = "".join(character for character in text if character not in undrawable)
    return kept if kept == text or any(character.isalnum() for character in kept) else ""


def _shortened(text: str, most: int) -> str:
    """As many whole words as fit, with an ellipsis where some do not."""
    if columns(text) <= most:
        return text
    kept = text
    while columns(kept) >= most:
        kept = kept[:-1]
    kept = kept.rsplit(" ", maxsplit=1)[0] if " " in kept else kept
    while kept and (unicodedata.category(kept[-1])[0] in "PZ"):
        kept = kept[:-1]
    return f"{kept}…"


def _breakable(text: str) -> str:
    words = (word[at : at + _LONGEST_WORD] for word in text.split(" ") for at in range(0, len(word), _LONGEST_WORD))
    return " ".join(words)


def _colour(code: str) -> pysubs2.Color:
    return pysubs2.Color(*bytes.fromhex(code))
