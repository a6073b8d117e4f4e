"""Finds words that espeak-ng spelled out: it reads the letters of a writing system that a voice lacks by their names. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.text.words import WORD
from scenewire.text.writings import LANGUAGES, count_letters, language_name, writings_of
from scenewire_tts.speech.word_timing import Mark

__all__ = ["require_readable", "spelled_words"]

_MIN_LETTERS: Final = 3
"""Of a Latin word; shorter ones and acronyms in capitals are often spelled on purpose."""

_MARKED_SHARE: Final = 0.6
"""espeak-ng reports each letter of some alphabets as a word of its own."""

_LETTER_NAME_S: Final = 0.28
"""At 150 words per minute, the right voice takes at most 0.2 s per letter in 34 languages; names of letters take 0.29 to 4 s."""

_MEASURED_RATE: Final = 150

_SYLLABIC_VOICES: Final = ("cmn", "hak", "yue")
"""Voices that correctly take a syllable for each character."""

_FIRST_SYLLABLE: Final = "\u3041"
"""Kana, Chinese characters and Hangul are above: each is a syllable."""

_WITHOUT_VOICE: Final = frozenset({"bo", "km", "lo"})


def spelled_words(
    text: str, marks: Sequence[Mark], voice: str, *, sample_rate: int, words_per_minute: int
) -> tuple[str, ...]:
    """Returns the words that were spelled out letter by letter.

    The last word needs a mark after it.

    Args:
        text: as spoken.
        marks: the start of each spoken word, and the end of the last one, in any order.
        voice: name of the voice.
        sample_rate: of the marks, hertz.
        words_per_minute: rate of the speech.
    """
    if voice.lower().startswith(_SYLLABIC_VOICES):
        return ()
    known = writings_of(voice.lower().partition("+")[0]) - {"Chinese"}  # read by the voices above only
    ordered = sorted(marks)
    positions = [mark.position for mark in ordered]
    slowest = _LETTER_NAME_S * sample_rate * _MEASURED_RATE / words_per_minute
    spelled = []
    for found in WORD.finditer(text):
        word = found[0]
        size = sum(character.isalpha() for character in word)
        first, after = bisect_left(positions, found.start()), bisect_left(positions, found.end())
        is_short = word.isascii() and (size < _MIN_LETTERS or word.isupper())
        if not size or first == after or is_short:
            continue
        if known.issuperset(count_letters(word)):
            continue
        is_marked = after - first >= max(_MIN_LETTERS, _MARKED_SHARE * size)
        is_timed = after < len(ordered) and max(word) < _FIRST_SYLLABLE
        if is_marked or (is_timed and ordered[after].sample - ordered[first].sample > slowest * size):
            spelled.append(word)
    return tuple(spelled)


def require_readable(text: str, spelled: Sequence[str], voice: str) -> None:
    """Requires that most letters were read as words.

    Raises:
        PermanentError: `speech_failed`, naming the language to order.
    """
    counted = sum(count_letters("".join(spelled)).values())
    if 2 * counted <= sum(count_letters(text).values()):
        return
    writing = count_letters("".join(spelled)).most_common(1)[0][0]
    if writing == "Kana" and voice.startswith("ja"):
        writing = "Chinese"  # of a word that also has kana
    language = LANGUAGES[writing][0] if writing in LANGUAGES else None
    if language is None or language in _WITHOUT_VOICE:
        hint = "no voice of espeak-ng reads this writing system"
    elif writing == "Chinese" and voice.startswith("ja"):
        hint = "espeak-ng reads only kana in Japanese"
    else:
        hint = f"order the language of the text, such as --language {language} for {language_name(language)}"
    raise PermanentError(
        FailureCode.SPEECH_FAILED,
        f"the voice {voice} would spell the text letter by letter ({writing} letters)",
        hint=hint,
    )
