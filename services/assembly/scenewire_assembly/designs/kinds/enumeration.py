"""The list: three to six rows between hairlines; a band marks the row that is spoken of. Captions stay on."""

from typing import Final

from scenewire.messages import Enumeration
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Box, Lettering, Span
from scenewire_assembly.designs.lettering import pieces_of, words_of
from scenewire_assembly.designs.motion import IN_OUT

__all__ = ["draw_enumeration"]

_ZONES: Final = {"wide": (0.235, 0.80), "upright": (0.22, 0.57), "square": (0.235, 0.80)}
_ROW: Final = 161
_LETTERS: Final = 0.74
_BAND_FRAMES: Final = 6
_INDENT: Final = 124


def draw_enumeration(board: Board, design: Enumeration) -> bool:
    """Draws a list; returns whether it fits."""
    theme, zones, unit = board.theme, board.zones, board.unit
    top, bottom = (share * zones.height for share in _ZONES[zones.shape])
    if board.captions:
        bottom = min(bottom, board.floor if zones.upright else zones.caption_base - 150 * unit)
    count = len(design.items)
    row = min(_ROW * unit, (bottom - top) / count)
    first = top + ((bottom - top) - count * row) * 0.4
    em = row * _LETTERS * theme.number_size**0.4 * 0.9
    item = board.lettering("heading", " ".join(design.items), em, theme.text, spacing=theme.letter_spacing)
    widest = max(item.width(text) for text in design.items)
    room = zones.right - zones.left - _INDENT * unit
    if widest > room:
        if widest * 0.6 > room:
            return False
        item = Lettering(item.face, item.em * room / widest, item.colour, item.spacing * room / widest)
    if design.title:
        pieces = pieces_of(board.spoken(design.title))
        fitted = board.fitted(pieces, "text", 58 * unit, zones.across, 1)
        if fitted is None:
            return False
        small, lines = fitted
        title = board.lettering("text", design.title, small, theme.muted)
        board.line(words_of(lines[0]), zones.left, first - 34 * unit, title, rise=0.25)
    if theme.mark == "rules":
        board.rules()
    for edge in range(count + 1):
        y = first + edge * row
        board.drawing.rectangle(Box(zones.left, y - unit, zones.across, 2 * unit), theme.line, board.span, layer=1)
    said = [max(board.span.start, board.spoken(text)[0].frame - 2) for text in design.items]
    if not board.brief:
        _draw_band(board, said, first, row)
    for index, text in enumerate(design.items):
        _draw_row(board, index, text, said=said, middle=first + (index + 0.5) * row, item=item)
    return True


def _draw_row(board: Board, index: int, text: str, *, said: list[int], middle: float, item: Lettering) -> None:
    """A row comes with its word: first on the band, then on the ground."""
    theme, zones, unit = board.theme, board.zones, board.unit
    baseline = middle + item.face.capital(item.em) / 2
    moves = board.frames(_BAND_FRAMES)
    starts = board.from_frame(said[index] + (moves // 2 if index else 0)).start
    leaves = said[index + 1] + moves // 2 if index + 1 < len(said) else board.span.end
    if board.brief:
        leaves = starts  # no band
    for span, letters, number in (
        (Span(starts, max(starts, leaves)), theme.on_accent, theme.on_accent),
        (Span(max(starts, leaves), board.span.end), theme.text, theme.accent),
    ):
        figure = board.lettering("number", str(index + 1), item.em * 0.62, number)
        board.drawing.text(str(index + 1), zones.left + 6 * unit, baseline, figure, span)
        row = Lettering(item.face, item.em, letters, item.spacing)
        board.drawing.text(text, zones.left + _INDENT * unit, baseline, row, span)


def _draw_band(board: Board, said: list[int], first: float, row: float) -> None:
    theme, zones, unit = board.theme, board.zones, board.unit

    def band(y: float, span: Span) -> None:
        board.drawing.rectangle(
            Box(zones.left - 24 * unit, y + 5 * unit, zones.across + 48 * unit, row - 10 * unit),
            theme.accent,
            span,
            radius=theme.corner * unit * 1.4,
        )

    moves = board.frames(_BAND_FRAMES)
    for index, frame in enumerate(said):
        stays = said[index + 1] if index + 1 < len(said) else board.span.end
        begin = frame
        if index:
            for step in range(min(moves, max(0, stays - frame))):
                y = first + row * (index - 1 + IN_OUT.at((step + 1) / moves))
                band(y, Span(frame + step, frame + step + 1))
            begin = min(frame + moves, stays)
        band(first + row * index, Span(begin, stays))
