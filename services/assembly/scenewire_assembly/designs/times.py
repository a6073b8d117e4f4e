"""When the words of a design are spoken. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scenewire.text.markup import one_line
from scenewire_assembly.captions.line_breaking import split_unbreakable
from scenewire_assembly.captions.word_times import SpokenWord
from scenewire_assembly.designs.lettering import Word

__all__ = ["SceneWords", "place_words", "words_in"]

_MAX_COLUMNS: Final = 24
"""A longer word may be broken."""


@dataclass(frozen=True)
class SceneWords:
    """The text of a scene, and when its parts are spoken.

    Attributes:
        text: on one line.
        offsets: positions of parts in the text, ascending.
        frames: the frame at which each part begins.
    """

    text: str
    offsets: tuple[int, ...]
    frames: tuple[int, ...]

    def frame_at(self, offset: int) -> int:
        """The frame at which what stands at a position begins."""
        return self.frames[max(0, bisect_right(self.offsets, offset) - 1)] if self.frames else 0

    def find(self, words: str, start: int, end: int) -> int:
        """The position of words between two positions; -1 if they are not there. Case does not matter."""
        found = self.text.find(words, start, end)
        return found if found >= 0 else self.text.casefold().find(words.casefold(), start, end)

    def words(self, text: str, start: int, end: int) -> list[Word]:
        """The words of a text, with the frames at which they are spoken.

        Args:
            text: words that stand between the two positions; others begin with the first position.
            start: position in the scene's text.
            end: likewise.
        """
        at = self.find(text, start, end) if text else -1
        return [
            Word(part, self.frame_at(start if at < 0 else at + position), spaced=_follows_space(text, position))
            for part, position in split_unbreakable(text, _MAX_COLUMNS)
        ]


def words_in(text: str) -> list[Word]:
    """The words of a text that stands from the first frame."""
    return [
        Word(part, 0, spaced=_follows_space(text, position)) for part, position in split_unbreakable(text, _MAX_COLUMNS)
    ]


def _follows_space(text: str, position: int) -> bool:
    return position == 0 or text[position - 1].isspace()


def place_words(text: str, words: Sequence[SpokenWord]) -> SceneWords:
    """Finds where the spoken words stand in the scene's text.

    Args:
        text: of the scene.
        words: its parts with times in frames, in order.
    """
    line = one_line(text)
    offsets: list[int] = []
    frames: list[int] = []
    cursor = 0
    for word in words:
        found = line.find(word.text, cursor)
        if found >= 0:
            offsets.append(found)
            frames.append(word.start)
            cursor = found + len(word.text)
    return SceneWords(line, tuple(offsets), tuple(frames))
