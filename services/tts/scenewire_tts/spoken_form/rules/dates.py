"""Dates and times of day."""

import re
from collections.abc import Sequence
from typing import Final

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Language, Rule, ends_sentence, word_before
from scenewire_tts.spoken_form.numerals import RANGE, WORD_END, Number

__all__ = ["date_rules", "month_name", "month_number", "month_pattern"]

_DAY: Final = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_BEGIN: Final = r"(?<![\w/.,:+-])"
_END: Final = r"(?![\w/-]|[.,:]\d)"
_CENTURY: Final = 100
_LAST_YEARS: Final = 40
"""From here on, a year of two digits is of the 20th century."""
_TIME_BEGIN: Final = r"(?<![\w/.,:+])"
_TIME_END: Final = r"(?![\w:/]|[.,]\d)"
_SEASON: Final = re.compile(r"(?<![\w.,/:-])(?P<first>(?:1[1-9]|20)\d\d)/(?P<second>\d{4}|\d\d)(?![\w/-]|[.,]\d)")
_DURATION: Final = re.compile(
    rf"{_BEGIN}(?:(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)(?: ?(?:h|hours|hrs|Std\.?|Stunden)(?!\w))?"
    rf"|(?P<hours_only>\d{{1,2}}):(?P<minutes_only>[0-5]\d) ?(?:hours|hrs|Std\.?|Stunden|heures|घंटे)(?!\w)"
    rf"|(?P<minutes>\d{{1,2}}):(?P<seconds>[0-5]\d) ?min){_TIME_END}"
)


def date_rules(language: Language) -> list[Rule]:
    """Returns the rules for dates and times."""
    month, link = month_pattern(language), language.date_link
    time = "|".join(re.sub(r"\?P<\w+>", "?:", pattern) for pattern in language.times)
    time = f"(?:{time}){_TIME_END}"
    return [
        Rule(
            re.compile(rf"{_BEGIN}(?P<year>\d{{4}})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01]){_END}"),
            lambda match: _date(match, language, int(match["day"]), int(match["month"])),
        ),
        Rule(
            re.compile(rf"{_BEGIN}(?P<first>\d\d?)(?P<sign>[./-])(?P<second>\d\d?)(?P=sign)(?P<year>\d{{4}}){_END}"),
            lambda match: _ordered_date(match, language),
        ),
        Rule(
            re.compile(
                rf"{_BEGIN}(?P<first>\d\d?)(?P<sign>/)(?P<second>\d\d?)/(?P<year>\d\d){_END}"
                rf"|{_BEGIN}(?P<first_of_two>\d\d)\.(?P<second_of_two>\d\d)\.(?P<short>\d\d){_END}"
            ),
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
        Rule(_SEASON, lambda match: _season(match, language)),
        Rule(_DURATION, lambda match: _duration(match, language)),
        Rule(
            re.compile(rf"{_TIME_BEGIN}(?<!-)(?P<hour>[01]?\d|2[0-4])(?P<to> ?{RANGE} ?)(?={time})"),
            lambda match: [
                Edit(*match.span("hour"), language.cardinal(int(match["hour"]), language.hour_gender)),
                Edit(*match.span("to"), f" {language.range_word} "),
            ],
        ),
        *(
            Rule(
                re.compile(rf"{_TIME_BEGIN}{pattern}(?P<to> ?{RANGE} ?)(?={time})"),
                lambda match: [
                    Edit(match.start(), match.start("to"), _time(match, language)),
                    Edit(*match.span("to"), f" {language.range_word} "),
                ],
            )
            for pattern in language.times
        ),
        *(
            Rule(
                re.compile(rf"{_TIME_BEGIN}{pattern}{_TIME_END}"),
                lambda match: [Edit(*match.span(), _time_with_full_stop(match, language))],
            )
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
    year = int(match["year"] or match["short"])
    if year < _CENTURY:
        year += 2000 if year < _LAST_YEARS else 1900
    return [Edit(*match.span(), language.date(day, month, year, word_before(match)))]


def _ordered_date(match: re.Match[str], language: Language) -> Sequence[Edit]:
    parts = match.groupdict()
    first, second = (int(parts[name] or parts[f"{name}_of_two"]) for name in ("first", "second"))
    if (language.month_first and match["sign"] == "/" and first <= 12) or second > 12:
        first, second = second, first
    return _date(match, language, first, second) if 1 <= first <= 31 and 1 <= second <= 12 else []


def _day_and_month(match: re.Match[str], language: Language) -> Sequence[Edit]:
    name = month_name(match, language)
    day = language.day(int(match["day"]), word_before(match))
    return [Edit(match.start(), match.start("gap"), day), Edit(match.start("month"), match.end(), name)]


def _season(match: re.Match[str], language: Language) -> Sequence[Edit]:
    """Reads two years that follow each other: `2019/20`."""
    first, second = int(match["first"]), int(match["second"])
    if first + 1 not in {second, first // 100 * 100 + second}:
        return []
    end = language.short_year(first + 1) if second < 100 else language.year(second)
    return [Edit(*match.span(), f"{language.year(first)} {end}")]


def _duration(match: re.Match[str], language: Language) -> Sequence[Edit]:
    """Reads hours, minutes and seconds; those that are zero are not spoken."""
    written = match.groupdict()
    words: list[str] = []
    for unit in ("hour", "minute", "second"):
        digits = written[unit] or written.get(f"{unit}s") or written.get(f"{unit}s_only")
        number = Number(str(int(digits or 0)))
        if number.integer:
            before = "" if words else word_before(match)
            count = language.count(number, language.unit_gender(unit), before)
            words.append(language.counted(count, language.unit(number, unit)))
    return [Edit(*match.span(), " ".join(words))] if words else []


def _time(match: re.Match[str], language: Language) -> str:
    parts = match.groupdict()
    minute = parts.get("minute")
    return language.time(int(match["hour"]), None if minute is None else int(minute), parts.get("half") or "")


def _time_with_full_stop(match: re.Match[str], language: Language) -> str:
    time = _time(match, language)
    return f"{time}." if match[0].endswith(".") and ends_sentence(match.string, match.end()) else time
