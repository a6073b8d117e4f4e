"""The designs by kind. A design of one's own is a wire model, a file here, and an entry in this table."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from scenewire.messages import (
    Chapter,
    Comparison,
    Design,
    Enumeration,
    Opening,
    Place,
    Quantity,
    Quotation,
    Statement,
    YearOnLine,
)
from scenewire_assembly.captions.ass import runs_from_right
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.kinds.comparison import draw_comparison
from scenewire_assembly.designs.kinds.enumeration import draw_enumeration
from scenewire_assembly.designs.kinds.headings import draw_chapter, draw_opening
from scenewire_assembly.designs.kinds.place import draw_place
from scenewire_assembly.designs.kinds.quantity import draw_quantity
from scenewire_assembly.designs.kinds.quotation import draw_quotation
from scenewire_assembly.designs.kinds.statement import draw_statement
from scenewire_assembly.designs.kinds.year import draw_year

__all__ = ["draw"]

_DRAWERS: Final[Mapping[type, Callable[[Board, Any], bool]]] = {
    Opening: draw_opening,
    Chapter: draw_chapter,
    Statement: draw_statement,
    Quantity: draw_quantity,
    YearOnLine: draw_year,
    Quotation: draw_quotation,
    Enumeration: draw_enumeration,
    Comparison: draw_comparison,
    Place: draw_place,
}

_FROM_LEFT: Final = (Comparison, Enumeration, Quantity, Quotation, YearOnLine)
"""Their parts stand beside each other from the left; a statement shows text that runs from the right."""


def draw(board: Board, design: Design) -> bool:
    """Draws a design; returns whether its letters fit the picture. A design that does not fit draws nothing."""
    if isinstance(design, _FROM_LEFT) and runs_from_right(board.words.text[board.start : board.end]):
        return False
    drawn, claimed = len(board.drawing.events), len(board.shown)
    if _DRAWERS[type(design)](board, design):
        return True
    del board.drawing.events[drawn:]
    del board.shown[claimed:]
    return False
