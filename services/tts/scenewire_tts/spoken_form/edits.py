"""Replaces ranges of a text and maps the times of spoken words back to the written words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scenewire.messages import Word
from scenewire_tts.speech.spoken_text import Token, split_words

__all__ = ["Edit", "SpokenForm", "apply_edits"]


class Edit(NamedTuple):
    """Replaces the characters from `start` to `end` (exclusive) of a written text."""

    start: int
    end: int
    spoken: str


class _Char(NamedTuple):
    """A character of the spoken text, and the range of the written text that it stands for."""

    text: str
    start: int
    end: int


class _Group(NamedTuple):
    """The smallest run of written words whose spoken words belong to no other written word."""

    written: tuple[Token, ...]
    spoken: int
    """The number of spoken words; 0 for a sign that is not spoken."""


@dataclass(frozen=True)
class SpokenForm:
    """A written text and its spoken form."""

    text: str
    """The spoken form, with the punctuation and paragraphs of the written text."""
    groups: tuple[_Group, ...]

    def written_words(self, spoken: Sequence[Word]) -> tuple[Word, ...]:
        """Returns the written words with the times of their spoken words.

        Each written word lasts from its first spoken word to its last. Words that are spoken together, such as `EUR 20`
        ("twenty euros"), share their time by their letters. A word that is not spoken takes no time.

        Args:
            spoken: all words of the spoken form, in order.
        """
        words: list[Word] = []
        index = 0
        for group in self.groups:
            own = spoken[index : index + group.spoken]
            index += group.spoken
            latest = words[-1].end_sample if words else (spoken[0].start_sample if spoken else 0)
            begin, end = (own[0].start_sample, own[-1].end_sample) if own else (latest, latest)
            words += _share(group.written, begin, end)
        return tuple(words)


def apply_edits(text: str, edits: Sequence[Edit]) -> SpokenForm:
    """Replaces ranges of a text returned by `scenewire_tts.speech.spoken_text.clean`.

    Args:
        text: the written text.
        edits: in order, without overlaps.
    """
    chars: list[_Char] = []
    done = 0
    for edit in edits:
        chars += [_Char(text[index], index, index + 1) for index in range(done, edit.start)]
        chars += [_Char(char, edit.start, edit.end) for char in edit.spoken]
        done = edit.end
    chars += [_Char(text[index], index, index + 1) for index in range(done, len(text))]
    chars = _single_spaces(chars)
    spoken = "".join(char.text for char in chars)
    return SpokenForm(spoken, tuple(_groups(split_words(text), split_words(spoken), chars)))


def _single_spaces(chars: Sequence[_Char]) -> list[_Char]:
    """Removes spaces that an empty replacement left at either end of a paragraph, or in pairs."""
    kept: list[_Char] = []
    for char in chars:
        if char.text == " " and (not kept or kept[-1].text.isspace()):
            continue
        if char.text == "\n" and kept and kept[-1].text == " ":
            kept.pop()
        kept.append(char)
    while kept and kept[-1].text.isspace():
        kept.pop()
    return kept


def _groups(written: Sequence[Token], spoken: Sequence[Token], chars: Sequence[_Char]) -> list[_Group]:
    """Divides both texts at every place that parts written words and spoken words alike."""
    firsts = [min(char.start for char in chars[token.start : token.end]) for token in spoken]
    lasts = [max(char.end for char in chars[token.start : token.end]) for token in spoken]
    groups: list[_Group] = []
    index = count = 0
    while index < len(written):
        begin = index
        end = written[index].end
        index += 1
        own = count
        while count < len(spoken) and firsts[count] < end:
            while index < len(written) and written[index].start < lasts[count]:
                end = written[index].end
                index += 1
            count += 1
        groups.append(_Group(tuple(written[begin:index]), count - own))
    return groups


def _share(tokens: Sequence[Token], begin: int, end: int) -> list[Word]:
    """Divides a time among words by their letters and digits."""
    weights = [sum(map(str.isalnum, token.text)) for token in tokens]
    total = max(1, sum(weights))
    words: list[Word] = []
    passed = 0
    for token, weight in zip(tokens, weights, strict=True):
        start = begin + (end - begin) * passed // total
        passed += weight
        stop = end if len(words) == len(tokens) - 1 else begin + (end - begin) * passed // total
        words.append(Word(text=token.text, start_sample=start, end_sample=stop))
    return words
