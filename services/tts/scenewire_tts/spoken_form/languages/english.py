"""English. Follows The Chicago Manual of Style (17th edition, chapters 9 and 10) in what is spoken."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from typing_extensions import override

from scenewire.text.sentences import ends_sentence as is_sentence_end
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
from scenewire_tts.spoken_form.numerals import ROMAN, Number, NumberFormat, roman_value
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
    r"[Ss]cene|[Ss]ection|[Ss]tage|[Tt]able|[Tt]itle|[Tt]ype|[Vv]olume)"
)
_NOT_PRONOUN: Final = (
    r"(?:(?<!\bI)|(?! [a-z]|['’])|(?= (?:and|of|or|to|(?!always|perhaps|sometimes|thus|was)[a-z]+(?<!s)s)(?!\w)))"
)
"""`Chapter I is`, but `Chapter I wrote`."""
_DECADES: Final = {
    0: "two thousands", 1: "tens", 2: "twenties", 3: "thirties", 4: "forties", 5: "fifties", 6: "sixties", 7: "seventies", 8: "eighties",
    9: "nineties",
}  # fmt: skip
_DECADE: Final = re.compile(r"(?<![\w.,])(?P<century>1[1-9]|20)(?P<ten>\d)0[’']?s\b")
_SHORT_DECADE: Final = re.compile(r"(?<![\w.,])[’'‘]?(?P<ten>\d)0s\b")
_BEFORE_SECONDS: Final = frozenset({
    "a", "about", "after", "another", "every", "for", "just", "last", "lasted", "lasts", "only", "per", "takes", "than",
    "took", "under", "within",
})  # fmt: skip
_DIGITS_OF: Final = re.compile(
    r"(?<!\w)(?i:(?:all|both|few|five|four|many|several|six|these|those|three|two|\d{1,2}) |(?:over|under)-)(?P<number>\d|1[1-9])s(?!\w)"
)
"""`three 3s`: more than one of a digit."""
_ORDINAL: Final = re.compile(r"(?<![\w.,/$])(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b")
_CONTRACTED_YEAR: Final = re.compile(r"(?<!\w)[’'‘](?P<year>\d\d)(?![\w’'])")
_FEET: Final = re.compile(
    r"(?<!\w)(?P<feet>\d{1,3})[’'′](?: ?(?P<inches>1[01]|\d)(?:[\"”″]|’’|''|(?![\w\"”’']))"
    r"|(?= (?:deep|high|long|tall|thick|wide)(?!\w)))"
)
_INCHES: Final = re.compile(
    r"(?<![\w.,$])(?P<inches>\d+(?:\.\d+)?)(?:″|[\"”](?= (?:x|×|by|deep|high|long|tall|thick|wide|(?P<noun>"
    r"display|monitor|paper|pipe|record|screen|single|tablet|TV|TVs|vinyl))(?!\w)))(?P<by> [x×](?= \d))?"
)
_FEET_AND_INCHES: Final = re.compile(r"(?<!\w)(?P<feet>\d+) ?ft\.? (?P<inches>1[01]|\d) ?in(?:\.(?= [a-z])|(?!\w))")
_INITIALS: Final = re.compile(r"(?<![\w.])(?:[A-Z]\.){2,}(?!\w)|(?<![\w.])[A-Z]\.(?: ?[A-Z]\.)+(?= [A-Z][a-z])")
_PLACES: Final = {"Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "St": "Street"}
_PLACE: Final = re.compile(r"(?<!\w)[A-Z][a-z]+ (?P<place>(?:Ave|Blvd|Rd|St)(?!\w)\.?)(?! [A-Z])")
_PER: Final = re.compile(r"(?<=\d)/(?=(?:day|hour|kg|litre|liter|minute|month|night|person|second|week|year)(?!\w))")
_VERSION: Final = re.compile(r"(?<!\w)[vV](?P<numbers>\d+(?:\.\d+)+)(?!\w|[.]\d)")
_BRITISH: Final = frozenset({"gb", "ie", "au", "nz", "in", "za"})
_OLD_YEAR: Final = re.compile(
    r"(?<![\w.,$£€–-])(?P<year>\d{1,4})(?= (?:BC|AD|CE|BCE)\b)|(?<!\w)(?:AD|[Ii]n) (?P<later>\d{3,4})(?![\w%°]|[-–.,:/]\d)"
)

_NOT_NOUNS: Final = (
    "a|about|across|after|again|against|ago|all|along|also|an|and|apart|are|as|at|away|back|be|been|because|before|between|but|"
    "by|came|can|could|did|do|does|down|during|each|east|even|every|for|found|from|given|goes|had|has|have|he|her|here|his|i|"
    "if|in|into|is|it|its|just|kept|left|lost|made|may|might|must|my|no|nor|north|not|now|of|off|on|once|only|onto|or|our|out|"
    "over|owed|paid|per|put|sent|shall|she|should|since|so|south|spent|still|taken|than|that|the|their|then|there|these|they|"
    "this|those|to|today|took|toward|towards|under|until|up|was|we|went|were|west|when|where|which|while|who|whom|will|with|"
    "within|without|won|worth|would|yesterday|you|your"
)
"""Words that are not nouns, behind an amount."""
_BEFORE_DATES: Final = frozenset({
    "after", "before", "by", "every", "for", "from", "of", "on", "since", "that", "the", "this", "through", "till", "to",
    "until",
})  # fmt: skip
_COUNTED_ANYWHERE: Final = re.compile(r" (?:hundred|thousand|million|billion|trillion|percent|per cent)(?!\w)")
_COUNTED_NOUN: Final = re.compile(
    rf" (?:people|men|women|children|(?!(?:{_NOT_NOUNS}|always|perhaps|plus|minus|sometimes|versus)(?!\w))[a-z]+(?<!s)s"
    r"(?! (?:a|an|another|her|his|its|my|new|our|that|the|their|this|when|your)(?!\w)))(?!\w)"
)
"""A noun in the plural, and not the verb of "May 8 marks the end"."""
_MONEY_NOUNS: Final = re.compile(r" (?:bank)?(?:bills|coins|deals|fines|grants|loans|notes|prizes|tickets)(?!\w)")
_DETERMINERS: Final = frozenset({"her", "his", "its", "my", "no", "our", "that", "the", "their", "this", "your"})

_CENTURY: Final = re.compile(
    rf"(?<!\w)(?P<roman>(?=[IVX]){ROMAN})(?:th|st|nd|rd)?(?=[ -](?:[Cc]entury|[Cc]enturies)(?!\w))"
)
_WORLD_WAR: Final = re.compile(r"(?<!\w)WW ?(?P<number>II?)(?![\w])")
_FRACTION_OF: Final = re.compile(
    r"(?<![\w.,/])(?<!\d )(?P<fraction>(?P<top>\d)/(?P<bottom>\d))(?: |(?P<hyphen>-))"
    r"(?P<noun>cup|gallon|hour|inch|mile|ounce|pint|pound|quart|tablespoon|teaspoon)(?!\w)"
)
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_DAYS: Final = {day[:3]: day for day in _WEEKDAYS}
_WEEKDAY: Final = re.compile(
    rf"(?<![\w-])(?P<day>{'|'.join(_DAYS)})(?:(?P<to> ?[-–] ?)(?=(?:{'|'.join(_DAYS)})(?!\w))|(?= \d{{1,2}}(?![\d,]|[.]\d| ?\w?illion)))"
    rf"|(?<=[-–])(?P<last>{'|'.join(_DAYS)})(?!\w)"
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
    times_words = ("time", "times")
    by_word = "by"
    per_word = "per"
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
    short_scales: ClassVar = {
        "m": "million", "M": "million", "mn": "million", "bn": "billion", "B": "billion", "tn": "trillion",
    }  # fmt: skip
    million_nouns = (
        "adults|children|customers|deaths|dollars|downloads|euros|followers|homes|households|jobs|members|men|passengers|"
        "people|players|pounds|readers|refugees|subscribers|tonnes|tons|users|viewers|views|visitors|voters|women|workers|years"
    )
    units: ClassVar = {
        "sq ft": "square-foot", "sq km": "square-kilometer", "sq mi": "square-mile", "acres": "acre",
        "sq. ft.": "square-foot", "sq. km": "square-kilometer", "sq. mi.": "square-mile", "¢": "cent", "in.": "inch",
        "tbsp": "tablespoon", "tsp": "teaspoon", "gal": "gallon", "psi": "pound-force-per-square-inch", "hp": "horsepower",
    }  # fmt: skip
    unit_names: ClassVar = {
        "cent": ("cent", "cents"),
        "decibel": ("decibel", "decibels"),
        "metric-ton": ("ton", "tons"),
    }

    abbreviations = (
        *(Abbreviation(rf"{day[:3]}\.(?=,| \d)", day) for day in _WEEKDAYS),
        Abbreviation(r"Tues\.", "Tuesday", "word"),
        Abbreviation(r"Thurs?\.", "Thursday", "word"),
        Abbreviation(r"Ph\.D\.", "P H D"),
        Abbreviation(r"[Ee]xt\.", "extension", "number"),
        Abbreviation(r"a\.k\.a\.", "also known as", "word"),
        Abbreviation(r"[Ee]st\.", "established", "number"),
        *(Abbreviation(written, spoken, "name") for written, spoken in _TITLES.items()),
        Abbreviation(r"[Nn]os\.", "numbers", "number"),
        Abbreviation(r"[Nn]o\.(?= ?\d)|№|Nr\.", "number", "number"),
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
        if not 10 <= century <= 20 or value // 10 in {100, 200}:
            return self.cardinal(value)
        if not rest:
            return f"{self.cardinal(century)} hundred"
        return f"{self.cardinal(century)} {'oh ' if rest < 10 else ''}{self.cardinal(rest)}"

    @override
    def join_money(self, major: str, minor: str, hundredths: Number) -> str:
        return f"{major} and {minor}"

    @override
    def or_more(self, number: str) -> str:
        return f"{number} plus"

    @override
    def part_of(self, numerator: int, denominator: int, unit: str) -> str:
        name = self.unit(Number("1"), unit)
        name = f"{'an' if name[0] in 'aeio' or name == 'hour' else 'a'} {name}"
        return (
            f"half {name}"
            if (numerator, denominator) == (1, 2)
            else f"{self.fraction(numerator, denominator)} of {name}"
        )

    @override
    def attributive_money(self, number: Number, code: str) -> str:
        """Reads "a $3.50 coffee" as "a three dollar fifty coffee"."""
        whole = Number(number.digits, is_grouped=number.is_grouped)
        words = f"{self.number(whole)} {self.currency(code).one}"
        hundredths = int(number.fraction or 0)
        return f"{words} {self.cardinal(hundredths)}" if len(number.fraction) == 2 and hundredths else words

    @override
    def is_attributive(self, match: re.Match[str]) -> bool:
        """After "a" every noun is in the singular; after "the" and the like, what follows must be a noun."""
        if "gap" in match.re.groupindex and match["gap"] == "-":
            return True
        after = match.string[match.end() :]
        if "money" in match.re.groupindex and _MONEY_NOUNS.match(after):
            return True
        noun = re.match(rf" (?!(?:{_NOT_NOUNS})(?!\w))(?P<noun>[a-z]+)", after)
        before = word_before(match)
        if noun is None:
            return False
        return before in {"a", "an", "another", "each", "every", "one"} or (
            before in _DETERMINERS and not noun["noun"].endswith(("ed", "en", "ing", "ly"))
        )

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
                    rf"(?<!\w)(?P<month>{month}) (?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
                    r"(?:(?P<to> ?[-–] ?)(?P<last>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?!\d))?(?![\w%°]|[.,:/]\d|[-–]\d{3})"
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
            Rule(_DIGITS_OF, self._digits_of),
            Rule(_SHORT_DECADE, _short_decade),
            Rule(
                _ORDINAL, lambda match: [Edit(*match.span(), self.ordinal(self.numbers.read(match["number"]).integer))]
            ),
            Rule(_CONTRACTED_YEAR, lambda match: [Edit(*match.span(), self.short_year(int(match["year"])))]),
            Rule(
                _FEET,
                lambda match: [Edit(*match.span(), self._feet(int(match["feet"]), match["inches"]))],
            ),
            Rule(_INCHES, self._inches),
            Rule(
                _FEET_AND_INCHES,
                lambda match: [Edit(*match.span(), self._feet(int(match["feet"]), match["inches"]))],
            ),
            roman_rule(f"(?:{_REGNAL})", lambda _, value: f"the {self.ordinal(value)}", least=2),
            roman_rule("(?:[Ww]ar|Bowl|Games|Olympiad|Apollo)", lambda _, value: self.cardinal(value)),
            roman_rule(_NUMBERED, lambda _, value: self.cardinal(value), after=_NOT_PRONOUN),
            Rule(_CENTURY, lambda match: [Edit(*match.span(), self.ordinal(roman_value(match["roman"])))]),
            Rule(_WORLD_WAR, lambda match: [Edit(*match.span(), f"World War {self.cardinal(len(match['number']))}")]),
            Rule(
                _WEEKDAY,
                lambda match: [
                    Edit(*match.span(), _DAYS[match["day"] or match["last"]] + (" to " if match["to"] else ""))
                ],
            ),
            Rule(_FRACTION_OF, self._fraction_of),
            Rule(_PLACE, _place),
            Rule(_INITIALS, _initials),
            Rule(_PER, lambda match: [Edit(*match.span(), " per ")]),
            Rule(_VERSION, self._version),
        )

    def _month_and_day(self, match: re.Match[str]) -> Sequence[Edit]:
        name = self.months[month_number(match["month"], self) - 1]
        if match["day"] == match.string[match.start("day") : match.end()] and _counts(match):
            return [Edit(match.start(), match.start("day") - 1, name)]
        end = match.end() if match["last"] is None else match.start("to")
        edits = [
            Edit(match.start(), match.start("day") - 1, name),
            Edit(match.start("day"), end, self.ordinal(int(match["day"]))),
        ]
        if match["last"]:
            last = Edit(match.start("last"), match.end(), self.ordinal(int(match["last"])))
            edits += [Edit(*match.span("to"), f" {self.range_word} "), last]
        return edits

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
        if rest and 100 < year < 1000 and match[0][:2].casefold() != "in":
            return [Edit(*match.span(group), f"{self.cardinal(century)} {self.short_year(year)}")]
        return [Edit(*match.span(group), self.year(year))]

    def _decade(self, century: int, ten: int) -> str:
        if ten:
            return f"{self.cardinal(century)} {_DECADES[ten]}"
        return "two thousands" if century == 20 else f"{self.cardinal(century)} hundreds"

    def _version(self, match: re.Match[str]) -> Sequence[Edit]:
        numbers = " point ".join(self.number(Number(part)) for part in match["numbers"].split("."))
        return [Edit(*match.span(), f"version {numbers}")]

    def _feet(self, feet: int, inches: str | None) -> str:
        if inches is None:
            return f"{self.cardinal(feet)} {'foot' if feet == 1 else 'feet'}"
        return f"{self.cardinal(feet)} foot {self.cardinal(int(inches))}"

    def _fraction_of(self, match: re.Match[str]) -> Sequence[Edit]:
        top, bottom = int(match["top"]), int(match["bottom"])
        article = "an" if match["noun"] in {"hour", "inch", "ounce"} else "a"
        if (top, bottom) == (1, 2):
            spoken = "half" if match["hyphen"] else f"half {article}"
        elif match["hyphen"] or top >= bottom:
            return []
        else:
            spoken = f"{self.fraction(top, bottom)} of {article}"
        return [Edit(*match.span("fraction"), spoken)]

    def _inches(self, match: re.Match[str]) -> Sequence[Edit]:
        number = self.numbers.read(match["inches"])
        noun = (
            "inch" if self.is_singular(number) or (match["noun"] and word_before(match) in {"a", "the"}) else "inches"
        )
        by = f" {self.by_word}" if match["by"] else ""
        return [Edit(*match.span(), f"{self.number(number)} {noun}{by}")]

    def _digits_of(self, match: re.Match[str]) -> Sequence[Edit]:
        name = self.cardinal(int(match["number"]))
        return [Edit(match.start("number"), match.end(), f"{name}{'es' if name.endswith('x') else 's'}")]


def _counts(match: re.Match[str]) -> bool:
    """Whether the number after a month counts the next word: "In December 20 people came"."""
    before, after = word_before(match), match.string[match.end() :]
    if before == "in" and re.match(rf" (?:of (?:them|these|those|us)|(?!(?:{_NOT_NOUNS})(?!\w))[a-z])", after):
        return True
    if _COUNTED_ANYWHERE.match(after):
        return True
    return before not in _BEFORE_DATES and _COUNTED_NOUN.match(after) is not None


def _short_decade(match: re.Match[str]) -> Sequence[Edit]:
    """Reads "the 80s"; "for 80s" and "in 80s." are seconds."""
    before = word_before(match)
    is_seconds = before in _BEFORE_SECONDS or (before == "in" and not re.match(r" \w", match.string[match.end() :]))
    return [] if is_seconds and match[0][0].isdigit() else [Edit(*match.span(), _DECADES[int(match["ten"])])]


def _place(match: re.Match[str]) -> Sequence[Edit]:
    name = _PLACES[match["place"].removesuffix(".")]
    end = "." if match["place"].endswith(".") and ends_sentence(match.string, match.end()) else ""
    return [Edit(*match.span("place"), name + end)]


def _initials(match: re.Match[str]) -> Sequence[Edit]:
    """Reads letters without a pause after each; the last full stop may have ended the sentence."""
    rest = match.string[match.end() :].partition("\n")[0]
    end = "." if not rest or (rest[0] == " " and is_sentence_end(match[0], rest)) else ""
    return [Edit(*match.span(), " ".join(re.findall("[A-Z]", match[0])) + end)]
