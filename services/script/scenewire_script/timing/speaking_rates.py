"""How fast languages are spoken, in the words that are counted here. Pure.

Where English takes two words, Turkish takes one that lasts as long as both: a film with as many Turkish words as English
ones would last twice its time.
"""

from typing import Final

__all__ = ["words_per_second"]

_RATES: Final = {
    "ar": 0.55,
    "de": 0.85,
    "es": 0.95,
    "fi": 0.65,
    "hi": 0.85,
    "it": 0.85,
    "ja": 0.8,
    "ko": 0.5,
    "nl": 0.85,
    "pl": 0.65,
    "pt": 0.9,
    "ru": 0.9,
    "tr": 0.6,
    "yue": 0.55,
    "zh": 0.55,
}
"""Against English, for the same four sentences by espeak-ng (`docs/length.md`). It reads Chinese slower than people do, and of
Japanese only kana, which are more and shorter than the signs of a usual text: those two are in between."""


def words_per_second(english: float, language: str) -> float:
    """The rate of a language, as that of English where nobody measured it.

    Args:
        english: words of English a second.
        language: a tag such as `pt-BR`.
    """
    return english * _RATES.get(language.split("-", maxsplit=1)[0], 1.0)
