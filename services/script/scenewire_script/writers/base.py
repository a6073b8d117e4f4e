"""Where scripts come from: the interface of a writer, and what it hands over."""

from dataclasses import dataclass
from typing import Protocol

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ScriptRequested

__all__ = ["DraftScene", "Script", "ScriptWriter", "nothing_to_say"]


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
    fills_time: bool = False
    """Whether it was written to last as long as ordered, so that it is a shortcoming when it does not."""


class ScriptWriter(Protocol):
    """Writes scripts."""

    name: str
    """Stands in `scenes.scripted` as the one who wrote it."""

    async def write(self, order: ScriptRequested) -> Script:
        """Writes; need not be deterministic, for the first script of a project is stored and kept.

        Args:
            order: with its project id.

        Raises:
            PermanentError: `invalid_order`, when there is nothing in it that could be spoken; or what the writer
                cannot get over.
            TransientError: a later try may succeed.
        """
        ...


def nothing_to_say(where: str) -> PermanentError:
    """What is wrong with an order of nothing but signs."""
    return PermanentError(
        FailureCode.INVALID_ORDER,
        f"there is nothing to say: {where} has no letter and no digit",
        hint="order with a topic, or with a text that has words in it",
    )
