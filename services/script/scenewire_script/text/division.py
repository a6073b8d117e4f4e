"""Divides the passages of a script into scenes. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import MAX_SCENES
from scenewire.text.markup import is_speakable
from scenewire.text.sentences import split_sentences, with_full_stop
from scenewire_script.manuscript.model import Manuscript, Passage
from scenewire_script.text.keywords import keywords_of
from scenewire_script.text.lengths import count_words, halve
from scenewire_script.timing.scene_durations import divide_duration

__all__ = ["Part", "divide", "split_long"]

_MIN_WORDS: Final = 4
"""Nearly two seconds; shorter pictures flicker."""

_SHORT_WORDS: Final = 8
"""About three and a half seconds. A shorter sentence shares the picture of its neighbour, unless it shows something else."""

_MAX_WORDS: Final = 45
"""About twenty seconds; more speech needs a second picture."""

_WIDE: Final = tuple("。！？」』）")


@dataclass(frozen=True)
class Part:
    """The narration of one scene, and what the script says of it."""

    text: str
    passage: Passage
    section: str = ""
    """Heading of the section that begins with it."""
    duration: float | None = None
    """Seconds that the script gives it."""
    pause: float = 0.0
    """Seconds of silence after it."""


def divide(manuscript: Manuscript, language: str = "en") -> list[Part]:
    """Divides a script into scenes: one sentence each, with short neighbours joined and long sentences split.

    Neighbours are joined where they may share a picture: where one of them is very short, shows nothing of its own, or
    speaks of the same things. A scene never spans passages. Scripts with very many sentences get longer scenes.

    Raises:
        PermanentError: `invalid_order`, the script would make more scenes than a video may have.
    """
    for longer in (1, 2, 4):
        parts = [
            part
            for section in manuscript.sections
            for part in _with_heading(section.heading, section.passages, language, longer)
        ]
        if len(parts) <= MAX_SCENES:
            return parts
    raise PermanentError(
        FailureCode.INVALID_ORDER,
        f"the text makes {len(parts)} scenes; the limit is {MAX_SCENES}",
        hint="split it into several orders, or use fewer and longer paragraphs",
    )


def split_long(text: str) -> list[str]:
    """Splits a long text into parts, as evenly as its clauses allow."""
    if count_words(text) <= _MAX_WORDS:
        return [text]
    halves = halve(text, min_words=_SHORT_WORDS)
    return [text] if halves is None else [part for half in halves for part in split_long(half)]


def _with_heading(heading: str, passages: Sequence[Passage], language: str, longer: int) -> Iterator[Part]:
    for passage in passages:
        for part in _parts(passage, language, longer):
            yield replace(part, section=heading)
            heading = ""


def _parts(passage: Passage, language: str, longer: int) -> list[Part]:
    texts = _texts(passage, language, longer)
    durations = divide_duration(texts, passage.duration) if passage.duration else [None] * len(texts)
    parts = [Part(text, passage, duration=duration) for text, duration in zip(texts, durations, strict=True)]
    return [*parts[:-1], replace(parts[-1], pause=passage.pause)]


def _texts(passage: Passage, language: str, longer: int) -> list[str]:
    scenes: list[str] = []
    for sentence in chain.from_iterable(split_sentences(line, language) for line in passage.lines):
        if scenes and _may_share(scenes[-1], sentence, language, longer):
            scenes[-1] = _join(scenes[-1], sentence)
        else:
            scenes.append(sentence)
    if len(scenes) > 1 and count_words(scenes[-1]) < _MIN_WORDS * longer:
        last = scenes.pop()
        scenes[-1] = _join(scenes[-1], last)
    return [part for scene in scenes if is_speakable(scene) for part in split_long(scene)]


def _may_share(scene: str, sentence: str, language: str, longer: int) -> bool:
    """Whether a sentence may share the picture of the scene before it."""
    words = count_words(scene)
    if words < _MIN_WORDS * longer or not is_speakable(sentence):
        return True
    if words >= _SHORT_WORDS * longer:
        return False
    if longer > 1:
        return True
    shown, named = _things(scene, language), _things(sentence, language)
    return not shown or not named or not shown.isdisjoint(named)


def _things(text: str, language: str) -> frozenset[str]:
    return frozenset(keyword.casefold() for keyword in keywords_of(text, language))


def _join(first: str, second: str) -> str:
    """Joins two neighbours to one scene. A line broken on purpose gets a full stop if it has none."""
    first = with_full_stop(first)
    return f"{first}{second}" if first.endswith(_WIDE) else f"{first} {second}"
