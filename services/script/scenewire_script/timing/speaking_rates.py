"""Speaking rates of languages, in words as counted by `text.sentences`. Pure.

Where English needs two words, Turkish needs one that takes as long as both: a video with as many Turkish words as English
ones would last twice as long.
"""

from typing import Final

from scenewire.text.languages import primary_language

__all__ = ["words_per_second"]

_RELATIVE_RATES: Final = {
    "ar": 0.55,
    "de": 0.85,
    "es": 0.9,
    "fi": 0.65,
    "fr": 0.95,
    "hi": 0.8,
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
"""Relative to English, measured on the same four sentences by espeak-ng, and between it and Kokoro for languages that both
speak (`docs/length.md`). Chinese and Japanese are in between measured and human rates: espeak-ng reads Chinese slowly, and reads only kana in Japanese."""


def words_per_second(english: float, language: str) -> float:
    """Returns the speaking rate of a language; unmeasured languages get the rate of English.

    Args:
        english: words per second in English.
        language: a tag such as `pt-BR`.
    """
    return english * _RELATIVE_RATES.get(primary_language(language), 1.0)
