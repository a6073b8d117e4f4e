"""Finds the speakers of a dialogue by the labels of its lines. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from scenewire_script.manuscript.recognition.directions import DirectionKind, read_label

__all__ = ["NO_SPEAKERS", "find_speakers"]

_MIN_SPEAKERS: Final = 2
_MIN_LINES: Final = 2
_MIN_SHARE: Final = 0.6
"""Share of the lines that a dialogue labels; where a name recurs, lines with other labels don't count against it."""

NO_SPEAKERS: Final = frozenset(
    """answer before after con day example fact false myth note problem pro question solution step tip true update
    warning week monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december morning noon evening night pros cons q1 q2 q3 q4""".split()  # noqa: SIM905
)
"""Labels of lists, whose words are spoken."""


def find_speakers(lines: Sequence[str], known: Collection[str] = ()) -> frozenset[str]:
    """Returns the labels of a text that name speakers, in small letters.

    Args:
        lines: all lines of the text that may be spoken.
        known: names that have a voice in the order.
    """
    names = frozenset(name.casefold() for name in known)
    labels = [label for line in lines if (label := read_label(line))]
    unknown = [label for label in labels if label.kind is None and label.name.casefold() not in NO_SPEAKERS]
    named = Counter(label.name.casefold() for label in unknown if label.is_marked or label.name.istitle())
    found = frozenset(name for name, count in named.items() if count >= _MIN_LINES)
    marked = frozenset(label.name.casefold() for label in unknown if label.is_marked or _is_full_name(label.name))
    is_labelled = any(label.kind is DirectionKind.SPEAKER for label in labels)
    speakers = names | found | (marked if found or is_labelled else frozenset())
    labelled = sum(label.kind is DirectionKind.SPEAKER or label.name.casefold() in speakers for label in labels)
    others = len(labels) - labelled if found else 0
    is_dialogue = len(speakers) >= _MIN_SPEAKERS or is_labelled
    return speakers if is_dialogue and labelled >= (len(lines) - others) * _MIN_SHARE else names


def _is_full_name(name: str) -> bool:
    return " " in name and name.istitle()
