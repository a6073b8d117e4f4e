"""Names of units and currencies in languages whose numbers the engine reads."""

import re
from collections.abc import Sequence
from typing import Final

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.icu import currency, measure
from scenewire_tts.spoken_form.language import Rule
from scenewire_tts.spoken_form.numerals import NumberFormat
from scenewire_tts.spoken_form.rules.symbols import BEGIN, END, SYMBOLS, UNITS, any_of

__all__ = ["name_rules"]

_NUMBER: Final = NumberFormat(groups=". \u202f", decimals=",.")
"""How most languages write numbers."""


def name_rules(locale: str) -> list[Rule]:
    """Returns rules that name units and currencies by CLDR, and leave the digits to the engine.

    Args:
        locale: a tag of a language that CLDR has names for, and that writes numbers like most.
    """
    number = _NUMBER.pattern
    money = any_of(SYMBOLS)
    unit = any_of(key for key in UNITS if len(key) > 1)

    def with_currency(match: re.Match[str]) -> Sequence[Edit]:
        name = currency(_NUMBER.read(match["number"]).value, locale, SYMBOLS[match["money"]])
        return [Edit(*match.span(), f"{match['number']} {name}")]

    def with_unit(match: re.Match[str]) -> Sequence[Edit]:
        name = measure(_NUMBER.read(match["number"]).value, locale, UNITS[match["unit"]])
        return [Edit(match.end("number"), match.end(), f" {name}")]

    return [
        Rule(
            re.compile(rf"(?<![\w$€£¥₹])(?P<money>{money}) ?(?P<number>{number}){END}(?! [^\W\d_]+ion)"), with_currency
        ),
        Rule(re.compile(rf"{BEGIN}(?P<number>{number}) ?(?P<money>{money})(?!\w)"), with_currency),
        Rule(re.compile(rf"{BEGIN}(?P<number>{number}) ?(?P<unit>{unit})(?![\w/²³]|[’']\w|\.\w)"), with_unit),
    ]
