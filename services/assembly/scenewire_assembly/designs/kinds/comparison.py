"""The comparison: two bars in true proportion from one edge. Captions stay on."""

from typing import Final

from scenewire.messages import Comparison
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Box, Lettering, Span
from scenewire_assembly.designs.motion import OUT

__all__ = ["draw_comparison"]

_VALUE: Final = 104
_LABEL: Final = 46
_GROW_FRAMES: Final = 14
_EARLY: Final = 8
_MIN_BAR: Final = 6


def draw_comparison(board: Board, design: Comparison) -> bool:
    """Draws a comparison; returns whether it fits."""
    theme, zones, unit = board.theme, board.zones, board.unit
    tall, apart = (150, 210) if zones.upright else (140, 140)
    longest = max(bar.value for bar in design.bars)
    y = zones.centre(captions=board.captions) - (250 if zones.upright else 150) * unit
    second = theme.text if theme.mark == "rules" else theme.second
    em = _VALUE * unit * theme.number_size
    widths = [max(zones.across * bar.value / longest, _MIN_BAR * unit) for bar in design.bars]
    values = [board.lettering("heading", bar.text, em, theme.text) for bar in design.bars]
    needed = [value.width(bar.text) + 60 * unit for bar, value in zip(design.bars, values, strict=True)]
    if any(room > max(width, zones.across - width) for room, width in zip(needed, widths, strict=True)):
        return False
    if theme.mark == "rules":
        board.rules()
    edge = Box(zones.left - 16 * unit, y - 20 * unit, 4 * unit, (2 * tall + apart + 40) * unit)
    board.drawing.rectangle(edge, theme.axis, board.span)
    for index, bar in enumerate(design.bars):
        top = y + index * (tall + apart) * unit
        spoken = board.spoken(bar.text)
        in_sentence = board.words.find(bar.text, board.start, board.end) >= 0
        said = spoken[0].frame if spoken and in_sentence else board.span.start
        label = board.lettering("label", bar.label, _LABEL * unit, theme.muted)
        if bar.label:
            label = Lettering(label.face, label.em * min(1, zones.across / label.width(bar.label)), label.colour)
            board.still(bar.label, zones.left, top - 26 * unit, label, frame=said - _EARLY)
        colour = second if index else theme.accent
        _draw_bar(board, Box(zones.left, top, widths[index], tall * unit), colour, said)
        inside = needed[index] < widths[index]
        letters = (theme.on_accent if index == 0 else board.ground) if inside else theme.text
        value = Lettering(values[index].face, em, letters)
        x = zones.left + (28 * unit if inside else widths[index] + 28 * unit)
        board.still(bar.text, x, top + tall * unit / 2 + value.face.capital(em) / 2, value, frame=said)
    return True


def _draw_bar(board: Board, box: Box, colour: str, said: int) -> None:
    span = board.from_frame(said - _EARLY)
    radius = board.theme.corner * board.unit if box.width > 40 * board.unit else 0.0
    grows = 0 if board.brief else min(board.frames(_GROW_FRAMES), span.end - span.start)
    for frame in range(grows):
        part = box.width * OUT.at((frame + 1) / grows)
        moment = Span(span.start + frame, span.start + frame + 1)
        board.drawing.rectangle(box._replace(width=part), colour, moment, radius=min(radius, part / 2))
    board.drawing.rectangle(box, colour, Span(span.start + grows, span.end), radius=radius)
