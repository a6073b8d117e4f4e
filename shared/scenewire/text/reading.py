"""How long people take to read a text on the screen. Pure."""

from typing import Final

from scenewire.text.languages import primary_language

__all__ = ["MIN_READING_S", "reading_seconds"]

MIN_READING_S: Final = 2.0
"""A picture that changes earlier is gone before its words are found."""

_CHARACTERS_PER_S: Final = 15
"""With spaces: the 160 to 180 words a minute that broadcasters allow for subtitles in English. At this rate, a text takes about
as long to read as to speak."""

_SYLLABLES_PER_S: Final = {"ja": 5, "ko": 10}
"""Characters that are syllables, such as 海: between the limits for subtitles and the rate of speech."""

_OTHER_SYLLABLES_PER_S: Final = 7

_FIRST_SYLLABLE: Final = "\u3041"
"""Kana, Chinese characters and hangul are above."""


def reading_seconds(text: str, language: str) -> float:
    """Returns how long a text stays on the screen to be read without haste; at least `MIN_READING_S`.

    Args:
        text: plain text.
        language: a tag such as `pt-BR`.
    """
    joined = " ".join(text.split())
    syllables = sum(character.isalpha() and character >= _FIRST_SYLLABLE for character in joined)
    syllable_rate = _SYLLABLES_PER_S.get(primary_language(language), _OTHER_SYLLABLES_PER_S)
    seconds = (len(joined) - syllables) / _CHARACTERS_PER_S + syllables / syllable_rate
    return max(seconds, MIN_READING_S)
