"""Counts what a script says beside its narration, and tells people what became of it. Pure."""

from collections import Counter
from enum import Enum

__all__ = ["Taken", "Tally"]


class Taken(Enum):
    """What was found in a script, as singular and plural."""

    VISUAL = ("visual direction", "visual directions")
    SOUND = ("sound direction", "sound directions")
    MANNER = ("direction for the speaker", "directions for the speaker")
    MARK = ("scene or time mark", "scene and time marks")
    DETAIL = ("line about the script", "lines about the script")
    TRANSITION = ("transition", "transitions")
    TABLE = ("table", "tables")
    CODE = ("block of code", "blocks of code")
    SHELL = ("shell line", "shell lines")
    HEADING = ("heading", "headings")
    ACTION = ("description of the action", "descriptions of the action")
    PAUSE = ("pause", "pauses")


class Tally:
    """Counts findings and speakers."""

    def __init__(self) -> None:
        self._found: Counter[Taken] = Counter()
        self._speakers: dict[str, None] = {}

    def add(self, taken: Taken) -> None:
        """Counts a finding."""
        self._found[taken] += 1

    def add_speaker(self, name: str) -> None:
        """Remembers a speaker, in the order of appearance."""
        self._speakers[name] = None

    def notes(self, voices: frozenset[str]) -> list[str]:
        """Returns one note for each kind.

        Args:
            voices: speakers that have a voice of their own, in small letters.
        """
        notes: list[str] = []
        queries = _listed(self._found, (Taken.VISUAL, Taken.ACTION))
        if queries:
            notes.append(f"Not spoken, but used to find footage: {queries}.")
        if sections := _listed(self._found, (Taken.HEADING,)):
            notes.append(f"Not spoken, but shown as chapters: {sections}.")
        left_out = _listed(
            self._found,
            [taken for taken in Taken if taken not in {Taken.VISUAL, Taken.ACTION, Taken.HEADING, Taken.PAUSE}],
        )
        if left_out:
            notes.append(f"Not spoken: {left_out}.")
        if pauses := _listed(self._found, (Taken.PAUSE,)):
            notes.append(f"Became silence: {pauses}.")
        mute = [name for name in self._speakers if name.casefold() not in voices]
        if mute:
            names = ", ".join(mute)
            example = f"{mute[0].casefold()}=NAME"
            example = f'"{example}"' if " " in example else example
            notes.append(f"Taken as speakers and not spoken: {names}; `--voice {example}` gives one a voice.")
        return notes


def _listed(found: Counter[Taken], kinds: tuple[Taken, ...] | list[Taken]) -> str:
    parts = [f"{found[kind]} {kind.value[found[kind] > 1]}" for kind in kinds if found[kind]]
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)
