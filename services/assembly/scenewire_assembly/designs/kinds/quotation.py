"""The quotation: somebody's words, line by line, and the name below. It says all of its words."""

from typing import Final

from scenewire.messages import Quotation
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Box
from scenewire_assembly.designs.lettering import Word, pieces_of, text_of

__all__ = ["draw_quotation"]

_SIZES: Final = {"wide": 108, "upright": 96, "square": 84}
_MARK: Final = 300
_MARK_GAP: Final = 40
_LINE: Final = 1.3
_LINE_EARLY: Final = 10
_AUTHOR_LATE: Final = 12


def draw_quotation(board: Board, design: Quotation) -> bool:
    """Draws a quotation; returns whether it fits."""
    theme, zones, unit = board.theme, board.zones, board.unit
    sign = board.lettering("heading", "“", _MARK * unit, theme.accent)
    x = zones.left + (0 if zones.upright else max(170 * unit, sign.width("“") + _MARK_GAP * unit))
    words = board.spoken(design.words)
    fitted = board.fitted(
        pieces_of(words),
        "quotation",
        _SIZES[zones.shape] * unit * theme.quotation_size,
        zones.right - x,
        7 if zones.upright else 4,
    )
    if fitted is None or not words:
        return False
    em, lines = fitted
    lettering = board.lettering("quotation", design.words, em, theme.text)
    centre = zones.centre(captions=board.captions)
    baseline = centre - (len(lines) * em * _LINE + 110 * unit) / 2 + em * 0.9 + (40 * unit if zones.upright else 0)
    board.still("“", zones.left - 8 * unit, baseline + (-30 if zones.upright else 150) * unit, sign)
    for line in lines:
        text = text_of(line)
        first = line[0].words[0].frame - board.frames(_LINE_EARLY)
        board.line([Word(text.replace(" ", "\u00a0"), first + 2)], x, baseline, lettering, rise=0.25)
        baseline += em * _LINE
    last = words[-1].frame + board.frames(_AUTHOR_LATE)
    baseline += 36 * unit
    board.grow(Box(x, baseline - 14 * unit, 64 * unit, 4 * unit), theme.accent, last)
    author = board.lettering("label", design.author, 44 * unit, theme.text)
    board.still(design.author, x + 86 * unit, baseline, author, frame=last)
    board.claim(design.words)
    return True
