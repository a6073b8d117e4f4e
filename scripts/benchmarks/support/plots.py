"""Draws a column of a table as SVG."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from scripts.benchmarks.support.result import Table

__all__ = ["write_plot"]

_BLUE: Final = "#3465a4"
_STYLE: Final[Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "scenewire",  # the same ids in every run
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
}


def write_plot(tables: Sequence[Table], path: Path) -> None:
    """Draws the plot of a table, with the range of its measurements.

    Args:
        tables: all measurements of it.
        path: of the SVG.
    """
    import matplotlib as mpl  # noqa: PLC0415 - only pages with pictures need it

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    first = tables[0]
    plot = first.plot
    if plot is None:
        return
    at = [column.name for column in first.columns].index(plot.column)
    measured = {row: [value for table in tables if (value := table.rows[row][at]) is not None] for row in first.rows}
    rows = {row: values for row, values in measured.items() if values}
    middles = [sum(values) / len(values) for values in rows.values()]
    ranges: Any = [
        [middle - min(values) for middle, values in zip(middles, rows.values(), strict=True)],
        [max(values) - middle for middle, values in zip(middles, rows.values(), strict=True)],
    ]
    with mpl.rc_context(_STYLE):
        if plot.kind == "bars":
            figure, axes = plt.subplots(figsize=(6.4, 0.6 + 0.4 * len(rows)))
            axes.barh(list(rows), middles, xerr=ranges, color=_BLUE, height=0.6)
            axes.invert_yaxis()
            axes.set_xlabel(plot.column)
        else:
            figure, axes = plt.subplots(figsize=(6.4, 3.2))
            axes.errorbar([float(row) for row in rows], middles, yerr=ranges, color=_BLUE, marker="o", capsize=3)
            axes.set_xlabel(first.label)
            axes.set_ylabel(plot.column)
            axes.set_ylim(bottom=0)
        figure.savefig(path, format="svg", bbox_inches="tight", metadata={"Date": None})
        plt.close(figure)
