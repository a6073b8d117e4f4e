"""`scenewire dlq show`: shows a dead letter with its message."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from scenewire.bus.reading.dead_letters import DeadLetter
from scenewire_cli.commands.dead_letters.access import letters_access
from scenewire_cli.commands.dead_letters.choice import LetterArgument, ProjectLetter
from scenewire_cli.commands.dead_letters.list import letter_row
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.formatting import shortened
from scenewire_cli.output.tables import clock, print_facts
from scenewire_cli.output.terminal import print_json, print_line, sanitize
from scenewire_cli.running import run

__all__ = ["show"]

_MAX_LINES: Final = 200
_MAX_LINE_CHARACTERS: Final = 400
"""Limits of a message on a terminal; --json has all of it."""


def show(
    letter: LetterArgument, *, data: DataOption = None, nats: NatsOption = None, as_json: JsonOption = False
) -> None:
    """Shows a dead letter: the reason, and the message with its headers.

    Works without a running stack, too.

    Example:
        scenewire dlq show 12
    """
    run(_show(letter, data, nats, as_json=as_json))


async def _show(sequence: int, data: Path | None, nats: str | None, *, as_json: bool) -> int:
    async with letters_access(data, nats) as access:
        letter = await access.bus.letters.get(sequence)
        row = letter_row(ProjectLetter(letter, await access.bus.letters.project_of(letter)))
    if as_json:
        print_json({"event": "letter", **row, "headers": letter.kept_headers, "body": _content(letter)})
        return 0
    print_facts(
        {
            "letter": str(letter.sequence),
            "stored": clock(row["stored_at"]),
            "durable": letter.durable,
            "subject": letter.subject,
            "project": row["project_id"],
            "revision": str(row["revision"]),
            "scene": None if row["scene_number"] is None else str(row["scene_number"]),
            "reason": letter.reason,
            "detail": letter.detail,
            "deliveries": str(letter.deliveries),
            "message": f"{letter.message_sequence} in PIPELINE, {letter.size:,} bytes",
            "truncated": f"only the first {len(letter.body):,} bytes are kept" if letter.is_truncated else None,
        }
    )
    for name, value in sorted(letter.kept_headers.items()):
        print_facts({"header": f"{name}: {value}"})
    print_line("")
    _print_body(_lines(letter))
    return 0


def _content(letter: DeadLetter) -> Any:
    """Returns the body as JSON, or as text if it is not JSON."""
    try:
        return json.loads(letter.body)
    except (ValueError, RecursionError):
        return letter.body.decode(errors="replace")


def _lines(letter: DeadLetter) -> Sequence[str]:
    content = _content(letter)
    text = content if isinstance(content, str) else json.dumps(content, indent=2, ensure_ascii=False)
    return text.split("\n")


def _print_body(lines: Sequence[str]) -> None:
    for line in lines[:_MAX_LINES]:
        print_line(shortened(sanitize(line), _MAX_LINE_CHARACTERS))
    if len(lines) > _MAX_LINES:
        print_line(f"{len(lines) - _MAX_LINES:,} more lines; --json prints all of it", error=True)
