"""The letters of a thumbnail: the title, and a plate with a number. Pure."""

from dataclasses import replace
from typing import Final

import pysubs2

from scenewire.messages import Look
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Box, Drawing, Lettering
from scenewire_assembly.designs.faces import Faces
from scenewire_assembly.designs.lettering import Line, beginnings, pieces_of, text_of
from scenewire_assembly.designs.times import words_in
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.themes.theme import Theme

__all__ = ["draw_letters"]

_SIZES: Final = ((300, 2), (240, 3), (190, 4), (140, 5))
"""Largest sizes of the title, and the lines that it may fill at each; it shrinks to less than half of them."""

_SMALLEST: Final = 60
"""At a width of 160 pixels, smaller letters cannot be read."""

_LEFT: Final = 0.06
_WIDTHS: Final = {"wide": 0.56, "upright": 0.84, "square": 0.84}
_HIGHEST: Final = {"wide": 0.84, "upright": 0.46, "square": 0.6}
"""Most of the height that title and plate may fill."""

_CENTRES: Final = {"wide": 0.5, "upright": 0.66, "square": 0.62}
_PLATE: Final = 128
_PLATE_EM: Final = 92
_PADDING: Final = 32
_BELOW: Final = 70


def draw_letters(
    title: str,
    number: str,
    look: Look,
    *,
    theme: Theme,
    faces: Faces,
    over_footage: bool,
    undrawable: frozenset[str] = frozenset(),
) -> list[pysubs2.SSAEvent]:
    """Draws the title, and below it the number on a plate, on frame 0.

    Args:
        title: of the video.
        number: with its unit; empty for none.
        look: size of the thumbnail.
        theme: colours and measures.
        faces: the theme's typefaces.
        over_footage: whether the letters are white with a dark edge.
        undrawable: characters that no font has; they are left out.
    """
    drawing, zones = Drawing(look.frame_rate, undrawable), Zones(look.width, look.height)
    board = Board.without_speech(drawing, zones, 1, theme=theme, faces=faces, ground=theme.ground)
    unit, across = zones.unit, _WIDTHS[zones.shape] * zones.width
    plate = _plate(board, number, across)
    below = (_BELOW + _PLATE) * unit if plate else 0.0
    room = _HIGHEST[zones.shape] * zones.height - below
    fitted = _fitted(board, title, across, room)
    x = _LEFT * zones.width
    if fitted is None:
        return drawing.events
    lettering, lines = fitted
    if over_footage:
        lettering = replace(lettering, colour="FFFFFF")
    step, capital = theme.heading_line * lettering.em, lettering.face.capital(lettering.em)
    height = capital + (len(lines) - 1) * step + below
    baseline = _CENTRES[zones.shape] * zones.height - height / 2 + capital
    for line in lines:
        if over_footage:
            edge = f"\\3c&H000000&\\3a&H50&\\bord{0.08 * lettering.em:.1f}\\blur{0.07 * lettering.em:.1f}"
            drawing.text(text_of(line), x, baseline, lettering, board.span, layer=3, tags=edge)
        drawing.text(text_of(line), x, baseline, lettering, board.span, layer=4)
        baseline += step
    if plate:
        top = baseline - step + _BELOW * unit
        box = Box(x, top, plate.width(number) + 2 * _PADDING * unit, _PLATE * unit)
        drawing.rectangle(box, theme.accent, board.span, radius=1.7 * theme.corner * unit)
        middle = top + _PLATE * unit / 2 + plate.face.capital(plate.em) / 2
        drawing.text(number, x + _PADDING * unit, middle, plate, board.span)
    return drawing.events


def _plate(board: Board, number: str, across: float) -> Lettering | None:
    """The letters of the number, smaller where they would be wider than the title; None for no number."""
    if not number:
        return None
    unit, theme = board.unit, board.theme
    lettering = board.lettering("heading", number, _PLATE_EM * unit * theme.number_size, theme.on_accent)
    factor = min(1.0, (across - 2 * _PADDING * unit) / lettering.width(number))
    return replace(lettering, em=lettering.em * factor) if lettering.em * factor >= _SMALLEST * unit else None


def _fitted(board: Board, title: str, across: float, room: float) -> tuple[Lettering, list[Line]] | None:
    """The title as large as it fits; its beginning if the whole would be too small; None if that is, too."""
    for text in (title, *beginnings(title)):
        found = [
            fitted for size, most in _SIZES if (fitted := _fitted_at(board, text, size, most, across=across, room=room))
        ]
        if found:
            return max(found, key=lambda fitted: fitted[0].em)
    return None


def _fitted_at(
    board: Board, text: str, size: float, most: int, *, across: float, room: float
) -> tuple[Lettering, list[Line]] | None:
    """The title at most so large and in so many lines."""
    theme = board.theme
    fitted = board.fitted(
        pieces_of(words_in(text)),
        "heading",
        size * board.unit * theme.number_size,
        across,
        most,
        spacing=theme.letter_spacing,
        height=lambda em, lines: em >= _SMALLEST * board.unit and em * theme.heading_line * lines <= room,
    )
    if fitted is None or not fitted[1]:
        return None
    em, lines = fitted
    return board.lettering("heading", text, em, theme.text, spacing=theme.letter_spacing), lines
