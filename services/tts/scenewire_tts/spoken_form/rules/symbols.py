"""Symbols of units and currencies, and what may stand beside a number."""

import re
from collections.abc import Iterable
from typing import Final

from scenewire_tts.spoken_form.language import Language

__all__ = [
    "BEGIN",
    "CODES",
    "END",
    "MORE",
    "PER",
    "PERIODS",
    "SIGN",
    "SYMBOLS",
    "UNITS",
    "UNIT_END",
    "any_of",
    "units_of",
]

BEGIN: Final = r"(?<![\w$€£¥₹/])(?<!\d[.,:'’])"
SIGN: Final = r"(?P<sign>(?<!\w)(?:(?<!\d )[-\u2212+]|[±~≈<>≤≥])\s?)?"
MORE: Final = r"(?P<more>\+(?![\w+]))?"
END: Final = r"(?![\w/]|[.,:'’]\d)"

SYMBOLS: Final = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "R$": "BRL", "$": "USD", "€": "EUR", "£": "GBP",
    "¥": "JPY", "₹": "INR", "Rs.": "INR", "Rs": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "zł": "PLN", "Kč": "CZK",
}  # fmt: skip
CODES: Final = (
    "AED|ARS|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|NOK|NZD|PLN|RON|RUB|SAR|SEK|"
    "SGD|THB|TRY|UAH|USD|VND|ZAR"
)

UNITS: Final = {
    "°": "degree", "° C": "celsius", "° F": "fahrenheit", "°C": "celsius", "°F": "fahrenheit", "℃": "celsius", "℉": "fahrenheit",
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

PER: Final = {
    "s": "second", "sec": "second", "min": "minute", "h": "hour", "d": "day", "l": "liter", "L": "liter", "g": "gram",
    "kg": "kilogram", "t": "metric-ton", "m": "meter", "km": "kilometer", "m²": "square-meter", "m2": "square-meter",
    "km²": "square-kilometer", "m³": "cubic-meter", "m3": "cubic-meter", "ha": "hectare", "kWh": "kilowatt-hour",
    "100 km": "100-kilometer", "100km": "100-kilometer",
}  # fmt: skip
"""Units after a slash: `5 MB/s`."""

PERIODS: Final = (
    r"(?:ano|año|anno|an|day|dia|día|giorno|hora|hour|Jahr|jour|liter|litre|mese|mes|mês|minute|mois|Monat|month|Nacht|night|"
    r"noche|noite|notte|nuit|ora|pessoa|person|Person|persona|personne|second|semaine|semana|settimana|Stunde|Tag|week|Woche|"
    r"year|किग्रा|घंटा|घंटे|दिन|माह|व्यक्ति|साल)(?!\w)"
)
"""Words after a slash that an amount is for: `20 €/Monat`."""

UNIT_END: Final = rf"(?:\.(?= [a-zà-ÿ]))?(?![\w²³\u0900-\u0963]|/(?!{PERIODS})|[’']\w|\.\w)"
"""Behind a unit, with the full stop of an abbreviation."""


def any_of(texts: Iterable[str]) -> str:
    """Returns a pattern that matches the longest of some texts."""
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))


def units_of(language: Language) -> dict[str, str]:
    """Returns the units of CLDR by the symbols that a language uses."""
    return {symbol: name for symbol, name in (UNITS | dict(language.units)).items() if name}
