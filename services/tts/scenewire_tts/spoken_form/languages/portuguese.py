"""Portuguese. Follows Cunha and Cintra, Nova gramática do português contemporâneo, and Brazilian editors' practice."""

import re
from typing import ClassVar, Final

from typing_extensions import override

from scenewire_tts.spoken_form.language import Abbreviation, AddressWords, Currency, Gender
from scenewire_tts.spoken_form.languages.romance import OPERATORS, Romance
from scenewire_tts.spoken_form.numerals import Number, NumberFormat

__all__ = ["Portuguese"]


_MASCULINE: Final = frozenset({
    "cinema", "clima", "cometa", "dia", "drama", "esquema", "fantasma", "grama", "idioma", "mapa", "planeta", "poema",
    "problema", "programa", "quilograma", "samba", "sistema", "sofá", "telefonema", "tema",
})  # fmt: skip
"""Nouns that end like feminine ones."""

_FEMININE: Final = re.compile(
    r"[a-zà-ÿ]{2,}(?:as|ãs|ções|sões|dades|gens)|cores|crises|flores|fotos|frases|mães|mãos|mortes|motos|mulheres|noites|partes|"
    r"redes|tardes|tribos|vezes|foto|mãe|mão|moto|mulher|noite|parte|tarde|vez|(?:cas|hor|pesso|seman)a"
)


