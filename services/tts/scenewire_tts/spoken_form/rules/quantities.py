"""Money, percentages, units, fractions, ratios and plain numbers."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Gender, Language, Rule, word_before
from scenewire_tts.spoken_form.numerals import RANGE, WORD_END, Number
from scenewire_tts.spoken_form.rules.symbols import (
    BEGIN,
    CODES,
    END,
    MORE,
    PER,
    SIGN,
    SYMBOLS,
    UNIT_END,
    any_of,
    units_of,
)

__all__ = ["quantity_rules"]

_MONEY_END: Final = r"(?!\w|[.,:/'’]\d)"

_VULGAR: Final = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip


_EVEN_CHANCE: Final = 50
_HIGHEST_ALTERNATIVE: Final = 12
"""Up to here, `5-6` before a noun is an alternative in some languages."""


def quantity_rules(language: Language) -> list[Rule]:
    """Returns the rules for amounts and numbers, those with the most context first."""
    number = language.numbers.pattern
    span = rf"(?P<first>{number})(?:\s?{RANGE}\s?(?P<second>{number}))?"
    symbols = SYMBOLS | dict(language.symbols)
    sign = any_of(symbols)
    money = rf"(?P<money>{sign}|(?:{CODES})(?!\w))"
    scales = any_of(language.scales)
    money_scales = any_of(language.money_scales)
    scale = rf"(?:[\s-]?(?P<scale>{scales}{'|' * bool(money_scales)}{money_scales}){WORD_END})"
    units = units_of(language)
    unit = any_of(units)
    per = any_of(PER)
    unit_after = rf"(?: ?(?P<unit>{unit}){UNIT_END})?"

    named = {name: code for code, names in language.currencies.items() for name in (names.one, names.many)}

    def currency_of(match: re.Match[str]) -> str:
        return symbols.get(match["money"], match["money"])

    def unit_of(match: re.Match[str]) -> str:
        if match["unit"] in units:
            return units[match["unit"]]
        name, _, denominator = match["unit"].partition("/")
        return f"{units[name]}-per-{PER[denominator]}"

    return [
        Rule(
            re.compile(
                rf"{BEGIN}{SIGN}(?P<first>{number}(?<=[{language.numbers.decimals}]\d\d)) (?P<name>{any_of(named)}){WORD_END}"
            ),
            lambda match: [
                Edit(
                    *match.span(),
                    _signed(match, language)
                    + language.money(language.numbers.read(match["first"]), named[match["name"]]),
                )
            ],
        ),
        Rule(
            re.compile(
                rf"(?<![\w$€£¥₹])(?!(?<=\d )€)(?P<sign>[-\u2212+~≈<>≤≥])?{money}\s?(?P<first>{number})"
                rf"(?:\s?{RANGE}\s?(?:{sign})?\s?(?P<second>{number}))?{scale}?{_MONEY_END}"
            ),
            lambda match: _money(match, language, currency_of(match)),
        ),
        Rule(
            re.compile(rf"{BEGIN}{SIGN}{span}{scale}?\s?{money}(?!\w)"),
            lambda match: _money(match, language, currency_of(match)),
        ),
        Rule(
            re.compile(
                rf"{BEGIN}{SIGN}(?P<first>{number})(?:\s?[%‰]?\s?{RANGE}\s?(?P<second>{number}))?\s?(?P<unit>[%‰])(?!\w)"
            ),
            lambda match: _measure(
                match, language, lambda _: language.percent if match["unit"] == "%" else language.per_mille
            ),
        ),
        Rule(
            re.compile(
                rf"{BEGIN}{SIGN}{span}(?: ?(?P<scale>{scales}){WORD_END}(?: d[ei](?= ))?)?(?P<gap>[\s-]?)"
                rf"(?P<unit>{unit}|(?:{unit})/(?:{per})){UNIT_END}"
            ),
            lambda match: _measure(
                match,
                language,
                lambda value: language.unit(value, unit_of(match)),
                language.unit_gender(unit_of(match).partition("-per-")[0]),
            ),
        ),
        Rule(
            re.compile(rf"{BEGIN}(?:(?P<whole>\d+) ?)?(?P<part>[{''.join(_VULGAR)}]){unit_after}(?![\w/])"),
            lambda match: _fraction(match, language, *_VULGAR[match["part"]], units),
        ),
        Rule(
            re.compile(rf"{BEGIN}(?:(?P<whole>\d+)[ -])?(?P<top>[1-9]\d?)/(?P<bottom>[1-9]\d{{0,2}}){unit_after}{END}"),
            lambda match: _written_fraction(match, language, units),
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
            re.compile(
                rf"{BEGIN}{SIGN}(?P<first>{number})(?:\s?(?P<operator>[×·=÷+]|[xX](?=\s?\d+\s?=))\s?(?=\d)"
                rf"| (?P<minus>[-\u2212]) (?={number} =))"
            ),
            lambda match: _operation(match, language),
        ),
        Rule(
            re.compile(r"(?<![\w.,:])(?P<first>\d+)(?::| : )(?P<second>\d+)(?![\w:])"),
            lambda match: [Edit(*match.span(), _ratio(match, language))],
        ),
        Rule(
            re.compile(rf"(?<![\w#])#(?P<first>\d+){END}"),
            lambda match: [Edit(*match.span(), f"{language.number_word} {language.number(Number(match['first']))}")],
        ),
        Rule(
            re.compile(rf"{BEGIN}(?P<first>{number}){RANGE}(?P<second>{number})(?![\w/-]|[.,:]\d)"),
            lambda match: _range(match, language),
        ),
        Rule(
            re.compile(rf"{BEGIN}{SIGN}(?P<first>{number}){MORE}(?P<gap> ?)(?P<scale>{scales}){WORD_END}"),
            lambda match: _scaled(match, language),
        ),
        Rule(
            re.compile(rf"{BEGIN}(?<!\d{RANGE}){SIGN}(?P<first>{number})(?!{RANGE}\d){MORE}{END}"),
            lambda match: _plain(match, language),
        ),
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
    second = language.numbers.read(match["second"])
    return f"{_signed(match, language)}{language.number(first)} {_between(first, second, language)} ", second


def _between(first: Number, second: Number, language: Language, *, noun: bool = True) -> str:
    """Returns the word between the ends of a range."""
    is_small = not first.mark and not second.mark and second.integer == first.integer + 1 <= _HIGHEST_ALTERNATIVE
    return language.or_word if noun and is_small and language.or_word else language.range_word


def _money(match: re.Match[str], language: Language, code: str) -> Sequence[Edit]:
    before, value = _values(match, language)
    attributive = language.is_attributive(match)
    if _names_currency(match, language):
        amount = before + language.number(value, language.currency(code).gender)
        return [Edit(*match.span(), f"{amount} {language.scale(match['scale'], value)}" if match["scale"] else amount)]
    if not match["scale"]:
        money = language.attributive_money(value, code) if attributive else language.money(value, code)
        return [Edit(*match.span(), before + money)]
    amount = before + language.number(value, Gender.MASCULINE)
    name = language.currency(code)
    noun = language.scaled_money(language.scale(match["scale"], value), name.one if attributive else name.many)
    end = match.end("second" if match["second"] else "first")
    if match.start("money") < match.start("first") and " " in match.string[match.start("money") : match.start("first")]:
        return [Edit(*match.span(), f"{amount} {noun}")]
    return [Edit(match.start(), end, amount), Edit(end, match.end(), f" {noun}")]


def _names_currency(match: re.Match[str], language: Language) -> bool:
    """Whether the name of a currency follows its sign: `$5 million dollars`, `$500 pesos`."""
    after = re.match(r" (?:de )?([^\W\d_]+)", match.string[match.end() :])
    names = {name for currency in language.currencies.values() for name in (currency.one, currency.many)}
    return after is not None and after[1] in names | {"pesos"}


def _measure(
    match: re.Match[str], language: Language, name: Callable[[Number], str], gender: Gender | None = None
) -> Sequence[Edit]:
    before, value = _values(match, language)
    end = match.end("second" if match["second"] else "first")
    if match.groupdict().get("scale"):
        noun = language.scaled_money(language.scale(match["scale"], value), name(Number("2")))
        return [Edit(match.start(), end, before + language.number(value)), Edit(end, match.end(), f" {noun}")]
    noun = name(Number("1") if language.is_attributive(match) else value)
    words = before + language.count(value, gender, "" if before else word_before(match))
    joined = language.counted(words, noun)
    if joined != f"{words} {noun}":
        return [Edit(*match.span(), joined)]
    return [Edit(match.start(), end, words), Edit(end, match.end(), f" {noun}")]


def _fraction(
    match: re.Match[str], language: Language, top: int, bottom: int, units: Mapping[str, str]
) -> Sequence[Edit]:
    unit = units[match["unit"]] if match["unit"] else ""
    if match["whole"]:
        mixed = language.mixed(int(match["whole"]), top, bottom)
        return [Edit(*match.span(), f"{mixed} {language.unit(Number('2'), unit)}" if unit else mixed)]
    return [Edit(*match.span(), language.part_of(top, bottom, unit) if unit else language.fraction(top, bottom))]


def _written_fraction(match: re.Match[str], language: Language, units: Mapping[str, str]) -> Sequence[Edit]:
    top, bottom = int(match["top"]), int(match["bottom"])
    if (top >= bottom and not match["unit"]) or (top, bottom) == (9, 11):  # two numbers: `24/7`, and the date
        whole = f"{language.number(language.numbers.read(match['whole']))} " if match["whole"] else ""
        return [Edit(*match.span(), f"{whole}{language.cardinal(top)} {language.cardinal(bottom)}")]
    return _fraction(match, language, top, bottom, units)


def _version(written: str, language: Language) -> str:
    return f" {language.marks['.']} ".join(language.number(Number(part)) for part in written.split("."))


def _ratio(match: re.Match[str], language: Language) -> str:
    first, second = (language.number(Number(match[name])) for name in ("first", "second"))
    return f"{first} {language.ratio_word} {second}"


def _operation(match: re.Match[str], language: Language) -> Sequence[Edit]:
    number = _signed(match, language) + language.number(language.numbers.read(match["first"]))
    words = {"+": language.plus, **dict.fromkeys("·xX", language.operators["×"]), **language.operators}
    operator = Edit(
        match.end("first"), match.end(), f" {words[match['operator']] if match['operator'] else language.minus} "
    )
    return [Edit(match.start(), match.end("first"), number), operator]


def _range(match: re.Match[str], language: Language) -> Sequence[Edit]:
    first, second = language.numbers.read(match["first"]), language.numbers.read(match["second"])
    if first.is_code or (second.is_code and len(second.digits) != 2):
        return []
    years = language.is_year(first, match["first"])
    gender = _gender_after(match, language, second)
    end = language.number(second, gender)
    if years and len(match["second"]) == 2:  # `1914-18`
        end = language.short_year(first.integer // 100 * 100 + second.integer)
    elif years and language.is_year(second, match["second"]):
        end = language.year(second.integer)
    if first == second and first.integer == _EVEN_CHANCE:
        return [Edit(*match.span(), f"{end} {end}")]
    start = language.year(first.integer) if years else language.number(first, gender)
    noun = re.match(r" [^\W\d_]{4,}", match.string[match.end() :]) is not None and gender is not None
    return [Edit(*match.span(), f"{start} {_between(first, second, language, noun=noun)} {end}")]


def _scaled(match: re.Match[str], language: Language) -> Sequence[Edit]:
    value = language.numbers.read(match["first"])
    gender = language.scale_gender(match["scale"])
    if match["scale"] in language.agreeing_scales:
        gender = _gender_after(match, language, value) or gender
    number = language.number(value, gender)
    amount = _signed(match, language) + (language.or_more(number) if match["more"] else number)
    return [
        Edit(match.start(), match.start("gap"), amount),
        Edit(match.start("gap"), match.end(), f" {language.scale(match['scale'], value)}"),
    ]


def _plain(match: re.Match[str], language: Language) -> Sequence[Edit]:
    value = language.numbers.read(match["first"])
    if not match["sign"] and not match["more"] and language.is_year(value, match["first"]):
        return [Edit(*match.span(), language.year(value.integer))]
    before = "" if match["sign"] or match["more"] else word_before(match)
    number = language.count(value, _gender_after(match, language, value), before)
    return [Edit(*match.span(), _signed(match, language) + (language.or_more(number) if match["more"] else number))]


def _gender_after(match: re.Match[str], language: Language, value: Number) -> Gender | None:
    after = re.match(r" ([^\W\d_]+)", match.string[match.end() :])
    return language.gender_before(after[1], single=value.value == 1) if after else None
