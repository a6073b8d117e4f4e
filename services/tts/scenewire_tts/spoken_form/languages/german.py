"""German. Follows Duden, Die deutsche Rechtschreibung (28th edition), and DIN 5008 in how numbers are written and spoken."""

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
from scenewire_tts.spoken_form.numerals import ROMAN, Number, NumberFormat, roman_value
from scenewire_tts.spoken_form.rules.signs import roman_rule

__all__ = ["German"]

_KINGS: Final = (
    "Albert|Albrecht|Alexander|Alfons|Benedikt|Christian|Clemens|Eduard|Ferdinand|Franz|Friedrich|Friedrich Wilhelm|Georg|"
    "Gregor|Gustav|Heinrich|Innozenz|Iwan|Jakob|Johannes Paul|Johannes|Joseph|Josef|Julius|Karl|Konrad|Leo|Leopold|Ludwig|"
    "Maximilian|Mehmed|Napoleon|Nikolaus|Otto|Paul|Peter|Philipp|Pius|Ptolemaios|Ramses|Richard|Rudolf|Sixtus|Urban|"
    "Wilhelm|Xerxes"
)
_QUEENS: Final = "Elisabeth|Katharina|Kleopatra|Margarethe|Maria"
_PRINCES: Final = rf"(?P<queen>{_QUEENS})|(?:{_KINGS})(?P<possessive>s?)"
_ORDINAL_NOUNS: Final = (
    "Jahrhunderts?|Jahrtausends?|Weltkriege?s?|Kapitels?|Plätze|Platze?s?|Stocke?s?|Stockwerke?s?|Klasse|Mal|Auflage|Etage|"
    "Geburtstage?s?|Jahrestage?s?|Liga|Runde|Bundesliga|Minute|Tage?s?|Woche|Monate?s?|Jahre?s?|Akte?s?|Teile?s?|Bezirke?s?|Spieltage?s?"
)
_AFTER_ARTICLE: Final = "|".join(
    rf"(?<=\b{word} )"
    for word in (
        "am",
        "beim",
        "das",
        "dem",
        "den",
        "der",
        "des",
        "die",
        "diese",
        "dieser",
        "dieses",
        "eine",
        "einem",
        "einen",
        "einer",
        "im",
        "jede",
        "jedem",
        "jeden",
        "jeder",
        "jedes",
        "seine",
        "seinem",
        "seinen",
        "unsere",
        "vom",
        "zum",
        "zur",
    )
)
_ORDINAL: Final = re.compile(
    rf"(?<![\w.,/-])(?:(?P<number>\d{{1,3}})\.(?= (?:[a-zäöü]|(?:{_ORDINAL_NOUNS}|(?:Jhd?|Jahrh|Jhs|Jt)\.)(?!\w)))"
    rf"|(?i:{_AFTER_ARTICLE})(?P<counted>\d{{1,3}})\.(?= [A-ZÄÖÜ]\w))"
)
_DAY_AND_MONTH: Final = re.compile(
    r"(?<![\w.,/-])(?P<day>[12]\d|3[01]|0?[1-9])\.(?P<month>1[0-2]|0?[1-9])\.(?![\d])(?=[ ,;:)]|$|\n)"
)
_DECADE: Final = re.compile(
    r"(?<![\w.,])(?P<century>1\d|20)?(?P<ten>[1-9]0)er(?P<dative>n?)(?P<rest>[- ]?[Jj]ahre[ns]?)?(?!\w)"
)
_NOUN_OF_NUMBER: Final = re.compile(r"(?<![\w.,])(?P<number>[1-9]\d{0,3})er(?!\w)")
_OBLIQUE: Final = frozenset({
    "ab", "am", "an", "beim", "bis", "dem", "den", "des", "diesem", "diesen", "einem", "einen", "einer", "eines", "ihrem",
    "ihren", "im", "jedem", "jeden", "seinem", "seinen", "vom", "zum", "zur",
})  # fmt: skip
"""Words after which an ordinal ends in `-en`."""


