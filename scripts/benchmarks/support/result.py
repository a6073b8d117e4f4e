"""What a benchmark returns: tables of numbers, and aims with the values that they were compared with."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["Aim", "Column", "Plot", "Result", "SkippedError", "Table"]


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Value):
    """A column of numbers.

    Attributes:
        name: its heading, with the unit, such as `processor s`.
        digits: decimal places.
    """

    name: str
    digits: int = 1


class Plot(_Value):
    """A picture of one column of a table.

    Attributes:
        column: name of the column.
        kind: `bars` has a bar for each row; `line` needs rows that are named by numbers.
    """

    column: str
    kind: Literal["bars", "line"] = "bars"


class Table(_Value):
    """Numbers of one comparison.

    Attributes:
        title: what is compared, and on what input.
        label: heading of the first column, which names the rows.
        columns: the other columns.
        rows: values by name of the row, one for each column; None leaves a cell empty.
        plot: column that the page shows as a picture, too.
    """

    title: str
    label: str
    columns: tuple[Column, ...]
    rows: dict[str, tuple[float | None, ...]]
    plot: Plot | None = None


class Aim(_Value):
    """A value, and the limit that it should keep.

    Attributes:
        name: what the value is, such as `whole video / one graph, processor time`.
        value: measured.
        at_most: largest value that meets the aim; None if the aim is a smallest value.
        at_least: smallest value that meets the aim.
    """

    name: str
    value: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the value keeps the limit."""
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )


class Result(_Value):
    """Result of one run of a benchmark.

    Attributes:
        tables: in the order of the page.
        aims: compared with their limits.
        notes: sentences for the page, such as parts that were left out, and why.
    """

    tables: tuple[Table, ...]
    aims: tuple[Aim, ...] = ()
    notes: tuple[str, ...] = ()


class SkippedError(Exception):
    """The benchmark cannot run here; the message says what is missing."""
