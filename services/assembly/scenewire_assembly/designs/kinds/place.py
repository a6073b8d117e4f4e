"""The place: its name on a plate beside a point on a map, which is the ground. Captions stay on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from scenewire.messages import NamedPlace, Place
from scenewire_assembly.captions.ass import runs_from_right
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Box, Lettering, Span
from scenewire_assembly.designs.faces import Role
from scenewire_assembly.designs.lettering import Line, pieces_of, text_of
from scenewire_assembly.designs.map_view import Spot, map_of, spot_of
from scenewire_assembly.designs.motion import OUT
from scenewire_assembly.maps.projection import Map

__all__ = ["draw_place"]

_NAME: Final = 150
_NAME_WIDTH: Final = {"wide": 0.42, "upright": 0.72, "square": 0.5}
"""Shares of the picture's width."""

_NAME_LINES: Final = (2, 3)
_NAME_RISE: Final = 0.25
_PAD: Final = (52, 44, 46)
"""Left of the letters, right of them, above and below."""

_PLATE: Final = 0.94
_BAR: Final = 10
_EARLY: Final = 4
_MAX_HIDDEN: Final = 0.12
"""Share of a place's area that the plate may hide."""

_LINE: Final = 3
_MIN_LINE: Final = 24
_STRAIGHT: Final = 9
"""A line that would bend less stays straight."""

_POINT: Final = 13
_HALO: Final = 30
_HALO_OPACITY: Final = 0.41
_CORE: Final = 5
_RING: Final = 60
_GROW_FRAMES: Final = 8
_RING_FRAMES: Final = 20
_OVERSHOOT: Final = 1.2

_CAPTION_PLATE: Final = 30
"""How far the plate of captions reaches above them."""

_LABEL: Final = 40
_SMALL_POINT: Final = 7
_GAP: Final = 22
_CLEAR: Final = 12
"""Free around labels."""


@dataclass(frozen=True)
class _Pin:
    """A place in the picture."""

    named: NamedPlace
    spot: Spot
    x: float
    y: float


def draw_place(board: Board, design: Place) -> bool:
    """Draws the name, the point and the line between them; returns whether the place is known and its name fits."""
    main = spot_of(design.place)
    if main is None:
        return False
    known: list[tuple[NamedPlace, Spot]] = [(design, main)]
    known += [(named, spot) for named in design.others if (spot := spot_of(named.place, near=main))]
    zones, theme = board.zones, board.theme
    fitted = _fitted(board, design.name)
    if fitted is None:
        return False
    em, lines = fitted
    mirrored = runs_from_right(design.name)
    view = map_of([spot for _, spot in known], zones, mirrored=mirrored)
    pins = [
        _Pin(named, spot, *view.at(spot.longitude, spot.latitude, zones.width, zones.height)) for named, spot in known
    ]
    area = _area(board, view, main)
    name = board.lettering("heading", design.name, em, theme.text, spacing=theme.letter_spacing)
    plate = _plate(board, lines, name, pins, area, mirrored=mirrored)
    said = _said(board, design)
    board.maps.append((board.span, view))
    _draw_plate(board, plate, lines, name, said)
    arrives = said
    if pins[0].spot.is_point:
        arrives += _draw_line(board, plate, pins[0], said)
        _draw_point(board, pins[0], arrives)
    _draw_labels(board, pins, plate)
    return True


def _fitted(board: Board, name: str) -> tuple[float, list[Line]] | None:
    """A name in at most two lines, in three only if it is too long for them."""
    zones, theme = board.zones, board.theme
    pieces = pieces_of(board.spoken(name))
    sizes = (
        board.fitted(
            pieces,
            "heading",
            _NAME * board.unit * theme.number_size,
            zones.width * _NAME_WIDTH[zones.shape],
            lines,
            spacing=theme.letter_spacing,
        )
        for lines in _NAME_LINES
    )
    return next((found for found in sizes if found), None)


def _said(board: Board, named: NamedPlace) -> int:
    """The frame from which a place shows."""
    return board.from_frame(board.spoken(named.name)[0].frame - _EARLY).start


def _area(board: Board, view: Map, spot: Spot) -> Box:
    """The box of a place in the picture."""
    width, height = board.zones.width, board.zones.height
    west, south = view.at(spot.box.west, spot.box.south, width, height)
    _, north = view.at(spot.box.west, spot.box.north, width, height)
    return Box(west, north, (spot.box.east - spot.box.west) * width / view.span, south - north)


