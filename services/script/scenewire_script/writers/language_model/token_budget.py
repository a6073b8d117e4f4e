"""Computes how many scenes, and how many words per scene, fill the ordered duration. Pure.

A language model cannot judge how long its words take to speak, but it can roughly count them. So it is asked for a number
of words, around a centre that fills the duration exactly, and its words are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Final, TypeVar

from scenewire.messages import MAX_SCENES
from scenewire.text.languages import primary_language
from scenewire_script.text.lengths import count_words

__all__ = ["Budget", "Length", "count", "measure", "parts"]

T = TypeVar("T")

_TARGET_SCENE_S: Final = 12
"""About two or three sentences."""

_MIN_SCENES: Final = 3
_MIN_WORDS: Final = 3

_BAND: Final = 0.15
"""Allowed deviation of a scene's words, as a share."""

_TOLERANCE: Final = 0.1
"""Allowed deviation of the words of a script, as a share."""

_MAX_BIAS: Final = 2.0
"""Models write less than requested; at most this many times the wanted words are requested."""

_UNITS: Final = {
    **dict.fromkeys(("zh", "yue", "ja"), ("characters", 2)),
    **dict.fromkeys(("th", "lo", "km", "my"), ("letters", 5)),
}
"""Units of languages without spaces, and units per average word, as in `count_words`."""


@dataclass(frozen=True)
class Length:
    """Requested length of a scene's text, in units of its language."""

    at_least: int
    about: int
    at_most: int
    unit: str


@dataclass(frozen=True)
class Budget:
    """The words that fill a video.

    Args:
        seconds: the ordered duration.
        words_per_second: speaking rate.
    """

    seconds: float
    words_per_second: float

    @property
    def scenes(self) -> int:
        """Scenes of the video."""
        return min(MAX_SCENES, max(_MIN_SCENES, round(self.seconds / _TARGET_SCENE_S)))

    @property
    def total(self) -> float:
        """Words of the whole video."""
        return self.seconds * self.words_per_second

    @property
    def words(self) -> float:
        """Words per scene."""
        return max(_MIN_WORDS, self.total / self.scenes)

    def fits(self, texts: Sequence[str]) -> bool:
        """Whether texts fill the duration, within a tenth."""
        return abs(measure(texts) - self.total) <= _TOLERANCE * self.total

    def bias(self, texts: Sequence[str], rest: Sequence[str] = ()) -> float:
        """Returns the factor on the requested words when the same model rewrites texts to fit with the rest.

        A model that wrote a third too little will do so again, so correspondingly more is requested.
        """
        wanted = self.total - measure(rest)
        return min(_MAX_BIAS, max(1 / _MAX_BIAS, wanted / max(measure(texts), 1.0)))

    def length(self, language: str, *, bias: float = 1.0) -> Length:
        """Returns the length to request per scene."""
        unit, factor = _unit(language)
        about = self.words * factor * bias
        return Length(floor(about * (1 - _BAND)), round(about), ceil(about * (1 + _BAND)), unit)


def measure(texts: Sequence[str]) -> float:
    """Returns the total words of texts, in words of average English."""
    return sum(count_words(text) for text in texts)


def count(text: str, language: str) -> int:
    """Returns the length of a text, in units of its language."""
    return round(count_words(text) * _unit(language)[1])


def parts(items: Sequence[T], max_size: int) -> list[Sequence[T]]:
    """Divides a sequence into parts of about equal length, at most `max_size`."""
    runs = ceil(len(items) / max_size)
    edges = [round(len(items) * edge / max(runs, 1)) for edge in range(runs + 1)]
    return [items[start:end] for start, end in pairwise(edges)]


def _unit(language: str) -> tuple[str, int]:
    return _UNITS.get(primary_language(language), ("words", 1))
