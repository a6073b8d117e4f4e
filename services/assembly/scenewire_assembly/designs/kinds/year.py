"""The year: large, on a line of all years of the video in true proportion. Captions show its sentence."""

from itertools import pairwise
from typing import Final

from scenewire.messages import YearOnLine
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Box, Lettering, Span
from scenewire_assembly.designs.lettering import Word, pieces_of, words_of
from scenewire_assembly.designs.motion import IN_OUT

__all__ = ["draw_year"]

_YEAR: Final = 360
_CLAUSE: Final = 80
_SLIDE_FRAMES: Final = 14
_EARLY: Final = 4
_LABEL_SPACE: Final = 18
_MIN_SIZE: Final = 0.6
"""Least share of its size to which a year shrinks so that it stays above the captions."""

_LABELS: Final = 92
"""From the line to the lower edge of its labels."""


def draw_year(board: Board, design: YearOnLine) -> bool:
    """Draws a year; returns whether it fits. A line needs two years."""
    if len(design.years) < 2 or design.year not in design.years:
        return False
    theme, zones, unit = board.theme, board.zones, board.unit
    text = str(design.year)
    number = board.lettering(
        "number", text, (_YEAR + (40 if zones.upright else 0)) * unit * theme.number_size, theme.of_numbers
    )
    if number.width(text) > zones.across:
        number = Lettering(number.face, number.em * zones.across / number.width(text), number.colour)
    em = number.em
    beside = zones.left + number.width(text) + 70 * unit
    below = zones.upright or zones.right - beside < zones.across / 3
    x = zones.left if below else beside
    pieces = pieces_of(board.spoken(design.clause))
    fitted = board.fitted(
        pieces, "heading", _CLAUSE * unit * theme.number_size, zones.right - x, 3 if zones.upright else 2
    )
    if fitted is None:
        return False
    small, lines = fitted
    step = small * 1.3
    to_line = (110 if zones.upright else 118) * unit + len(lines) * step if below else 150 * unit
    to_line += 60 * unit if zones.upright else 0.0
    above = 90 * unit if design.before else 0.0
    room = board.floor - board.ceiling - above - to_line - _LABELS * unit
    em *= max(_MIN_SIZE, min(1.0, room / number.face.capital(em)))
    number = Lettering(number.face, em, number.colour)
    baseline = zones.centre(captions=board.captions) + (-60 if zones.upright else -70 if below else -10) * unit
    baseline = min(baseline, board.floor - to_line - _LABELS * unit)
    baseline = max(baseline, board.ceiling + above + number.face.capital(em))
    spoken = board.spoken(text)
    said = spoken[0].frame if spoken else board.span.start
    if theme.mark == "rules":
        board.rules()
    if design.before:
        label = board.lettering("label", design.before, 50 * unit, theme.muted)
        board.line(
            board.spoken(design.before), zones.left, baseline - number.face.capital(em) - 44 * unit, label, rise=0.25
        )
    _draw_rising(board, text, baseline, number, said - _EARLY)
    clause = board.lettering("heading", design.clause, small, theme.text)
    at = baseline + (110 if zones.upright else 118) * unit if below else baseline - (len(lines) - 1) * step - 8 * unit
    for line in lines:
        board.line(words_of(line), x, at, clause, rise=0.25)
        at += step
    _draw_line(board, design, baseline + to_line, said)
    return True


def _draw_rising(board: Board, text: str, baseline: float, lettering: Lettering, frame: int) -> None:
    """The year comes whole, a little before it is spoken."""
    board.line([Word(text, frame + 2)], board.zones.left, baseline, lettering, rise=0.2, layer=4)


def _draw_line(board: Board, design: YearOnLine, y: float, said: int) -> None:
    theme, zones, unit = board.theme, board.zones, board.unit
    first, last = design.years[0], design.years[-1]
    inset = 12 * unit

    def place(year: int) -> float:
        return zones.left + inset + (year - first) / (last - first) * (zones.across - 2 * inset)

    board.drawing.rectangle(Box(zones.left, y - 2 * unit, zones.across, 4 * unit), theme.axis, board.span)
    for year in design.years:
        board.drawing.disc(place(year), y, 12 * unit, theme.axis, board.span, layer=3)
    earlier = [year for year in design.years if year < design.year]
    _slide(board, place(earlier[-1]) if earlier else zones.left, place(design.year), y, said)
    used: list[tuple[float, float]] = []
    for year in (design.year, *(year for year in design.years if year != design.year)):
        current = year == design.year
        label = board.lettering(
            "label", str(year), (38 if current else 34) * unit, theme.text if current else theme.muted
        )
        width = label.width(str(year))
        x = min(max(place(year), zones.left + width / 2), zones.right - width / 2)
        if all(abs(x - other) >= (width + wide) / 2 + _LABEL_SPACE * unit for other, wide in used):
            used.append((x, width))
            board.drawing.text(str(year), x, y + 80 * unit, label, board.span, anchor="centre")


def _slide(board: Board, start: float, end: float, y: float, said: int) -> None:
    """The marker slides from the year before to its own and arrives as the year is spoken."""
    theme, unit, span = board.theme, board.unit, board.span
    count = board.frames(_SLIDE_FRAMES)
    arrives = min(max(said + 2, span.start + 1), span.end - 1)
    begins = max(span.start, arrives - count)
    if board.brief:
        begins = arrives = span.start
    edges = [*range(begins, arrives + 1), span.end]
    if begins > span.start:
        edges = [span.start, *edges]
    for frame, following in pairwise(edges):
        share = 1.0 if arrives == begins else IN_OUT.at((frame - begins) / (arrives - begins))
        x = start + (end - start) * share
        part = Span(frame, following)
        board.drawing.rectangle(Box(board.zones.left, y - 4 * unit, x - board.zones.left, 8 * unit), theme.accent, part)
        board.drawing.disc(x, y, 27 * unit, board.ground, part, layer=4)
        board.drawing.disc(x, y, 22 * unit, theme.accent, part, layer=5)
