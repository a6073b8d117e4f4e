"""Recognises the lines of a screenplay: slug lines, transitions, and cues, which name who speaks. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from scenewire_script.manuscript.recognition.directions import is_transition
from scenewire_script.manuscript.recognition.times import is_slug

__all__ = ["find_cues", "has_slugs", "is_parenthetical", "speaker_of"]

_CUE: Final = re.compile(
    r"(?P<name>[^\W\d_a-z][^\Wa-z]*(?:[ .'’&-]+#?[^\Wa-z]+){0,3})(?:\s?\([^)]{1,20}\)){0,2}\s?\^?:?"
)
_PARENTHETICAL: Final = re.compile(r"\([^()]{1,80}\)")
_MIN_ALONE: Final = 2
"""Cues on paragraphs of their own that make a screenplay; in prose, a single line in capitals is a cry."""

_TIME_OF_DAY: Final = re.compile(r"\S\s+[-–—]+\s+\S")


def has_slugs(lines: Sequence[str]) -> bool:
    """Returns whether the slug lines of a text are those of a screenplay; a single one may be prose."""
    slugs = [line for line in lines if is_slug(line)]
    return len(slugs) > 1 or any(map(_TIME_OF_DAY.search, slugs))


def find_cues(paragraphs: Sequence[Sequence[str]]) -> frozenset[str]:
    """Returns the lines of a screenplay that name who speaks the lines below; none if the text is no screenplay."""
    if not any(is_slug(line) for paragraph in paragraphs for line in paragraph):
        return frozenset()
    cues = [[line for line in paragraph if _is_cue(line)] for paragraph in paragraphs]
    attached = {
        line for paragraph, found in zip(paragraphs, cues, strict=True) for line in found if line != paragraph[-1]
    }
    alone = [paragraph[0] for paragraph, found in zip(paragraphs, cues, strict=True) if found and len(paragraph) == 1]
    return frozenset(attached | set(alone) if attached or len(alone) >= _MIN_ALONE else ())


def is_parenthetical(line: str) -> bool:
    """Returns whether a line of a dialogue says how it is spoken: `(whispering)`."""
    return bool(_PARENTHETICAL.fullmatch(line))


def speaker_of(cue: str) -> str:
    """Returns the name in a cue: `MAN #2` for `MAN #2 (V.O.)`."""
    return cue.partition("(")[0].strip(" :^")


def _is_cue(line: str) -> bool:
    found = _CUE.fullmatch(line)
    is_other = is_slug(line) or is_transition(line) or line.endswith(".")
    return found is not None and found["name"].isupper() and not is_other
