"""The statement: the main clause large, the rest of the sentence small. It says all of its sentence."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from scenewire.messages import Statement
from scenewire_assembly.captions.ass import runs_from_right
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Box, Lettering
from scenewire_assembly.designs.lettering import Line, Piece, Word, pieces_of, text_of, words_of

__all__ = ["draw_statement"]

_HEAD: Final = 236
_HEAD_WIDTH: Final = 0.88
_REST_WIDTH: Final = 0.86
_REST_GAP: Final = 58
_REST_LINE: Final = 1.34
_WHOLE: Final = 104
_WHOLE_LINE: Final = 1.3
_HEAD_RISE: Final = 0.32
_DESCENT: Final = 0.2
"""How far letters reach below their base line, ems."""

_LINE_EXTENT: Final = 0.93
"""From the top of a line's capitals to where its letters end below, ems."""

_REST_RISE: Final = 0.25

_UNDERLINES: Final = {"underline": (0.13, 0.045), "thin_underline": (0.12, 0.03)}
"""Distance below the base line and thickness, ems."""


def draw_statement(board: Board, design: Statement) -> bool:
    """Draws a statement; returns whether it fits."""
    if not design.head:
        return _draw_whole(board, design)
    theme, zones, unit = board.theme, board.zones, board.unit
    width = zones.across * (1 if zones.upright else _HEAD_WIDTH)
    pieces = _pieces(board.spoken(design.head), design.emphasis)
    small = (60 if zones.upright else 68) * unit
    rest = board.lettering("text", design.lead + design.rest, small, theme.muted)
    above, below = (
        board.wrapped(_pieces(board.spoken(part), ""), rest, zones.across * _REST_WIDTH) if part else []
        for part in (design.lead, design.rest)
    )
    gap = _REST_GAP * unit
    before = len(above) * small * _REST_LINE + gap * 0.6 if above else 0.0
    after = len(below) * small * _REST_LINE + gap if below else 0.0
    room = board.floor - board.ceiling - before - after
    fitted = board.fitted(
        pieces,
        "heading",
        _HEAD * unit * theme.number_size,
        width,
        4 if zones.upright else 2,
        spacing=theme.letter_spacing,
        height=lambda em, lines: em * (_LINE_EXTENT + (lines - 1) * theme.heading_line) <= room,
    )
    if fitted is None:
        return False
    em, lines = fitted
    head = board.lettering("heading", design.head, em, theme.text, spacing=theme.letter_spacing)
    step = em * theme.heading_line
    whole = before + head.face.capital(em) + (len(lines) - 1) * step + after
    top = _top(board, whole, _DESCENT * (small if below else em))
    board.mark(top, design.head)
    baseline = top
    for line in above:
        baseline += small * _REST_LINE
        board.line(words_of(line), zones.left, baseline - small * 0.3, rest, rise=_REST_RISE)
    baseline = top + before + head.face.capital(em)
    for line in lines:
        _draw_head(board, line, baseline, head)
        baseline += step
    baseline += gap + small - step
    for line in below:
        board.line(words_of(line), zones.left, baseline, rest, rise=_REST_RISE)
        baseline += small * _REST_LINE
    for part in (design.lead, design.head, design.rest):
        board.claim(part)
    return True


def _draw_whole(board: Board, design: Statement) -> bool:
    """A sentence without a short main clause: all of it in one size."""
    theme, zones = board.theme, board.zones
    text = " ".join(part for part in (design.lead, design.rest) if part)
    pieces = _pieces(board.spoken(text), design.emphasis)
    room = board.floor - board.ceiling
    most = max(4, int(room / (_WHOLE * board.unit * 0.6 * _WHOLE_LINE)))
    for lines_allowed in range(4, most + 1):
        fitted = board.fitted(
            pieces,
            "text",
            _WHOLE * board.unit,
            zones.across,
            lines_allowed,
            height=lambda em, lines: em * (_LINE_EXTENT + (lines - 1) * _WHOLE_LINE) <= room,
        )
        if fitted is not None:
            break
    else:
        return False
    em, lines = fitted
    step = em * _WHOLE_LINE
    lettering = board.lettering("text", text, em, theme.text)
    marked = replace(lettering, colour=theme.accent)
    whole = lettering.face.capital(em) + (len(lines) - 1) * step
    baseline = _top(board, whole, em * _DESCENT)
    board.mark(baseline, text)
    baseline += lettering.face.capital(em)
    for line in lines:
        _draw_pieces(board, line, baseline, lettering, marked, rise=_REST_RISE)
        baseline += step
    board.claim(text)
    return True


def _top(board: Board, height: float, descent: float) -> float:
    """Where a block of letters begins: around the optical centre, as far as the zone goes."""
    centred = board.zones.centre(captions=False) - height / 2
    return max(board.ceiling, min(centred, board.floor - height - descent))


def _draw_head(board: Board, line: Line, baseline: float, lettering: Lettering) -> None:
    theme = board.theme
    colour = theme.on_accent if theme.emphasis == "pill" else theme.accent
    marked = replace(lettering, colour=colour)
    for x, piece in _draw_pieces(board, line, baseline, lettering, marked, rise=_HEAD_RISE):
        width, em, first = lettering.width(piece.text), lettering.em, piece.words[0].frame
        if theme.emphasis == "pill":
            pad, capital = 0.16 * em, lettering.face.capital(em)
            board.grow(
                Box(x - pad, baseline - capital - 0.17 * em, width + 2 * pad, capital + 0.34 * em),
                theme.accent,
                first,
                radius=0.14 * em,
            )
        elif theme.emphasis in _UNDERLINES:
            below, thickness = _UNDERLINES[theme.emphasis]
            board.grow(Box(x, baseline + below * em, width, thickness * em), theme.accent, first, layer=3)


def _draw_pieces(
    board: Board, line: Line, baseline: float, lettering: Lettering, marked: Lettering, *, rise: float
) -> list[tuple[float, Piece]]:
    """Draws a line; returns its marked pieces and where they begin."""
    text = text_of(line)
    if not any(piece.strong for piece in line) or not lettering.face.covers(text) or runs_from_right(text):
        board.line(words_of(line), board.zones.left, baseline, lettering, rise=rise)
        return []
    found: list[tuple[float, Piece]] = []
    for index, piece in enumerate(line):
        x = board.zones.left + lettering.width(text_of(line[: index + 1])) - lettering.width(piece.text)
        board.line(piece.words, x, baseline, marked if piece.strong else lettering, rise=rise)
        if piece.strong:
            found.append((x, piece))
    return found


def _words(line: Line) -> list[Word]:
    return [word for piece in line for word in piece.words]


def _pieces(words: Sequence[Word], emphasis: str) -> list[Piece]:
    """One piece for each word; the marked neighbours are one piece."""
    marked = [part.casefold() for part in emphasis.split()]
    texts = [word.text.casefold() for word in words]
    for at in range(len(words) - len(marked) + 1 if marked else 0):
        if all(_bare(text) == _bare(part) for text, part in zip(texts[at:], marked, strict=False)):
            strong = Piece(tuple(words[at : at + len(marked)]), strong=True)
            after = words[at + len(marked) :]
            return [*(Piece((word,)) for word in words[:at]), strong, *(Piece((word,)) for word in after)]
    return pieces_of(words)


def _bare(word: str) -> str:
    return "".join(character for character in word if character.isalnum()) or word
