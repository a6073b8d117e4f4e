"""How many scenes fill the ordered time, and how many words each. Pure.

A language model cannot judge how long its words take to speak, but it can count them roughly. So it is asked for words,
around a centre that fills the time exactly, and what it wrote is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Final, TypeVar

from scenewire.messages import MAX_SCENES
from scenewire_script.text.sentences import count_words

__all__ = ["Budget", "Length", "count", "measure", "parts"]

T = TypeVar("T")

_SCENE_SECONDS: Final = 12
"""How long a picture stands: about two or three sentences."""

_FEWEST_SCENES: Final = 3
_FEWEST_WORDS: Final = 3

_BAND: Final = 0.15
"""A scene may have this share of words more or less than its centre."""

_TOLERANCE: Final = 0.1
"""A script is as long as was ordered when its words are off by no more than this share."""

_MOST_BIAS: Final = 2.0
"""As many times what is wanted is asked for at most, because less is written than is asked for."""

_UNITS: Final = {
    **dict.fromkeys(("zh", "yue", "ja"), ("characters", 2)),
    **dict.fromkeys(("th", "lo", "km", "my"), ("letters", 5)),
}
"""What is counted in languages that write no spaces, and how many make an average word: as `count_words` has it."""


@dataclass(frozen=True)
class Length:
    """How long one scene's text is to be, in what its language counts."""

    at_least: int
    about: int
    at_most: int
    unit: str


@dataclass(frozen=True)
class Budget:
    """What fills a film's time.

    Args:
        seconds: the ordered time.
        words_per_second: speaking rate.
    """

    seconds: float
    words_per_second: float

    @property
    def scenes(self) -> int:
        """How many scenes the film has."""
        return min(MAX_SCENES, max(_FEWEST_SCENES, round(self.seconds / _SCENE_SECONDS)))

    @property
    def total(self) -> float:
        """Words of the whole film."""
        return self.seconds * self.words_per_second

    @property
    def words(self) -> float:
        """Words of a scene."""
        return max(_FEWEST_WORDS, self.total / self.scenes)

    def fits(self, texts: Sequence[str]) -> bool:
        """Whether these texts together fill the time, a tenth more or less."""
        return abs(measure(texts) - self.total) <= _TOLERANCE * self.total

    def bias(self, texts: Sequence[str], rest: Sequence[str] = ()) -> float:
        """How much to ask for in place of 1 when some texts are written anew, by whoever wrote them, to fit with the rest.

        Who wrote a third too little will do it again, so that much more is to be asked for.
        """
        wanted = self.total - measure(rest)
        return min(_MOST_BIAS, max(1 / _MOST_BIAS, wanted / max(measure(texts), 1.0)))

    def length(self, language: str, *, bias: float = 1.0) -> Length:
        """What to ask for."""
        unit, factor = _unit(language)
        about = self.words * factor * bias
        return Length(floor(about * (1 - _BAND)), round(about), ceil(about * (1 + _BAND)), unit)


def measure(texts: Sequence[str]) -> float:
    """Words of some texts together, in words of average English."""
    return sum(count_words(text) for text in texts)


def count(text: str, language: str) -> int:
    """How long a text is, in what its language counts."""
    return round(count_words(text) * _unit(language)[1])


def parts(things: Sequence[T], most: int) -> list[Sequence[T]]:
    """The same in runs that are about equally long and none longer than `most`."""
    runs = ceil(len(things) / most)
    edges = [round(len(things) * edge / max(runs, 1)) for edge in range(runs + 1)]
    return [things[start:end] for start, end in pairwise(edges)]


def _unit(language: str) -> tuple[str, int]:
    return _UNITS.get(language.split("-", maxsplit=1)[0], ("words", 1))
