"""Writes the tables of docs/scaling.md, and its plot."""

import re
from pathlib import Path
from typing import Final

from scripts.capacity import tables
from scripts.capacity.needs import Demand
from scripts.capacity.plot import plot

__all__ = ["PAGE", "PER_DAY", "PLOT", "with_tables"]

_ROOT: Final = Path(__file__).parents[2]
PAGE: Final = _ROOT / "docs/scaling.md"
PLOT: Final = _ROOT / "docs/pictures/scaling.svg"

PER_DAY: Final = (10, 1_000, 1_000_000)

_BLOCK: Final = re.compile(r"(<!-- table: (\w+) -->\n).*?(?=<!-- end -->)", re.DOTALL)


def with_tables(text: str) -> str:
    """Returns the page with its tables computed."""
    found = {
        "costs": tables.costs_table(),
        "needs": tables.needs_table([Demand(per_day=number) for number in PER_DAY]),
        "curve": tables.curve_table(),
        "load": tables.load_table(),
        "single": tables.single_table(),
    }
    return _BLOCK.sub(lambda match: f"{match[1]}{found[match[2]]}\n", text)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    PLOT.write_text(plot(), encoding="utf-8")
