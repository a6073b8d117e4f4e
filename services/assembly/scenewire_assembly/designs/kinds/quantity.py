"""The number: large, with its unit, over a ruler. Captions show the rest of its sentence."""

from dataclasses import dataclass
from typing import Final

from scenewire.messages import Quantity
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Box, Lettering, Span
from scenewire_assembly.designs.lettering import pieces_of, words_of
from scenewire_assembly.designs.motion import COUNT

__all__ = ["draw_quantity"]

_NUMBER: Final = 430
_UNIT_SIZE: Final = 0.30
_MIN_UNIT: Final = 72
_LEAD: Final = 56
_COUNT_FRAMES: Final = 20
_MIN_COUNT_FRAMES: Final = 8
_FIRST_COUNT: Final = 10
_PULSE_FRAMES: Final = 8
_PULSE: Final = 1.06
_TICKS: Final = 40
_RULER_DEPTH: Final = 40
_STEP: Final = 0.96
_MIN_SIZE: Final = 0.6
"""Least share of its size to which a number shrinks so that it stays above the captions."""

_TALL: Final = frozenset("$()/[]|")
"""Higher than capitals."""

_DEEP: Final = {frozenset(","): 0.1, frozenset("$()/[]|"): 0.14, frozenset("gjpqyç"): 0.2}
"""How far characters reach below the base line, ems, so that a unit below them is clear of them."""

_SEPARATORS: Final = ",.\u00a0\u202f '"


@dataclass(frozen=True)
class _Layout:
    """Sizes of a number with its unit at one size; distances count from its base line.

    Attributes:
        number: its letters.
        unit: letters of the unit.
        beside: whether the unit stands beside the number.
        lead: up to the base line of the words above.
        top: up to the upper edge of everything.
        below: down to the base line of a unit that does not stand beside.
        ruler: down to the ruler.
        bottom: down to the lower edge of everything.
    """

    number: Lettering
    unit: Lettering
    beside: bool
    lead: float
    top: float
    below: float
    ruler: float
    bottom: float


def draw_quantity(board: Board, design: Quantity) -> bool:
    """Draws a number; returns whether it fits."""
    theme, zones, unit = board.theme, board.zones, board.unit
    em = (_NUMBER + (10 if zones.upright else 0)) * unit * theme.number_size
    wide = board.lettering("number", design.number, em, theme.of_numbers).width(design.number)
    if wide > zones.across:
        em *= zones.across / wide
        if zones.across < 0.45 * wide:
            return False
    layout, room = _layout(board, design, em), board.floor - board.ceiling
    while layout.top + layout.bottom > room and layout.number.em > _MIN_SIZE * em:
        layout = _layout(board, design, layout.number.em * _STEP)
    number, em = layout.number, layout.number.em
    baseline = zones.centre(captions=board.captions) + number.face.capital(em) * 0.42
    if design.unit and not layout.beside and not zones.upright:
        baseline -= layout.unit.em * 0.55
    baseline = max(board.ceiling + layout.top, min(baseline, board.floor - layout.bottom))
    spoken = board.spoken(design.number)
    lands = spoken[0].frame if spoken else board.span.start
    if design.lead and not _draw_lead(board, design.lead, baseline - layout.lead):
        return False
    if theme.mark == "rules":
        board.rules()
    _draw_number(board, design.number, baseline, number, lands)
    words = board.spoken(design.unit) if design.unit else []
    if words and layout.beside:
        x = zones.left + number.width(design.number) + 0.10 * em
        board.line(words, x, baseline, layout.unit, rise=0.32, layer=4)
    elif words:
        board.line(words, zones.left, baseline + layout.below, layout.unit, rise=0.32, layer=4)
    _draw_ruler(board, baseline + layout.ruler, design.share, lands)
    for part in (design.lead, design.number, design.unit):
        board.claim(part)
    return True


def _layout(board: Board, design: Quantity, em: float) -> _Layout:
    theme, zones, unit = board.theme, board.zones, board.unit
    number = board.lettering("number", design.number, em, theme.of_numbers)
    small = max(em * _UNIT_SIZE, _MIN_UNIT * unit)
    name = board.lettering("heading", design.unit, small, theme.text)
    beside = not zones.upright and number.width(design.number) + 0.12 * em + name.width(design.unit) < zones.across
    if design.unit and not beside and name.width(design.unit) > zones.across:
        name = Lettering(name.face, small * zones.across / name.width(design.unit), name.colour)
    lead = number.face.capital(em) + (0.21 if _TALL & set(design.number) else 0.13) * em
    deep = max(depth if signs & set(design.number) else 0.0 for signs, depth in _DEEP.items())
    below = small * 1.15 + deep * em
    ruler = 0.17 * em if beside or not design.unit else below + 0.15 * em
    top = lead + _LEAD * unit * 0.75 if design.lead else number.face.capital(em)
    return _Layout(number, name, beside, lead, top, below, ruler, ruler + _RULER_DEPTH * unit)


def _draw_lead(board: Board, lead: str, baseline: float) -> bool:
    pieces = pieces_of(board.spoken(lead))
    fitted = board.fitted(pieces, "label", _LEAD * board.unit, board.zones.across, 1)
    if fitted is None:
        return False
    em, lines = fitted
    lettering = board.lettering("label", lead, em, board.theme.muted)
    board.line(words_of(lines[0]), board.zones.left, baseline, lettering, rise=0.25)
    return True


