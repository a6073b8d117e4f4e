"""What the rules need to know of a language: how it writes numbers, its words, and its grammar of numbers."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Final, Literal, NamedTuple

from scenewire.text.sentences import ends_sentence as is_sentence_end
from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.icu import currency, measure, spell_out
from scenewire_tts.spoken_form.numerals import Number, NumberFormat

__all__ = ["Abbreviation", "AddressWords", "Currency", "Gender", "Language", "Rule", "ends_sentence", "word_before"]


class Rule(NamedTuple):
    """A kind of text and its spoken form."""

    pattern: re.Pattern[str]
    rewrite: Callable[[re.Match[str]], Sequence[Edit]]
    """Returns the edits within the match, in order; none to leave it to the next rules."""


class Gender(StrEnum):
    """Grammatical gender; the values are those of CLDR's number rules."""

    MASCULINE = "masculine"
    FEMININE = "feminine"
    NEUTER = "neuter"


class Currency(NamedTuple):
    """The everyday name of a currency: "dollars" instead of CLDR's "US dollars"."""

    one: str
    many: str
    minor_one: str = ""
    """Empty if hundredths are not spoken."""
    minor_many: str = ""
    gender: Gender = Gender.MASCULINE
    minor_gender: Gender = Gender.MASCULINE


class Abbreviation(NamedTuple):
    """An abbreviation and its context."""

    written: str
    """Pattern, including the full stop."""
    spoken: str
    before: Literal["", "word", "number", "name"] = ""
    """What must follow it. Where nothing must, its full stop may end the sentence."""


@dataclass(frozen=True)
class AddressWords:
    """Words for addresses of pages and mail, and for tags."""

    signs: Mapping[str, str]
    hashtag: str


_CONTEXT_CHARS: Final = 40
_WORD: Final = re.compile(r"[^\W\d_]{2,}\.")
_SENTENCE_END: Final = re.compile(r"$|\n| [\"“'«(¿¡]*[^\W\d_a-zß-öø-ÿ]")


def ends_sentence(text: str, index: int) -> bool:
    """Whether a full stop before an index may have ended a sentence besides an abbreviation: a capital letter follows.

    Behind words such as `Jr.`, only some words start a sentence.
    """
    if _SENTENCE_END.match(text, index) is None:
        return False
    word, after = text[:index].rsplit(maxsplit=1)[-1], text[index : index + _CONTEXT_CHARS].partition("\n")[0]
    return not after or not _WORD.fullmatch(word) or is_sentence_end(word, after)


def word_before(match: re.Match[str]) -> str:
    """Returns the word before a match in lower case, or an empty text."""
    before = match.string[: match.start()].rpartition("\n")[2]
    words = before.split(" ")[:-1]  # what touches the match is no word before it
    return words[-1].lower() if words else ""


