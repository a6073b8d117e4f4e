"""Prints rows: as a table on a terminal, as tab-separated columns in a pipe."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scenewire_cli.output.terminal import print_line, single_spaced

__all__ = ["Column", "clock", "print_facts", "print_rows", "seconds", "time_left"]

_MAX_MINUTES: Final = 90
"""Longer estimates are in hours."""

_WIDE_TERMINAL: Final = 120
"""Columns from which on ids are shown whole."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        title: its heading.
        name: the value of a row that it shows.
        shown: formats that value.
        wide: whether it takes the remaining width.
        beginning: characters that a narrow terminal shows; 0 shows all.
    """

    title: str
    name: str
    shown: Callable[[Any], str] = str
    wide: bool = False
    beginning: int = 0

    def cell(self, row: Mapping[str, Any]) -> str:
        """Returns the text of the cell in a row, on one line."""
        value = row.get(self.name)
        return "" if value is None else single_spaced(self.shown(value))


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> None:
    """Prints rows; in a pipe without headings, for `cut` and `awk`. Without rows, prints nothing."""
    if not rows:
        return
    if not sys.stdout.isatty():
        for row in rows:
            print_line(*(column.cell(row) for column in columns))
        return
    console = Console(highlight=False)
    narrow = console.width < _WIDE_TERMINAL
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    lines = [[column.cell(row)[: (narrow and column.beginning) or None] for column in columns] for row in rows]
    for number, column in enumerate(columns):
        if column.wide:
            table.add_column(column.title, overflow="fold", ratio=1)
        else:  # a cropped number would read as another one
            width = max(cell_len(text) for text in (column.title, *(line[number] for line in lines)))
            table.add_column(column.title, no_wrap=True, min_width=width)
    for line in lines:
        table.add_row(*map(Text, line))
    console.print(table, crop=False)


def print_facts(facts: Mapping[str, str | None]) -> None:
    """Prints named values, one per line; skips empty ones."""
    for name, value in facts.items():
        if value:
            print_line(f"{name + ':':16}{single_spaced(value)}")


def clock(time: str) -> str:
    """Formats a recorded time in the local time zone."""
    try:
        return f"{datetime.fromisoformat(time).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return time


def seconds(length: float) -> str:
    """Formats a duration in seconds."""
    return f"{length:.1f} s"


def time_left(length: float) -> str:
    """Formats an estimate in seconds, no more precise than it is."""
    minutes = round(length / 60)
    if minutes < 1:
        return "under 1 min"
    return f"about {minutes} min" if minutes <= _MAX_MINUTES else f"about {round(length / 3600)} h"
