"""Which dead letters a command is about."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

import typer

from scenewire.bus.reading.dead_letters import DeadLetter, DeadLetters
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import read_id_prefix

__all__ = [
    "DurableOption",
    "LetterArgument",
    "LetterChoice",
    "LettersProjectOption",
    "ProjectLetter",
    "chosen_letters",
    "matching_letters",
]

LetterArgument = Annotated[
    int, typer.Argument(metavar="LETTER", min=1, help="Number of a dead letter, as `scenewire dlq list` shows it.")
]
DurableOption = Annotated[
    str | None,
    typer.Option("--durable", metavar="NAME", help="Only those of this consumer, such as tts or gateway-webhooks."),
]
LettersProjectOption = Annotated[
    str | None,
    typer.Option("--project", metavar="PROJECT", help="Only those of this project; the beginning of its id is enough."),
]


@dataclass(frozen=True, kw_only=True)
class LetterChoice:
    """One dead letter, or several."""

    letter: Annotated[
        int | None,
        typer.Argument(metavar="LETTER", min=1, help="Number of a dead letter.", show_default=False),
    ] = None
    every: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False
    project: LettersProjectOption = None
    durable: DurableOption = None

    def require(self, command: str) -> None:
        """Checks that the options choose something, in one way.

        Raises:
            PermanentError: `invalid_order`.
        """
        several = self.every or self.project is not None or self.durable is not None
        if (self.letter is None) is several:
            return
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            "LETTER and --all, --project or --durable exclude each other" if several else "no dead letter is chosen",
            hint=f"write `scenewire dlq {command} 12`, or --all, --project or --durable",
        )


@dataclass(frozen=True)
class ProjectLetter:
    """A dead letter and the project that its message belongs to.

    Attributes:
        project_id: None if nobody knows it.
    """

    letter: DeadLetter
    project_id: UUID | None = field(default=None)


async def matching_letters(
    letters: DeadLetters, *, project: str | None = None, durable: str | None = None
) -> AsyncIterator[ProjectLetter]:
    """Yields dead letters, the oldest first.

    Args:
        letters: the stream.
        project: the beginning of an id; None for those of all projects, and of none.
        durable: the consumer that gave up; None for all.

    Raises:
        PermanentError: `invalid_order`, the beginning of the id is too short.
        TransientError: `bus_unavailable`, `bus_not_provisioned`.
    """
    prefix = None if project is None else read_id_prefix(project)
    async with aclosing(letters.read_all()) as found:
        async for letter in found:
            if durable is not None and letter.durable != durable:
                continue
            project_id = await letters.project_of(letter)
            if prefix is None or (project_id is not None and str(project_id).startswith(prefix)):
                yield ProjectLetter(letter, project_id)


async def chosen_letters(letters: DeadLetters, choice: LetterChoice) -> list[int]:
    """Returns the numbers of the chosen dead letters, the oldest first.

    Raises:
        PermanentError: `not_on_record`, there is no such dead letter.
        TransientError: `bus_unavailable`, `bus_not_provisioned`.
    """
    if choice.letter is not None:
        return [(await letters.get(choice.letter)).sequence]
    found = matching_letters(letters, project=choice.project, durable=choice.durable)
    return [item.letter.sequence async for item in found]
