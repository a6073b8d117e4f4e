"""`scenewire dlq drop`: removes dead letters."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scenewire.errors import FailureCode, PermanentError
from scenewire_cli.commands.dead_letters.access import letters_access
from scenewire_cli.commands.dead_letters.choice import LetterChoice, chosen_letters
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.running import run

__all__ = ["drop"]


def drop(
    choice: LetterChoice,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Removes dead letters for good; their messages are not handled.

    Works without a running stack, too.

    Example:
        scenewire dlq drop 12
        scenewire dlq drop --all --yes
    """
    choice.require("drop")
    run(_drop(choice, data, nats, yes=yes, as_json=as_json))


async def _drop(choice: LetterChoice, data: Path | None, nats: str | None, *, yes: bool, as_json: bool) -> int:
    async with letters_access(data, nats) as access:
        numbers = await chosen_letters(access.bus.letters, choice)
        if numbers and not yes:
            _confirm(numbers)
        for number in numbers:
            await access.bus.letters.drop(number)
            if as_json:
                print_json({"event": "dropped", "letter": number})
    if not as_json:
        print_line(f"dropped {_counted(numbers)}")
    return 0


def _confirm(numbers: Sequence[int]) -> None:
    if not sys.stdin.isatty():
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            "nobody is there to confirm the removal",
            hint=f"add --yes to remove {_counted(numbers)}",
        )
    typer.confirm(f"Remove {_counted(numbers)} for good?", abort=True, err=True)


def _counted(numbers: Sequence[int]) -> str:
    if not numbers:
        return "nothing: there are no dead letters"
    return f"dead letter {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} dead letters"
