"""Marks of sentences and lists, and abbreviations: one table for every part of the product. Pure."""

from typing import Final

__all__ = [
    "ABBREVIATIONS",
    "BEFORE_NUMBERS",
    "CLOSERS",
    "COMPANY_SUFFIXES",
    "FULL_STOPS",
    "LIST_MARKS",
    "OPENERS",
    "ORDINAL_LANGUAGES",
    "SENTENCE_ENDS",
    "SENTENCE_STARTERS",
    "WIDE_SENTENCE_ENDS",
]

SENTENCE_ENDS: Final = ".!?…؟۔।॥։።፧"
"""End a sentence where a space follows."""

WIDE_SENTENCE_ENDS: Final = "。！？｡"
"""End a sentence without a following space."""

CLOSERS: Final = "\"'”’»›)]}」』）】》〉"
"""Belong to the sentence before them."""

OPENERS: Final = "\"'“‘«‹(¿¡[„「『（"
"""Belong to the word behind them."""

LIST_MARKS: Final = "-–—*+•·◦‣⁃▪▫●○■□✓✔✅☑➡→➤►▶➜★☆👉🔹🔸✨"
"""Begin an item of a list where a space follows."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS: Final = _words(
    """adm approx bros bspw bzw capt cf cmdr col d.h dott dr drs e.g frl gen ggf gov hon i.e lt maj messrs mlle mme mr mrs
    ms mt p.ej pres prof rep rev sen sgt sig sra srta st u.a v vgl viz vs z.b"""
)
"""With a full stop, they never end a sentence."""

BEFORE_NUMBERS: Final = _words(
    """abb abs apr art aug c ca ch dec eq feb fig figs jan jul jun mar no nos nov nr num oct okt op p pp s sec sect sep
    sept tab vol"""
)
"""Abbreviations only before a number."""

COMPANY_SUFFIXES: Final = _words("co corp inc jr ltd sr")
"""Abbreviations within or at the end of a name."""

SENTENCE_STARTERS: Final = _words(
    """after although and as at because before but by during for from he her his however if in it its many most
    no now on only our she since so some that the their then there these they this those to today under until we what
    when where which while who with yet you"""
)
"""After an initial or acronym, only these words, capitalized, start a new sentence."""

ORDINAL_LANGUAGES: Final = _words("cs da de et fi hr hu is lv nb nn no pl sk sl sr tr")
"""They write ordinal numbers with a full stop."""

FULL_STOPS: Final = (
    ("\u0900", "\u09ff", "।"),
    ("\u0600", "\u06ff", "۔"),
    ("\u3040", "\u9fff", "。"),
    ("\u0530", "\u058f", "։"),
)
"""Full stops by the first and last letter of a writing; every other one uses `.`."""
