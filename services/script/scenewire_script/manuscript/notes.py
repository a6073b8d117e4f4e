"""Counts what a script says beside its narration, and tells people what became of it. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from enum import Enum
from typing import Final

__all__ = ["Taken", "Tally"]


class Taken(Enum):
    """What was found in a script, as singular and plural."""

    VISUAL = ("visual direction", "visual directions")
    SOUND = ("sound direction", "sound directions")
    MANNER = ("direction for the speaker", "directions for the speaker")
    MARK = ("scene or time mark", "scene and time marks")
    REMARK = ("remark about the script", "remarks about the script")
    DETAIL = ("line about the script", "lines about the script")
    TRANSITION = ("transition", "transitions")
    TABLE = ("table", "tables")
    CODE = ("block of code", "blocks of code")
    SHELL = ("shell line", "shell lines")
    FOOTNOTE = ("footnote", "footnotes")
    HEADING = ("heading", "headings")
    ACTION = ("description of the action", "descriptions of the action")
    PAUSE = ("pause", "pauses")
    SHORT_LENGTH = ("length", "lengths")


_USED: Final = frozenset({Taken.VISUAL, Taken.ACTION, Taken.HEADING, Taken.PAUSE, Taken.SHORT_LENGTH})
"""What becomes pictures, chapters or silence, or has a note of its own."""

_MAX_QUOTED_CHARS: Final = 40


class Tally:
    """Counts findings and speakers."""

    def __init__(self) -> None:
        self._found: Counter[Taken] = Counter()
        self._first: dict[Taken, str] = {}
        self._speakers: dict[str, None] = {}
        self._columns: dict[str, None] = {}

    def add(self, taken: Taken, text: str = "") -> None:
        """Counts a finding; the notes quote the first text of each kind."""
        self._found[taken] += 1
        self._first.setdefault(taken, text)

    def add_speaker(self, name: str) -> None:
        """Remembers a speaker, in the order of appearance."""
        self._speakers[name] = None

    def add_columns(self, spoken: str, unspoken: Sequence[str]) -> None:
        """Remembers which columns of a table are spoken and which are not."""
        others = ", ".join(f"“{heading}”" for heading in unspoken)
        self._columns[f"Of a table, the column “{spoken}” is spoken; not spoken: {others}."] = None

    def notes(self, voices: Collection[str]) -> list[str]:
        """Returns one note for each kind.

        Args:
            voices: names of the speakers that have a voice of their own.
        """
        named = {name.casefold() for name in voices}
        notes = list(self._columns)
        queries = self._listed((Taken.VISUAL, Taken.ACTION))
        if queries:
            notes.append(f"Not spoken, but used to find footage: {queries}.")
        if sections := self._listed((Taken.HEADING,)):
            notes.append(f"Not spoken, but shown as chapters: {sections}.")
        left_out = self._listed([taken for taken in Taken if taken not in _USED], is_quoted=True)
        if left_out:
            notes.append(f"Not spoken: {left_out}.")
        if pauses := self._listed((Taken.PAUSE,)):
            notes.append(f"Became silence: {pauses}.")
        if short := self._listed((Taken.SHORT_LENGTH,), is_quoted=True):
            notes.append(f"Not used, because the words below take longer: {short}.")
        mute = [name for name in self._speakers if name.casefold() not in named]
        if mute:
            names = ", ".join(mute)
            example = f"{mute[0].casefold()}=NAME"
            example = f'"{example}"' if " " in example else example
            notes.append(f"Taken as speakers and not spoken: {names}; `--voice {example}` gives one a voice.")
        return notes

    def _listed(self, kinds: Iterable[Taken], *, is_quoted: bool = False) -> str:
        parts = [
            f"{self._found[kind]} {kind.value[self._found[kind] > 1]}{self._quoted(kind) if is_quoted else ''}"
            for kind in kinds
            if self._found[kind]
        ]
        return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)

    def _quoted(self, kind: Taken) -> str:
        text = self._first[kind]
        short = text if len(text) <= _MAX_QUOTED_CHARS else f"{text[:_MAX_QUOTED_CHARS].rstrip()}…"
        return f" (“{short}”)" if short else ""