def _draw_number(board: Board, number: str, baseline: float, lettering: Lettering, lands: int) -> None:
    """The number counts up and lands at its word: the true number shows exactly from there on.

    Every digit keeps its final place, so that nothing jitters.
    """
    total = _whole(number)
    earliest = board.span.start + board.frames(_FIRST_COUNT)
    begins = max(lands - board.frames(_COUNT_FRAMES), earliest)
    if board.brief or total is None or lands - begins < board.frames(_MIN_COUNT_FRAMES):
        words = board.spoken(number)
        if board.brief or total is not None:
            _draw_digits(
                board,
                number,
                lettering,
                Span(board.from_frame(lands - 2).start, board.span.end),
                final=number,
                baseline=baseline,
            )
        else:
            board.line(words, board.zones.left, baseline, lettering, rise=0.2, layer=4)
        return
    for frame in range(begins, lands):
        share = COUNT.at((frame - begins + 1) / (lands - begins + 1))
        shown = _grouped(int(total * share), number)
        _draw_digits(board, shown, lettering, Span(frame, frame + 1), final=number, baseline=baseline)
    pulse = min(board.frames(_PULSE_FRAMES), board.span.end - lands)
    middle = baseline - lettering.face.capital(lettering.em) / 2
    for frame in range(pulse):
        growth = 1 + (_PULSE - 1) * (1 - abs(2 * (frame + 1) / pulse - 1))
        _draw_digits(
            board,
            number,
            lettering,
            Span(lands + frame, lands + frame + 1),
            final=number,
            baseline=baseline,
            growth=(growth, middle),
        )
    _draw_digits(board, number, lettering, Span(lands + pulse, board.span.end), final=number, baseline=baseline)


def _draw_digits(
    board: Board,
    shown: str,
    lettering: Lettering,
    span: Span,
    *,
    final: str,
    baseline: float,
    growth: tuple[float, float] = (1.0, 0.0),
) -> None:
    """Characters centred at the places that they have in the final number, whose width is reserved."""
    factor, middle = growth
    left, width = board.zones.left, lettering.width(final)
    centres = [left + (lettering.width(final[:at]) + lettering.width(final[: at + 1])) / 2 for at in range(len(final))]
    grown = Lettering(lettering.face, lettering.em * factor, lettering.colour)
    for character, centre in zip(shown.rjust(len(final)), centres, strict=True):
        if character != " ":
            x = left + width / 2 + (centre - left - width / 2) * factor
            y = middle + (baseline - middle) * factor
            board.drawing.text(character, x, y, grown, span, anchor="centre", layer=4)


def _whole(number: str) -> int | None:
    """The number, if it is written with digits and separators of thousands only."""
    digits = "".join(character for character in number if character not in _SEPARATORS)
    groups = [group for group in _groups(number) if group]
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        return None
    return int(digits) if len(groups) == 1 or all(len(group) == 3 for group in groups[1:]) else None


def _groups(number: str) -> list[str]:
    return "".join(" " if character in _SEPARATORS else character for character in number).split(" ")


def _grouped(value: int, like: str) -> str:
    """A smaller number, with separators at the places of the final one."""
    digits = list(str(value))
    shown: list[str] = []
    for character in reversed(like):
        if not digits:
            break
        shown.append(digits.pop() if character.isdigit() else character)
    return "".join(reversed(shown)).lstrip(_SEPARATORS)


def _draw_ruler(board: Board, y: float, share: float | None, lands: int) -> None:
    """The ruler stands from the first frame; its bar fills as the number comes: wholly, or the stated share."""
    theme, unit, left, width = board.theme, board.unit, board.zones.left, board.zones.across
    filled = width * (1.0 if share is None else share)
    frames = max(1, min(_COUNT_FRAMES, lands - board.span.start))
    begins = lands - board.frames(frames)
    match theme.ruler:
        case "ticks":
            cells = _TICKS if share is None else 10
            path = ""
            for tick in range(cells + 1):
                tall = (26 if tick % 10 == 0 or share is not None else 13) * unit
                at = (width - 2 * unit) * tick / cells
                path += f"m {at:.1f} 0 l {at + 2 * unit:.1f} 0 {at + 2 * unit:.1f} {tall:.1f} {at:.1f} {tall:.1f} "
            board.drawing.shape(path, (left, y + 8 * unit), theme.axis, board.span)
            board.grow(Box(left, y, filled, 5 * unit), theme.accent, begins, frames=frames, layer=3)
        case "round":
            tall = 34 * unit
            board.drawing.rectangle(Box(left, y + 6 * unit, width, tall), "FFFFFF", board.span, radius=tall / 2)
            board.grow(
                Box(left, y + 6 * unit, max(filled, tall), tall),
                theme.second,
                begins,
                frames=frames,
                radius=tall / 2,
                layer=3,
            )
        case "rule":
            board.drawing.rectangle(Box(left, y, width, 1.6 * unit), theme.text, board.span)
            board.grow(Box(left, y - 3 * unit, filled, 8 * unit), theme.accent, begins, frames=frames, layer=3)
