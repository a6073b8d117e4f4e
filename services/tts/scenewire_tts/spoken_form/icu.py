"""Number words, units and currencies of a language, from Unicode's CLDR data through ICU."""

import re
from functools import lru_cache
from typing import Final

from icu4py.messageformat import MessageFormat

__all__ = ["currency", "measure", "spell_out"]

_SOFT_HYPHEN: Final = "\u00ad"
_LEADING_NUMBER: Final = re.compile(r"^[\d.,]+\s*")
_LARGEST: Final = 10**15
"""ICU spells larger numbers with digits."""


def spell_out(value: int, locale: str, ruleset: str = "") -> str:
    """Returns a number in words.

    Args:
        value: not negative. From 10**15 on, its digits are read one by one.
        locale: a language tag that CLDR has number words for; ICU falls back to English for others.
        ruleset: of the locale's number rules, such as `ordinal-feminine`; unknown ones give the default words.
    """
    if value >= _LARGEST:
        return " ".join(spell_out(int(digit), locale) for digit in str(value))
    style = f"spellout,%spellout-{ruleset}" if ruleset else "spellout"
    words = _format(locale, f"{{0,{style}}}").format({"0": value})
    return words.replace(_SOFT_HYPHEN, "").replace(",", "")


def measure(value: float, locale: str, unit: str) -> str:
    """Returns the name of a CLDR unit in the form that follows the number: `kilometers per hour`."""
    return _name(value, locale, f"unit/{unit}")


def currency(value: float, locale: str, code: str) -> str:
    """Returns the name of a currency in the form that follows the number; the code itself if CLDR has no name."""
    return _name(value, locale, f"currency/{code}")


def _name(value: float, locale: str, what: str) -> str:
    # An option of the skeleton: Latin digits, so that the number is recognised.
    pattern = f"{{0,number,:: {what} unit-width-full-name numbering-system/latn group-off precision-unlimited}}"
    return _LEADING_NUMBER.sub("", _format(locale, pattern).format({"0": value})).replace("\u00a0", " ")


@lru_cache(maxsize=500)
def _format(locale: str, pattern: str) -> MessageFormat:
    return MessageFormat(pattern, locale)
