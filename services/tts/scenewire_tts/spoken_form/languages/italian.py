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
    {
        "alla",
        "alle",
        "anche",
        "che",
        "come",
        "con",
        "dal",
        "dalla",
        "del",
        "della",
        "delle",
        "dopo",
        "fra",
        "nel",
        "non",
        "oppure",
        "per",
        "perché",
        "più",
        "sono",
        "sul",
        "tra",
        "una",
    }
)
_ONE: Final = re.compile(r"(?<![\w.,:/–-])1 (?P<noun>[a-zà-ù]{3,})")
_AT_ONE: Final = re.compile(r"(?<!\w)(?P<preposition>[AaDd]?[ad]?ll?e) 1[:.]00(?!\d)")


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
    times_words = ("volta", "volte")
    by_word = "per"
    per_word = "al"
    or_word = "o"
    metre_link = " e "
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
        r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?: ?h(?!\w))?",
        r"(?:(?<=[Oo]re )|(?<=[Ll]e )|(?<=[Aa]lle )|(?<=[Dd]alle ))(?P<hour>[01]?\d|2[0-4])[.](?P<minute>[0-5]\d)",
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
    century = "[Ss]ecol[oi]|[Ss]ec\\."
    highest_century_ordinal = 1000
    numbered = r"[Vv]olume|[Vv]ol\.|[Cc]apitolo|[Tt]omo|[Aa]tto|[Ss]cena|[Ll]ibro|[Pp]arte|[Tt]ipo|[Ff]ase"
    masculine_mark = r"º|o(?= [a-zà-ù]{4})"
    feminine_mark = r"ª|a(?= (?:classe|edizione|fase|[Gg]uerra|parte|puntata|stagione|volta)(?!\w))"
    halves: ClassVar = {2: ("mezzo", "mezzi")}
    half: ClassVar = {Gender.MASCULINE: "mezzo", Gender.FEMININE: "mezza"}
    and_half: ClassVar = {Gender.MASCULINE: "e mezzo", Gender.FEMININE: "e mezzo"}
    and_word = "e"
    decade = "[Aa]nni"
    money_link = " e "

    abbreviations = (
        Abbreviation(r"[Ss]ig\.ra", "signora", "name"),
        Abbreviation(r"[Ss]ig\.", "signor", "name"),
        Abbreviation(r"[Dd]ott\.ssa", "dottoressa", "name"),
        Abbreviation(r"[Dd]ott\.", "dottor", "name"),
        Abbreviation(r"[Pp]rof\.ssa", "professoressa", "name"),
        Abbreviation(r"[Pp]rof\.", "professor", "name"),
        Abbreviation(r"[Ii]ng\.", "ingegner", "name"),
        Abbreviation(r"[Aa]vv\.", "avvocato", "name"),
        Abbreviation(r"S\.(?= (?!Andrea|Luca|Mattia|Nicola)[A-Z]\w+a(?!\w))", "santa", "name"),
        Abbreviation(r"S\.", "san", "name"),
        Abbreviation(r"P\.zz?a", "piazza", "name"),
        Abbreviation(r"V\.le", "viale", "name"),
        Abbreviation(r"(?<=[IVX] )sec\.", "secolo"),
        Abbreviation(r"ca\.", "circa", "number"),
        Abbreviation(r"[Nn]n\.", "numeri", "number"),
        Abbreviation(r"§", "paragrafo", "number"),
        Abbreviation(r"[Nn]\.|[Nn]º|[Nn]°", "numero", "number"),
        Abbreviation(r"[Pp]agg?\.|[Pp]p?\.", "pagina", "number"),
        Abbreviation(r"[Vv]ol\.", "volume", "number"),
        Abbreviation(r"[Cc]ap\.", "capitolo", "number"),
        Abbreviation(r"[Aa]rt\.", "articolo", "number"),
        Abbreviation(r"[Ff]ig\.", "figura", "number"),
        Abbreviation(r"[Ss]ec\.(?= [XVI]+(?!\w))", "secolo", "number"),
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
        if len(noun) < 3 or noun in _NOT_NOUNS:
            return None
        return (
            Gender.FEMININE
            if noun.endswith(("a", "ore", "ane", "elle", "zione", "zioni", "sione", "sioni", "tà"))
            else Gender.MASCULINE
        )

    @override
    def counted(self, number: str, noun: str) -> str:
        return re.sub("(?i:^(un)a (?=[aeiou]))", r"\1’", f"{number} {noun}")

    @override
    def singular(self, noun: str) -> str:
        return re.sub("[iì]$", "o", re.sub("e$", "a", noun)) if noun not in {"mesi", "parti", "volte"} else noun

    @override
    def plural(self, noun: str) -> str:
        return f"{noun.removesuffix('o')}i"

    @override
    def own_rules(self) -> Sequence[Rule]:
        century = Rule(
            re.compile(rf"(?<!\w)(?P<roman>{ROMAN})(?= (?:secolo|sec\.)(?!\w))"),
            lambda match: [Edit(*match.span(), self.ordinal(roman_value(match["roman"])))],
        )
        return (
            century,
            Rule(_ONE, self._one),
            Rule(re.compile(r"(?<=[Aa]ll['’])1(?!\w|[.,:]\d)"), lambda match: [Edit(*match.span(), "una")]),
            Rule(_AT_ONE, lambda match: [Edit(*match.span(), f"{match['preposition'].removesuffix('e')}’una")]),
            *super().own_rules(),
        )

    def _one(self, match: re.Match[str]) -> Sequence[Edit]:
        """Elides "una" before a vowel, and reads "uno studente"."""
        gender = self.gender_before(match["noun"], single=True)
        if gender is Gender.FEMININE and re.match("[aeiouàèéìòù]", match["noun"]):
            return [Edit(match.start(), match.start("noun"), "un’")]
        if gender is Gender.MASCULINE and re.match("s[^aeiouàèéìòù]|z|gn|ps|x|y", match["noun"]):
            return [Edit(match.start(), match.start("noun") - 1, "uno")]
        return []
