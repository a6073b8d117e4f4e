"""What Spanish, French, Italian and Portuguese share: genders, centuries and rulers in Roman numerals, days of the month."""

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from typing_extensions import override

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Gender, Language, Rule
from scenewire_tts.spoken_form.numerals import Number
from scenewire_tts.spoken_form.rules.signs import roman_rule

__all__ = ["OPERATORS", "Romance"]

OPERATORS: Final = ("±", "~", "≈", "<", ">", "≤", "≥", "×", "÷", "=")
"""The order in which the languages list their words for them."""


_AND_A_HALF: Final = re.compile(r"(?<![\w.,/])(?P<whole>\d+)(?P<half> ?½| 1/2) (?P<noun>[^\W\d_]+)")


class Romance(Language):
    """See `Language`."""

    reads_decimals_as_number = True
    first_day: ClassVar[str]
    """The first of a month; the other days are cardinals."""
    kings: ClassVar[str]
    queens: ClassVar[str]
    """Patterns of the names that Roman numerals follow."""
    highest_regnal_ordinal: ClassVar[int]
    """Rulers up to this number have ordinals, later ones cardinals."""
    century: ClassVar[str]
    """Pattern of the word before the numeral of a century."""
    highest_century_ordinal: ClassVar[int]
    numbered: ClassVar[str]
    """Pattern of other words that Roman numerals follow."""
    masculine_mark: ClassVar[str]
    feminine_mark: ClassVar[str]
    """Patterns that make digits an ordinal: `º`."""
    halves: ClassVar[Mapping[int, tuple[str, str]]]
    """Singular and plural of the names of fractions, by denominator."""
    and_half: ClassVar[Mapping[Gender, str]]
    """After a whole number and its noun: "y media"."""
    and_word: ClassVar[str]
    decade: ClassVar[str]
    """Pattern of the words before the digits of a decade."""
    money_link: ClassVar[str]
    """Between the large and the small unit of an amount: " con "."""
    drops_minor_unit: ClassVar[bool] = False
    """Whether hundredths of a currency are named without their unit: "trois euros cinquante"."""
    scale_link: ClassVar[str] = "de "

    @override
    def join_money(self, major: str, minor: str, hundredths: Number) -> str:
        return f"{major}{self.money_link}{self.cardinal(hundredths.integer) if self.drops_minor_unit else minor}"

    @override
    def scaled_money(self, scale: str, currency: str) -> str:
        return f"{scale} {currency}" if scale in {"mil", "mille", "mila"} else f"{scale} {self.scale_link}{currency}"

    @override
    def day(self, day: int, before: str) -> str:
        return self.first_day if day == 1 else self.cardinal(day)

    @override
    def fraction(self, numerator: int, denominator: int) -> str:
        if denominator in self.halves:
            one, many = self.halves[denominator]
        else:
            one = self.denominator(denominator)
            many = self.plural(one)
        return f"{self.cardinal(numerator, Gender.MASCULINE)} {one if numerator == 1 else many}"

    @override
    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        count = self.cardinal(whole, Gender.MASCULINE)
        if (numerator, denominator) == (1, 2):
            return f"{count} {self.and_half[Gender.MASCULINE]}"
        return f"{count} {self.and_word} {self.fraction(numerator, denominator)}"

    def denominator(self, value: int) -> str:
        """Returns the name of the parts of a fraction."""
        return self.ordinal(value)

    @abstractmethod
    def plural(self, noun: str) -> str:
        """Returns the plural of the name of a fraction."""

    def regnal(self, value: int, gender: Gender) -> str:
        """Returns the number of a ruler."""
        return self.ordinal(value, gender) if value <= self.highest_regnal_ordinal else self.cardinal(value)

    @override
    def own_rules(self) -> Sequence[Rule]:
        return (
            Rule(_AND_A_HALF, self._and_half),
            roman_rule("[Ll]?[Aa]", lambda _, value: self.ordinal(value, Gender.FEMININE), after="(?= [Gg]uerra)"),
            roman_rule(f"(?:{self.queens})", lambda _, value: self.regnal(value, Gender.FEMININE)),
            roman_rule(f"(?:{self.kings})", lambda _, value: self.regnal(value, Gender.MASCULINE)),
            roman_rule(f"(?:{self.century})", lambda _, value: self._century(value)),
            roman_rule(f"(?:{self.numbered})", lambda _, value: self.cardinal(value)),
            Rule(
                re.compile(rf"(?<![\w.,/])(?P<number>\d{{1,3}})(?:{self.masculine_mark})(?!\w)"),
                lambda match: [Edit(*match.span(), self.ordinal(int(match["number"]), Gender.MASCULINE))],
            ),
            Rule(
                re.compile(rf"(?<![\w.,/])(?P<number>\d{{1,3}})(?:{self.feminine_mark})(?!\w)"),
                lambda match: [Edit(*match.span(), self.ordinal(int(match["number"]), Gender.FEMININE))],
            ),
            Rule(
                re.compile(rf"(?<!\w)(?:{self.decade}) (?P<ten>['’]?[2-9]0)(?![\w%°]|[.,:/]\d)"),
                lambda match: [Edit(*match.span("ten"), self.cardinal(int(match["ten"].lstrip("'’"))))],
            ),
        )

    def _and_half(self, match: re.Match[str]) -> Sequence[Edit]:
        gender = self.gender_before(match["noun"], single=match["whole"] == "1") or Gender.MASCULINE
        return [
            Edit(match.start(), match.end("half"), self.cardinal(int(match["whole"]), gender)),
            Edit(*match.span("noun"), f"{match['noun']} {self.and_half[gender]}"),
        ]

    def _century(self, value: int) -> str:
        return self.ordinal(value) if value <= self.highest_century_ordinal else self.cardinal(value)
