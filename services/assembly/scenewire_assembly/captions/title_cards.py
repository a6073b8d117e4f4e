"""Titles: the card in the middle of a painted scene, and the film's title over the footage of its first. Pure."""

import math
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

import pysubs2

from scenewire.messages import Brief, Look, Scene
from scenewire.text.markup import one_line
from scenewire_assembly.captions.ass import colour, drawable, enlargement, escaped, event, lines_of, margin, text_style
from scenewire_assembly.captions.line_breaking import columns

__all__ = ["Card", "Title", "card_events", "card_of", "card_styles", "title_events", "title_of", "title_styles"]

_HEADING_COLUMNS: Final = 34
_HEADING_WORDS: Final = 3
_DOT: Final = " · "
_TITLE_COLUMNS: Final = 110

_LONGEST_WORD: Final = 20
"""Columns of a word in a heading; libass lets what it cannot wrap run out of the picture."""

_TITLE_SECONDS: Final = 3.6
_TITLE_SHORTEST: Final = 1.2
"""Seconds. A scene that is shorter shows no title: nobody could read it."""

_TITLE_SIZE: Final = 0.075
"""Of the picture's height, or nearly of its width if that is less."""


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


@dataclass(frozen=True)
class Title:
    """What stands over the beginning of a film's footage, at the top, where no captions are."""

    text: str
    accent: str
    """Colour of its line, `RRGGBB`."""


def card_of(brief: Brief, scene: Scene, accent: str) -> Card:
    """The film's title on its first scene, a few telling words on the others."""
    if scene.scene_number == 1:
        return Card(_shortened(one_line(brief.title), _TITLE_COLUMNS), "", 0.105, accent)
    text = one_line(scene.text)
    words: list[str] = []
    for word in [one_line(keyword) for keyword in scene.keywords][:_HEADING_WORDS]:
        if word and columns(_DOT.join([*words, word])) <= _HEADING_COLUMNS:
            words.append(word)
    words.sort(key=lambda word: text.casefold().find(word.casefold()))  # told in the order in which they are heard
    heading = _DOT.join(word[:1].upper() + word[1:] for word in words)
    heading = heading or _shortened(text, _HEADING_COLUMNS)
    return Card(heading, f"{scene.scene_number} / {brief.scene_count}", 0.075, accent)


def title_of(brief: Brief, scene: Scene, accent: str) -> Title | None:
    """The title, on the first scene; none if its captions begin with the same words."""
    title, text = one_line(brief.title), one_line(scene.text)
    known = text.casefold().startswith(title.rstrip(" .…").casefold())
    if scene.scene_number > 1 or not brief.options.look.title or (known and brief.options.look.captions):
        return None
    return Title(_shortened(title, _TITLE_COLUMNS), accent)


# --- the card of a painted scene -----------------------------------------------------------------------


def card_styles(look: Look, card: Card) -> dict[str, pysubs2.SSAStyle]:
    """The styles that its events name."""
    heading = text_style(look, _heading_size(look, card))
    heading.outlinecolor, heading.backcolor = colour("000000", 190), colour("000000", 150)
    heading.outline, heading.shadow = round(heading.fontsize * 0.01, 2), round(heading.fontsize * 0.03, 2)
    label = text_style(look, min(look.height * 0.041, look.width * 0.0475))
    label.primarycolor = label.outlinecolor = colour(card.accent)
    label.outline, label.shadow = 0, round(label.fontsize * 0.03, 2)
    label.backcolor = colour("000000", 150)
    label.spacing = round(label.fontsize * 0.12, 2)
    label.alignment = pysubs2.Alignment.TOP_CENTER
    line = label.copy()
    line.alignment = pysubs2.Alignment.MIDDLE_CENTER
    return {"Heading": heading, "Label": label, "Line": line}


def card_events(look: Look, frames: int, card: Card, undrawable: Collection[str]) -> Iterator[pysubs2.SSAEvent]:
    """The card, all through the scene."""
    heading = _breakable(drawable(card.heading, undrawable))
    label = drawable(card.label, undrawable)
    if not heading:
        return
    size = _heading_size(look, card)
    lines = math.ceil(lines_of(look, heading, size))
    x = look.width // 2
    y = round(look.height * 0.47 + (lines - 1) * size / 2)
    gap = look.height * 0.03
    rise = look.height * 0.014
    wide, thick = look.width * 0.055 + size * 0.6, max(2.0, look.height / 270)
    yield event(
        look,
        0,
        frames,
        f"{{\\move({x},{y - gap / 2 + rise:.1f},{x},{y - gap / 2:.1f},0,900)\\fad(600,450)}}{escaped(heading)}",
        "Heading",
    )
    drawn = f"{{\\pos({x},{y})\\fscx0\\t(200,1100,0.6,\\fscx100)\\fad(300,450)\\p1}}{_bar(wide, thick)}{{\\p0}}"
    yield event(look, 0, frames, drawn, "Line")
    if label:
        yield event(look, 0, frames, f"{{\\pos({x},{y + gap:.1f})\\fad(900,450)}}{escaped(label)}", "Label")


