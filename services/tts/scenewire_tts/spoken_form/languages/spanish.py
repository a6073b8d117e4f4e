"""Spanish. Follows the Real Academia Española: Ortografía de la lengua española (2010) and Diccionario panhispánico de dudas."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from typing_extensions import override

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Abbreviation, AddressWords, Currency, Gender, Rule
from scenewire_tts.spoken_form.languages.romance import OPERATORS, Romance
from scenewire_tts.spoken_form.numerals import NumberFormat

__all__ = ["Spanish"]

_COMMA_REGIONS: Final = ("es-mx", "es-us", "es-gt", "es-hn", "es-sv", "es-ni", "es-pa", "es-do", "es-pr", "es-pe")
_APOCOPES: Final = {1: "primer", 3: "tercer"}
_FEMININE: Final = re.compile(
    r"[a-záéíóúüñ]{2,}(?:as|ciones|siones|dades|tades|tudes)|bases|calles|clases|claves|especies|flores|frases|imágenes|"
    r"leyes|llaves|mujeres|naves|noches|partes|redes|sedes|series|veces|hora|vez|milla|tonelada|persona|página|semana"
)
_MASCULINE: Final = frozenset({"clima", "día", "idioma", "mapa", "planeta", "problema", "programa", "sistema", "tema"})
_NOT_NOUNS: Final = frozenset({
    "con", "como", "contra", "del", "desde", "donde", "entre", "hasta", "las", "los", "más", "para", "pero", "por", "que",
    "según", "sin", "sobre",
})  # fmt: skip
_BEFORE_NOUN: Final = re.compile(r"(?<![\w.,/])(?P<number>[13])\.?(?:er|ᵉʳ)(?!\w)")


class Spanish(Romance):
    """See `Language`. Numbers agree with the gender of a noun after them, as far as its ending shows it."""

    numbers = NumberFormat(groups=". \u202f", decimals=",.")
    minus = "menos"
    plus = "más"
    marks: ClassVar = {",": "coma", ".": "punto"}
    range_word = "a"
    ratio_word = "a"
    percent = "por ciento"
    per_mille = "por mil"
    number_word = "número"
    operators: ClassVar = dict(
        zip(
            OPERATORS,
            (
                "más menos", "unos", "aproximadamente", "menos de", "más de", "como máximo", "como mínimo", "por",
                "dividido entre", "igual a",
            ),
            strict=True,
        )
    )  # fmt: skip
    times_words = ("vez", "veces")
    by_word = "por"
    per_word = "por"
    metre_link = " "
    address = AddressWords(
        signs={
            ".": "punto", "/": "barra", "-": "guion", "_": "guion bajo", ":": "dos puntos", "?": "interrogación",
            "=": "igual", "&": "y", "#": "almohadilla", "%": "por ciento", "+": "más", "~": "virgulilla", "@": "arroba",
        },
        hashtag="hashtag",
    )  # fmt: skip

    months = (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    )  # fmt: skip
    month_abbreviations: ClassVar = {
        "ene": 1, "feb": 2, "abr": 4, "jun": 6, "jul": 7, "ago": 8, "sept": 9, "oct": 10, "nov": 11, "dic": 12,
    }  # fmt: skip
    date_link = "de "
    day_suffix = "[.]?[ºo°]?"
    first_day = "primero"
    times = (
        r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?: ?(?P<half>hs?|hrs|horas|[ap]\. ?m\.|[ap]m))?(?!\w)",
        r"(?P<hour>1[0-2]|0?[1-9]) ?(?P<half>[ap]\. ?m\.|[ap]m)(?!\w)",
    )

    currencies: ClassVar = {
        "EUR": Currency("euro", "euros", "céntimo", "céntimos"),
        "USD": Currency("dólar", "dólares", "centavo", "centavos"),
        "GBP": Currency("libra", "libras", "penique", "peniques", Gender.FEMININE),
        "MXN": Currency("peso", "pesos", "centavo", "centavos"),
        "BRL": Currency("real", "reales", "centavo", "centavos"),
        "INR": Currency("rupia", "rupias", gender=Gender.FEMININE),
        "JPY": Currency("yen", "yenes"),
        "CNY": Currency("yuan", "yuanes"),
    }
    scales: ClassVar = {
        "mil": ("mil", "mil"),
        "millón": ("millón", "millones"),
        "millones": ("millón", "millones"),
        "billón": ("billón", "billones"),
        "billones": ("billón", "billones"),
    }
    agreeing_scales = frozenset({"mil"})
    money_scales: ClassVar = {"M": "millones"}
    units: ClassVar = {"hs": "hour"}
    unit_names: ClassVar = {"decibel": ("decibelio", "decibelios")}
    feminine_units = frozenset({
        "hectare", "hour", "inch", "kilocalorie", "metric-ton", "mile", "mile-per-hour", "ounce", "pound", "yard",
    })  # fmt: skip

    kings = (
        "Alejandro|Alfonso|Benedicto|Carlos|Clemente|Enrique|Eduardo|Felipe|Fernando|Francisco|Gregorio|Guillermo|Inocencio|"
        "Jaime|Jorge|José|Juan|Juan Carlos|Juan Pablo|Julio|León|Luis|Napoleón|Nicolás|Otón|Pablo|Pedro|Pío|Ramsés|Ricardo|"
        "Sancho|Sixto|Urbano|Víctor Manuel"
    )
    queens = "Isabel|Catalina|Cleopatra|Margarita|María"
    highest_regnal_ordinal = 10
    century = "[Ss]iglos?|[Ss]\\."
    highest_century_ordinal = 0
    numbered = r"[Cc]apítulo|[Cc]ap\.|[Tt]omo|[Vv]olumen|[Vv]ol\.|[Ll]ibro|[Aa]cto|[Tt]ipo|[Ff]ase|[Pp]arte|[Tt]ítulo|Mundial|[Pp]áginas?"
    masculine_mark = r"\.?º|ro|do|to|mo|vo|no"
    feminine_mark = r"\.?ª|ra|da|ta|ma|va|na"
    halves: ClassVar = {2: ("medio", "medios"), 3: ("tercio", "tercios"), 10: ("décimo", "décimos")}
    half: ClassVar = {Gender.MASCULINE: "medio", Gender.FEMININE: "media"}
    and_half: ClassVar = {Gender.MASCULINE: "y medio", Gender.FEMININE: "y media"}
    and_word = "y"
    decade = "[Aa]ños"
    money_link = " con "

    abbreviations = (
        Abbreviation(r"Sra\.", "señora", "name"),
        Abbreviation(r"Sr\.", "señor", "name"),
        Abbreviation(r"Dra\.", "doctora", "name"),
        Abbreviation(r"Dr\.", "doctor", "name"),
        Abbreviation(r"Prof\.", "profesor", "name"),
        Abbreviation(r"Dª|D\.ª|Dña\.", "doña", "name"),
        Abbreviation(r"Sta\.", "santa", "name"),
        Abbreviation(r"Sto\.", "santo", "name"),
        Abbreviation(r"Avd?a?\.", "avenida", "name"),
        Abbreviation(r"[Nn]úms?\.|N\.º|n\.º|Nº|nº|N°|n°", "número", "number"),
        Abbreviation(r"[Pp]ágs?\.|pp?\.", "página", "number"),
        Abbreviation(r"D\.", "don", "name"),
        Abbreviation(r"[Vv]ol\.", "volumen", "number"),
        Abbreviation(r"[Cc]ap\.", "capítulo", "number"),
        Abbreviation(r"[Aa]rt\.", "artículo", "number"),
        Abbreviation(r"§", "párrafo", "number"),
        Abbreviation(r"[Ff]ig\.", "figura", "number"),
        Abbreviation(r"[Ss]\.(?= [XVI]+(?!\w))", "siglo", "number"),
        Abbreviation(r"a\. ?(?:de )?C\.", "antes de Cristo"),
        Abbreviation(r"d\. ?(?:de )?C\.", "después de Cristo"),
        Abbreviation(r"p\. ?ej\.", "por ejemplo", "word"),
        Abbreviation(r"aprox\.", "aproximadamente", "word"),
        Abbreviation(r"etc\.", "etcétera"),
        Abbreviation(r"EE\. ?UU\.", "Estados Unidos"),
        Abbreviation(r"Uds\.", "ustedes"),
        Abbreviation(r"Ud\.", "usted"),
    )

    @override
    def __init__(self, locale: str) -> None:
        super().__init__(locale)
        if locale.replace("_", "-").casefold().startswith(_COMMA_REGIONS):
            self.numbers = NumberFormat(groups=", \u202f", decimals=".")

    @override
    def date(self, day: int, month: int, year: int, before: str) -> str:
        return f"{self.day(day, before)} de {self.months[month - 1]} de {self.year(year)}"

    @override
    def time(self, hour: int, minute: int | None, half: str) -> str:
        hours = self.cardinal(hour, Gender.FEMININE)
        link = " y " if hour <= 12 else " "
        minutes = f"{link}{self.cardinal(minute)}" if minute else ""
        if half[:1].casefold() in {"a", "p"}:
            return f"{hours}{minutes} {half[0].casefold()} m"
        return f"{hours}{minutes}" + (" horas" if half and not minute else "")

    @override
    def gender_before(self, noun: str, *, single: bool = False) -> Gender | None:
        if single and len(noun) >= 3 and noun not in _NOT_NOUNS:
            return (
                Gender.FEMININE
                if re.search(
                    r"(?:a|ción|dad|tad|vez)$|^(?:base|calle|clase|clave|cumbre|especie|flor|foto|frase|llave|mano|moto|mujer|nave|noche|parte|radio|red|sede|serie|tarde)$",
                    noun,
                )
                and noun not in _MASCULINE
                else Gender.MASCULINE
            )
        if re.fullmatch(rf"(?:{'|'.join(_MASCULINE)}|\w*ista|poeta|atleta|dálmata)s", noun):
            return Gender.MASCULINE
        if _FEMININE.fullmatch(noun):
            return Gender.FEMININE
        return Gender.MASCULINE if re.fullmatch(r"[a-záéíóúüñ]{2,}(?:os|es)", noun) else None

    @override
    def denominator(self, value: int) -> str:
        return self.ordinal(value) if value <= 10 else f"{self.cardinal(value).replace(' y ', 'i')}avo"

    @override
    def plural(self, noun: str) -> str:
        return f"{noun}s"

    @override
    def own_rules(self) -> Sequence[Rule]:
        apocope = Rule(_BEFORE_NOUN, lambda match: [Edit(*match.span(), _APOCOPES[int(match["number"])])])
        return (apocope, *super().own_rules())