class Portuguese(Romance):
    """See `Language`. Rulers and centuries have ordinals up to the tenth."""

    numbers = NumberFormat(groups=". \u202f", decimals=",.")
    minus = "menos"
    plus = "mais"
    marks: ClassVar = {",": "vírgula", ".": "ponto"}
    range_word = "a"
    ratio_word = "a"
    percent = "por cento"
    per_mille = "por mil"
    number_word = "número"
    operators: ClassVar = dict(
        zip(
            OPERATORS,
            (
                "mais ou menos", "cerca de", "aproximadamente", "menos de", "mais de", "no máximo", "no mínimo", "vezes",
                "dividido por", "igual a",
            ),
            strict=True,
        )
    )  # fmt: skip
    times_words = ("vez", "vezes")
    by_word = "por"
    per_word = "por"
    metre_link = " e "
    address = AddressWords(
        signs={
            ".": "ponto", "/": "barra", "-": "hífen", "_": "sublinhado", ":": "dois pontos", "?": "interrogação",
            "=": "igual", "&": "e", "#": "cerquilha", "%": "por cento", "+": "mais", "~": "til", "@": "arroba",
        },
        hashtag="hashtag",
    )  # fmt: skip

    months = (
        "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
        "dezembro",
    )  # fmt: skip
    month_abbreviations: ClassVar = {
        "jan": 1, "fev": 2, "mar": 3, "abr": 4, "jun": 6, "jul": 7, "ago": 8, "set": 9, "out": 10, "nov": 11, "dez": 12,
    }  # fmt: skip
    date_link = "de "
    day_suffix = "[.]?[ºo°]?"
    first_day = "primeiro"
    times = (
        r"(?P<hour>[01]?\d|2[0-4]) ?h(?: ?(?P<minute>[0-5]\d)(?P<half> ?min)?)?(?!\w)",
        r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?: ?(?P<half>h|horas))?(?!\w)",
    )

    currencies: ClassVar = {
        "BRL": Currency("real", "reais", "centavo", "centavos"),
        "EUR": Currency("euro", "euros", "cêntimo", "cêntimos"),
        "USD": Currency("dólar", "dólares", "centavo", "centavos"),
        "GBP": Currency("libra", "libras", "penny", "pence", Gender.FEMININE),
        "INR": Currency("rupia", "rupias", gender=Gender.FEMININE),
        "JPY": Currency("iene", "ienes"),
        "CNY": Currency("yuan", "yuans"),
    }
    scales: ClassVar = {
        "mil": ("mil", "mil"),
        "milhão": ("milhão", "milhões"),
        "milhões": ("milhão", "milhões"),
        "bilhão": ("bilhão", "bilhões"),
        "bilhões": ("bilhão", "bilhões"),
        "trilhão": ("trilhão", "trilhões"),
        "trilhões": ("trilhão", "trilhões"),
        "mi": ("milhão", "milhões"),
        "bi": ("bilhão", "bilhões"),
        "tri": ("trilhão", "trilhões"),
    }
    agreeing_scales = frozenset({"mil"})
    units: ClassVar = {"mi": ""}
    unit_names: ClassVar = {
        "decibel": ("decibel", "decibéis"),
        "metric-ton": ("tonelada", "toneladas"),
        "megawatt-hour": ("megawatt-hora", "megawatts-hora"),
        "gigawatt-hour": ("gigawatt-hora", "gigawatts-hora"),
        "terawatt-hour": ("terawatt-hora", "terawatts-hora"),
    }
    feminine_units = frozenset({
        "hour", "inch", "kilocalorie", "metric-ton", "mile", "mile-per-hour", "ounce", "pound", "yard",
    })  # fmt: skip

    kings = (
        "Afonso|Alexandre|Bento|Carlos|Clemente|Dom João|Dom Pedro|Eduardo|Felipe|Filipe|Fernando|Francisco|Frederico|"
        "Gregório|Guilherme|Henrique|Inocêncio|João|João Paulo|Jorge|José|Júlio|Leão|Luís|Manuel|Napoleão|Nicolau|Paulo|"
        "Pedro|Pio|Ramsés|Ricardo|Sancho|Sisto|Urbano|Vítor Emanuel"
    )
    queens = "Elizabeth|Isabel|Catarina|Cleópatra|Maria"
    highest_regnal_ordinal = 10
    century = "[Ss]éculos?|[Ss]éc\\."
    highest_century_ordinal = 10
    numbered = r"[Cc]apítulo|[Tt]omo|[Vv]olume|[Vv]ol\.|[Ll]ivro|[Aa]to|[Cc]ena|[Tt]ipo|[Ff]ase|[Pp]arte|[Tt]ítulo|Guerra Mundial"
    masculine_mark = r"\.?º|o(?= [a-zà-ÿ]{4})"
    feminine_mark = r"\.?ª|a(?= (?:classe|edição|fase|[Gg]uerra|parte|rodada|temporada|vez)(?!\w))"
    halves: ClassVar = {2: ("meio", "meios"), 3: ("terço", "terços")}
    half: ClassVar = {Gender.MASCULINE: "meio", Gender.FEMININE: "meia"}
    and_half: ClassVar = {Gender.MASCULINE: "e meio", Gender.FEMININE: "e meia"}
    and_word = "e"
    decade = "[Aa]nos|[Dd]écada de"
    money_link = " e "

    abbreviations = (
        Abbreviation(r"D\.(?= (?:Ana|Carlota|Isabel|Leopoldina|Maria|Teresa)(?!\w))", "dona", "name"),
        Abbreviation(r"D\.", "dom", "name"),
        Abbreviation(r"Sra\.", "senhora", "name"),
        Abbreviation(r"Sr\.", "senhor", "name"),
        Abbreviation(r"Dra\.", "doutora", "name"),
        Abbreviation(r"Dr\.", "doutor", "name"),
        Abbreviation(r"Profa\.|Profª\.?", "professora", "name"),
        Abbreviation(r"Prof\.", "professor", "name"),
        Abbreviation(r"Av\.", "avenida", "name"),
        Abbreviation(r"[Nn]\.?[º°]|[Nn]\.o|[Nn]úm\.", "número", "number"),
        Abbreviation(r"[Pp]ágs?\.|pp?\.", "página", "number"),
        Abbreviation(r"[Vv]ol\.", "volume", "number"),
        Abbreviation(r"[Cc]ap\.", "capítulo", "number"),
        Abbreviation(r"[Aa]rt\.", "artigo", "number"),
        Abbreviation(r"§", "parágrafo", "number"),
        Abbreviation(r"[Ii]nc\.", "inciso", "number"),
        Abbreviation(r"[Aa]pto\.", "apartamento", "number"),
        Abbreviation(r"[Ff]ig\.", "figura", "number"),
        Abbreviation(r"[Ss]éc\.(?= [XVI]+(?!\w))", "século", "number"),
        Abbreviation(r"a\. ?C\.", "antes de Cristo"),
        Abbreviation(r"d\. ?C\.", "depois de Cristo"),
        Abbreviation(r"[Pp]\. ?ex\.", "por exemplo", "word"),
        Abbreviation(r"etc\.", "et cetera"),
    )

    @override
    def date(self, day: int, month: int, year: int, before: str) -> str:
        return f"{self.day(day, before)} de {self.months[month - 1]} de {self.year(year)}"

    @override
    def time(self, hour: int, minute: int | None, half: str) -> str:
        hours = self.cardinal(hour, Gender.FEMININE)
        if minute and "min" in half:
            return f"{hours} {'hora' if hour == 1 else 'horas'} e {self.cardinal(minute)} minutos"
        if minute:
            return f"{hours} e {self.cardinal(minute)}"
        return f"{hours} {'hora' if hour == 1 else 'horas'}"

    @override
    def is_singular(self, number: Number) -> bool:
        """Portuguese counts from two: "1,5 milhão"."""
        return 1 <= number.value < 2

    @override
    def by(self, written: str, *, unit: bool) -> str:
        """Scores are written like dimensions: "2 x 1" is "dois a um", but "4x4" is "quatro por quatro"."""
        is_score = not unit and re.fullmatch(r"\d [xX] \d|(\d)[xX](?!\1)\d", written)
        return self.ratio_word if is_score else self.by_word

    @override
    def gender_before(self, noun: str, *, single: bool = False) -> Gender | None:
        if noun.removesuffix("s") in _MASCULINE:
            return Gender.MASCULINE
        if single and re.fullmatch(r"[a-zà-ÿ]{2,}(?:a|ção|são|dade|gem)|vez", noun):
            return Gender.FEMININE
        return Gender.FEMININE if _FEMININE.fullmatch(noun) else Gender.MASCULINE

    @override
    def denominator(self, value: int) -> str:
        return self.ordinal(value) if value <= 10 or value == 100 else f"{self.cardinal(value)} avos"

    @override
    def plural(self, noun: str) -> str:
        return noun if noun.endswith("avos") else f"{noun}s"
