"""Money, percentages, units, fractions, ratios and plain numbers."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.icu import currency, measure
from scenewire_tts.spoken_form.language import Gender, Language, Rule
from scenewire_tts.spoken_form.numerals import RANGE, WORD_END, Number, NumberFormat

__all__ = ["name_rules", "quantity_rules"]

_BEGIN: Final = r"(?<![\w$€£¥₹/])(?<!\d[.,:'’])"
_SIGN: Final = r"(?P<sign>(?<!\w)[-\u2212+±~≈<>≤≥]\s?)?"
_END: Final = r"(?![\w/]|[.,:'’]\d)"
_MONEY_END: Final = r"(?!\w|[.,:/'’]\d)"

_SYMBOLS: Final = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "R$": "BRL", "$": "USD", "€": "EUR", "£": "GBP",
    "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "zł": "PLN", "Kč": "CZK",
}  # fmt: skip
_CODES: Final = (
    "AED|ARS|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|NOK|NZD|PLN|RON|RUB|SAR|SEK|"
    "SGD|THB|TRY|UAH|USD|VND|ZAR"
)

_UNITS: Final = {
    "°": "degree", "°C": "celsius", "°F": "fahrenheit", "℃": "celsius", "℉": "fahrenheit",
    "km/h": "kilometer-per-hour", "kph": "kilometer-per-hour", "mph": "mile-per-hour", "m/s": "meter-per-second",
    "km²": "square-kilometer", "km2": "square-kilometer", "m²": "square-meter", "m2": "square-meter",
    "cm²": "square-centimeter", "ha": "hectare", "m³": "cubic-meter", "m3": "cubic-meter", "km³": "cubic-kilometer",
    "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "µm": "micrometer", "μm": "micrometer",
    "nm": "nanometer", "mi": "mile", "ft": "foot", "yd": "yard",
    "kg": "kilogram", "g": "gram", "mg": "milligram", "µg": "microgram", "t": "metric-ton", "lb": "pound", "lbs": "pound",
    "oz": "ounce", "l": "liter", "L": "liter", "ml": "milliliter", "mL": "milliliter",
    "s": "second", "sec": "second", "ms": "millisecond", "min": "minute", "h": "hour", "hr": "hour", "hrs": "hour",
    "W": "watt", "kW": "kilowatt", "MW": "megawatt", "GW": "gigawatt", "kWh": "kilowatt-hour", "MWh": "megawatt-hour",
    "GWh": "gigawatt-hour", "TWh": "terawatt-hour", "V": "volt", "Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz",
    "GHz": "gigahertz", "kB": "kilobyte", "KB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte",
    "Mbit/s": "megabit-per-second", "Mbps": "megabit-per-second", "dB": "decibel", "hPa": "hectopascal",
    "kPa": "kilopascal", "Pa": "pascal", "bar": "bar", "kJ": "kilojoule", "kcal": "kilocalorie", "MP": "megapixel",
}  # fmt: skip
"""Units of CLDR by their symbols. Without those that are words or letters of their own: `in`, `A`, `K`."""

_NUMBER: Final = NumberFormat(groups=". \u202f", decimals=",.")
"""How most languages write numbers."""

_VULGAR: Final = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip


def quantity_rules(language: Language) -> list[Rule]:
    """Returns the rules for amounts and numbers, those with the most context first."""
    number = language.numbers.pattern
    span = rf"(?P<first>{number})(?:\s?{RANGE}\s?(?P<second>{number}))?"
    symbols = _SYMBOLS | dict(language.symbols)
    sign = "|".join(map(re.escape, sorted(symbols, key=len, reverse=True)))
    money = rf"(?P<money>{sign}|(?:{_CODES})(?!\w))"
    scales = "|".join(map(re.escape, sorted(language.scales, key=len, reverse=True)))
    money_scales = "|".join(map(re.escape, sorted(language.money_scales, key=len, reverse=True)))
    scale = rf"(?:\s?(?P<scale>{scales}{'|' * bool(money_scales)}{money_scales}){WORD_END})"
    units = _UNITS | dict(language.units)
    unit = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))

    def currency_of(match: re.Match[str]) -> str:
        return symbols.get(match["money"], match["money"])

    return [
        Rule(
            re.compile(
                rf"(?<![\w$€£¥₹])(?P<sign>[-\u2212+~≈<>≤≥])?{money}\s?(?P<first>{number})"
                rf"(?:\s?{RANGE}\s?(?:{sign})?\s?(?P<second>{number}))?{scale}?{_MONEY_END}"
            ),
            lambda match: _money(match, language, currency_of(match)),
        ),
        Rule(
            re.compile(rf"{_BEGIN}{_SIGN}{span}{scale}?\s?{money}(?!\w)"),
            lambda match: _money(match, language, currency_of(match)),
        ),
        Rule(
            re.compile(
                rf"{_BEGIN}{_SIGN}(?P<first>{number})(?:\s?[%‰]?\s?{RANGE}\s?(?P<second>{number}))?\s?(?P<unit>[%‰])(?!\w)"
            ),
            lambda match: _measure(
                match, language, lambda _: language.percent if match["unit"] == "%" else language.per_mille
            ),
        ),
        Rule(
            re.compile(rf"{_BEGIN}{_SIGN}{span}(?P<gap>[\s-]?)(?P<unit>{unit})(?![\w/²³\u0900-\u0963]|[’']\w|\.\w)"),
            lambda match: _measure(
                match,
                language,
                lambda value: language.unit(value, units[match["unit"]]),
                language.unit_gender(units[match["unit"]]),
            ),
        ),
        Rule(
            re.compile(rf"{_BEGIN}(?:(?P<whole>\d+) ?)?(?P<part>[{''.join(_VULGAR)}])(?![\w/])"),
            lambda match: _fraction(match, language, *_VULGAR[match["part"]]),
        ),
        Rule(
            re.compile(rf"{_BEGIN}(?:(?P<whole>\d+) )?(?P<top>[1-9]\d?)/(?P<bottom>[1-9]\d{{0,2}}){_END}"),
            lambda match: _written_fraction(match, language),
        ),
        Rule(
            re.compile(r"(?<![\w.,:/-])(?P<all>\d+(?:\.\d+){2,})(?![\w]|[.,:]\d)"),
            lambda match: (
                []  # `1.200.000` where full stops part thousands
                if re.fullmatch(number, match["all"])
                else [Edit(*match.span(), _version(match["all"], language))]
            ),
        ),
        Rule(
            re.compile(rf"{_BEGIN}(?P<first>{number})\s?(?P<operator>[×=÷+])\s?(?=\d)"),
            lambda match: _operation(match, language),
        ),
        Rule(
            re.compile(r"(?<![\w.,:])(?P<first>\d+):(?P<second>\d+)(?![\w:])"),
            lambda match: [Edit(*match.span(), _ratio(match, language))],
        ),
        Rule(
            re.compile(rf"(?<![\w#])#(?P<first>\d+){_END}"),
            lambda match: [Edit(*match.span(), f"{language.number_word} {language.number(Number(match['first']))}")],
        ),
        Rule(
            re.compile(rf"{_BEGIN}(?P<first>{number}){RANGE}(?P<second>{number})(?![\w/-]|[.,:]\d)"),
            lambda match: _range(match, language),
        ),
        Rule(
            re.compile(rf"{_BEGIN}{_SIGN}(?P<first>{number}) (?P<scale>{scales}){WORD_END}"),
            lambda match: _scaled(match, language),
        ),
        Rule(
            re.compile(rf"{_BEGIN}(?<!\d{RANGE}){_SIGN}(?P<first>{number})(?!{RANGE}\d){_END}"),
            lambda match: _plain(match, language),
        ),
    ]


def name_rules(locale: str) -> list[Rule]:
    """Returns rules that name units and currencies by CLDR, and leave the digits to the engine.

    Args:
        locale: a tag of a language that CLDR has names for, and that writes numbers like most.
    """
    number = _NUMBER.pattern
    money = "|".join(map(re.escape, sorted(_SYMBOLS, key=len, reverse=True)))
    unit = "|".join(map(re.escape, sorted((key for key in _UNITS if len(key) > 1), key=len, reverse=True)))

    def with_currency(match: re.Match[str]) -> Sequence[Edit]:
        name = currency(_NUMBER.read(match["number"]).value, locale, _SYMBOLS[match["money"]])
        return [Edit(*match.span(), f"{match['number']} {name}")]

    def with_unit(match: re.Match[str]) -> Sequence[Edit]:
        name = measure(_NUMBER.read(match["number"]).value, locale, _UNITS[match["unit"]])
        return [Edit(match.end("number"), match.end(), f" {name}")]

    return [
        Rule(
            re.compile(rf"(?<![\w$€£¥₹])(?P<money>{money}) ?(?P<number>{number}){_END}(?! [^\W\d_]+ion)"), with_currency
        ),
        Rule(re.compile(rf"{_BEGIN}(?P<number>{number}) ?(?P<money>{money})(?!\w)"), with_currency),
        Rule(re.compile(rf"{_BEGIN}(?P<number>{number}) ?(?P<unit>{unit})(?![\w/²³]|[’']\w|\.\w)"), with_unit),
    ]


def _signed(match: re.Match[str], language: Language) -> str:
    sign = (match["sign"] or "").strip()
    if not sign:
        return ""
    words = {"-": language.minus, "\u2212": language.minus, "+": language.plus, **language.operators}
    return f"{words[sign]} "


def _values(match: re.Match[str], language: Language) -> tuple[str, Number]:
    """Returns the words before the last number of a range, and this number, which a noun follows."""
    first = language.numbers.read(match["first"])
    if not match["second"]:
        return _signed(match, language), first
    return f"{_signed(match, language)}{language.number(first)} {language.range_word} ", language.numbers.read(
        match["second"]
    )


def _money(match: re.Match[str], language: Language, code: str) -> Sequence[Edit]:
    before, value = _values(match, language)
    if not match["scale"]:
        return [Edit(*match.span(), before + language.money(value, code))]
    amount = before + language.number(value, Gender.MASCULINE)
    noun = language.scaled_money(language.scale(match["scale"], value), language.currency(code).many)
    end = match.end("second" if match["second"] else "first")
    if match.start("money") < match.start("first") and " " in match.string[match.start("money") : match.start("first")]:
        return [Edit(*match.span(), f"{amount} {noun}")]
    return [Edit(match.start(), end, amount), Edit(end, match.end(), f" {noun}")]


def _measure(
    match: re.Match[str], language: Language, name: Callable[[Number], str], gender: Gender | None = None
) -> Sequence[Edit]:
    before, value = _values(match, language)
    end = match.end("second" if match["second"] else "first")
    return [
        Edit(match.start(), end, before + language.number(value, gender)),
        Edit(end, match.end(), f" {name(value)}"),
    ]


def _fraction(match: re.Match[str], language: Language, top: int, bottom: int) -> Sequence[Edit]:
    if match["whole"]:
        return [Edit(*match.span(), language.mixed(int(match["whole"]), top, bottom))]
    return [Edit(*match.span(), language.fraction(top, bottom))]


def _written_fraction(match: re.Match[str], language: Language) -> Sequence[Edit]:
    top, bottom = int(match["top"]), int(match["bottom"])
    if top >= bottom or (top, bottom) == (9, 11):  # two numbers: `24/7`, and the date
        whole = f"{language.number(language.numbers.read(match['whole']))} " if match["whole"] else ""
        return [Edit(*match.span(), f"{whole}{language.cardinal(top)} {language.cardinal(bottom)}")]
    return _fraction(match, language, top, bottom)


def _version(written: str, language: Language) -> str:
    return f" {language.marks['.']} ".join(language.number(Number(part)) for part in written.split("."))


def _ratio(match: re.Match[str], language: Language) -> str:
    first, second = (language.number(Number(match[name])) for name in ("first", "second"))
    return f"{first} {language.ratio_word} {second}"


def _operation(match: re.Match[str], language: Language) -> Sequence[Edit]:
    number = language.number(language.numbers.read(match["first"]))
    words = {"+": language.plus, **language.operators}
    operator = Edit(match.end("first"), match.end(), f" {words[match['operator']]} ")
    return [Edit(match.start(), match.end("first"), number), operator]


def _range(match: re.Match[str], language: Language) -> Sequence[Edit]:
    first, second = language.numbers.read(match["first"]), language.numbers.read(match["second"])
    if first.is_code or (second.is_code and len(second.digits) != 2):
        return []
    years = language.is_year(first, match["first"])
    end = language.number(second)
    if years and len(match["second"]) == 2:  # `1914-18`
        end = language.short_year(first.integer // 100 * 100 + second.integer)
    elif years and language.is_year(second, match["second"]):
        end = language.year(second.integer)
    start = language.year(first.integer) if years else language.number(first)
    return [Edit(*match.span(), f"{start} {language.range_word} {end}")]


def _scaled(match: re.Match[str], language: Language) -> Sequence[Edit]:
    value = language.numbers.read(match["first"])
    gender = language.scale_gender(match["scale"])
    if match["scale"] in language.agreeing_scales:
        gender = _gender_after(match, language, value) or gender
    amount = _signed(match, language) + language.number(value, gender)
    return [
        Edit(match.start(), match.end("first"), amount),
        Edit(match.start("scale"), match.end(), language.scale(match["scale"], value)),
    ]


def _plain(match: re.Match[str], language: Language) -> Sequence[Edit]:
    value = language.numbers.read(match["first"])
    if not match["sign"] and language.is_year(value, match["first"]):
        return [Edit(*match.span(), language.year(value.integer))]
    gender = _gender_after(match, language, value)
    return [Edit(*match.span(), _signed(match, language) + language.number(value, gender))]


def _gender_after(match: re.Match[str], language: Language, value: Number) -> Gender | None:
    after = re.match(r" ([^\W\d_]+)", match.string[match.end() :])
    return language.gender_before(after[1], single=value.value == 1) if after else None
