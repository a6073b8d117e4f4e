"""English. Follows The Chicago Manual of Style (17th edition, chapters 9 and 10) in what is spoken."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from typing_extensions import override

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.icu import spell_out
from scenewire_tts.spoken_form.language import (
    Abbreviation,
    AddressWords,
    Currency,
    Gender,
    Language,
    Rule,
    ends_sentence,
    word_before,
)
from scenewire_tts.spoken_form.numerals import Number, NumberFormat, roman_value
from scenewire_tts.spoken_form.rules.dates import month_name, month_number, month_pattern
from scenewire_tts.spoken_form.rules.signs import roman_rule

__all__ = ["English"]

_REGNAL: Final = (
    "Albert|Alexander|Alfonso|Alfred|Amenhotep|Benedict|Boniface|Catherine|Charles|Christian|Clement|Constantine|Darius|"
    "Edward|Elizabeth|Ferdinand|Francis|Frederick|George|Gregory|Gustav|Haakon|Harald|Henry|Innocent|Ivan|James|John|"
    "John Paul|Joseph|Julius|Kamehameha|Leo|Leopold|Louis|Margaret|Margrethe|Mary|Mehmed|Mohammed|Murad|Napoleon|"
    "Nicholas|Olaf|Otto|Paul|Pedro|Peter|Philip|Pius|Ptolemy|Rama|Ramesses|Ramses|Richard|Robert|Selim|Seti|Sixtus|"
    "Thutmose|Umberto|Urban|Victor Emmanuel|Wilhelm|William|Xerxes"
)
_NUMBERED: Final = (
    r"(?:[Aa]ct|[Aa]nnex|[Aa]ppendix|[Aa]rticle|[Bb]ook|[Cc]hapter|[Cc]lass|[Ff]igure|[Gg]rade|[Ll]evel|[Pp]art|[Pp]hase|"
    r"[Ss]cene|[Ss]ection|[Ss]tage|[Tt]able|[Tt]itle|[Tt]ype|[Vv]olume|[Ww]ar|Bowl|Games|Olympiad|Apollo)"
)
_DECADES: Final = {
    1: "tens", 2: "twenties", 3: "thirties", 4: "forties", 5: "fifties", 6: "sixties", 7: "seventies", 8: "eighties",
    9: "nineties",
}  # fmt: skip
_DECADE: Final = re.compile(r"(?<![\w.,])(?P<century>1[1-9]|20)(?P<ten>\d)0[’']?s\b")
_SHORT_DECADE: Final = re.compile(r"(?<![\w.,])[’'‘]?(?P<ten>[1-9])0s\b")
_ORDINAL: Final = re.compile(r"(?<![\w.,/$])(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b")
_CONTRACTED_YEAR: Final = re.compile(r"(?<!\w)[’'‘](?P<year>\d\d)(?![\w’'])")
_FEET: Final = re.compile(r"(?<!\w)(?P<feet>\d)[’'′] ?(?P<inches>1[01]|\d)(?:[\"”″]|’’|'')")
_FEET_AND_INCHES: Final = re.compile(r"(?<!\w)(?P<feet>\d+) ?ft\.? (?P<inches>1[01]|\d) ?in(?:\.(?= [a-z])|(?!\w))")
_INITIALS: Final = re.compile(r"(?<![\w.])(?:[A-Z]\.){2,}(?!\w)|(?<![\w.])[A-Z]\.(?: ?[A-Z]\.)+(?= [A-Z][a-z])")
_PLACES: Final = {"Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "St": "Street"}
_PLACE: Final = re.compile(r"(?<!\w)[A-Z][a-z]+ (?P<place>(?:Ave|Blvd|Rd|St)(?!\w)\.?)(?! [A-Z])")
_SEQUEL: Final = re.compile(r"(?<!\w)[A-Z][\w’']+ (?P<roman>(?=[IVX]{2})X{0,2}(?:IX|IV|V?I{0,3}))(?<!XX)(?![\w’'])")
"""`Rocky IV`. Numerals of two letters at least: `I` is a pronoun, and `X` and `V` are names."""
_PER: Final = re.compile(r"(?<=\d)/(?=(?:day|hour|kg|litre|liter|minute|month|night|person|second|week|year)(?!\w))")
_VERSION: Final = re.compile(r"(?<!\w)[vV](?P<numbers>\d+(?:\.\d+)+)(?!\w|[.]\d)")
_AM_TO_PM: Final = re.compile(r"(?<=[ap]m) ?[-–] ?(?=\d{1,2}(?::\d\d)? ?[ap]m)")
_BRITISH: Final = frozenset({"gb", "ie", "au", "nz", "in", "za"})
_OLD_YEAR: Final = re.compile(
    r"(?<![\w.,$£€])(?P<year>\d{1,4})(?= (?:BC|AD|CE|BCE)\b)|(?<!\w)(?:AD|[Ii]n) (?P<later>\d{3,4})(?![\w%°]|[-–.,:/]\d)"
)

_TITLES: Final = {
    r"Dr\.?": "Doctor", r"Mr\.?": "Mister", r"Mrs\.?": "Missus", r"Ms\.": "Ms", r"Prof\.?": "Professor",
    r"Gen\.(?! Z)": "General", r"Col\.": "Colonel", r"Capt\.?": "Captain", r"Lt\.?": "Lieutenant", r"Sgt\.?": "Sergeant",
    r"Sen\.": "Senator", r"Rep\.": "Representative", r"Gov\.": "Governor", r"Rev\.?": "Reverend", r"Hon\.": "Honorable",
    r"St\.?": "Saint", r"Mt\.?": "Mount", r"Ft\.": "Fort", r"Pres\.": "President",
}  # fmt: skip


class English(Language):
    """See `Language`. Years are read in pairs of digits, and British numbers with "and"."""

    numbers = NumberFormat(groups=",", decimals=".", group_sizes=r"\d{2,3}")
    minus = "minus"
    plus = "plus"
    marks: ClassVar = {".": "point"}
    range_word = "to"
    ratio_word = "to"
    percent = "percent"
    per_mille = "per mille"
    number_word = "number"
    operators: ClassVar = {
        "±": "plus or minus", "~": "about", "≈": "about", "<": "less than", ">": "more than", "≤": "at most",
        "≥": "at least", "×": "times", "÷": "divided by", "=": "equals",
    }  # fmt: skip
    address = AddressWords(
        signs={
            ".": "dot", "/": "slash", "-": "dash", "_": "underscore", ":": "colon", "?": "question mark", "=": "equals",
            "&": "and", "#": "hash", "%": "percent", "+": "plus", "~": "tilde", "@": "at",
        },
        hashtag="hashtag",
    )  # fmt: skip

    months = (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    )  # fmt: skip
    month_abbreviations: ClassVar = {
        "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Sept": 9, "Oct": 10, "Nov": 11,
        "Dec": 12,
    }  # fmt: skip
    times = (
        r"(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap]\.m\.|[ap]m|[AP]M|[AP]\.M\.)",
        r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)",
    )

    currencies: ClassVar = {
        "USD": Currency("dollar", "dollars", "cent", "cents"),
        "EUR": Currency("euro", "euros", "cent", "cents"),
        "GBP": Currency("pound", "pounds", "penny", "pence"),
        "AUD": Currency("Australian dollar", "Australian dollars", "cent", "cents"),
        "CAD": Currency("Canadian dollar", "Canadian dollars", "cent", "cents"),
        "BRL": Currency("real", "reais", "centavo", "centavos"),
        "INR": Currency("rupee", "rupees", "paisa", "paise"),
        "CHF": Currency("Swiss franc", "Swiss francs", "centime", "centimes"),
        "JPY": Currency("yen", "yen"),
        "CNY": Currency("yuan", "yuan"),
    }
    scales: ClassVar = {
        "hundred": ("hundred", "hundred"),
        "thousand": ("thousand", "thousand"),
        "million": ("million", "million"),
        "billion": ("billion", "billion"),
        "trillion": ("trillion", "trillion"),
        "lakh": ("lakh", "lakh"),
        "crore": ("crore", "crore"),
    }
    money_scales: ClassVar = {
        "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "bn": "billion", "b": "billion",
        "B": "billion", "tn": "trillion", "T": "trillion",
    }  # fmt: skip
    units: ClassVar = {"sq ft": "square-foot", "sq km": "square-kilometer", "sq mi": "square-mile", "acres": "acre"}
    unit_names: ClassVar = {
        "decibel": ("decibel", "decibels"),
        "metric-ton": ("ton", "tons"),
    }

    abbreviations = (
        *(Abbreviation(written, spoken, "name") for written, spoken in _TITLES.items()),
        Abbreviation(r"[Nn]os\.", "numbers", "number"),
        Abbreviation(r"[Nn]o\.|№|Nr\.", "number", "number"),
        Abbreviation(r"[Vv]ols?\.", "volume", "number"),
        Abbreviation(r"[Cc]h(?:ap)?\.", "chapter", "number"),
        Abbreviation(r"[Ff]igs?\.", "figure", "number"),
        Abbreviation(r"[Ss]ec\.|§", "section", "number"),
        Abbreviation(r"[Ee]d\.", "edition", "number"),
        Abbreviation(r"pp\.", "pages", "number"),
        Abbreviation(r"p\.", "page", "number"),
        Abbreviation(r"[Ee]p\.", "episode", "number"),
        Abbreviation(r"ca?\.", "circa", "number"),
        Abbreviation(r"b\.", "born", "number"),
        Abbreviation(r"d\.", "died", "number"),
        Abbreviation(r"[Aa]pprox\.", "approximately", "word"),
        Abbreviation(r"vs\.?|v\.", "versus", "word"),
        Abbreviation(r"Inc\.", "Incorporated"),
        Abbreviation(r"Ltd\.", "Limited"),
        Abbreviation(r"Corp\.", "Corporation"),
        Abbreviation(r"Co\.", "Company"),
        Abbreviation(r"Bros\.", "Brothers"),
        Abbreviation(r"Jr\.", "Junior"),
        Abbreviation(r"Sr\.", "Senior"),
        Abbreviation(r"Dept\.", "Department"),
        Abbreviation(r"[Gg]ovt\.", "government"),
        Abbreviation(r"etc\.", "et cetera"),
        Abbreviation(r"e\.g\.,?", "for example,", "word"),
        Abbreviation(r"i\.e\.,?", "that is,", "word"),
        Abbreviation(r"et al\.", "and others"),
        Abbreviation(r"w/o", "without", "word"),
        Abbreviation(r"w/", "with", "word"),
    )

    @override
    def __init__(self, locale: str) -> None:
        super().__init__(locale)
        region = locale.replace("_", "-").casefold().removeprefix("en").removeprefix("-")
        self._is_british = region in _BRITISH
        self.month_first = region in {"", "us"}

    @override
    def cardinal(self, value: int, gender: Gender | None = None) -> str:
        return spell_out(value, "en", "cardinal-verbose" if self._is_british else "")

    @override
    def ordinal(self, value: int, gender: Gender = Gender.MASCULINE) -> str:
        return spell_out(value, "en", "ordinal-verbose" if self._is_british else "ordinal")

    @override
    def year(self, value: int) -> str:
        """Reads 1905 as "nineteen oh five", 2005 as "two thousand five" and 2026 as "twenty twenty-six"."""
        century, rest = divmod(value, 100)
        if not 11 <= century <= 20 or 2000 <= value <= 2009:
            return self.cardinal(value)
        if not rest:
            return f"{self.cardinal(century)} hundred"
        return f"{self.cardinal(century)} {'oh ' if rest < 10 else ''}{self.cardinal(rest)}"

    @override
    def join_money(self, major: str, minor: str, hundredths: Number) -> str:
        return f"{major} and {minor}"

    @override
    def day(self, day: int, before: str) -> str:
        return self.ordinal(day) if before == "the" else f"the {self.ordinal(day)}"

    @override
    def date(self, day: int, month: int, year: int, before: str) -> str:
        return f"{self.months[month - 1]} {self.ordinal(day)}, {self.year(year)}"

    @override
    def time(self, hour: int, minute: int | None, half: str) -> str:
        letters = f" {half[0].lower()} m" if half else ""
        if minute is None:
            return f"{self.cardinal(hour)}{letters}"
        if minute == 0:
            return f"{self.cardinal(hour)}{letters or (' o’clock' if 1 <= hour <= 12 else ' hundred')}"
        return f"{self.cardinal(hour)} {'oh ' if minute < 10 else ''}{self.cardinal(minute)}{letters}"

    @override
    def fraction(self, numerator: int, denominator: int) -> str:
        top = self.cardinal(numerator)
        if denominator == 2:
            return f"{top} half"
        if denominator == 4:
            return f"{top} quarter{'s' * (numerator > 1)}"
        if denominator > 20 and denominator not in {100, 1000}:
            return f"{top} over {self.cardinal(denominator)}"
        return f"{top} {self.ordinal(denominator).removeprefix('one ')}{'s' * (numerator > 1)}"

    @override
    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        part = self.fraction(numerator, denominator)
        return f"{self.cardinal(whole)} and {re.sub('^one ', 'a ', part)}"

    @override
    def short_year(self, year: int) -> str:
        return f"{'oh ' if year % 100 < 10 else ''}{self.cardinal(year % 100)}"

    @override
    def own_rules(self) -> Sequence[Rule]:
        month = month_pattern(self)
        return (
            Rule(
                re.compile(
                    rf"(?<!\w)(?P<month>{month}) (?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\w%°]|[.,:/]\d|[-–]\d{{3}})"
                ),
                self._month_and_day,
            ),
            Rule(
                re.compile(
                    rf"(?<![\w.,:/-])(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?P<gap> (?:of )?)(?P<month>{month})"
                ),
                self._day_and_month,
            ),
            Rule(_OLD_YEAR, self._old_year),
            Rule(
                _DECADE,
                lambda match: [Edit(*match.span(), self._decade(int(match["century"]), int(match["ten"])))],
            ),
            Rule(_SHORT_DECADE, lambda match: [Edit(*match.span(), _DECADES[int(match["ten"])])]),
            Rule(
                _ORDINAL, lambda match: [Edit(*match.span(), self.ordinal(self.numbers.read(match["number"]).integer))]
            ),
            Rule(_CONTRACTED_YEAR, lambda match: [Edit(*match.span(), self.short_year(int(match["year"])))]),
            Rule(
                _FEET,
                lambda match: [Edit(*match.span(), self._feet(int(match["feet"]), int(match["inches"])))],
            ),
            Rule(
                _FEET_AND_INCHES,
                lambda match: [Edit(*match.span(), self._feet(int(match["feet"]), int(match["inches"])))],
            ),
            roman_rule(f"(?:{_REGNAL})", lambda _, value: f"the {self.ordinal(value)}", least=2),
            roman_rule(_NUMBERED, lambda _, value: self.cardinal(value)),
            Rule(_SEQUEL, lambda match: [Edit(*match.span("roman"), self.cardinal(roman_value(match["roman"])))]),
            Rule(_PLACE, _place),
            Rule(_INITIALS, _initials),
            Rule(_PER, lambda match: [Edit(*match.span(), " per ")]),
            Rule(_AM_TO_PM, lambda match: [Edit(*match.span(), " to ")]),
            Rule(_VERSION, self._version),
        )

    def _month_and_day(self, match: re.Match[str]) -> Sequence[Edit]:
        name = self.months[month_number(match["month"], self) - 1]
        ordinal = self.ordinal(int(match["day"]))
        return [Edit(match.start(), match.start("day") - 1, name), Edit(match.start("day"), match.end(), ordinal)]

    def _day_and_month(self, match: re.Match[str]) -> Sequence[Edit]:
        name = month_name(match, self)
        number = int(match["day"])
        day = self.ordinal(number) if "of" in match["gap"] else self.day(number, word_before(match))
        return [Edit(match.start(), match.start("gap"), f"{day} of"), Edit(match.start("gap"), match.end(), f" {name}")]

    def _old_year(self, match: re.Match[str]) -> Sequence[Edit]:
        """Reads 753 BC as "seven fifty-three" and 1066 as "ten sixty-six"; "in 300 towns" remains a number."""
        group = "year" if match["year"] else "later"
        year = int(match[group])
        century, rest = divmod(year, 100)
        if rest and (1000 < year < 1100 or (100 < year < 1000 and match[0][:2].casefold() != "in")):
            return [Edit(*match.span(group), f"{self.cardinal(century)} {self.short_year(year)}")]
        return [Edit(*match.span(group), self.year(year))]

    def _decade(self, century: int, ten: int) -> str:
        if ten:
            return f"{self.cardinal(century)} {_DECADES[ten]}"
        return "two thousands" if century == 20 else f"{self.cardinal(century)} hundreds"

    def _version(self, match: re.Match[str]) -> Sequence[Edit]:
        numbers = " point ".join(self.number(Number(part)) for part in match["numbers"].split("."))
        return [Edit(*match.span(), f"version {numbers}")]

    def _feet(self, feet: int, inches: int) -> str:
        return f"{self.cardinal(feet)} foot {self.cardinal(inches)}"


def _place(match: re.Match[str]) -> Sequence[Edit]:
    name = _PLACES[match["place"].removesuffix(".")]
    end = "." if match["place"].endswith(".") and ends_sentence(match.string, match.end()) else ""
    return [Edit(*match.span("place"), name + end)]


def _initials(match: re.Match[str]) -> Sequence[Edit]:
    """Reads letters without a pause after each; the last full stop may have ended the sentence."""
    rest = match.string[match.end() :]
    end = "." if not rest or rest[0] == "\n" else ""
    return [Edit(*match.span(), " ".join(re.findall("[A-Z]", match[0])) + end)]