_WEEKDAYS: Final = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_FEMININE: Final = re.compile(
    r"(?!(?:Affe|Auge|Bote|Buchstabe|Deutsche|Ende|Experte|Funke|Gedanke|Hase|Interesse|Junge|Käse|Kollege|Kunde|Löwe|Name|"
    r"Neffe|Riese|Zeuge)$|Ge\w+e$)[A-ZÄÖÜ]\w+(?:e|ung|heit|keit|ion|schaft|tät|ur|erei|ik|anz|enz)"
    r"|\w*(?:Bank|bank|Burg|burg|Frau|frau|Hand|hand|Insel|insel|Kraft|kraft|Mutter|mutter|Nacht|nacht|Nummer|nummer|Partei|"
    r"Person|person|Regel|regel|Schwester|schwester|Stadt|stadt|Tochter|Uhr|Wahl|Wand|wand|Welt|Zahl|zahl)"
)
_MASCULINE: Final = frozenset({
    "Cent", "Dollar", "Euro", "Fehler", "Film", "Kilometer", "Liter", "Mann", "Meter", "Monat", "Ort", "Platz", "Punkt",
    "Schritt", "Spieler", "Stern", "Tag", "Teil", "Zentimeter",
})  # fmt: skip
"""Their accusative differs: "für einen Tag". Neuter nouns are the rest."""
_DATIVE: Final = frozenset({"aus", "außer", "bei", "binnen", "in", "mit", "nach", "seit", "von", "vor", "zu"})
_ACCUSATIVE: Final = frozenset({"für", "gegen", "ohne", "pro", "um"})
_CENTURIES: Final = {
    "Jh": "Jahrhundert",
    "Jhd": "Jahrhundert",
    "Jahrh": "Jahrhundert",
    "Jhs": "Jahrhunderts",
    "Jt": "Jahrtausend",
}
_CENTURY: Final = re.compile(rf"(?<!\w)(?P<short>{'|'.join(_CENTURIES)})\.(?!\w)")
_ROMAN_ORDINAL: Final = re.compile(
    rf"(?<![\w.])(?P<roman>{ROMAN})\.(?= (?:{_ORDINAL_NOUNS}|Internationalen?|Parteitag\w*|Vatikan\w+|Republik|Olymp\w+)(?!\w))"
)
_DATIVE_ARTICLE: Final = re.compile(rf"(?<!\w)(?i:{'|'.join(sorted(_DATIVE))}|an|auf|während|unter) der $")
_WEAK: Final = frozenset({
    "das", "der", "die", "diese", "dieser", "dieses", "eine", "ihre", "jede", "jeder", "jedes", "meine", "seine", "unsere",
})  # fmt: skip
"""Words after which an ordinal ends in `-e`."""
_SHORT_WEEKDAYS: Final = frozenset({name.casefold() for day in _WEEKDAYS for name in (day, day[:2])})
_TWO_DAYS: Final = re.compile(
    r"(?<![\w.,/–-])(?P<first>\d{1,2})\.(?P<to> ?[-–/] ?| (?:und|oder) )(?P<second>\d{1,2})\. (?=[A-ZÄÖÜ][a-zä]+)"
)
_ROUND_PRICE: Final = re.compile(
    r"(?<![\w,])(?P<euros>\d{1,3}(?:\.\d{3})+|\d+),(?:--?|[–—])(?: ?(?:€|Euro|EUR))?(?!\w)"
)
_HALF: Final = re.compile(r"(?<![\w.,/])(?<!\d )(?P<part>1/2|½) (?P<noun>[A-ZÄÖÜ][a-zäöüß]{2,})")
_PERCENT_OF_WORD: Final = re.compile(r"(?<![\w.,])(?P<number>\d{1,3}) ?%(?=ig)")