def _plate(
    board: Board, lines: Sequence[Line], name: Lettering, pins: Sequence[_Pin], area: Box, *, mirrored: bool
) -> Box:
    """Beside the point; elsewhere if it would hide a point, or much of the area of the place in focus."""
    zones, unit = board.zones, board.unit
    left, right, above = (side * unit for side in _PAD)
    width = max(name.width(text_of(line)) for line in lines) + left + right
    height = name.face.capital(name.em) + (len(lines) - 1) * _step(board, name) + 2 * above
    x = zones.width - zones.left - width if mirrored else zones.left
    highest, lowest = board.ceiling, _bottom(board) - height
    usual = lowest if zones.upright else zones.centre(captions=board.captions) - height / 2
    beside = min(max(pins[0].y - height / 2, highest), lowest)
    tops = (usual, highest, lowest) if zones.upright else (beside, usual, lowest, highest)
    boxes = [Box(x, top, width, height) for top in tops]
    clear = _HALO * unit
    marked = [pin for pin in pins if pin.spot.is_point]
    clean = [box for box in boxes if not any(_covers(box, pin.x, pin.y, clear) for pin in marked)] or boxes[:1]
    return next((box for box in clean if _common(box, area) <= _MAX_HIDDEN * area.width * area.height), clean[0])


def _bottom(board: Board) -> float:
    """The height that plates and names do not go below: that of the plate of captions in upright pictures."""
    return board.floor - (_CAPTION_PLATE * board.unit if board.floor < board.zones.bottom else 0.0)


def _step(board: Board, name: Lettering) -> float:
    return name.em * board.theme.heading_line


def _draw_plate(board: Board, plate: Box, lines: Sequence[Line], name: Lettering, said: int) -> None:
    theme, unit, span = board.theme, board.unit, Span(said, board.span.end)
    mirrored = plate.x > board.zones.left
    left, _, above = (side * unit for side in _PAD)
    board.drawing.rectangle(plate, theme.ground, span, radius=theme.corner * unit, layer=6, opacity=_PLATE)
    bar = plate._replace(x=plate.x + plate.width - _BAR * unit if mirrored else plate.x, width=_BAR * unit)
    board.drawing.rectangle(bar, theme.accent, span, layer=7)
    baseline = plate.y + above + name.face.capital(name.em)
    for line in lines:
        words = [replace(word, frame=said + 2) for piece in line for word in piece.words]
        board.line(words, board.zones.left + left, baseline, name, rise=_NAME_RISE, layer=8)
        baseline += _step(board, name)


def _draw_line(board: Board, plate: Box, pin: _Pin, said: int) -> int:
    """Draws the line from the plate towards a point; returns how many frames it takes."""
    unit = board.unit
    middle = plate.y + plate.height / 2
    from_right = plate.x > board.zones.left
    start = plate.x if from_right else plate.x + plate.width
    room = (start - pin.x if from_right else pin.x - start) - _HALO * unit
    if room < _MIN_LINE * unit or board.zones.upright:
        return 0
    way = pin.y - middle
    straight = abs(way) < _STRAIGHT * unit
    across = room if straight else room + _HALO * unit
    down = 0.0 if straight else max(0.0, abs(way) - _HALO * unit)
    for span, share in _growing(board, said, _GROW_FRAMES):
        drawn = OUT.at(share) * (across + down)
        level, rest = min(drawn, across), max(0.0, drawn - across)
        thick = _LINE * unit
        x = start - level if from_right else start
        board.drawing.rectangle(Box(x, middle - thick / 2, level, thick), board.theme.accent, span, layer=4)
        turn = start - across if from_right else start + across
        y = middle - rest if way < 0 else middle
        board.drawing.rectangle(Box(turn - thick / 2, y, thick, rest), board.theme.accent, span, layer=4)
    return 0 if board.brief else board.frames(_GROW_FRAMES)


