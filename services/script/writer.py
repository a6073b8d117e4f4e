"""Where scripts come from: the interface of a writer, and what it hands over."""

from dataclasses import dataclass
from typing import Protocol

from shared.contracts import ScriptRequested

__all__ = ["DraftScene", "Script", "ScriptWriter"]


@dataclass(frozen=True)
class DraftScene:
    """A scene before it has an id and a number."""

    text: str
    footage_query: str
    keywords: tuple[str, ...] = ()
    """Most telling words, best first."""


@dataclass(frozen=True)
class Script:
    """A whole script, in the order in which it is told."""

    topic: str
    title: str
    scenes: tuple[DraftScene, ...]
    notes: tuple[str, ...] = ()
    """What a person should know about how it came to be."""


class ScriptWriter(Protocol):
    """Writes the script of an order. Own scenes and own text of the customer stay the customer's, word for word."""

    name: str
    """Stands in `scenes.scripted` as the one who wrote it."""

    async def write(self, order: ScriptRequested) -> Script:
        """Writes; need not be deterministic, for the first script of a project is stored and kept.

        Raises:
            PermanentError: `invalid_order`, when there is nothing in it that could be spoken.
            TransientError: `script_failed`, when a later try may succeed.
        """
        ...
