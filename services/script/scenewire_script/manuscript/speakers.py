"""Finds the speakers of a dialogue by the labels of its lines. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from scenewire_script.manuscript.directions import DirectionKind, is_transition, read_label
from scenewire_script.manuscript.times import is_slug

__all__ = ["find_cues", "find_speakers"]

_MIN_SPEAKERS: Final = 2
_MIN_LINES: Final = 2
_MIN_SHARE: Final = 0.6
"""Share of the lines that a dialogue labels."""

_NO_SPEAKERS: Final = frozenset(
    """answer before after con day example fact false myth note problem pro question solution step tip true update
    warning week monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december morning noon evening night pros cons q1 q2 q3 q4""".split()  # noqa: SIM905
)
"""Labels of lists, whose words are spoken."""

_CUE: Final = re.compile(r"[^\W\d_a-z][^\Wa-z]*(?:[ .'-]+[^\Wa-z]+){0,2}(?:\s\([^)]{1,20}\))?:?")


def find_speakers(lines: Sequence[str], known: Collection[str] = ()) -> frozenset[str]:
    """Returns the labels of a text that name speakers, in small letters.

    Args:
        lines: all lines of the text.
        known: names that have a voice in the order.
    """
    names = frozenset(name.casefold() for name in known)
    labels = [label for line in lines if (label := read_label(line))]
    named = Counter(
        label.name.casefold() for label in labels if label.kind is None and (label.is_marked or label.name.istitle())
    )
    found = {name for name, count in named.items() if count >= _MIN_LINES and name not in _NO_SPEAKERS}
    labelled = sum(label.kind is DirectionKind.SPEAKER or label.name.casefold() in found | names for label in labels)
    is_dialogue = len(found | names) >= _MIN_SPEAKERS or any(label.kind is DirectionKind.SPEAKER for label in labels)
    return names | found if found and is_dialogue and labelled >= len(lines) * _MIN_SHARE else names


def find_cues(lines: Sequence[str]) -> frozenset[str]:
    """Returns the lines of a screenplay that name who speaks the lines below; none if the text is no screenplay."""
    if not any(map(is_slug, lines)):
        return frozenset()
    return frozenset(
        line
        for line in lines
        if _CUE.fullmatch(line) and not (is_slug(line) or is_transition(line) or line.endswith("."))
    )
