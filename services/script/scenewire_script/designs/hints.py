"""What a language model proposed to show, held against the words of the scene. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from scenewire.messages import Design, Enumeration, Quantity, Quotation
from scenewire_script.designs.reading.tokens import columns, is_word_character
from scenewire_script.designs.reading.units import CURRENCIES, PERCENT_SIGNS

__all__ = ["Hint", "design_of", "grounded"]

_MAX_LEAD_COLUMNS: Final = 28
_MAX_NUMBER_CHARS: Final = 40
_LIST_LENGTHS: Final = range(3, 7)


@dataclass(frozen=True)
class Hint:
    """A proposal for one scene. Empty where the model proposes nothing."""

    design: str = ""
    """The kind of a design, such as `number`."""
    emphasis: str = ""
    number: str = ""
    unit: str = ""
    items: tuple[str, ...] = ()
    quote: str = ""
    author: str = ""

    @property
    def strings(self) -> tuple[str, ...]:
        """Everything that would be shown."""
        return tuple(filter(None, (self.emphasis, self.number, self.unit, *self.items, self.quote, self.author)))


def grounded(hint: Hint, text: str) -> Hint | None:
    """Returns a hint in the words of a scene as they are written, or None if one of its strings isn't among them.

    Args:
        hint: the proposal.
        text: of the scene, on one line. Case and composition of letters may differ.
    """
    places = {string: _find(string, text) for string in hint.strings}
    if not all(places.values()):
        return None

    def written(string: str) -> str:
        return places.get(string) or ""

    return replace(
        hint,
        emphasis=written(hint.emphasis),
        number=written(hint.number),
        unit=written(hint.unit),
        items=tuple(map(written, hint.items)),
        quote=written(hint.quote),
        author=written(hint.author),
    )


def design_of(hint: Hint, sentence: str) -> Design | None:
    """Returns the design that a grounded hint describes, if all of it stands in the sentence."""
    if not all(string in sentence for string in hint.strings):
        return None
    if hint.design == "number" and hint.number and len(hint.number) <= _MAX_NUMBER_CHARS:
        return _quantity(hint, sentence)
    if hint.design == "quotation" and hint.quote and hint.author:
        return Quotation(words=hint.quote, author=hint.author)
    if hint.design == "list" and len(hint.items) in _LIST_LENGTHS and _in_order(hint.items, sentence):
        return Enumeration(title=sentence[: sentence.index(hint.items[0])].strip(), items=hint.items)
    return None


def _quantity(hint: Hint, sentence: str) -> Quantity | None:
    """Returns a number with its unit, if they stand side by side."""
    start = sentence.index(hint.number)
    behind = sentence[start + len(hint.number) :].lstrip()
    has_unit = bool(hint.unit) or hint.number[0] in CURRENCIES or hint.number[-1] in (*CURRENCIES, *PERCENT_SIGNS)
    if not has_unit or not behind.startswith(hint.unit):
        return None
    lead = sentence[:start].strip()
    return Quantity(lead=lead if columns(lead) <= _MAX_LEAD_COLUMNS else "", number=hint.number, unit=hint.unit)


def _in_order(items: Sequence[str], sentence: str) -> bool:
    end = 0
    for item in items:
        start = sentence.find(item, end)
        if start < 0:
            return False
        end = start + len(item)
    return True


def _find(string: str, text: str) -> str:
    """Returns the words of a text that equal a string but for case; empty if there are none."""
    wanted = unicodedata.normalize("NFC", " ".join(string.split())).casefold()
    folded = [character.casefold() for character in text]
    places = {0: 0}
    length = 0
    for index, character in enumerate(folded, start=1):
        length += len(character)
        places[length] = index
    whole = "".join(folded)
    start = whole.find(wanted)
    while wanted and start >= 0:
        first, last = places.get(start), places.get(start + len(wanted))
        if first is not None and last is not None and not _cuts(text, first) and not _cuts(text, last):
            return text[first:last]
        start = whole.find(wanted, start + 1)
    return ""


def _cuts(text: str, place: int) -> bool:
    """Whether a place is within a word or a number, in scripts with spaces between words."""
    around = text[max(0, place - 1) : place + 1]
    is_inside = 0 < place < len(text) and all(map(is_word_character, around))
    return is_inside and not any(unicodedata.east_asian_width(character) in "WF" for character in around)
