"""Chemical formulas, Roman numerals and abbreviations."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Abbreviation, Language, Rule, ends_sentence
from scenewire_tts.spoken_form.numerals import ROMAN, Number, roman_value

__all__ = ["roman_rule", "sign_rules"]

_ELEMENTS: Final = "Al|Ag|Au|Ba|Br|Ca|Cl|Cr|Cu|Fe|He|Hg|Li|Mg|Mn|Na|Ni|Pb|Si|Sn|Ti|Zn|[BCFHIKNOPSU]"
_DIGITS: Final = "0-9₀-₉"
_FORMULA: Final = re.compile(
    rf"(?<![\w-])(?:(?=[A-Za-z]*[{_DIGITS}])(?:(?:{_ELEMENTS})[{_DIGITS}]{{0,2}}){{2,6}}|[HNOF][2₂]|O[3₃])(?![\w-])"
)
_SECOND: Final = (
    rf"(?:(?: (?:a|à|al|and|ao|bis|e|et|o|or|ou|to|und|y) | ?[-–] ?)(?P<second>(?=[IVX]{{2}}|[VX]){ROMAN})(?!\w))?"
)
"""`siglos XV y XVI`."""
_SEQUEL: Final = re.compile(
    r"(?<!\w)[^\W\d_a-zß-öø-ÿ][\w’']+ (?P<roman>(?=[IVX]{2})X{0,2}(?:IX|IV|V?I{0,3}))(?<!XX)(?!\w|[’'](?!s(?!\w)))"
)
"""`Rocky IV`. Numerals of two letters at least: `I` is a pronoun, and `X` and `V` are names."""
_AND: Final = re.compile(r"(?<=[^\W_] )&(?= \w)|(?<=\. )&(?= \w)")
_NUMERAL: Final = rf"(?!I(?: [a-z]|['’])){ROMAN}(?!\w)"
"""A Roman numeral, and not the pronoun of "Yes, no. I know"."""
_NAME: Final = r"(?= (?:(?:&|and|und|y|e|et|और)(?: l?a)? )?[\"“]?[^\W\d_a-zß-öø-ÿ])"
"""A name, or a title whose name follows later: `Mr. & Mrs. Smith`."""
_PART: Final = re.compile(rf"([A-Z][a-z]?)([{_DIGITS}]*)")


def sign_rules(language: Language) -> list[Rule]:
    """Returns the rules for formulas and abbreviations."""
    return [
        Rule(_FORMULA, lambda match: [Edit(*match.span(), _formula(match[0], language))]),
        roman_rule(
            "|".join(
                abbreviation.written for abbreviation in language.abbreviations if abbreviation.before == "number"
            ),
            lambda _, value: language.cardinal(value),
            after="(?<!I)|(?! [a-z])",
        ),
        *(_abbreviation_rule(abbreviation) for abbreviation in language.abbreviations),
        Rule(_SEQUEL, lambda match: [Edit(*match.span("roman"), language.cardinal(roman_value(match["roman"])))]),
        Rule(_AND, lambda match: [Edit(*match.span(), language.address.signs["&"])]),
    ]


def roman_rule(before: str, spoken: Callable[[re.Match[str], int], str], *, after: str = "", least: int = 1) -> Rule:
    """Returns a rule for Roman numerals in a context.

    Args:
        before: pattern of the words before the numeral.
        spoken: returns the words for the numeral; gets the match and the numeral's value.
        after: pattern that follows the numeral at once and belongs to it.
        least: smallest value; 2 where `I` is a word.
    """
    return Rule(
        re.compile(rf"(?<!\w)(?:{before}) (?P<roman>{ROMAN})(?P<after>{after}){_SECOND}(?!\w|['’](?!s(?!\w)))"),
        lambda match: (
            [
                Edit(match.start("roman"), match.end("after"), spoken(match, roman_value(match["roman"]))),
                *(
                    [Edit(*match.span("second"), spoken(match, roman_value(match["second"])))]
                    if match["second"]
                    else []
                ),
            ]
            if roman_value(match["roman"]) >= least
            else []
        ),
    )


def _formula(written: str, language: Language) -> str:
    """Reads letters one by one, as chemists do: "C O two"."""
    words: list[str] = []
    for symbol, digits in _PART.findall(written):
        words += symbol.upper()
        if digits:
            count = Number("".join(str(_digit(digit)) for digit in digits))
            words.append(language.number(count))
    return " ".join(words)


def _digit(written: str) -> int:
    return int(written) if written.isdecimal() else ord(written) - ord("₀")


def _abbreviation_rule(abbreviation: Abbreviation) -> Rule:
    follower = {"": r"(?!\w)", "word": r"(?=,? \S)", "number": rf"(?= ?(?:\d|{_NUMERAL}))", "name": _NAME}[
        abbreviation.before
    ]
    return Rule(
        re.compile(rf"(?<![\w.])(?:{abbreviation.written}){follower}"),
        lambda match: _abbreviation(match, abbreviation),
    )


def _abbreviation(match: re.Match[str], abbreviation: Abbreviation) -> Sequence[Edit]:
    spoken = match.expand(abbreviation.spoken)
    if not abbreviation.before and match[0].endswith(".") and ends_sentence(match.string, match.end()):
        spoken += "."  # it may have ended the sentence
    elif match.string[match.end() : match.end() + 1].isalnum():
        spoken += " "  # `§5`
    return [Edit(*match.span(), spoken)]
