"""Converts Chinese to the phonemes of a neural voice. Pure, except for `read_chinese`.

pypinyin divides the text into words and reads each character by its word. The phonemes of pinyin are those that the voice was
trained with, the ones of the package misaki.
"""

import re
from collections.abc import Sequence
from typing import Final

from scenewire_tts.engines.kokoro.readers.words import ReadWord

__all__ = ["read_chinese", "syllable_phonemes"]

_CHARACTERS: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

_INITIAL_TABLE: Final = "b:p c:ʦʰ ch:ꭧʰ d:t f:f g:k h:x j:ʨ k:kʰ l:l m:m n:n p:pʰ q:ʨʰ r:ɻ s:s sh:ʂ t:tʰ x:ɕ z:ʦ zh:ꭧ"
_FINAL_TABLE: Final = (
    "a:a0 ai:ai0 an:a0n ang:a0ŋ ao:au0 e:ɤ0 ei:ei0 en:ə0n eng:ə0ŋ er:ɚ0 i:i0 ia:ja0 ian:jɛ0n iang:ja0ŋ iao:jau0 ie:je0 "
    "in:i0n iou:jou0 ing:i0ŋ iong:jʊ0ŋ ong:ʊ0ŋ ou:ou0 u:u0 uei:wei0 ua:wa0 uai:wai0 uan:wa0n uen:wə0n uang:wa0ŋ "
    "ueng:wə0ŋ uo:wo0 o:wo0 v:y0 ve:ɥe0 van:ɥɛ0n vn:y0n ê:ɛ0 io:jɔ0 ng:ŋ0 n:n0 m:m0"
)
"""The zero is where the tone is written. `v` is ü."""

_INITIALS: Final = dict(pair.split(":") for pair in _INITIAL_TABLE.split())
_FINALS: Final = dict(pair.split(":") for pair in _FINAL_TABLE.split())
_TONES: Final = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_HISSING: Final = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})
"""Initials after which `i` is another vowel."""


def read_chinese(text: str) -> list[ReadWord]:
    """Returns the characters of a text with their phonemes, joined to words. Only in a child process: it loads a dictionary.

    Other writing systems are left out.
    """
    from pypinyin import Style, pinyin  # noqa: PLC0415 - an extra, and a quarter of a second to import
    from pypinyin.contrib.mmseg import seg  # noqa: PLC0415 - likewise

    words: list[ReadWord] = []
    for found in _CHARACTERS.finditer(text):
        initials = pinyin(found[0], style=Style.INITIALS, strict=True)
        finals = pinyin(found[0], style=Style.FINALS_TONE3, strict=True, neutral_tone_with_five=True)
        starts = _starts(list(seg.cut(found[0])))
        for index, ((initial, *_), (final, *_)) in enumerate(zip(initials, finals, strict=True)):
            if phonemes := syllable_phonemes(initial, final):
                words.append(ReadWord(found.start() + index, phonemes, index not in starts))
    return words


def syllable_phonemes(initial: str, final: str) -> str:
    """Returns the phonemes of a syllable; empty for one that does not exist.

    Args:
        initial: such as `zh`; may be empty.
        final: with its tone, such as `ong1`; 5 is the neutral tone.
    """
    sound = _FINALS.get(final[:-1], "")
    if not sound or final[-1] not in _TONES:
        return ""
    if final[:-1] == "i" and initial in _HISSING:
        sound = "ɨ0"
    return _INITIALS.get(initial, "") + sound.replace("0", _TONES[final[-1]])


def _starts(words: Sequence[str]) -> set[int]:
    starts, place = set(), 0
    for word in words:
        starts.add(place)
        place += len(word)
    return starts
