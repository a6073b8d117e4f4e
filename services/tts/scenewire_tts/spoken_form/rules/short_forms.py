"""Short forms of amounts: `100k`, `2x`, `4x4`, `5 €/kg`, `1m80`."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Gender, Language, Rule
from scenewire_tts.spoken_form.numerals import RANGE, WORD_END, Number
from scenewire_tts.spoken_form.rules.symbols import BEGIN, END, MORE, PER, PERIODS, SYMBOLS, UNIT_END, any_of, units_of

__all__ = ["short_form_rules"]

_YEAR_DIGITS: Final = 4
"""English reads `1920x1080` in pairs of digits, like years."""

_LEAST_THOUSANDS: Final = 20
"""From here on, `k` is surely a thousand; `5K` may be a race."""


def short_form_rules(language: Language) -> list[Rule]:
    """Returns the rules for short forms. They come before those for other quantities."""
    number = language.numbers.pattern
    units = units_of(language)
    unit, per, sign = any_of(units), any_of(PER), any_of(SYMBOLS | dict(language.symbols))
    times = any_of({*language.times_words, "x"})
    scale = "|".join(["[kK]", any_of(language.short_scales)]) if language.short_scales else "[kK]"
    metre = Rule(
        re.compile(
            rf"{BEGIN}(?P<whole>[1-9]\d?)[{language.numbers.decimals}](?P<rest>\d[1-9]|[1-9]0) ?m{UNIT_END}"
            rf"|{BEGIN}(?P<metres>[1-9]) ?m ?(?P<centimetres>\d\d)(?!\w|[.,]\d)"
        ),
        lambda match: [Edit(*match.span(), _metres(match, language))],
    )
    return [
        Rule(
            re.compile(
                rf"(?<!\w){number}(?: ?(?:{unit}|{sign}|{times}))?(?P<slash>/)(?:(?={PERIODS})|(?<=[\d€£$₹]/)(?P<unit>{per}){UNIT_END})"
            ),
            lambda match: _price_per(match, language),
        ),
        Rule(
            re.compile(
                rf"{BEGIN}(?!0[xX])(?P<all>{number}(?:\s?[xX×]\s?{number})+)(?:[\s-]?(?P<unit>{unit}){UNIT_END})?{END}(?! =)"
            ),
            lambda match: _dimensions(match, language, units),
        ),
        Rule(
            re.compile(rf"{BEGIN}(?P<first>{number})[xX×](?!\w)(?! ?[-+=\d])"),
            lambda match: [Edit(*match.span(), language.multiple(language.numbers.read(match["first"])))],
        ),
        Rule(
            re.compile(
                rf"{BEGIN}(?:(?P<low>{number})(?P<low_scale>{scale})?\s?{RANGE}\s?)?"
                rf"(?P<first>{number})(?P<scale>{scale}){WORD_END}{MORE}(?![-/’'(])"
            ),
            lambda match: _short_scaled(match, language),
        ),
        *([metre] if language.metre_link else []),
    ]


def _price_per(match: re.Match[str], language: Language) -> Sequence[Edit]:
    """Reads the unit that a price is for: `5 €/kg`."""
    unit = language.unit(Number("1"), PER[match["unit"]]) if match["unit"] else ""
    return [Edit(match.start("slash"), match.end(), f" {language.per_word} {unit}")]


def _dimensions(match: re.Match[str], language: Language, units: Mapping[str, str]) -> Sequence[Edit]:
    """Reads `4x4` and `3 x 4 m`."""
    edits: list[Edit] = []
    by = language.by(match["all"], unit=bool(match["unit"]))
    value = Number("1")
    for part in re.finditer(rf"(?P<number>{language.numbers.pattern})|\s?[xX×]\s?", match["all"]):
        spoken = f" {by} "
        if part["number"]:
            value = language.numbers.read(part[0])
            spoken = language.year(value.integer) if len(part[0]) == _YEAR_DIGITS else language.number(value)
        edits.append(Edit(match.start() + part.start(), match.start() + part.end(), spoken))
    if match["unit"]:
        counted = Number("1") if language.is_attributive(match) else value
        edits.append(Edit(match.end("all"), match.end(), f" {language.unit(counted, units[match['unit']])}"))
    return edits


def _short_scaled(match: re.Match[str], language: Language) -> Sequence[Edit]:
    """Reads `100k`, `1.2M` and `3m people`. `4K`, `401k` and `3M Company` are names."""
    value, scale = language.numbers.read(match["first"]), match["scale"]
    after = match.string[match.end() :]
    if scale in "kK":
        is_count = value.value >= _LEAST_THOUSANDS or value.mark or re.match(r" [a-z]{4,}s(?!\w)", after)
        if not is_count or value.value in {4, 8, 401}:
            return []
        words = language.number(Number(str(round(value.value * 1000))))
        return [Edit(*match.span(), _low(match, language) + (language.or_more(words) if match["more"] else words))]
    name = rf" (?:{language.million_nouns})(?!\w)" if scale == "m" else r" [a-z]{4,}"
    if not re.match(name, after) and not (scale != "m" and (value.mark or len(scale) > 1)):
        return []
    words = f"{language.number(value, Gender.MASCULINE)} {language.scale(language.short_scales[scale], value)}"
    return [Edit(*match.span(), _low(match, language) + (language.or_more(words) if match["more"] else words))]


def _low(match: re.Match[str], language: Language) -> str:
    """Returns the words before the last number of `50k-100k` and `5-10k`."""
    if not match["low"]:
        return ""
    low, scale = language.numbers.read(match["low"]), match["low_scale"]
    if scale and scale in "kK":
        words = language.number(Number(str(round(low.value * 1000))))
    else:
        words = language.number(low, Gender.MASCULINE)
        words += f" {language.scale(language.short_scales[scale], low)}" if scale else ""
    return f"{words} {language.range_word} "


def _metres(match: re.Match[str], language: Language) -> str:
    """Reads `1,80 m` as "ein Meter achtzig"."""
    whole = Number(match["whole"] or match["metres"])
    metres = f"{language.number(whole, language.unit_gender('meter'))} {language.unit(whole, 'meter')}"
    return f"{metres}{language.metre_link}{language.cardinal(int(match['rest'] or match['centimetres']))}"
