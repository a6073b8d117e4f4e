"""The closing card: the title, and who made pictures, voice and music. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pysubs2

from scenewire.messages import FADE_FRAMES, OWN_MEDIA, Look, has_closing
from scenewire.text.markup import one_line
from scenewire_assembly.credit_lines import licence_name, shown_title
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Box, Drawing, Lettering, Span
from scenewire_assembly.designs.faces import Faces
from scenewire_assembly.designs.lettering import Line, Piece, Word, pieces_of, text_of
from scenewire_assembly.designs.motion import frames_at
from scenewire_assembly.designs.times import words_in
from scenewire_assembly.designs.transitions import uncover
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.themes.theme import Theme
from scenewire_assembly.video.closing.words import ClosingWords, closing_words
from scenewire_assembly.video.credits import Appearance, appearances, voices
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["ClosingCard", "Group", "card_frames", "closing_card", "draw_closing", "needs_closing"]

_MAX_LINES: Final = 9

_VOICE_ONLY: Final = 60
_READING: Final = {False: (90, 12, 240), True: (75, 12, 150)}
"""Frames at 30 a second that a card stands before it fades: at least, more for each line, at most; by upright or not."""

_SPARE: Final = 60
"""Frames by which a card stands longer where the video would otherwise be shorter than ordered."""

_TITLE: Final = 110
_LABEL: Final = 44
_LINE: Final = 1.42
_COLUMN: Final = 290
_NAME_LINE: Final = 52
_GAP: Final = 30
_BELOW_TITLE: Final = 160
_OWN: Final = frozenset({OWN_MEDIA, "library"})
"""Providers of the customer's own files."""

_BETWEEN: Final = " · "
_MIN_LABEL: Final = 0.6
"""Share of their size to which lines shrink so that all stand on the card."""

_STAGGER: Final = 3
_BREAKS_BELOW: Final = 0.8
"""Share of their size to which lines shrink before one is broken."""

_BELOW: Final = {"wide": 0.93, "upright": 0.66, "square": 0.94}
"""Where the last line may stand, share of the height. Players of upright videos cover what lies below."""

_FADE_LAYER: Final = 40
"""Above transitions."""