def _heading_size(look: Look, card: Card) -> float:
    """Smaller for what would fill more than two lines."""
    size = min(look.height, look.width * 1.1) * card.size * enlargement(card.heading)
    return size * max(0.5, min(1.0, math.sqrt(2 / max(1.0, lines_of(look, card.heading, size)))))


# --- the title over footage ------------------------------------------------------------------------------


def title_styles(look: Look, title: Title) -> dict[str, pysubs2.SSAStyle]:
    """The styles that its events name."""
    style = text_style(look, _title_size(look, title))
    style.outlinecolor, style.backcolor = colour("080A0E", 70), colour("000000", 120)
    style.outline, style.shadow = round(style.fontsize * 0.035, 2), round(style.fontsize * 0.04, 2)
    style.alignment = pysubs2.Alignment.TOP_RIGHT if _runs_from_right(title.text) else pysubs2.Alignment.TOP_LEFT
    style.marginv = round(look.height * (0.105 if look.height > look.width else 0.085))
    line = style.copy()
    line.primarycolor, line.outline, line.shadow = colour(title.accent), 0.0, round(style.shadow / 2, 2)
    line.alignment = pysubs2.Alignment.TOP_LEFT
    shade = line.copy()
    shade.primarycolor, shade.shadow = colour("000000", 140), 0.0
    return {"Title": style, "TitleLine": line, "TitleShade": shade}


def title_events(look: Look, frames: int, title: Title, undrawable: Collection[str]) -> Iterator[pysubs2.SSAEvent]:
    """The title, on the first seconds: a dark haze from above, a line, and the words below it."""
    text = _breakable(drawable(title.text, undrawable))
    shown = min(frames, round(_TITLE_SECONDS * look.frame_rate))
    if not text or shown < _TITLE_SHORTEST * look.frame_rate:
        return
    style = title_styles(look, title)["Title"]
    size, top, side = style.fontsize, style.marginv, margin(look)
    tall = top + size * (math.ceil(lines_of(look, text, size)) + 0.7)
    blur = round(look.height * 0.05)
    haze = f"m {-3 * blur} {-3 * blur} l {look.width + 3 * blur} {-3 * blur}"
    haze += f" {look.width + 3 * blur} {tall - blur:.0f} {-3 * blur} {tall - blur:.0f}"
    yield event(look, 0, shown, f"{{\\pos(0,0)\\blur{blur}\\fad(500,500)\\p1}}{haze}{{\\p0}}", "TitleShade")
    wide, thick = size * 1.5, max(2.0, look.height / 216)
    right = _runs_from_right(title.text)
    x = look.width - side if right else side
    anchor = r"\an9" if right else r"\an7"
    yield event(
        look,
        0,
        shown,
        f"{{{anchor}\\pos({x},{top - size * 0.28:.1f})\\fscx0\\t(150,900,0.6,\\fscx100)\\fad(250,450)\\p1}}"
        f"{_bar(wide, thick)}{{\\p0}}",
        "TitleLine",
        layer=1,
    )
    drift = size * 0.22
    start = x + drift if right else x - drift
    moved = f"{{\\move({start:.1f},{top},{x},{top},0,800)\\fad(450,450)}}"
    yield event(look, 0, shown, f"{moved}{escaped(text)}", "Title", layer=1)


def _title_size(look: Look, title: Title) -> float:
    size = min(look.height, look.width * 1.2) * _TITLE_SIZE * enlargement(title.text)
    return size * max(0.6, min(1.0, math.sqrt(2 / max(1.0, lines_of(look, title.text, size)))))


def _runs_from_right(text: str) -> bool:
    """Whether the first letter that has a direction does."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((direction != "L" for direction in directions if direction in ("L", "R", "AL")), False)


# --- both ----------------------------------------------------------------------------------------------------


def _bar(wide: float, thick: float) -> str:
    return f"m 0 0 l {wide:.0f} 0 {wide:.0f} {thick:.0f} 0 {thick:.0f}"


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
