"""Reads numbers: digits in any notation, number words, parts of a whole. Pure."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from scenewire_script.designs.reading.tokens import Token
from scenewire_script.designs.reading.units import CURRENCIES, PERCENT_SIGNS, UNIT_SIGNS
from scenewire_script.designs.reading.vocabulary import Vocabulary

__all__ = ["DIGITS", "Numeral", "numeral_at"]

_SIGNS: Final = "|".join([*sorted(map(re.escape, UNIT_SIGNS), key=len, reverse=True), "°C", "°F", "°"])

DIGITS: Final = re.compile(
    rf"(?P<currency>US\$|[{''.join(sign for sign in CURRENCIES if len(sign) == 1)}])?(?P<number>[+−-]?(?:"
    r"\d{1,3}(?:[,.\u00a0\u202f'’]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?))"
    rf"(?P<sign>{_SIGNS})?"
)
_FIRST_GROUP: Final = re.compile(r"\D?[1-9]\d{0,2}")
_GROUP: Final = re.compile(r"\d{3}")
_LAST_GROUP: Final = re.compile(rf"\d{{3}}(?:[.,]\d{{1,2}})?(?:{_SIGNS})?")
_GROUPED: Final = re.compile(r"[+−-]?\d{1,3}([,.\u00a0\u202f'’])\d{3}(?:\1\d{3})*")


class Numeral(NamedTuple):
    """A number, by the tokens of a clause that it takes."""

    first: int
    last: int
    start: int
    end: int
    value: float
    is_word: bool = False
    sign: str = ""
    part: float | None = None
    """The part of a whole that it states in words: half, a tenth."""


def numeral_at(words: Sequence[Token], at: int, vocabulary: Vocabulary | None) -> Numeral | None:
    """Returns the number that begins at a word of a clause; without a table, only digits are one."""
    word = words[at]
    part = _part(words, at, vocabulary) if vocabulary and not word.closes else None
    if part:
        return part
    digits = DIGITS.fullmatch(word.text)
    last = _last_group(words, at)
    ending = DIGITS.fullmatch(words[last].text)
    if digits and ending and not (digits["currency"] and ending["sign"]):
        sign = digits["currency"] or ending["sign"] or ""
        is_unit = sign == ending["sign"] and sign[0] not in PERCENT_SIGNS + "°" and sign not in CURRENCIES
        end = words[last].start + (ending.end("number") if is_unit else len(words[last].text))
        groups = [
            digits["number"],
            *(each.text for each in words[at + 1 : last]),
            *([ending["number"]] if last > at else []),
        ]
        value = _value("".join(groups), vocabulary)
        behind = words[last + 1] if last + 1 < len(words) and not words[last].closes else None
        if not sign and behind and (behind.text in CURRENCIES or behind.text in PERCENT_SIGNS):
            return Numeral(at, last + 1, word.start, behind.end, value, sign=behind.text)  # "90 %", "5 €"
        return Numeral(at, last, word.start, end, value, sign=sign)
    if vocabulary and word.folded in vocabulary.numbers:
        return Numeral(at, at, word.start, word.end, vocabulary.numbers[word.folded], is_word=True)
    return None


def _last_group(words: Sequence[Token], at: int) -> int:
    """Returns the index of the last group of three digits behind a number: 10 000."""
    last = at
    if _FIRST_GROUP.fullmatch(words[at].text):
        while last + 1 < len(words) and not words[last].closes and _GROUP.fullmatch(words[last + 1].text):
            last += 1
        if last + 1 < len(words) and not words[last].closes and _LAST_GROUP.fullmatch(words[last + 1].text):
            last += 1
    return last


def _part(words: Sequence[Token], at: int, vocabulary: Vocabulary) -> Numeral | None:
    """Reads a part of a whole: a tenth of, half of, half a day."""
    word, following = words[at], words[at + 1 : at + 4]
    if not following:
        return None
    if word.among(vocabulary.definites) and following[0].among(vocabulary.wholes) and not following[0].closes:
        half = _part(words, at + 1, vocabulary)
        return half and half._replace(first=at, start=word.start)  # "die Hälfte", "la moitié"
    is_of = following[0].among(vocabulary.part_of)
    is_counted = at > 0 and words[at - 1].among(vocabulary.ordinals)  # the first half, the other half
    unit = following[1] if following[1:] and following[0].among(vocabulary.determiners) else following[0]
    is_half_unit = word.among(vocabulary.halves) and unit.folded in vocabulary.units
    if is_half_unit or (word.among(vocabulary.wholes) and is_of and not is_counted):
        return Numeral(at, at, word.start, word.end, 0.5, is_word=True, part=0.5)
    left, _, right = word.folded.partition("-")  # "two-thirds"
    if is_of and left in vocabulary.numbers and right in vocabulary.fractions:
        part = round(vocabulary.numbers[left] * vocabulary.fractions[right], 6)
        return Numeral(at, at, word.start, word.end, part, is_word=True, part=part)
    numerator = vocabulary.numerators.get(word.folded, vocabulary.numbers.get(word.folded))
    fraction = vocabulary.fractions.get(following[0].folded)
    has_noun = following[1:] and following[1].among(vocabulary.part_nouns)  # "una décima parte"
    whole = following[2 if has_noun else 1 :]
    if not numerator or not fraction or following[0].closes or not whole or not whole[0].among(vocabulary.part_of):
        return None
    part, last = round(numerator * fraction, 6), 1 if has_noun else 0
    return Numeral(at, at + 1 + last, word.start, following[last].end, part, is_word=True, part=part)


def _value(number: str, vocabulary: Vocabulary | None) -> float:
    """Returns the value of digits; a mark between groups of three of them is a decimal mark only if the language says so."""
    has_decimal_comma = vocabulary is not None and vocabulary.decimal_comma
    decimal = "," if has_decimal_comma else "."
    grouped = _GROUPED.fullmatch(number)
    kept = "" if grouped and grouped[1] != decimal else decimal
    digits = "".join("." if mark == decimal else mark for mark in number if mark.isdigit() or mark in kept)
    return float(digits) * (-1 if number[0] in "-−" else 1)
