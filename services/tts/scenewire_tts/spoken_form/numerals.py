"""Reads numbers written with digits and Roman numerals. Pure."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

__all__ = ["RANGE", "ROMAN", "WORD_END", "Number", "NumberFormat", "roman_value"]

RANGE: Final = "[-\u2013\u2014\u2212]"
"""The marks between the ends of a range."""

WORD_END: Final = r"(?![\w\u0300-\u036f\u0900-\u0963])"
r"""The end of a word; `\w` excludes the vowel signs of Hindi."""

ROMAN: Final = r"(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"

_ROMAN_DIGITS: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_MAX_DIGITS: Final = 15
_CODE_DIGITS: Final = 10
"""Those of a mobile number."""


@dataclass(frozen=True)
class Number:
    """A number without its sign."""

    digits: str
    """Before the decimal mark."""
    mark: str = ""
    """The decimal mark; empty for a whole number."""
    fraction: str = ""
    """The digits after the decimal mark."""
    is_grouped: bool = False
    """Whether marks part its thousands."""

    @property
    def integer(self) -> int:
        """The number before the decimal mark."""
        return int(self.digits)

    @property
    def value(self) -> float:
        """The number as a float, for the choice between singular and plural."""
        return float(f"{self.integer}.{self.fraction or 0}")

    @property
    def is_code(self) -> bool:
        """Whether the digits are read one by one.

        They start with a zero, are more than number words reach, or are so many without marks that they count nothing.
        """
        is_long = len(self.digits) >= _CODE_DIGITS and not (self.is_grouped or self.digits.endswith("000000"))
        return (len(self.digits) > 1 and int(self.digits[0]) == 0) or len(self.digits) > _MAX_DIGITS or is_long


@dataclass(frozen=True)
class NumberFormat:
    """How a language writes numbers."""

    groups: str
    """Marks that part thousands, as the content of a character class."""
    decimals: str
    """Marks that part decimals, likewise; one may be in both, as in `1.200` and `3.5`."""
    group_sizes: str = r"\d{3}"
    """Pattern of the digits between two group marks; India writes 1,00,000."""

    @property
    def pattern(self) -> str:
        """The pattern of a number, without boundaries and capturing groups."""
        return rf"(?:{self._whole}(?:[{self.decimals}]\d+)?)"

    @property
    def _whole(self) -> str:
        commas = "" if "," in self.groups else r"\d{1,3}(?:(?:,\d{3}){2,6}(?!\d)|(?:,\d{3})+(?=\.\d\d?(?!\d)))|"
        return rf"(?:{commas}\d{{1,3}}(?:[{self.groups}]{self.group_sizes}){{0,6}}[{self.groups}]\d{{3}}(?!\d)|\d+)"

    @cached_property
    def _parts(self) -> re.Pattern[str]:
        return re.compile(rf"(?P<whole>{self._whole})(?:(?P<mark>[{self.decimals}])(?P<fraction>\d+))?")

    def read(self, written: str) -> Number:
        """Reads a text that matches `pattern`."""
        found = self._parts.fullmatch(written)
        if found is None:
            message = f"{written!r} is not a number"
            raise ValueError(message)
        digits = re.sub(r"\D", "", found["whole"])
        return Number(digits, found["mark"] or "", found["fraction"] or "", is_grouped=digits != found["whole"])


def roman_value(numeral: str) -> int:
    """Returns the value of a numeral that matches `ROMAN`."""
    values = [_ROMAN_DIGITS[letter] for letter in numeral]
    return values[-1] + sum(-value if value < after else value for value, after in pairwise(values))
