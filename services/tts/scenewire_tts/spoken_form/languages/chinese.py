"""Numbers in Chinese texts. Its reader knows characters, not digits."""

import re
from typing import Final

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.icu import spell_out
from scenewire_tts.spoken_form.language import Rule

__all__ = ["chinese_rules"]

_NUMBER: Final = r"(?<![A-Za-z\d.,])(?P<whole>\d+(?:,\d{3})*)(?:\.(?P<decimals>\d+))?"
_DIGITS: Final = "零一二三四五六七八九"
_MAX_WHOLE: Final = 10
"""Longer rows of digits are telephone numbers and the like."""


def chinese_rules() -> list[Rule]:
    """Returns the rules, the most specific ones first."""
    return [
        Rule(re.compile(r"(?<!\d)(?P<year>\d{4})(?=\s?年)"), lambda match: [_edit(match, _one_by_one(match["year"]))]),
        Rule(re.compile(_NUMBER + r"\s?[%％]"), lambda match: [_edit(match, f"百分之{_number(match)}")]),
        Rule(re.compile(_NUMBER + r"(?![A-Za-z\d])"), lambda match: [_edit(match, _number(match))]),
    ]


def _number(match: re.Match[str]) -> str:
    whole, decimals = match["whole"].replace(",", ""), match["decimals"]
    is_code = len(whole) > _MAX_WHOLE or (len(whole) > 1 and whole.startswith("0"))
    spoken = _one_by_one(whole) if is_code else spell_out(int(whole), "zh").replace("〇", "零")
    return f"{spoken}点{_one_by_one(decimals)}" if decimals else spoken


def _one_by_one(digits: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits)


def _edit(match: re.Match[str], spoken: str) -> Edit:
    return Edit(match.start(), match.end(), spoken)
