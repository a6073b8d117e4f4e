"""What a script says. Pure."""

from dataclasses import dataclass

__all__ = ["Manuscript", "Passage", "Section"]


@dataclass(frozen=True)
class Passage:
    """A run of narration that no scene crosses."""

    lines: tuple[str, ...]
    """Lines broken on purpose, as plain text; each ends a sentence."""
    visual: str = ""
    """What the script says its picture shows."""
    speaker: str = ""
    """Label of who speaks, as written."""
    duration: float | None = None
    """Seconds that the script gives it."""
    pause: float = 0.0
    """Seconds of silence after it."""


@dataclass(frozen=True)
class Section:
    """Passages below one heading."""

    heading: str
    """Empty above the first heading."""
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Manuscript:
    """A script without its marks."""

    title: str
    """Empty if the script marks none."""
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    """What was taken for what, for people."""

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages in order."""
        return tuple(passage for section in self.sections for passage in section.passages)