@dataclass(frozen=True)
class Group:
    """Credits of one kind."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ClosingCard:
    """What the closing card says, and how long it stands.

    Attributes:
        title: of the video.
        groups: its credits; empty ones are left out.
        more: points to the credits that are not on the card; empty if all are.
        frames: length with the fade.
    """

    title: str
    groups: tuple[Group, ...]
    more: str
    frames: int

    @property
    def text(self) -> str:
        """All its letters."""
        return "".join([self.title, self.more, *(group.name + "".join(group.lines) for group in self.groups)])


def needs_closing(plan: VideoPlan) -> bool:
    """Whether a video ends with a closing card."""
    return has_closing(plan.look, plan.brief.ordered_duration)


def closing_card(plan: VideoPlan) -> ClosingCard:
    """The card of a video whose scenes are all there."""
    options = plan.brief.options
    words = closing_words(options.language)
    pictures = dict.fromkeys(filter(None, map(_picture, appearances(plan))))
    music = _credit(options.music.title, options.music.creator, options.music.licence) if options.music else ""
    spoken = [", ".join(dict.fromkeys(filter(None, map(one_line, voice)))) for voice in voices(plan)]
    groups = [
        Group(words.pictures, tuple(pictures)),
        Group(words.map, ("Natural Earth",) if plan.has_map else ()),
        Group(words.voice, tuple(spoken)),
        Group(words.music, (music,) if music else ()),
    ]
    groups, more = _shortened([group for group in groups if group.lines], words)
    lines = sum(len(group.lines) for group in groups) + bool(more)
    voice_only = [group.name for group in groups] == [words.voice]
    frames = card_frames(plan.look, 0 if voice_only else lines, scenes=plan.frames, ordered=plan.brief.ordered_duration)
    return ClosingCard(one_line(plan.brief.title), tuple(groups), more, frames)


def _shortened(groups: Sequence[Group], words: ClosingWords) -> tuple[list[Group], str]:
    """As many credits as fit, the voice and the music always; and what points to the others."""
    excess = sum(len(group.lines) for group in groups) - _MAX_LINES
    if excess <= 0:
        return list(groups), ""
    shown: list[Group] = []
    excess += 1  # for the line that points to them
    for group in sorted(groups, key=lambda group: -len(group.lines)):
        kept = max(1, len(group.lines) - excess)
        excess -= len(group.lines) - kept
        shown.append(replace(group, lines=group.lines[:kept]))
    order = [group.name for group in groups]
    return sorted(shown, key=lambda group: order.index(group.name)), words.more


def card_frames(look: Look, lines: int, *, scenes: int, ordered: float | None) -> int:
    """The length of a card with its fade, in frames. It stands longer in a video that would be shorter than ordered.

    Args:
        look: of the video.
        lines: of credits; 0 if the voice is all there is to name.
        scenes: length of all scenes, in frames.
        ordered: length of the video, seconds; None if none was ordered.
    """
    rate = look.frame_rate
    least, each, most = _READING[look.height > look.width]
    reading = frames_at(min(most, least + each * lines) if lines else _VOICE_ONLY, rate)
    fade = frames_at(FADE_FRAMES, rate)
    missing = 0 if ordered is None else round(ordered * rate) - scenes - reading - fade
    return reading + fade + max(0, min(missing, frames_at(_SPARE, rate)))


def _picture(picture: Appearance) -> str:
    if not picture.provider:  # a background
        return ""
    if picture.provider in _OWN:  # the customer knows whose they are
        return _credit(picture.title, picture.creator, picture.licence) if picture.creator or picture.licence else ""
    return _credit(picture.title, picture.creator or picture.provider, picture.licence)


def _credit(title: str, creator: str, licence: str) -> str:
    return _BETWEEN.join(filter(None, (shown_title(title), one_line(creator), licence_name(licence))))


def draw_closing(
    card: ClosingCard,
    look: Look,
    *,
    theme: Theme,
    faces: Faces,
    ground: str,
    undrawable: frozenset[str] = frozenset(),
) -> list[pysubs2.SSAEvent]:
    """Draws the card, the transition before it and the fade to the theme's ground.

    Args:
        card: what it says.
        look: of the video.
        theme: colours and measures.
        faces: the theme's typefaces.
        ground: colour of the ground.
        undrawable: characters that no font has; they are left out.
    """
    drawing, zones = Drawing(look.frame_rate, undrawable), Zones(look.width, look.height)
    board = Board.without_speech(drawing, zones, card.frames, theme=theme, faces=faces, ground=ground)
    _draw_card(board, card)
    uncover(drawing, theme, zones, card.frames)
    fade = frames_at(FADE_FRAMES, look.frame_rate)
    for frame in range(fade):
        span = Span(card.frames - fade + frame, card.frames - fade + frame + 1)
        whole = Box(0, 0, zones.width, zones.height)
        drawing.rectangle(whole, theme.ground, span, layer=_FADE_LAYER, opacity=(frame + 1) / fade)
    return drawing.events


def _draw_card(board: Board, card: ClosingCard) -> None:
    """Draws title, mark and credits; a short card stands around the optical centre."""
    theme, zones, unit = board.theme, board.zones, board.unit
    lettering, lines = _fitted_title(board, card.title)
    step, rules = 1.14 * lettering.em, theme.mark == "rules"
    capital = lettering.face.capital(lettering.em)
    baseline = zones.top + (40 if zones.upright else 96 if rules else 70) * unit
    baseline = max(baseline, board.ceiling + capital)
    credits_at = (len(lines) - 1) * step + _BELOW_TITLE * unit
    size, rows = _fitted_rows(board, card, baseline + credits_at)
    last = credits_at + rows[-1].y * unit * size if rows else credits_at
    baseline = max(baseline, zones.centre(captions=False) + (capital - last) / 2)
    credits_at += baseline
    for line in lines:
        board.still(text_of(line), zones.left, baseline, lettering)
        baseline += step
    if rules:
        board.rules()
    else:
        mark = Box(zones.left, baseline - step + 44 * unit, 96 * unit, 6 * unit)
        board.drawing.rectangle(mark, theme.accent, board.span, radius=3 * unit if theme.mark == "pill" else 0.0)
    _draw_rows(board, rows, credits_at, size)


def _fitted_title(board: Board, title: str) -> tuple[Lettering, list[Line]]:
    """The title as large as it fits; no lines if it does not."""
    theme, across = board.theme, board.zones.across
    size, spacing = _TITLE * board.unit * theme.number_size, theme.letter_spacing
    pieces = pieces_of(words_in(title))
    fitted = board.fitted(pieces, "heading", size, across, 2, spacing=spacing)
    fitted = fitted or board.fitted(pieces, "heading", size / 2, across, 5, spacing=spacing)
    em, lines = fitted or (size / 2, [])
    return board.lettering("heading", title, em, theme.text, spacing=spacing), lines


@dataclass(frozen=True)
class _Row:
    """A line of credits, with the name of its group if it is the first one.

    Attributes:
        name: of the group, or empty.
        line: one line of text.
        lettering: of the whole credit, which may have several lines.
        y: distance from the first row, in units of the size.
        below: distance of the line from the name; 0 if they stand beside each other.
    """

    name: str
    line: str
    lettering: Lettering
    y: float
    below: float


def _fitted_rows(board: Board, card: ClosingCard, top: float) -> tuple[float, list[_Row]]:
    """The credits as large as they fit below a height, and their share of the full size.

    They rather become somewhat smaller than break.
    """
    bottom = board.zones.height * _BELOW[board.zones.shape]
    unbroken = sum(len(group.lines) for group in card.groups) + bool(card.more)
    size = 1.0
    while size > _MIN_LABEL:
        rows = _rows(board, card, size)
        whole = len(rows) == unbroken or size < _BREAKS_BELOW
        if not rows or (whole and top + rows[-1].y * board.unit * size <= bottom):
            return size, rows
        size *= 0.96
    return size, _rows(board, card, size)


def _draw_rows(board: Board, rows: Sequence[_Row], top: float, size: float) -> None:
    """Draws the credits, one after the other: names at the left or, where pictures are not wide, above their lines."""
    zones, unit = board.zones, board.unit
    name_text = "".join(row.name for row in rows)
    names = board.lettering("label", name_text, _LABEL * unit * size, board.theme.accent)
    frame = board.frames(_STAGGER)
    for row in rows:
        frame += board.frames(_STAGGER)
        y = top + row.y * unit * size
        if row.name:
            board.line([Word(row.name, frame)], zones.left, y, names, rise=0.25)
            y += row.below * unit * size
        board.line([Word(row.line, frame)], zones.left + _column(zones) * unit, y, row.lettering, rise=0.25)


def _pieces(text: str, lettering: Lettering, width: float) -> list[Piece]:
    """The parts of a credit, which break only where one alone is wider than a line."""
    parts = text.split(_BETWEEN)
    parts = [part + _BETWEEN.rstrip() for part in parts[:-1]] + parts[-1:]
    pieces: list[Piece] = []
    for part in parts:
        words = words_in(part)
        pieces += [Piece(tuple(words))] if lettering.width(part) <= width else pieces_of(words)
    return pieces


def _column(zones: Zones) -> float:
    """Where lines begin, in units from the names; 0 if they stand below them."""
    return _COLUMN if zones.shape == "wide" else 0.0


def _rows(board: Board, card: ClosingCard, size: float) -> list[_Row]:
    """The lines of the card at a size; long credits break."""
    zones, em = board.zones, _LABEL * board.unit * size
    width, below = zones.across - _column(zones) * board.unit, 0 if _column(zones) else _NAME_LINE
    rows: list[_Row] = []
    y = 0.0
    for group in (*card.groups, *([Group("", (card.more,))] if card.more else [])):
        name = group.name
        for text in group.lines:
            lettering = board.lettering("label", text, em, board.theme.text)
            for line in board.wrapped(_pieces(text, lettering, width), lettering, width):
                rows.append(_Row(name, text_of(line).removesuffix(_BETWEEN.rstrip()), lettering, y, below))
                y += _LABEL * _LINE + (below if name else 0)
                name = ""
        y += _GAP
    return rows
