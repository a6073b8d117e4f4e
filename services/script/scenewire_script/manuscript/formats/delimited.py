"""Reads tables whose cells are parted by commas, semicolons, tabs or bars as tables of Markdown. Pure."""

import csv
import io
import re
from typing import Final

from scenewire_script.manuscript.recognition.tables import Column, column_of

__all__ = ["read_delimited"]

_DELIMITERS: Final = "\t;,|"
_GAP: Final = re.compile(r"(?<=\S) {3,}(?=\S)")
"""Between columns that are aligned with spaces."""

_WRAPPED: Final = re.compile(r"\n[ \t]{3,}")
"""Before a line that continues the last column."""

_MIN_KNOWN: Final = 2
"""Columns whose headings are known, one of them spoken: a line of prose has commas, too."""


def read_delimited(text: str) -> str | None:
    """Returns a script table of spreadsheets as a table of Markdown; None for any other text."""
    text = text.strip("\n")
    head = text.partition("\n")[0]
    if "\t" not in head and _GAP.search(head):
        text = _GAP.sub("\t", _WRAPPED.sub("<br>", text))
        head = text.partition("\n")[0]
        if len({line.count("\t") for line in text.split("\n")}) > 1:
            return None
    for delimiter in _DELIMITERS:
        known = {column_of(cell.strip('" ')) for cell in head.split(delimiter)} - {None}
        if len(known) >= _MIN_KNOWN and Column.SPOKEN in known and not head.startswith("|"):
            return _as_markdown(text, delimiter)
    return None


def _as_markdown(text: str, delimiter: str) -> str | None:
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return None
    head, *rows = (row for row in rows if any(map(str.strip, row)))
    whole = sum(len(row) == len(head) for row in rows)
    if not whole or whole < len(rows) / 2 or any(len(row) > len(head) for row in rows):
        return None
    return "\n".join(map(_row, (head, ["-"] * len(head), *rows)))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), '<br>') for cell in cells)} |"