def _draw_point(board: Board, pin: _Pin, frame: int) -> None:
    theme, unit = board.theme, board.unit
    for span, share in _growing(board, frame, _GROW_FRAMES):
        rising = min(1.0, share * 2)
        size = OUT.at(rising) * _OVERSHOOT - (_OVERSHOOT - 1) * max(0.0, share * 2 - 1)
        board.drawing.disc(pin.x, pin.y, _HALO * size * unit, theme.accent, span, layer=4, opacity=_HALO_OPACITY)
        board.drawing.disc(pin.x, pin.y, _POINT * size * unit, theme.accent, span, layer=5)
        board.drawing.disc(pin.x, pin.y, _CORE * size * unit, theme.ground, span, layer=5)
    if board.brief:
        return
    for span, share in _growing(board, frame, _RING_FRAMES):
        if share < 1:
            radius = (_HALO + (_RING - _HALO) * OUT.at(share)) * unit
            opacity = _HALO_OPACITY * (1 - share)
            board.drawing.disc(pin.x, pin.y, radius, theme.accent, span, layer=3, opacity=opacity)


def _growing(board: Board, frame: int, count: int) -> Iterator[tuple[Span, float]]:
    """Yields the frames of a movement with its share of the time, then all frames that follow it."""
    end = board.span.end
    frames = 0 if board.brief else max(0, min(board.frames(count), end - frame - 1))
    for index in range(frames):
        yield Span(frame + index, frame + index + 1), (index + 1) / (frames + 1)
    yield Span(frame + frames, end), 1.0


def _draw_labels(board: Board, pins: Sequence[_Pin], plate: Box) -> None:
    """Names the further places where they hide nothing; a name without room is left to the captions."""
    zones, unit, theme = board.zones, board.unit, board.theme
    taken = [plate, _Around(pins[0].x, pins[0].y, _HALO * unit).box]
    role: Role = "quotation" if "Italic" in theme.typefaces.quotation else "label"
    for pin in pins[1:]:
        at_sea = pin.spot.place.startswith("sea.") and not pin.spot.is_exact
        colour = theme.muted if at_sea else theme.text
        letters = board.lettering(role, pin.named.name, _LABEL * unit, colour)
        marked = pin.spot.is_exact
        places = list(_label_places(pin, letters, _GAP * unit, centred=not marked))
        inside = [
            box
            for box in places
            if box.x >= zones.left
            and box.x + box.width <= zones.right
            and box.y >= zones.top * 0.5
            and box.y + box.height <= _bottom(board)
        ]
        free = next((box for box in inside if not any(_meet(box, other, _CLEAR * unit) for other in taken)), None)
        if free is None:
            continue
        taken.append(free)
        said = _said(board, pin.named)
        if marked:
            board.drawing.disc(pin.x, pin.y, _SMALL_POINT * unit, theme.text, Span(said, board.span.end), layer=4)
        baseline = free.y + letters.face.capital(letters.em)
        board.drawing.text(pin.named.name, free.x, baseline, letters, Span(said, board.span.end), layer=5)


@dataclass(frozen=True)
class _Around:
    """The square around a point."""

    x: float
    y: float
    radius: float

    @property
    def box(self) -> Box:
        return Box(self.x - self.radius, self.y - self.radius, 2 * self.radius, 2 * self.radius)


def _label_places(pin: _Pin, letters: Lettering, gap: float, *, centred: bool) -> Iterator[Box]:
    """Yields where a name may stand, the best place first: on a sea or country, beside a capital or canal."""
    width, height = letters.width(pin.named.name), letters.face.capital(letters.em)
    if centred:
        yield Box(pin.x - width / 2, pin.y - height / 2, width, height)
    yield Box(pin.x + gap, pin.y - height / 2, width, height)
    yield Box(pin.x - gap - width, pin.y - height / 2, width, height)
    yield Box(pin.x - width / 2, pin.y - gap - height, width, height)
    yield Box(pin.x - width / 2, pin.y + gap, width, height)


def _covers(box: Box, x: float, y: float, clear: float) -> bool:
    across = box.x - clear < x < box.x + box.width + clear
    return across and box.y - clear < y < box.y + box.height + clear


def _common(first: Box, second: Box) -> float:
    """The area that two boxes share."""
    across = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
    down = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
    return max(across, 0) * max(down, 0)


def _meet(first: Box, second: Box, clear: float) -> bool:
    across = first.x < second.x + second.width + clear and second.x < first.x + first.width + clear
    return across and first.y < second.y + second.height + clear and second.y < first.y + first.height + clear
