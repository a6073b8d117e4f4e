"""Rows for people: a table on a terminal, tab-separated columns in a pipe."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scenewire_cli.output.terminal import plain, say

__all__ = ["Column", "clock", "print_facts", "print_rows", "seconds"]

_ROOMY: Final = 120
"""Columns of a terminal on which whole ids leave room for what they are about."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        title: over it.
        name: what it shows of a row.
        shown: how.
        wide: takes the room that is left.
        beginning: characters of it that a narrow terminal shows; 0 shows all.
    """

    title: str
    name: str
    shown: Callable[[Any], str] = str
    wide: bool = False
    beginning: int = 0

    def cell(self, row: Mapping[str, Any]) -> str:
        """Its text in a row, on one line."""
        value = row.get(self.name)
        return "" if value is None else plain(self.shown(value))


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> None:
    """Prints rows; without titles in a pipe, for `cut` and `awk`."""
    if not sys.stdout.isatty():
        for row in rows:
            say(*(column.cell(row) for column in columns))
        return
    console = Console(highlight=False)
    narrow = console.width < _ROOMY
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for column in columns:
        table.add_column(column.title, no_wrap=not column.wide, overflow="fold", ratio=1 if column.wide else None)
    for row in rows:
        table.add_row(*(Text(column.cell(row)[: (narrow and column.beginning) or None]) for column in columns))
    console.print(table)


def print_facts(facts: Mapping[str, str | None]) -> None:
    """Prints named facts, those that are empty left out."""
    for name, value in facts.items():
        if value:
            say(f"{name + ':':15}{plain(value)}")


def clock(time: str) -> str:
    """A time of the record as this host's clock shows it."""
    try:
        return f"{datetime.fromisoformat(time).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return time


def seconds(length: float) -> str:
    """A length of time."""
    return f"{length:.1f} s"
