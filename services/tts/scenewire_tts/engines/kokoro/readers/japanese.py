"""Converts Japanese to the phonemes of a neural voice. Pure, except for `read_japanese`.

Open JTalk divides the text into words, reads their characters and the numbers, and writes both in kana. The phonemes of kana are
those that the voice was trained with, the ones of the package misaki 0.7.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from scenewire_tts.engines.kokoro.readers.words import ReadWord

__all__ = ["align", "kana_phonemes", "read_japanese"]

_KANA_TABLE: Final = (
    "ァ:a ア:a ィ:i イ:i ゥ:ɯ ウ:ɯ ェ:e エ:e ォ:o オ:o カ:ka ガ:ɡa キ:kʲi ギ:ɡʲi ク:kɯ グ:ɡɯ ケ:ke ゲ:ɡe コ:ko ゴ:ɡo サ:sa ザ:ʣa シ:ɕi "
    "ジ:ʥi ス:sɨ ズ:zɨ セ:se ゼ:ʣe ソ:so ゾ:ʣo タ:ta ダ:da チ:ʨi ヂ:ʥi ツ:ʦɨ ヅ:zɨ テ:te デ:de ト:to ド:do ナ:na ニ:ɲi ヌ:nɯ ネ:ne "
    "ノ:no ハ:ha バ:ba パ:pa ヒ:çi ビ:bʲi ピ:pʲi フ:ɸɯ ブ:bɯ プ:pɯ ヘ:he ベ:be ペ:pe ホ:ho ボ:bo ポ:po マ:ma ミ:mʲi ム:mɯ メ:me "
    "モ:mo ャ:ja ヤ:ja ュ:jɯ ユ:jɯ ョ:jo ヨ:jo ラ:ɾa リ:ɾʲi ル:ɾɯ レ:ɾe ロ:ɾo ヮ:βa ワ:βa ヰ:i ヱ:e ヲ:o ヴ:vɯ ヵ:ka ヶ:ke ヷ:va "
    "ヸ:vʲi ヹ:ve ヺ:vo イェ:je ウィ:βi ウェ:βe ウォ:βo キェ:kʲe キャ:kʲa キュ:kʲɨ キョ:kʲo ギャ:ɡʲa ギュ:ɡʲɨ ギョ:ɡʲo クァ:kᵝa "
    "クィ:kᵝi クェ:kᵝe クォ:kᵝo グァ:ɡᵝa グィ:ɡᵝi グェ:ɡᵝe グォ:ɡᵝo シェ:ɕe シャ:ɕa シュ:ɕɨ ショ:ɕo ジェ:ʥe ジャ:ʥa ジュ:ʥɨ ジョ:ʥo "
    "チェ:ʨe チャ:ʨa チュ:ʨɨ チョ:ʨo ヂャ:ʥa ヂュ:ʥɨ ヂョ:ʥo ツァ:ʦa ツィ:ʦʲi ツェ:ʦe ツォ:ʦo ティ:tʲi テュ:tʲɨ ディ:dʲi デュ:dʲɨ "
    "トゥ:tɯ ドゥ:dɯ ニェ:ɲe ニャ:ɲa ニュ:ɲɨ ニョ:ɲo ヒェ:çe ヒャ:ça ヒュ:çɨ ヒョ:ço ビャ:bʲa ビュ:bʲɨ ビョ:bʲo ピャ:pʲa ピュ:pʲɨ ピョ:pʲo "
    "ファ:ɸa フィ:ɸʲi フェ:ɸe フォ:ɸo フュ:ɸʲɨ フョ:ɸʲo ミャ:mʲa ミュ:mʲɨ ミョ:mʲo リャ:ɾʲa リュ:ɾʲɨ リョ:ɾʲo ヴァ:va ヴィ:vʲi ヴェ:ve "
    "ヴォ:vo ヴュ:bʲɨ ヴョ:bʲo ー:ː ッ:ʔ ン:ɴ"
)
_KANA: Final = dict(pair.split(":") for pair in _KANA_TABLE.split())
_MORA: Final = re.compile("|".join(sorted(_KANA, key=len, reverse=True)))
_NASALS: Final = (("[mpb]", "m"), ("[kɡ]", "ŋ"), ("[ɲʨʥ]", "ɲ"), ("[ntdɾzʣʦ]", "n"))
"""What ン becomes before a consonant."""

_GLOTTAL_STOP: Final = "ʔ"
_DIGITS: Final = re.compile(r"[0-9０-９][0-9０-９.,．，]*")
_FULL_WIDTH: Final = 0xFEE0


def read_japanese(text: str) -> list[ReadWord]:
    """Returns the words of a text with their phonemes. Only in a child process: it loads a dictionary."""
    import pyopenjtalk  # noqa: PLC0415 - an extra, and half a second to import

    return align(text, pyopenjtalk.run_frontend(text))


def align(text: str, nodes: Sequence[Mapping[str, object]]) -> list[ReadWord]:
    """Finds the words of Open JTalk in the text that it read.

    It writes numbers in characters, Latin letters in full width, and punctuation as it likes: only its words count.

    Args:
        text: the text.
        nodes: the words, each with its `string`, its `pron` in kana and its part of speech `pos`.
    """
    return list(_joined(_placed(_full_width(text), [node for node in nodes if node["pos"] != "記号"])))


def kana_phonemes(kana: str) -> str:
    """Returns the phonemes of a word in katakana."""
    phonemes = "".join(_KANA[mora] for mora in _MORA.findall(kana))
    for consonants, nasal in _NASALS:
        phonemes = re.sub(f"ɴ(?={consonants})", nasal, phonemes)
    return phonemes


def _placed(text: str, nodes: Sequence[Mapping[str, object]]) -> Iterator[tuple[int, int, str]]:
    """Yields each word's position, the number whose part it is, and its phonemes.

    The number is the position of its first digit; -1 for other words.
    """
    place = 0
    for node in nodes:
        phonemes, written = kana_phonemes(str(node["pron"])), str(node["string"])
        while place < len(text) and not text[place].isalnum():
            place += 1
        digits = _DIGITS.match(text, place)
        after = digits.end() if digits else place
        if text.startswith(written, after) and not (digits and written[0].isdigit()):
            yield after, -1, phonemes
            place = after + len(written)
        elif digits:
            yield place, place, phonemes
        else:
            found = text.find(written, place)
            yield max(found, place), -1, phonemes
            place = found + len(written) if found >= 0 else place


def _joined(words: Iterator[tuple[int, int, str]]) -> Iterator[ReadWord]:
    """Yields words; digits of a number are spoken as one word, and a doubled consonant with the one that it doubles."""
    previous_number, previous = -1, ""
    for position, number, phonemes in words:
        if phonemes:
            is_joined = (number >= 0 and number == previous_number) or previous.endswith(_GLOTTAL_STOP)
            yield ReadWord(position, phonemes, is_joined)
            previous_number, previous = number, phonemes


def _full_width(text: str) -> str:
    """Returns the text as Open JTalk spells it, of the same length."""
    wide = (chr(ord(character) + _FULL_WIDTH) if "!" <= character <= "~" else character for character in text)
    return "".join(
        character
        if len(composed := unicodedata.normalize("NFKC", character)) != 1 or "！" <= character <= "～"
        else composed
        for character in wide
    )