class German(Language):
    """See `Language`. Ordinals are inflected by the word before them."""

    numbers = NumberFormat(groups=". '’\u202f", decimals=",.")
    minus = "minus"
    plus = "plus"
    marks: ClassVar = {",": "Komma", ".": "Punkt"}
    range_word = "bis"
    ratio_word = "zu"
    percent = "Prozent"
    per_mille = "Promille"
    number_word = "Nummer"
    operators: ClassVar = {
        "±": "plus minus", "~": "ungefähr", "≈": "ungefähr", "<": "weniger als", ">": "mehr als", "≤": "höchstens",
        "≥": "mindestens", "×": "mal", "÷": "geteilt durch", "=": "gleich",
    }  # fmt: skip
    times_words = ("mal", "mal")
    by_word = "mal"
    per_word = "pro"
    metre_link = " "
    address = AddressWords(
        signs={
            ".": "Punkt", "/": "Schrägstrich", "-": "Bindestrich", "_": "Unterstrich", ":": "Doppelpunkt",
            "?": "Fragezeichen", "=": "gleich", "&": "und", "#": "Raute", "%": "Prozent", "+": "plus", "~": "Tilde",
            "@": "at",
        },
        hashtag="Hashtag",
    )  # fmt: skip

    months = (
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    )  # fmt: skip
    month_abbreviations: ClassVar = {
        "Jan": 1, "Feb": 2, "Apr": 4, "Aug": 8, "Sep": 9, "Sept": 9, "Okt": 10, "Nov": 11, "Dez": 12,
    }  # fmt: skip
    day_suffix = r"\."
    times = (
        r"(?P<hour>[01]?\d|2[0-4])(?:[:.](?P<minute>[0-5]\d))? ?(?P<half>Uhr)(?!\w)",
        r"(?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d) ?h(?!\w)",
        r"(?:(?<=[Uu]m )|(?<=[Aa]b )|(?<=bis )|(?<=gegen )|(?<=[-–])(?=[7-9]|[12]\d))(?P<hour>[01]?\d|2[0-4]) ?h(?!\w)",
        r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)",
    )

    currencies: ClassVar = {
        "EUR": Currency("Euro", "Euro", "Cent", "Cent"),
        "USD": Currency("Dollar", "Dollar", "Cent", "Cent"),
        "GBP": Currency("Pfund", "Pfund", "Penny", "Pence", Gender.NEUTER),
        "CHF": Currency("Franken", "Franken", "Rappen", "Rappen"),
        "BRL": Currency("Real", "Real", "Centavo", "Centavos"),
        "INR": Currency("Rupie", "Rupien", "Paisa", "Paise", Gender.FEMININE),
        "JPY": Currency("Yen", "Yen"),
        "CNY": Currency("Yuan", "Yuan"),
    }
    scales: ClassVar = {
        "Tausend": ("Tausend", "Tausend"),
        "tausend": ("tausend", "tausend"),
        "Million": ("Million", "Million"),
        "Millionen": ("Million", "Millionen"),
        "Mio.": ("Million", "Millionen"),
        "Mio": ("Million", "Millionen"),
        "Milliarde": ("Milliarde", "Milliarden"),
        "Milliarden": ("Milliarde", "Milliarden"),
        "Mrd.": ("Milliarde", "Milliarden"),
        "Mrd": ("Milliarde", "Milliarden"),
        "Billionen": ("Billion", "Billionen"),
        "Bio.": ("Billion", "Billionen"),
    }
    units: ClassVar = {"Std.": "hour", "Min.": "minute", "Sek.": "second"}
    unit_names: ClassVar = {
        "decibel": ("Dezibel", "Dezibel"),
        "megawatt-hour": ("Megawattstunde", "Megawattstunden"),
        "gigawatt-hour": ("Gigawattstunde", "Gigawattstunden"),
        "terawatt-hour": ("Terawattstunde", "Terawattstunden"),
    }  # CLDR joins the latter with a dot: "Megawatt⋅Stunden"
    feminine_units = frozenset({
        "gallon", "gigawatt-hour", "hour", "kilocalorie", "kilowatt-hour", "megawatt-hour", "metric-ton", "mile",
        "mile-per-hour", "minute", "ounce", "second", "terawatt-hour",
    })  # fmt: skip
    neuter_units = frozenset({"gram", "kilogram", "microgram", "milligram", "pound", "yard", "light-year"})

    abbreviations = (
        Abbreviation(r"Dr\.(?: (?:med|phil|jur)\.)?", "Doktor", "name"),
        Abbreviation(r"Prof\.", "Professor", "name"),
        Abbreviation(r"Hr\.", "Herr", "name"),
        Abbreviation(r"Fr\.", "Frau", "name"),
        Abbreviation(r"St\.", "Sankt", "name"),
        Abbreviation(r"Nr\.|No\.", "Nummer", "number"),
        Abbreviation(r"Bd\.", "Band", "number"),
        Abbreviation(r"Kap\.", "Kapitel", "number"),
        Abbreviation(r"S\.", "Seite", "number"),
        Abbreviation(r"Abb\.", "Abbildung", "number"),
        Abbreviation(r"Art\.", "Artikel", "number"),
        Abbreviation(r"Abs\.", "Absatz", "number"),
        Abbreviation(r"§§", "Paragrafen", "number"),
        Abbreviation(r"§", "Paragraf", "number"),
        Abbreviation(r"z\. ?B\.", "zum Beispiel", "word"),
        Abbreviation(r"d\. ?h\.", "das heißt", "word"),
        Abbreviation(r"u\. ?a\.", "unter anderem", "word"),
        Abbreviation(r"i\. ?d\. ?R\.", "in der Regel", "word"),
        Abbreviation(r"o\. ?[äÄ]\.", "oder Ähnliches"),
        Abbreviation(r"s\. ?o\.", "siehe oben"),
        Abbreviation(r"s\. ?u\.", "siehe unten"),
        Abbreviation(r"u\. ?v\. ?m\.", "und vieles mehr"),
        Abbreviation(r"u\. ?U\.", "unter Umständen", "word"),
        Abbreviation(r"v\. ?a\.", "vor allem", "word"),
        Abbreviation(r"z\. ?T\.", "zum Teil", "word"),
        Abbreviation(r"z\. ?Z(?:t)?\.|zzt\.", "zurzeit", "word"),
        Abbreviation(r"Tsd\.", "Tausend", "word"),
        Abbreviation(r"v\. ?Chr\.", "vor Christus"),
        Abbreviation(r"n\. ?Chr\.", "nach Christus"),
        Abbreviation(r"usw\.", "und so weiter"),
        Abbreviation(r"etc\.", "et cetera"),
        Abbreviation(r"bzw\.", "beziehungsweise", "word"),
        Abbreviation(r"ca\.", "circa", "word"),
        Abbreviation(r"ggf\.", "gegebenenfalls", "word"),
        Abbreviation(r"evtl\.", "eventuell", "word"),
        Abbreviation(r"sog\.", "sogenannte", "word"),
        Abbreviation(r"vgl\.", "vergleiche", "word"),
        Abbreviation(r"inkl\.", "inklusive", "word"),
        Abbreviation(r"max\.", "maximal", "word"),
        Abbreviation(r"min\.", "mindestens", "number"),
        Abbreviation(r"geb\.", "geboren", "word"),
        Abbreviation(r"gest\.", "gestorben", "word"),
        Abbreviation(r"(\w+)str\.", r"\1straße", "word"),
        *(Abbreviation(rf"{day[:2]}\.(?=,? \d)", day) for day in _WEEKDAYS),
        Abbreviation(r"(?<=\d )ff?\.", "folgende"),
        Abbreviation(r"Str\.", "Straße"),
    )

    @override
    def year(self, value: int) -> str:
        """Reads 1869 as "achtzehnhundertneunundsechzig"."""
        century, rest = divmod(value, 100)
        if 11 <= century <= 19:
            return f"{self.cardinal(century)}hundert{self.cardinal(rest) if rest else ''}"
        return self.cardinal(value)

    @override
    def multiple(self, number: Number) -> str:
        words = self.number(number, Gender.NEUTER)
        return f"{words} mal" if number.mark else f"{words}mal"

    @override
    def count(self, number: Number, gender: Gender | None, before: str) -> str:
        """Only one is inflected, after a preposition."""
        if number.mark or number.digits != "1" or gender is None:
            return self.number(number, gender)
        if before in _DATIVE:
            return "einer" if gender is Gender.FEMININE else "einem"
        return "einen" if before in _ACCUSATIVE and gender is Gender.MASCULINE else self.number(number, gender)

    def _stem(self, value: int) -> str:
        """Returns an ordinal without its ending: "zweit"."""
        return spell_out(value, self.locale, "ordinal").removesuffix("e")

    @override
    def join_money(self, major: str, minor: str, hundredths: Number) -> str:
        return f"{major} {self.cardinal(hundredths.integer)}"

    @override
    def day(self, day: int, before: str) -> str:
        if before.endswith(",") and before.rstrip(".,") in _SHORT_WEEKDAYS:  # "am Montag, den dritten März"
            return f"den {self._stem(day)}en"
        return self._stem(day) + self._ending(before)

    def _ending(self, before: str) -> str:
        if before in _OBLIQUE:
            return "en"
        return "e" if before in _WEAK else "er"

    @override
    def time(self, hour: int, minute: int | None, half: str) -> str:
        hours = "ein" if hour == 1 else self.cardinal(hour)
        return f"{hours} Uhr {self.cardinal(minute)}" if minute else f"{hours} Uhr"

    @override
    def fraction(self, numerator: int, denominator: int) -> str:
        top = "ein" if numerator == 1 else self.cardinal(numerator)
        if denominator == 2:
            return "ein halb" if numerator == 1 else f"{top} halbe"
        return f"{top} {self._stem(denominator).capitalize()}el"

    @override
    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        if (numerator, denominator) == (1, 2):
            return "eineinhalb" if whole == 1 else f"{self.cardinal(whole)}einhalb"
        return f"{self.cardinal(whole)} {self.fraction(numerator, denominator)}"

    @override
    def gender_before(self, noun: str, *, single: bool = False) -> Gender | None:
        """Only one has a gender, and only nouns have a capital."""
        if not single or not noun[0].isupper() or len(noun) < 3:
            return None
        if _FEMININE.fullmatch(noun):
            return Gender.FEMININE
        return Gender.MASCULINE if noun in _MASCULINE else Gender.NEUTER

    @override
    def scale_gender(self, written: str) -> Gender:
        return Gender.NEUTER if written.casefold() == "tausend" else Gender.FEMININE

    @override
    def own_rules(self) -> Sequence[Rule]:
        return (
            roman_rule(_PRINCES, self._regnal, after=r"\.?"),
            roman_rule("(?:Kapitel|Band|Teil|Akt|Szene|Typ)", lambda _, value: self.cardinal(value)),
            Rule(_DAY_AND_MONTH, self._day_and_month),
            Rule(_TWO_DAYS, self._two_days),
            Rule(_ROUND_PRICE, self._round_price),
            Rule(_HALF, self._half),
            Rule(
                _PERCENT_OF_WORD,
                lambda match: [Edit(*match.span(), f"{self.cardinal(int(match['number']))}prozent")],
            ),
            Rule(re.compile(r"(?<=\d-)€(?=-[A-ZÄÖÜ])"), lambda match: [Edit(*match.span(), "Euro")]),
            Rule(_ROMAN_ORDINAL, lambda match: self._ordinal(match, roman_value(match["roman"]))),
            Rule(_ORDINAL, lambda match: self._ordinal(match, int(match["number"] or match["counted"]))),
            Rule(_CENTURY, self._short_century),
            Rule(_DECADE, self._decade),
            Rule(_NOUN_OF_NUMBER, self._noun_of_number),
        )

    def _regnal(self, match: re.Match[str], value: int) -> str:
        article, ending = ("die", "e") if match["queen"] else ("des", "en") if match["possessive"] else ("der", "e")
        before = word_before(match)
        if before in {"von", "mit", "unter", "bei", "nach", "zu", "vor", "seit"}:
            article, ending = ("der" if match["queen"] else "dem"), "en"
        end = "." if match["after"] and ends_sentence(match.string, match.end()) else ""
        return f"{article} {self._stem(value).capitalize()}{ending}{end}"

    def _day_and_month(self, match: re.Match[str]) -> Sequence[Edit]:
        before = word_before(match)
        month = self._stem(int(match["month"])) + self._ending(before)
        end = "." if ends_sentence(match.string, match.end()) else ""
        return [Edit(*match.span(), f"{self.day(int(match['day']), before)} {month}{end}")]

    def _two_days(self, match: re.Match[str]) -> Sequence[Edit]:
        ending = self._ending(word_before(match))
        to = {"/": " und ", "-": f" {self.range_word} ", "–": f" {self.range_word} "}.get(
            match["to"].strip(), match["to"]
        )
        return [
            Edit(match.start(), match.start("to"), self._stem(int(match["first"])) + ending),
            Edit(*match.span("to"), to),
            Edit(match.start("second"), match.end() - 1, self._stem(int(match["second"])) + ending),
        ]

    def _round_price(self, match: re.Match[str]) -> Sequence[Edit]:
        return [Edit(*match.span(), self.money(self.numbers.read(match["euros"]), "EUR"))]

    def _half(self, match: re.Match[str]) -> Sequence[Edit]:
        gender = self.gender_before(match["noun"], single=True) or Gender.NEUTER
        return [Edit(*match.span("part"), self._one_half(gender, word_before(match)))]

    def _one_half(self, gender: Gender, before: str) -> str:
        """Returns "eine halbe" of a feminine noun, and "einem halben" after a preposition such as "seit"."""
        one = self.count(Number("1"), gender, before)
        ending = {Gender.FEMININE: "e", Gender.MASCULINE: "er", Gender.NEUTER: "es"}[gender]
        return f"{one} halb{ending if one in {'ein', 'eine'} else 'en'}"

    @override
    def part_of(self, numerator: int, denominator: int, unit: str) -> str:
        if (numerator, denominator) == (1, 2):
            return f"{self._one_half(self.unit_gender(unit), '')} {self.unit(Number('1'), unit)}"
        return super().part_of(numerator, denominator, unit)

    def _short_century(self, match: re.Match[str]) -> Sequence[Edit]:
        name = _CENTURIES[match["short"]]
        genitive = "s" if re.search(r"(?:des|Ende|Anfang|Mitte) \d+\. $", match.string[: match.start()]) else ""
        end = "." if ends_sentence(match.string, match.end()) else ""
        return [Edit(*match.span(), f"{name.removesuffix(genitive)}{genitive}{end}")]

    def _noun_of_number(self, match: re.Match[str]) -> Sequence[Edit]:
        """Reads `die 68er` as "die Achtundsechziger"."""
        return [Edit(*match.span(), self.cardinal(int(match["number"])).capitalize() + "er")]

    def _ordinal(self, match: re.Match[str], value: int) -> Sequence[Edit]:
        after = re.match(r" (\w+)", match.string[match.end() :])
        noun = _CENTURIES.get(after[1], after[1]) if after else ""
        before = word_before(match)
        genitive = bool(re.fullmatch(r"(?:Jahrhundert|Jahrtausend|Weltkrieg|Platze|Stock|Stockwerk)e?s", noun))
        dative = before == "der" and _DATIVE_ARTICLE.search(match.string[: match.start()])
        ending = "en" if genitive or dative else self._ending(before)
        if ending == "er" and re.fullmatch(r"Jahrhundert|Jahrtausend|Kapitel|Stockwerk|Mal", noun):
            ending = "es"
        if ending == "er" and noun in {"Bundesliga", "Klasse", "Auflage", "Minute", "Etage", "Liga", "Runde", "Woche"}:
            ending = "e"
        return [Edit(*match.span(), self._stem(value) + ending)]

    def _decade(self, match: re.Match[str]) -> Sequence[Edit]:
        ten = f"{self.cardinal(int(match['ten']))}er{match['dative']}"
        century = self.year(int(match["century"]) * 100) if match["century"] else ""
        rest = re.sub(r"[- ]?[Jj]ahre", " Jahre", match["rest"] or "")
        return [
            Edit(*match.span(), f"{century}{ten}{rest}" if century else f"{ten.capitalize() if rest else ten}{rest}")
        ]