class Language(ABC):
    """A language with number words in CLDR. Subclasses give its data, and override what its grammar does otherwise."""

    numbers: NumberFormat
    minus: ClassVar[str]
    plus: ClassVar[str]
    marks: ClassVar[Mapping[str, str]]
    """Words for decimal marks."""
    reads_decimals_as_number: ClassVar[bool] = False
    """Whether 3,14 is "trois virgule quatorze" instead of "three point one four"."""
    range_word: ClassVar[str]
    ratio_word: ClassVar[str]
    """Between the numbers of `16:9`."""
    percent: ClassVar[str]
    per_mille: ClassVar[str]
    number_word: ClassVar[str]
    """For `#1`."""
    operators: ClassVar[Mapping[str, str]]
    """Words for signs between or before numbers: `×`, `≈`."""
    times_words: ClassVar[tuple[str, str]]
    """Singular and plural of what `2x` counts."""
    by_word: ClassVar[str]
    """Between the numbers of `4x4`."""
    per_word: ClassVar[str]
    """Of `5 €/kg`."""
    or_word: ClassVar[str] = ""
    """Between small numbers that follow each other before a noun, if it is not `range_word`."""
    metre_link: ClassVar[str | None] = None
    """Between the metres and centimetres of `1,80 m`; None if it is read as a decimal number."""
    address: ClassVar[AddressWords]

    months: ClassVar[tuple[str, ...]]
    month_abbreviations: ClassVar[Mapping[str, int]] = {}
    """Numbers of months, by abbreviations in lower case without full stop."""
    date_link: ClassVar[str] = ""
    """Pattern between day, month and year: `de `."""
    month_first: bool = False
    """Whether 3/10/2026 is in March."""
    day_suffix: ClassVar[str] = ""
    """Pattern of what follows the digits of a day."""
    times: ClassVar[tuple[str, ...]] = (r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)",)
    """Patterns of times of day with the groups hour, minute and, for "a.m." and the like, half."""

    hour_gender: ClassVar[Gender | None] = None

    symbols: ClassVar[Mapping[str, str]] = {}
    """Currency codes by symbols that mean something else elsewhere."""
    currencies: ClassVar[Mapping[str, Currency]]
    scales: ClassVar[Mapping[str, tuple[str, str]]]
    """Singular and plural of large numbers by how they are written after a number."""
    agreeing_scales: ClassVar[frozenset[str]] = frozenset()
    """Keys of `scales` before which a number has the gender of the noun: "duzentas mil pessoas"."""
    money_scales: ClassVar[Mapping[str, str]] = {}
    """Keys of `scales` by abbreviations that stand for them only in amounts of money."""
    short_scales: ClassVar[Mapping[str, str]] = {}
    """Keys of `scales` by abbreviations that touch any number: `1.2M`."""
    million_nouns: ClassVar[str] = "(?!)"
    """Pattern of the nouns before which `m` is a million and not a metre: `3m people`."""
    units: ClassVar[Mapping[str, str]] = {}
    """CLDR units by symbols that only this language uses; empty for one that means something else."""
    unit_names: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Singular and plural of units where CLDR has no name or one that is not spoken."""
    feminine_units: ClassVar[frozenset[str]] = frozenset()
    neuter_units: ClassVar[frozenset[str]] = frozenset()

    abbreviations: ClassVar[tuple[Abbreviation, ...]] = ()

    def __init__(self, locale: str) -> None:
        self.locale = locale

    # --- words ---

    def cardinal(self, value: int, gender: Gender | None = None) -> str:
        """Returns a number in words; with a gender, as it stands before a noun."""
        return spell_out(value, self.locale, f"cardinal-{gender}" if gender else "")

    def ordinal(self, value: int, gender: Gender = Gender.MASCULINE) -> str:
        """Returns an ordinal number: "twenty-first"."""
        return spell_out(value, self.locale, f"ordinal-{gender}")

    def year(self, value: int) -> str:
        """Returns a year in words."""
        return self.cardinal(value)

    def digits(self, written: str) -> str:
        """Returns digits one by one."""
        return " ".join(self.cardinal(int(digit)) for digit in written)

    def phone_group(self, digits: str) -> str:
        """Returns a group of digits of a phone number."""
        return self.digits(digits)

    def number(self, number: Number, gender: Gender | None = None) -> str:
        """Returns a number in words; with a gender, as it stands before a noun."""
        if number.mark:
            whole = self.digits(number.digits) if number.is_code else self.cardinal(number.integer)
            return f"{whole} {self.marks[number.mark]} {self._decimals(number.fraction)}"
        return self.digits(number.digits) if number.is_code else self.cardinal(number.integer, gender)

    def _decimals(self, digits: str) -> str:
        if self.reads_decimals_as_number and len(digits) <= 2 and int(digits[0]):
            return self.cardinal(int(digits))
        return self.digits(digits)

    def unit(self, number: Number, unit: str) -> str:
        """Returns the name of a CLDR unit after a number."""
        if unit in self.unit_names:
            one, many = self.unit_names[unit]
            return one if self.is_singular(number) else many
        return measure(number.value, self.locale, unit).replace("100", self.cardinal(100))

    def unit_gender(self, unit: str) -> Gender:
        """Returns the gender of a unit's name."""
        if unit in self.feminine_units:
            return Gender.FEMININE
        return Gender.NEUTER if unit in self.neuter_units else Gender.MASCULINE

    def currency(self, code: str) -> Currency:
        """Returns the names of a currency."""
        known = self.currencies.get(code)
        return known or Currency(currency(1, self.locale, code), currency(2, self.locale, code))

    def is_singular(self, number: Number) -> bool:
        """Whether a noun after the number is in the singular."""
        return number.value == 1

    def money(self, number: Number, code: str) -> str:
        """Returns an amount of a currency in words."""
        if number.mark == "," and len(number.fraction) == 3:  # `$1,500`: no currency has thousandths
            number = Number(number.digits + number.fraction, is_grouped=True)
        name = self.currency(code)
        if not name.minor_one or len(number.fraction) != 2:
            return f"{self.number(number, name.gender)} {name.one if self.is_singular(number) else name.many}"
        whole, hundredths = replace(number, mark="", fraction=""), Number(str(int(number.fraction)))
        major = f"{self.number(whole, name.gender)} {name.one if self.is_singular(whole) else name.many}"
        noun = name.minor_one if self.is_singular(hundredths) else name.minor_many
        minor = f"{self.number(hundredths, name.minor_gender)} {noun}"
        if not hundredths.integer:
            return major
        return self.join_money(major, minor, hundredths) if whole.integer else minor

    # --- grammar ---

    @abstractmethod
    def join_money(self, major: str, minor: str, hundredths: Number) -> str:
        """Joins "three dollars" and "fifty cents"."""

    @abstractmethod
    def day(self, day: int, before: str) -> str:
        """Returns the day of a date whose month is written as a word.

        Args:
            day: from 1 to 31.
            before: the word before it in lower case.
        """

    def date(self, day: int, month: int, year: int, before: str) -> str:
        """Returns a date that is written with digits only."""
        return f"{self.day(day, before)} {self.months[month - 1]} {self.year(year)}"

    @abstractmethod
    def time(self, hour: int, minute: int | None, half: str) -> str:
        """Returns a time of day.

        Args:
            hour: from 0 to 24.
            minute: from 0 to 59; None if only the hour is written.
            half: what is written after it: `pm`, `Uhr`, or nothing.
        """

    @abstractmethod
    def fraction(self, numerator: int, denominator: int) -> str:
        """Returns a fraction such as 3/4 in words."""

    @abstractmethod
    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """Returns a number with a fraction, such as 1 1/2, in words."""

    def counted(self, number: str, noun: str) -> str:
        """Joins a number and its noun."""
        return f"{number} {noun}"

    def part_of(self, numerator: int, denominator: int, unit: str) -> str:
        """Returns a fraction of a CLDR unit: `1/4 l`."""
        return f"{self.fraction(numerator, denominator)} {self.unit(Number('1'), unit)}"

    def or_more(self, number: str) -> str:
        """Returns the words of `20+`."""
        return f"{self.operators['>']} {number}"

    def multiple(self, number: Number) -> str:
        """Returns the words of `2x`."""
        one, many = self.times_words
        return f"{self.number(number, Gender.FEMININE)} {one if self.is_singular(number) else many}"

    def by(self, written: str, *, unit: bool) -> str:  # noqa: ARG002 - Portuguese writes scores like this
        """Returns the word between the numbers of `4x4`.

        Args:
            written: all of them.
            unit: whether a unit follows.
        """
        return self.by_word

    def is_attributive(self, match: re.Match[str]) -> bool:  # noqa: ARG002 - English only
        """Whether an amount stands before a noun whose unit is in the singular: "the five dollar bill"."""
        return False

    def attributive_money(self, number: Number, code: str) -> str:
        """Returns an amount of a currency before a noun."""
        return self.money(number, code)

    def count(self, number: Number, gender: Gender | None, before: str) -> str:  # noqa: ARG002 - German's depends on it
        """Returns a number before a noun.

        Args:
            number: the number.
            gender: of the noun; None if it is not known, or no noun follows.
            before: the word before the number in lower case.
        """
        return self.number(number, gender)

    def own_rules(self) -> Sequence[Rule]:
        """Returns the rules that only this language has. They come after addresses and before all others."""
        return ()

    def is_year(self, number: Number, written: str) -> bool:
        """Whether a number without context is a year."""
        return written == number.digits and len(written) == 4 and 1100 <= number.integer <= 2099

    def short_year(self, year: int) -> str:
        """Returns the second year of `1914-18`."""
        return self.cardinal(year % 100)

    def scale(self, written: str, number: Number) -> str:
        """Returns a large number such as `million` after an amount."""
        one, many = self.scales[self.money_scales.get(written, written)]
        return one if self.is_singular(number) else many

    def scale_gender(self, written: str) -> Gender:  # noqa: ARG002 - German's depends on it
        """Returns the gender of a large number's name."""
        return Gender.MASCULINE

    def scaled_money(self, scale: str, currency: str) -> str:
        """Joins "million" and "dollars"."""
        return f"{scale} {currency}"

    def gender_before(self, noun: str, *, single: bool = False) -> Gender | None:  # noqa: ARG002 - for languages whose numbers have a gender
        """Returns the gender of a number before a word, as far as the word shows it.

        Args:
            noun: the word, which may be something else than a noun.
            single: whether the number is one.
        """
        return None
