"""Italian. Follows Serianni, Grammatica italiana, and the Accademia della Crusca's advice on numerals."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from typing_extensions import override

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Abbreviation, AddressWords, Currency, Gender, Rule
from scenewire_tts.spoken_form.languages.romance import OPERATORS, Romance
from scenewire_tts.spoken_form.numerals import ROMAN, NumberFormat, roman_value

__all__ = ["Italian"]

_NOT_NOUNS: Final = frozenset(
    {"alla", "alle", "anche", "come", "dalla", "della", "delle", "dopo", "oppure", "perché", "sono"}
)


class Italian(Romance):
    """See `Language`. Rulers and centuries have ordinals, whatever their number."""

    numbers = NumberFormat(groups=". '’\u202f", decimals=",.")
    minus = "meno"
    plus = "più"
    marks: ClassVar = {",": "virgola", ".": "punto"}
    range_word = "a"
    ratio_word = "a"
    percent = "per cento"
    per_mille = "per mille"
    number_word = "numero"
    operators: ClassVar = dict(
        zip(
            OPERATORS,
            (
                "più o meno", "circa", "circa", "meno di", "più di", "al massimo", "almeno", "per", "diviso", "uguale a",
            ),
            strict=True,
        )
    )  # fmt: skip
    address = AddressWords(
        signs={
            ".": "punto", "/": "barra", "-": "trattino", "_": "trattino basso", ":": "due punti", "?": "punto interrogativo",
            "=": "uguale", "&": "e", "#": "cancelletto", "%": "per cento", "+": "più", "~": "tilde", "@": "chiocciola",
        },
        hashtag="hashtag",
    )  # fmt: skip

    months = (
        "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre",
        "dicembre",
    )  # fmt: skip
    month_abbreviations: ClassVar = {
        "gen": 1, "feb": 2, "apr": 4, "giu": 6, "lug": 7, "ago": 8, "set": 9, "sett": 9, "ott": 10, "nov": 11, "dic": 12,
    }  # fmt: skip
    day_suffix = "[º°]?"
    first_day = "primo"
    times = (
        r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)",
        r"(?<=[Oo]re )(?P<hour>[01]?\d|2[0-4])[.](?P<minute>[0-5]\d)",
    )

    currencies: ClassVar = {
        "EUR": Currency("euro", "euro", "centesimo", "centesimi"),
        "USD": Currency("dollaro", "dollari", "centesimo", "centesimi"),
        "GBP": Currency("sterlina", "sterline", "penny", "pence", Gender.FEMININE),
        "CHF": Currency("franco", "franchi", "centesimo", "centesimi"),
        "BRL": Currency("real", "real", "centavo", "centavos"),
        "INR": Currency("rupia", "rupie", gender=Gender.FEMININE),
        "JPY": Currency("yen", "yen"),
        "CNY": Currency("yuan", "yuan"),
    }
    scales: ClassVar = {
        "mila": ("mila", "mila"),
        "milione": ("milione", "milioni"),
        "milioni": ("milione", "milioni"),
        "miliardo": ("miliardo", "miliardi"),
        "miliardi": ("miliardo", "miliardi"),
        "mln": ("milione", "milioni"),
        "mld": ("miliardo", "miliardi"),
    }
    scale_link = "di "
    unit_names: ClassVar = {
        "decibel": ("decibel", "decibel"),
        "metric-ton": ("tonnellata", "tonnellate"),
        "megawatt-hour": ("megawattora", "megawattora"),
        "gigawatt-hour": ("gigawattora", "gigawattora"),
        "terawatt-hour": ("terawattora", "terawattora"),
    }
    feminine_units = frozenset({"hour", "kilocalorie", "metric-ton", "ounce", "pound", "yard"})

    kings = (
        "Alessandro|Alfonso|Benedetto|Bonifacio|Carlo|Clemente|Edoardo|Enrico|Federico|Ferdinando|Filippo|Francesco|Giacomo|"
        "Giorgio|Giovanni|Giovanni Paolo|Giulio|Gregorio|Guglielmo|Innocenzo|Leone|Leopoldo|Luigi|Napoleone|Nicola|Ottone|"
        "Paolo|Pietro|Pio|Ramses|Riccardo|Sisto|Umberto|Urbano|Vittorio Amedeo|Vittorio Emanuele"
    )
    queens = "Elisabetta|Caterina|Cleopatra|Margherita|Maria"
    highest_regnal_ordinal = 1000
    century = "[Ss]ecolo"
    highest_century_ordinal = 1000
    numbered = r"[Vv]olume|[Vv]ol\.|[Cc]apitolo|[Tt]omo|[Tt]ipo|[Ff]ase"
    masculine_mark = r"[º°]"
    feminine_mark = r"ª"
    halves: ClassVar = {2: ("mezzo", "mezzi")}
    and_half: ClassVar = {Gender.MASCULINE: "e mezzo", Gender.FEMININE: "e mezza"}
    and_word = "e"
    decade = "[Aa]nni"
    money_link = " e "

    abbreviations = (
        Abbreviation(r"Sig\.ra", "signora", "name"),
        Abbreviation(r"Sig\.", "signor", "name"),
        Abbreviation(r"[Dd]ott\.ssa", "dottoressa", "name"),
        Abbreviation(r"[Dd]ott\.", "dottor", "name"),
        Abbreviation(r"[Pp]rof\.ssa", "professoressa", "name"),
        Abbreviation(r"[Pp]rof\.", "professor", "name"),
        Abbreviation(r"[Ii]ng\.", "ingegner", "name"),
        Abbreviation(r"[Aa]vv\.", "avvocato", "name"),
        Abbreviation(r"S\.", "san", "name"),
        Abbreviation(r"[Nn]\.|[Nn]º|[Nn]°", "numero", "number"),
        Abbreviation(r"[Pp]agg?\.|[Pp]p?\.", "pagina", "number"),
        Abbreviation(r"[Vv]ol\.", "volume", "number"),
        Abbreviation(r"[Cc]ap\.", "capitolo", "number"),
        Abbreviation(r"[Aa]rt\.", "articolo", "number"),
        Abbreviation(r"[Ff]ig\.", "figura", "number"),
        Abbreviation(r"[Ss]ec\.(?= [XVI]+(?!\w))", "secolo"),
        Abbreviation(r"a\. ?C\.", "avanti Cristo"),
        Abbreviation(r"d\. ?C\.", "dopo Cristo"),
        Abbreviation(r"[Aa]d es\.|[Pp]\. ?es\.", "ad esempio", "word"),
        Abbreviation(r"ecc\.", "eccetera"),
    )

    @override
    def time(self, hour: int, minute: int | None, half: str) -> str:
        hours = self.cardinal(hour, Gender.FEMININE)
        return f"{hours} e {self.cardinal(minute)}" if minute else hours

    @override
    def gender_before(self, noun: str, *, single: bool = False) -> Gender | None:
        if len(noun) < 4 or noun in _NOT_NOUNS:
            return None
        return (
            Gender.FEMININE
            if noun.endswith(("a", "ore", "ane", "elle", "zione", "zioni", "sione", "sioni", "tà"))
            else Gender.MASCULINE
        )

    @override
    def plural(self, noun: str) -> str:
        return f"{noun.removesuffix('o')}i"

    @override
    def own_rules(self) -> Sequence[Rule]:
        century = Rule(
            re.compile(rf"(?<!\w)(?P<roman>{ROMAN})(?= secolo(?!\w))"),
            lambda match: [Edit(*match.span(), self.ordinal(roman_value(match["roman"])))],
        )
        return (century, *super().own_rules())
