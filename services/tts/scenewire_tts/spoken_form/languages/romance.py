"""What Spanish, French, Italian and Portuguese share: genders, centuries and rulers in Roman numerals, days of the month."""

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from typing_extensions import override

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Gender, Language, Rule
from scenewire_tts.spoken_form.numerals import ROMAN, Number, roman_value
from scenewire_tts.spoken_form.rules.signs import roman_rule

__all__ = ["OPERATORS", "Romance"]

OPERATORS: Final = ("±", "~", "≈", "<", ">", "≤", "≥", "×", "÷", "=")
"""The order in which the languages list their words for them."""


_AND_A_HALF: Final = re.compile(r"(?<![\w.,/])(?P<whole>\d+)(?P<half> ?½| 1/2) (?P<noun>[^\W\d_]+)")
_NOT_NOUNS: Final = (
    "a|à|al|ao|as|com|como|con|contro|da|de|dei|del|della|des|di|do|du|e|em|en|entre|et|in|la|las|le|les|los|mais|más|na|no|o|"
    "os|ou|para|par|per|piú|più|plus|por|pour|que|che|se|sin|sem|sobre|sur|y"
)
_HALF: Final = re.compile(rf"(?<![\w.,/])(?<!\d )(?P<part>1/2|½) (?!(?:{_NOT_NOUNS})(?!\w))(?P<noun>[^\W\d_]{{3,}})")
_HALF_AFTER: Final = re.compile(
    r"(?<![\w.,/])(?P<whole>\d{1,3}) (?P<noun>h|[^\W\d_]{2,}) (?P<half>(?:(?:e|et|y) )?(?:1/2|½))(?![\w/]| [^\W\d_])"
)
_HOURS_AND_A_HALF: Final = re.compile(r"(?<![\w.,/])(?P<whole>\d{1,2})[,.]5 ?h(?!\w)")
_DEGREE_AS_ORDINAL: Final = re.compile(
    rf"(?<![\w.,/])(?P<number>\d{{1,3}})°(?:(?<= [Ii]l \d°)|(?<= el \d°)|(?= (?!(?i:{_NOT_NOUNS}|abaixo|bajo|celsius|est|este|fahrenheit|latitud\w*|leste|"
    r"long\w+|nord|norte|oeste|ovest|sopra|sotto|sud|sul)(?!\w))(?P<noun>[^\W\d_]{3,})(?![\w'’])))"
)
"""Typed instead of `º`; elsewhere it is that of an angle or a temperature."""
_CELEBRATED: Final = re.compile(
    rf"(?<![\w'’])(?P<roman>(?=[IVX]{{2}}|[VX] ){ROMAN}) (?P<noun>(?i:anivers[aá]rio|anniversario|centenario|centenário|"
    r"conc[ií]lio|concilio|congreso|congresso|convegno|copa|cumbre|dinast[ií]a|edici[oó]n|edi[cç]ão|edizione|encontro|"
    r"encuentro|festival|legislatura|olimp[ií]ada|rep[uú]bblica|rep[uú]blica|semana))(?!\w)"
)
"""`XX aniversario`."""


class Romance(Language):
    """See `Language`."""

    reads_decimals_as_number = True
    hour_gender = Gender.FEMININE
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
    half: ClassVar[Mapping[Gender, str]]
    """Before a noun: "media taza"."""
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

    @override
    def part_of(self, numerator: int, denominator: int, unit: str) -> str:
        name = self.unit(Number("1"), unit)
        if (numerator, denominator) == (1, 2):
            return f"{self.half[self.unit_gender(unit)]} {name}"
        link = (
            "d’" if self.scale_link == "de " and self.locale[:2] == "fr" and name[0] in "aeiouéh" else self.scale_link
        )
        return f"{self.fraction(numerator, denominator)} {link}{name}"

    def singular(self, noun: str) -> str:
        """Returns the singular of a noun behind `1½`."""
        return noun.removesuffix("s") if re.search("(?<!es)[aeo]s$", noun) else noun

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
            Rule(_HALF_AFTER, self._half_after),
            Rule(_HALF, self._half),
            Rule(_HOURS_AND_A_HALF, self._hours_and_half),
            Rule(_DEGREE_AS_ORDINAL, self._degree_as_ordinal),
            roman_rule("[Ll]?[Aa]", lambda _, value: self.ordinal(value, Gender.FEMININE), after="(?= [Gg]uerra)"),
            Rule(_CELEBRATED, self._celebrated),
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
        noun = self.singular(match["noun"]) if match["whole"] == "1" else match["noun"]
        gender = self.gender_before(noun, single=match["whole"] == "1") or Gender.MASCULINE
        words, half = self.cardinal(int(match["whole"]), gender), self.and_half[gender]
        joined = self.counted(words, noun)
        if joined != f"{words} {noun}":
            return [Edit(*match.span(), f"{joined} {half}")]
        return [Edit(match.start(), match.end("half"), words), Edit(*match.span("noun"), f"{noun} {half}")]

    def _half_after(self, match: re.Match[str]) -> Sequence[Edit]:
        """Reads `4 ans 1/2`."""
        gender = self.gender_before(match["noun"], single=match["whole"] == "1")
        is_feminine = match["noun"] == "h" or gender is Gender.FEMININE
        return [Edit(*match.span("half"), self.and_half[Gender.FEMININE if is_feminine else Gender.MASCULINE])]

    def _degree_as_ordinal(self, match: re.Match[str]) -> Sequence[Edit]:
        gender = self.gender_before(match["noun"], single=True) if match["noun"] else None
        return [Edit(*match.span(), self.ordinal(int(match["number"]), gender or Gender.MASCULINE))]

    def _celebrated(self, match: re.Match[str]) -> Sequence[Edit]:
        gender = self.gender_before(match["noun"].lower(), single=True) or Gender.MASCULINE
        return [Edit(*match.span("roman"), self.ordinal(roman_value(match["roman"]), gender))]

    def _half(self, match: re.Match[str]) -> Sequence[Edit]:
        gender = self.gender_before(match["noun"], single=True) or Gender.MASCULINE
        return [Edit(*match.span("part"), self.half[gender])]

    def _hours_and_half(self, match: re.Match[str]) -> Sequence[Edit]:
        whole = Number(match["whole"])
        name = self.unit(whole if whole.integer else Number("1"), "hour")
        if not whole.integer:
            return [Edit(*match.span(), f"{self.half[Gender.FEMININE]} {name}")]
        hours = self.counted(self.cardinal(whole.integer, Gender.FEMININE), name)
        return [Edit(*match.span(), f"{hours} {self.and_half[Gender.FEMININE]}")]

    def _century(self, value: int) -> str:
        return self.ordinal(value) if value <= self.highest_century_ordinal else self.cardinal(value)
