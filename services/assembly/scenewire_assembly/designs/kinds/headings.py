"""The opening with the video's title, and the heading of a chapter. They stand complete from the first frame."""

from dataclasses import replace
from typing import Final

from scenewire.messages import Chapter, Opening
from scenewire_assembly.captions.ass import runs_from_right
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Box
from scenewire_assembly.designs.lettering import beginnings, pieces_of, text_of
from scenewire_assembly.designs.times import words_in

__all__ = ["draw_chapter", "draw_opening"]

_TITLE: Final = 270
_CHAPTER: Final = 170
_NUMERAL: Final = 680
_UPRIGHT_NUMERAL: Final = 260
_NUMERAL_GAP: Final = 60
_LINE_FRAMES: Final = 12
_STEP: Final = 1.1
"""Distance of a title's base lines, ems."""

_RULE: Final = 74
"""Room for the rule below a title."""


def draw_opening(board: Board, design: Opening) -> bool:
    """Draws the title, or its first clauses if it is too long; returns whether it fits."""
    return any(_draw_title(board, title) for title in (design.title, *beginnings(design.title)))


def _draw_title(board: Board, text: str) -> bool:
    theme, zones, unit = board.theme, board.zones, board.unit
    pieces = pieces_of(words_in(text))
    rule = _RULE * unit

    def fits(em: float, lines: int) -> bool:
        return em * ((lines - 1) * _STEP + 0.8) + rule + _depth(board, text, em) <= board.floor - board.ceiling

    fitted = board.fitted(
        pieces,
        "heading",
        (_TITLE - (20 if zones.upright else 0)) * unit * theme.number_size,
        zones.across,
        4 if zones.upright else 2,
        spacing=theme.letter_spacing,
        height=fits,
    ) or board.fitted(pieces, "heading", _CHAPTER * unit * theme.number_size, zones.across, 5, height=fits)
    if fitted is None:
        return False
    em, lines = fitted
    title = board.lettering("heading", text, em, theme.text, spacing=theme.letter_spacing)
    step, capital = em * _STEP, title.face.capital(em)
    below = max(60 * unit, _depth(board, text, em) + 12 * unit)
    baseline = zones.centre(captions=board.captions) + 30 * unit - (len(lines) - 1) * step / 2 + capital / 2
    baseline += min(0.0, board.floor - rule + 60 * unit - below - (len(lines) - 1) * step - baseline)
    if theme.mark == "rules":
        board.rules()
    for line in lines:
        board.still(text_of(line), zones.left, baseline, title)
        baseline += step
    y = baseline - step + below
    match theme.mark:
        case "bar":
            _draw_rule(board, text, Box(zones.left, y, zones.across * 0.32, 8 * unit), theme.accent)
        case "square":
            board.drawing.rectangle(Box(zones.left, y - 4 * unit, zones.across, 2 * unit), theme.axis, board.span)
            _draw_rule(board, text, Box(zones.left, y - 7 * unit, zones.across * 0.22, 8 * unit), theme.accent)
        case "pill":
            _draw_rule(board, text, Box(zones.left, y - 12 * unit, 220 * unit, 26 * unit), theme.second)
        case "rules":
            pass
    return True


def _depth(board: Board, text: str, em: float) -> float:
    """How far the letters of a heading reach below its base line, where they are not Latin ones."""
    return board.faces.of("heading", text).depth(em, text)


def draw_chapter(board: Board, design: Chapter) -> bool:
    """Draws the heading of a chapter and its number; returns whether it fits."""
    theme, zones, unit = board.theme, board.zones, board.unit
    width = zones.across * (1 if zones.upright else 0.74)
    fitted = board.fitted(
        pieces_of(words_in(design.heading)),
        "heading",
        _CHAPTER * unit * theme.number_size,
        width,
        4 if zones.upright else 3,
        spacing=theme.letter_spacing,
    )
    if fitted is None:
        return False
    em, lines = fitted
    heading = board.lettering("heading", design.heading, em, theme.text, spacing=theme.letter_spacing)
    step, capital = em * 1.14, heading.face.capital(em)
    centre = zones.centre(captions=board.captions)
    baseline = centre - (len(lines) - 1) * step / 2 + capital / 2
    numeral = str(design.number)
    if zones.upright:
        large = board.lettering("number", numeral, _UPRIGHT_NUMERAL * unit, theme.accent)
        board.still(numeral, zones.left, baseline - capital - 120 * unit, large, layer=2)
    else:
        _draw_numeral(board, numeral, centre, zones.across - max(heading.width(text_of(line)) for line in lines))
        board.mark(baseline - capital, design.heading)
    for line in lines:
        board.still(text_of(line), zones.left, baseline, heading)
        baseline += step
    if design.years:
        small = board.lettering("text", design.years, 48 * unit, theme.muted)
        board.still(design.years, zones.left, baseline - step + 96 * unit, small)
    return True


def _draw_numeral(board: Board, numeral: str, centre: float, room: float) -> None:
    """The number at the right, hollow or filled; smaller where the heading leaves less room."""
    theme, unit = board.theme, board.unit
    large = board.lettering("number", numeral, _NUMERAL * unit, theme.accent)
    em = large.em * min(1.0, max(0.0, room - _NUMERAL_GAP * unit) / large.width(numeral))
    if em < _UPRIGHT_NUMERAL * unit:
        return
    numeral_lettering = replace(large, em=em, outline=0 if theme.mark == "pill" else 3 * unit)
    baseline = centre + large.face.capital(em) / 2 + 20 * unit
    board.drawing.text(numeral, board.zones.right, baseline, numeral_lettering, board.span, anchor="right", layer=2)


def _draw_rule(board: Board, title: str, box: Box, colour: str) -> None:
    """A line that draws itself below the title, on the side where its text begins."""
    if runs_from_right(title):
        box = box._replace(x=board.zones.right - box.width)
    radius = box.height / 2 if board.theme.mark == "pill" else 0.0
    board.grow(box, colour, board.span.start, frames=_LINE_FRAMES, radius=radius, layer=3)
