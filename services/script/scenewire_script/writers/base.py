"""The interface of a script writer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ScriptRequested
from scenewire_script.designs.hints import Hint

__all__ = ["DraftScene", "Script", "ScriptWriter", "nothing_to_say"]


@dataclass(frozen=True)
class DraftScene:
    """A scene before it has an id and a number."""

    text: str
    footage_query: str
    keywords: tuple[str, ...] = ()
    """Most descriptive words, best first."""
    section: str = ""
    """Heading of the section that begins with it."""
    voice: str | None = None
    """Voice of its speaker."""
    duration: float | None = None
    """Seconds that the script gives it."""
    pause: float = 0.0
    """Seconds of silence that the script asks for after it."""
    hint: Hint | None = None
    """What its writer proposes to show where there is no footage."""


@dataclass(frozen=True)
class Script:
    """A complete script, in order."""

    topic: str
    title: str
    scenes: tuple[DraftScene, ...]
    notes: tuple[str, ...] = ()
    """Notes for people on how the script was made."""
    language: str | None = None
    """Language of the words, if it is not that of the order."""
    fills_time: bool = False
    """Whether the script was written for the ordered duration, so that a deviation is worth a note."""


class ScriptWriter(Protocol):
    """Writes scripts."""

    name: str
    """Name of the writer in `scenes.scripted`."""

    async def write(self, order: ScriptRequested) -> Script:
        """Writes a script. Need not be deterministic: the first script of a project is stored and reused.

        Args:
            order: the order, with its project id and language.

        Raises:
            PermanentError: `invalid_order`, the order contains nothing to speak; or another permanent error.
            TransientError: a retry may succeed.
        """
        ...


def nothing_to_say(where: str, notes: Sequence[str] = ()) -> PermanentError:
    """Returns the error for an order without words to speak.

    Args:
        where: the part of the order that has none.
        notes: what its words were taken for, if it has any.
    """
    why = f"all of {where} is left out. {' '.join(notes)}" if notes else f"{where} contains no letters or digits"
    return PermanentError(
        FailureCode.INVALID_ORDER,
        f"there is nothing to speak: {why}",
        hint="order with a topic or a text that contains words to speak",
    )
