"""Numbers that count nothing: dates, clock times, ends of ranges, parts of names. Pure."""

from collections.abc import Sequence
from typing import Final

from scenewire_script.designs.reading.numerals import DIGITS, Numeral, numeral_at
from scenewire_script.designs.reading.tokens import Token
from scenewire_script.designs.reading.units import UNIT_SIGNS
from scenewire_script.designs.reading.vocabulary import Vocabulary, word_set

__all__ = ["begins_with_whole", "counts_nothing"]

_NEVER: Final = word_set("never nie niemals jamais nunca mai jamás")
_EACH: Final = word_set("out each every cada")
_OUT_OF: Final = word_set("out sur su cada")
_RANGE_OPENERS: Final = word_set("between from zwischen von entre de desde tra fra da")
_RANGE_JOINTS: Final = word_set("to till until bis à a hasta até ad")
_WHOLE_OPENERS: Final = word_set("of out von sur su de em")


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
    return _is_denied(words, numeral, vocabulary) or _is_one_of_two(words, numeral, vocabulary)


def begins_with_whole(words: Sequence[Token], vocabulary: Vocabulary) -> bool:
    """Returns whether a sentence begins with the whole of a share: out of ten children, four leave."""
    if not words or not words[0].among(_WHOLE_OPENERS):
        return False
    at = next((at for at, word in enumerate(words) if not word.among(_WHOLE_OPENERS | _EACH | vocabulary.definites)), 0)
    numeral = numeral_at(words, at, vocabulary) if at else None
    if numeral is None or numeral.sign or words[numeral.last].closes or numeral.last + 1 == len(words):
        return False
    behind = words[numeral.last + 1]
    is_measured = vocabulary.units.get(behind.folded, ("people", 0.0))[0] != "people" or behind.text in UNIT_SIGNS
    return not is_measured and not behind.among(vocabulary.prepositions | vocabulary.months)


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


def _is_denied(words: Sequence[Token], numeral: Numeral, vocabulary: Vocabulary) -> bool:
    """Whether a negation stands before a number in its clause: not 10 people came."""
    negations = vocabulary.negations | _NEVER
    return any(word.among(negations) or word.folded.endswith("n't") for word in words[: numeral.first])


def _is_one_of_two(words: Sequence[Token], numeral: Numeral, vocabulary: Vocabulary) -> bool:
    """Whether a number says nothing without another one beside it: five or six days, two out of three, one of the 50."""
    behind = [] if words[numeral.last].closes else _until_mark(words[numeral.last + 1 :])
    before = words[: numeral.first]
    before = before[max((at + 1 for at, word in enumerate(before) if word.closes), default=0) :]
    pairs = [(before[-1:], behind[:at]) for at, word in enumerate(behind[:4]) if at and _is_number(word, vocabulary)]
    pairs += [
        (before[:at][-1:], before[at + 1 :])
        for at, word in enumerate(before[:-1])
        if at >= len(before) - 4 and (_is_number(word, vocabulary) or word.folded in vocabulary.numerators)
    ]
    joints = vocabulary.list_ends | vocabulary.approximators | vocabulary.prepositions | vocabulary.part_of
    joints |= vocabulary.definites | _EACH
    return any(
        all(word.among(joints) for word in between) or _is_joined(opener, between, vocabulary)
        for opener, between in pairs
    )


def _is_joined(opener: Sequence[Token], between: Sequence[Token], vocabulary: Vocabulary) -> bool:
    """Whether a unit and what joins two numbers stand between them: from 5 km to 10 km, two men out of three."""
    if len(between) < 2:
        return False
    if any(word.among(_OUT_OF) for word in between[1:]):
        return True
    is_opened = bool(opener) and opener[0].among(_RANGE_OPENERS)
    return is_opened and between[-1].among(vocabulary.list_ends | _RANGE_JOINTS)


def _is_number(word: Token, vocabulary: Vocabulary) -> bool:
    words = vocabulary.numbers.keys() | vocabulary.scales.keys() | vocabulary.fractions.keys() | vocabulary.wholes
    return bool(DIGITS.fullmatch(word.text)) or word.folded in words


def _until_mark(words: Sequence[Token]) -> Sequence[Token]:
    """Returns the words up to the first one with a mark behind it."""
    return words[: next((at + 1 for at, word in enumerate(words) if word.closes), len(words))]
