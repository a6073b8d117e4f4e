"""The audit log: every change of a row, written in the same transaction."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

from pydantic_core import to_json
from sqlalchemy import Connection

from scenewire.database.bulk import insert

__all__ = ["Change", "audit", "differences"]

_COLUMNS: Final = ("id", "timestamp", "operation", "entity_type", "entity_id", "changes_json", "context")
_VARIANTS: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


class Change(NamedTuple):
    """One changed row.

    Attributes:
        entity_type: what the row is: `project`, `scene`, `video` and so on.
        differences: see the function of that name; empty for an INSERT, of which the row itself says everything.
        context: why, such as the message that said so.
    """

    operation: Literal["INSERT", "UPDATE", "DELETE"]
    entity_type: str
    entity_id: str
    differences: Mapping[str, Mapping[str, Any]]
    context: str | None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """`{column: {"old": ..., "new": ...}}` of every column whose value differs."""
    return {name: {"old": before[name], "new": value} for name, value in after.items() if before[name] != value}


def audit(connection: Connection, changes: Iterable[Change]) -> None:
    """Writes one row per change, in order."""
    changes = list(changes)
    if not changes:
        return
    now = datetime.now(UTC)
    written = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z"
    rows = [
        (
            entry_id,
            written,
            change.operation,
            change.entity_type,
            change.entity_id,
            to_json(change.differences).decode() if change.differences else None,
            change.context,
        )
        for entry_id, change in zip(_ids(now, len(changes)), changes, strict=True)
    ]
    insert(connection, "audit_log", _COLUMNS, rows)


def _ids(now: datetime, count: int) -> list[str]:
    """Generates UUIDs of version 4's form that start with the time, so that the index grows at its end."""
    time = f"{round(now.timestamp() * 1000):012x}"
    chance = os.urandom(10 * count).hex()
    parts = (chance[start : start + 20] for start in range(0, 20 * count, 20))
    return [f"{time[:8]}-{time[8:]}-4{x[:3]}-{_VARIANTS[x[3]]}{x[4:7]}-{x[8:]}" for x in parts]
