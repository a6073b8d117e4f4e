"""French. Follows the Imprimerie nationale's Lexique des règles typographiques, and Le bon usage (16th edition)."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from typing_extensions import override

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Abbreviation, AddressWords, Currency, Gender, Rule
from scenewire_tts.spoken_form.languages.romance import OPERATORS, Romance
from scenewire_tts.spoken_form.numerals import ROMAN, Number, NumberFormat, roman_value

__all__ = ["French"]

_CENTURY: Final = re.compile(rf"(?<!\w)(?P<roman>(?=[IVX]+[^IVX]){ROMAN})(?P<mark>er|re|e|ème|ᵉ)(?!\w)")
_HOURS_A_DAY: Final = re.compile(r"(?<![\w.,/])(?P<hours>\d+) ?h(?:eures)?/(?P<of>\d+)(?![\w/])")
_FEMININE: Final = re.compile(
    r"[a-zà-ÿ]*(?:[ts]ion|asse|té|ée|ette|ance|ence|ure|esse|ille|aine)s?|"
    r"(?:femme|fille|fois|heure|île|livre|minute|page|personne|route|seconde|tonne|vie|ville|voix)s?"
)
_VOWELS: Final = "aeiouyâàéèêëîïôœûh"


class French(Romance):
    """See `Language`. Years are read as numbers."""

    numbers = NumberFormat(groups=" \u202f.'’", decimals=",.")
    minus = "moins"
    plus = "plus"
    marks: ClassVar = {",": "virgule", ".": "point"}
    range_word = "à"
    ratio_word = "à"
    percent = "pour cent"
    per_mille = "pour mille"
    number_word = "numéro"
    operators: ClassVar = dict(
        zip(
            OPERATORS,
            (
                "plus ou moins", "environ", "environ", "moins de", "plus de", "au plus", "au moins", "fois", "divisé par",
                "égale",
            ),
            strict=True,
        )
    )  # fmt: skip
    times_words = ("fois", "fois")
    by_word = "par"
    per_word = "par"
    metre_link = " "
    address = AddressWords(
        signs={
            ".": "point", "/": "slash", "-": "tiret", "_": "tiret bas", ":": "deux-points", "?": "point d’interrogation",
            "=": "égale", "&": "et", "#": "dièse", "%": "pour cent", "+": "plus", "~": "tilde", "@": "arobase",
        },
        hashtag="hashtag",
    )  # fmt: skip

    months = (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    )  # fmt: skip
    month_abbreviations: ClassVar = {
        "janv": 1, "févr": 2, "avr": 4, "juill": 7, "sept": 9, "oct": 10, "nov": 11, "déc": 12,
    }  # fmt: skip
    day_suffix = "(?:er|ᵉʳ)?"
    first_day = "premier"
    times = (
        r"(?P<hour>[01]?\d|2[0-4]) ?h(?: ?(?P<minute>[0-5]\d)(?: ?min)?)?(?!\w)",
        r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)",
    )

    currencies: ClassVar = {
        "EUR": Currency("euro", "euros", "centime", "centimes"),
        "USD": Currency("dollar", "dollars", "cent", "cents"),
        "CAD": Currency("dollar", "dollars", "cent", "cents"),
        "GBP": Currency("livre", "livres", "penny", "pence", Gender.FEMININE),
        "CHF": Currency("franc", "francs", "centime", "centimes"),
        "BRL": Currency("réal", "réaux", "centavo", "centavos"),
        "INR": Currency("roupie", "roupies", gender=Gender.FEMININE),
        "JPY": Currency("yen", "yens"),
        "CNY": Currency("yuan", "yuans"),
    }
    scales: ClassVar = {
        "mille": ("mille", "mille"),
        "million": ("million", "millions"),
        "millions": ("million", "millions"),
        "milliard": ("milliard", "milliards"),
        "milliards": ("milliard", "milliards"),
    }
    money_scales: ClassVar = {"M": "millions", "Md": "milliards", "Mds": "milliards", "k": "mille"}
    units: ClassVar = {"Mo": "megabyte", "Go": "gigabyte", "To": "terabyte", "ko": "kilobyte"}
    unit_names: ClassVar = {
        "decibel": ("décibel", "décibels"),
        "kilometer-per-hour": ("kilomètre heure", "kilomètres heure"),
    }
    feminine_units = frozenset({
        "gigawatt-hour", "hour", "kilocalorie", "kilowatt-hour", "light-year", "megawatt-hour", "metric-ton",
        "millisecond", "minute", "once", "ounce", "pound", "second", "terawatt-hour", "acre",
    })  # fmt: skip

    kings = (
        "Albert|Alexandre|Alphonse|Baudouin|Benoît|Charles|Clément|Édouard|Ferdinand|François|Frédéric|George|Georges|"
        "Grégoire|Guillaume|Gustave|Henri|Innocent|Jacques|Jean|Jean-Paul|Joseph|Jules|Léon|Léopold|Louis|Napoléon|Nicolas|"
        "Otton|Paul|Philippe|Pie|Pierre|Ramsès|Richard|Sixte|Urbain|Victor-Emmanuel"
    )
    queens = "Élisabeth|Elizabeth|Catherine|Cléopâtre|Marie|Marguerite"
    highest_regnal_ordinal = 1
    century = "(?!)"
    highest_century_ordinal = 0
    numbered = r"[Cc]hapitre|[Cc]hap\.|[Tt]ome|[Vv]olume|[Vv]ol\.|[Ll]ivre|[Aa]cte|[Ss]cène|[Tt]ype|[Pp]hase|[Pp]artie|[Tt]itre"
    masculine_mark = r"er|e|è|ème|ᵉ|ᵉʳ"
    feminine_mark = r"re|ère"
    halves: ClassVar = {2: ("demi", "demis"), 3: ("tiers", "tiers"), 4: ("quart", "quarts")}
    half: ClassVar = {Gender.MASCULINE: "un demi", Gender.FEMININE: "une demi"}
    and_half: ClassVar = {Gender.MASCULINE: "et demi", Gender.FEMININE: "et demie"}
    and_word = "et"
    decade = "[Aa]nnées"
    money_link = " "
    drops_minor_unit = True

    abbreviations = (
        Abbreviation(r"MM\.", "messieurs", "name"),
        Abbreviation(r"M\.", "monsieur", "name"),
        Abbreviation(r"Mme", "madame", "name"),
        Abbreviation(r"Mlle", "mademoiselle", "name"),
        Abbreviation(r"Dr", "docteur", "name"),
        Abbreviation(r"Pr", "professeur", "name"),
        Abbreviation(r"Me", "maître", "name"),
        Abbreviation(r"Ste(?=-[A-ZÉ])", "Sainte"),
        Abbreviation(r"St(?=-[A-ZÉ])", "Saint"),
        Abbreviation(r"2de|2nde", "seconde"),
        Abbreviation(r"2nd", "second"),
        Abbreviation(r"(?<=[IVX]e )s\.|(?<=[IVX]er )s\.", "siècle"),
        Abbreviation(r"(?<=\d )Mds?(?= d[’'e])", "milliards"),
        Abbreviation(r"(?<=\d )M(?= d[’'e])", "millions"),
        Abbreviation(r"[Tt]\.", "tome", "number"),
        Abbreviation(r"Ste", "sainte", "name"),
        Abbreviation(r"St", "saint", "name"),
        Abbreviation(r"[Nn]os\.|[Nn]ᵒˢ", "numéros", "number"),
        Abbreviation(r"[Nn]º|[Nn]°|[Nn]o\.?|[Nn]ᵒ", "numéro", "number"),
        Abbreviation(r"[Vv]ol\.", "volume", "number"),
        Abbreviation(r"[Cc]hap\.", "chapitre", "number"),
        Abbreviation(r"[Aa]rt\.", "article", "number"),
        Abbreviation(r"§", "paragraphe", "number"),
        Abbreviation(r"[Ff]ig\.", "figure", "number"),
        Abbreviation(r"pp?\.", "page", "number"),
        Abbreviation(r"av\. J\.-C\.", "avant Jésus-Christ"),
        Abbreviation(r"apr\. J\.-C\.", "après Jésus-Christ"),
        Abbreviation(r"p\. ex\.", "par exemple", "word"),
        Abbreviation(r"c\.-à-d\.", "c’est-à-dire", "word"),
        Abbreviation(r"env\.", "environ", "word"),
        Abbreviation(r"etc\.", "et cetera"),
        Abbreviation(r"bd\.?", "boulevard", "name"),
    )

    @override
    def is_singular(self, number: Number) -> bool:
        """French counts from two: "1,5 million"."""
        return number.value < 2

    @override
    def scaled_money(self, scale: str, currency: str) -> str:
        if scale == "mille":
            return f"{scale} {currency}"
        return f"{scale} d’{currency}" if currency[0] in _VOWELS else f"{scale} de {currency}"

    @override
    def time(self, hour: int, minute: int | None, half: str) -> str:
        hours = f"{self.cardinal(hour, Gender.FEMININE)} heure{'s' * (hour > 1)}"
        return f"{hours} {self.cardinal(minute)}" if minute else hours

    @override
    def ordinal(self, value: int, gender: Gender = Gender.MASCULINE) -> str:
        if value == 1:
            return "première" if gender is Gender.FEMININE else "premier"
        return super().ordinal(value, gender)

    @override
    def gender_before(self, noun: str, *, single: bool = False) -> Gender | None:
        return Gender.FEMININE if _FEMININE.fullmatch(noun) else Gender.MASCULINE

    @override
    def phone_group(self, digits: str) -> str:
        """Reads pairs of digits as numbers."""
        return self.cardinal(int(digits)) if len(digits) == 2 and digits[0] != "0" else self.digits(digits)

    @override
    def plural(self, noun: str) -> str:
        return f"{noun}s"

    @override
    def own_rules(self) -> Sequence[Rule]:
        ruler = re.compile(rf"(?<!\w)(?:{self.kings}) (?P<first>I(?:er|ᵉʳ))(?!\w)")
        return (
            Rule(ruler, lambda match: [Edit(*match.span("first"), "premier")]),
            Rule(re.compile(r"(?<!\S)\+(?= de )"), lambda match: [Edit(*match.span(), self.plus)]),
            Rule(_CENTURY, self._century_ordinal),
            Rule(
                _HOURS_A_DAY,
                lambda match: [
                    Edit(
                        *match.span(),
                        f"{self.time(int(match['hours']), None, '')} sur {self.cardinal(int(match['of']))}",
                    )
                ],
            ),
            *super().own_rules(),
        )

    def _century_ordinal(self, match: re.Match[str]) -> Sequence[Edit]:
        gender = Gender.FEMININE if match["mark"] == "re" else Gender.MASCULINE
        return [Edit(*match.span(), self.ordinal(roman_value(match["roman"]), gender))]
