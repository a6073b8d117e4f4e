"""Dates and times of day."""

import re
from collections.abc import Sequence
from typing import Final

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Language, Rule, ends_sentence, word_before
from scenewire_tts.spoken_form.numerals import RANGE, WORD_END

__all__ = ["date_rules", "month_name", "month_number", "month_pattern"]

_DAY: Final = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_BEGIN: Final = r"(?<![\w/.,:+-])"
_END: Final = r"(?![\w/-]|[.,:]\d)"


def date_rules(language: Language) -> list[Rule]:
    """Returns the rules for dates and times."""
    month, link = month_pattern(language), language.date_link
    return [
        Rule(
            re.compile(rf"{_BEGIN}(?P<year>\d{{4}})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01]){_END}"),
            lambda match: _date(match, language, int(match["day"]), int(match["month"])),
        ),
        Rule(
            re.compile(rf"{_BEGIN}(?P<first>\d\d?)(?P<sign>[./])(?P<second>\d\d?)(?P=sign)(?P<year>\d{{4}}){_END}"),
            lambda match: _ordered_date(match, language),
        ),
        Rule(
            re.compile(rf"{_BEGIN}{_DAY}(?:{language.day_suffix})(?P<gap> (?:{link})?)(?P<month>{month})"),
            lambda match: _day_and_month(match, language),
        ),
        Rule(
            re.compile(rf"(?<!\w)(?P<month>{month})(?= (?:{link})?\d{{4}}(?!\d))"),
            lambda match: [Edit(*match.span(), language.months[month_number(match["month"], language) - 1])],
        ),
        Rule(
            re.compile(rf"(?<=\d:\d\d) ?{RANGE} ?(?=\d\d?:\d\d(?!\d))"),
            lambda match: [Edit(*match.span(), f" {language.range_word} ")],
        ),
        *(
            Rule(re.compile(rf"(?<![\w/.,:+]){pattern}(?![\w:/]|[.,]\d)"), lambda match: _time(match, language))
            for pattern in language.times
        ),
    ]


def month_pattern(language: Language) -> str:
    """Returns the pattern of the names and abbreviations of the months."""
    names = sorted({name for month in language.months for name in _cases(month)}, key=len, reverse=True)
    short = sorted({name for month in language.month_abbreviations for name in _cases(month)}, key=len, reverse=True)
    return (
        rf"(?:(?:{'|'.join(names)}){WORD_END}|(?:{'|'.join(short)}){WORD_END}\.?)"
        if short
        else f"(?:{'|'.join(names)})(?!\\w)"
    )


def month_number(written: str, language: Language) -> int:
    """Returns the number of the month with this name or abbreviation, from 1 to 12."""
    name = written.removesuffix(".").casefold()
    names = [month.casefold() for month in language.months]
    if name in names:
        return names.index(name) + 1
    return {month.casefold(): number for month, number in language.month_abbreviations.items()}[name]


def month_name(match: re.Match[str], language: Language) -> str:
    """Returns the name of a matched month, with the full stop of an abbreviation that ends the sentence."""
    name = language.months[month_number(match["month"], language) - 1]
    return f"{name}." if match["month"].endswith(".") and ends_sentence(match.string, match.end()) else name


def _cases(month: str) -> tuple[str, ...]:
    """Months in lower case may start a sentence; English `may` and `march` must not be taken for months."""
    return month, month.capitalize(), month.upper()


def _date(match: re.Match[str], language: Language, day: int, month: int) -> Sequence[Edit]:
    return [Edit(*match.span(), language.date(day, month, int(match["year"]), word_before(match)))]


def _ordered_date(match: re.Match[str], language: Language) -> Sequence[Edit]:
    first, second = int(match["first"]), int(match["second"])
    if (language.month_first and match["sign"] == "/" and first <= 12) or second > 12:
        first, second = second, first
    return _date(match, language, first, second) if 1 <= first <= 31 and 1 <= second <= 12 else []


def _day_and_month(match: re.Match[str], language: Language) -> Sequence[Edit]:
    name = month_name(match, language)
    day = language.day(int(match["day"]), word_before(match))
    return [Edit(match.start(), match.start("gap"), day), Edit(match.start("month"), match.end(), name)]


def _time(match: re.Match[str], language: Language) -> Sequence[Edit]:
    parts = match.groupdict()
    half = parts.get("half") or ""
    spoken = language.time(int(match["hour"]), None if parts.get("minute") is None else int(match["minute"]), half)
    if half.endswith(".") and ends_sentence(match.string, match.end()):
        spoken += "."
    return [Edit(*match.span(), spoken)]
