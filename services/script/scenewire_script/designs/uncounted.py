"""Numbers that count nothing: dates, clock times, ends of ranges, parts of names. Pure."""

from collections.abc import Sequence

from scenewire_script.designs.numerals import DIGITS, Numeral
from scenewire_script.designs.tokens import Token
from scenewire_script.designs.units import UNIT_SIGNS
from scenewire_script.designs.vocabulary import Vocabulary

__all__ = ["counts_nothing"]


def counts_nothing(words: Sequence[Token], numeral: Numeral, vocabulary: Vocabulary | None) -> bool:
    """Returns whether a number of a clause is part of a date, a time or a name, or was counted before."""
    first, last = words[numeral.first], words[numeral.last]
    before = words[numeral.first - 1] if numeral.first and not words[numeral.first - 1].closes else None
    behind = [] if last.closes else words[numeral.last + 1 : numeral.last + 3]
    if vocabulary is None:
        return numeral.first > 1 and before is not None and before.is_capitalized
    if behind and (behind[0].among(vocabulary.months) or behind[0].among(vocabulary.clock_after)):
        return True
    if len(behind) > 1 and behind[0].among(vocabulary.part_of) and behind[1].among(vocabulary.months):
        return True  # "6 de octubre"
    if before and _is_named_by(before, numeral, behind, vocabulary):
        return True
    if numeral.is_word and numeral.part is None:
        is_capital = first.is_capitalized and vocabulary.noun != "capitalized"
        if is_capital and (numeral.first or (behind and behind[0].is_capitalized)):
            return True
        if before and before.among(vocabulary.definites):
            return True  # "the two seas"
    return _ends_range(words, numeral, vocabulary)


def _is_named_by(before: Token, numeral: Numeral, behind: Sequence[Token], vocabulary: Vocabulary) -> bool:
    """Whether the word before a number makes it a date, a clock time or a name: May 6, page 7, Apollo 11."""
    if before.among(vocabulary.months) or before.among(vocabulary.labels):
        return True
    unit = vocabulary.units.get(behind[0].folded) if behind else None
    if before.among(vocabulary.clock_before) and (not behind or unit == vocabulary.hour):
        return True
    is_measured = unit is not None or bool(
        behind and (behind[0].folded in vocabulary.scales or behind[0].text in UNIT_SIGNS)
    )
    if numeral.is_word or numeral.sign or is_measured or vocabulary.noun == "capitalized":
        return False
    qualifies = vocabulary.approximators | vocabulary.prepositions | vocabulary.stops | vocabulary.determiners
    return before.is_capitalized and not before.among(qualifies | vocabulary.joins | vocabulary.subordinates)


def _ends_range(words: Sequence[Token], numeral: Numeral, vocabulary: Vocabulary) -> bool:
    """Whether a number ends a range, which has no value of its own: five or six days."""
    if numeral.first < 2:
        return False
    other, joint = words[numeral.first - 2 : numeral.first]
    is_number = bool(DIGITS.fullmatch(other.text)) or other.folded in vocabulary.numbers
    joints = vocabulary.list_ends | vocabulary.approximators | vocabulary.prepositions
    return is_number and not other.closes and joint.among(joints)
