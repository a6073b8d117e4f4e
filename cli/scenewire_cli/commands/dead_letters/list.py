"""`scenewire dlq list`: lists dead letters."""

from collections import deque
from pathlib import Path
from typing import Any

from scenewire_cli.commands.dead_letters.access import letters_access
from scenewire_cli.commands.dead_letters.choice import (
    DurableOption,
    LettersProjectOption,
    ProjectLetter,
    matching_letters,
)
from scenewire_cli.options import DataOption, JsonOption, LimitOption, NatsOption
from scenewire_cli.output.record_views import LETTERS, print_rows_or_json
from scenewire_cli.output.terminal import print_line
from scenewire_cli.running import run

__all__ = ["letter_row", "list_"]


def list_(
    *,
    durable: DurableOption = None,
    project: LettersProjectOption = None,
    limit: LimitOption = 50,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lists dead letters, newest first.

    Works without a running stack, too.

    Example:
        scenewire dlq list
        scenewire dlq list --project 5f0c4b0e --json
    """
    run(_list(data, nats, durable=durable, project=project, limit=limit, as_json=as_json))


async def _list(
    data: Path | None, nats: str | None, *, durable: str | None, project: str | None, limit: int, as_json: bool
) -> int:
    newest: deque[dict[str, Any]] = deque(maxlen=limit)
    count = 0
    async with letters_access(data, nats) as access:
        async for item in matching_letters(access.bus.letters, project=project, durable=durable):
            newest.append(letter_row(item))
            count += 1
    print_rows_or_json("letter", list(reversed(newest)), LETTERS, as_json=as_json, nothing="no dead letters")
    if count > limit:
        print_line(f"{count - limit} older ones; --limit shows more", error=True)
    return 0


def letter_row(item: ProjectLetter) -> dict[str, Any]:
    """Returns what is shown of a dead letter besides its message."""
    letter = item.letter
    return {
        "sequence": letter.sequence,
        "stored_at": letter.stored_at.isoformat(),
        "durable": letter.durable,
        "subject": letter.subject,
        "project_id": None if item.project_id is None else str(item.project_id),
        "revision": letter.message.revision,
        "scene_number": letter.message.scene_number,
        "reason": letter.reason,
        "detail": letter.detail,
        "deliveries": letter.deliveries,
        "message_sequence": letter.message_sequence,
        "size": letter.size,
        "truncated": letter.is_truncated,
    }
