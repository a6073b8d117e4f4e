"""The boards of a scene: one for each of its sentences, and the transitions at its ends. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pysubs2

from scenewire.messages import (
    Brief,
    Chapter,
    Design,
    DesignedSentence,
    Opening,
    Quantity,
    Scene,
    Statement,
    YearOnLine,
    has_closing,
)
from scenewire_assembly.captions.ass import runs_from_right
from scenewire_assembly.captions.word_times import SpokenWord
from scenewire_assembly.designs.board import Board
from scenewire_assembly.designs.drawing import Drawing, Span
from scenewire_assembly.designs.faces import Faces
from scenewire_assembly.designs.kinds.registry import draw
from scenewire_assembly.designs.life import draw_life
from scenewire_assembly.designs.motion import frames_at
from scenewire_assembly.designs.times import SceneWords, place_words
from scenewire_assembly.designs.transitions import cover, dip, uncover
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.maps.projection import Map
from scenewire_assembly.themes.theme import Theme

__all__ = ["DesignedScene", "draw_scene", "sentences_of", "years_before"]

_EARLY_FRAMES = 4
"""A board appears so long before its first word."""

_MIN_FRAMES = 36
"""A shorter board would only flash: its sentence stays without a design of its own."""

_HEADING_FRAMES = 60
_HEADING_WORDS = 4
"""The title stands until this word, or for so many frames if that is later."""


@dataclass(frozen=True)
class DesignedScene:
    """What is drawn over the ground of a scene.

    Attributes:
        events: of the ASS script.
        shown: for each part of the scene's text, whether a design shows it while it is spoken.
        maps: that are the ground, and their frames, in order.
    """

    events: tuple[pysubs2.SSAEvent, ...]
    shown: frozenset[int]
    maps: tuple[tuple[Span, Map], ...]


def sentences_of(scene: Scene) -> tuple[DesignedSentence, ...]:
    """The designed sentences of a scene; its whole text as one statement if it has none."""
    if scene.sentences:
        return scene.sentences
    return (DesignedSentence(text=scene.text, designs=(Statement(rest=" ".join(scene.text.split())),)),)


def draw_scene(
    brief: Brief,
    scene: Scene,
    words: Sequence[SpokenWord],
    frames: int,
    *,
    theme: Theme,
    faces: Faces,
    ground: str,
    undrawable: frozenset[str] = frozenset(),
) -> DesignedScene:
    """Draws the designs of a scene.

    Args:
        brief: the whole video.
        scene: its text and designs.
        words: its parts, with times in frames.
        frames: its length.
        theme: colours and measures.
        faces: the theme's typefaces.
        ground: colour of the ground.
        undrawable: characters that no font has; they are left out.
    """
    look = brief.options.look
    placed = place_words(scene.text, words)
    drawing = Drawing(look.frame_rate, undrawable)
    shown: set[int] = set()
    maps: list[tuple[Span, Map]] = []
    for sentence, (start, end), span in _spans(sentences_of(scene), placed, frames, look.frame_rate):
        begin = span.start
        for designs, part in _parts(sentence, placed, (start, end), span, look.frame_rate):
            board = Board(
                theme=theme,
                faces=faces,
                zones=Zones(look.width, look.height),
                drawing=drawing,
                span=Span(begin, part.end),
                words=placed,
                start=start,
                end=end,
                captions=look.captions,
                ground=ground,
                maps=maps,
            )
            if any(draw(board, design) for design in designs):
                begin = part.end  # where nothing fits, what follows takes its time
            shown |= _shown_by(board)
    edges = [0, *(edge for part, _ in maps for edge in (part.start, part.end)), frames]
    for start, end in zip(edges[::2], edges[1::2], strict=True):  # not over maps
        draw_life(
            drawing,
            theme,
            Zones(look.width, look.height),
            Span(start, end),
            seed=scene.variant - years_before(scene),
            row=years_before(scene),
            frames=frames,
            from_right=runs_from_right(scene.text),
        )
    for edge in sorted({edge for part, _ in maps for edge in (part.start, part.end)} - {0, frames}):
        dip(drawing, theme, Zones(look.width, look.height), edge)
    if scene.scene_number > 1 and not years_before(scene):
        uncover(drawing, theme, Zones(look.width, look.height), frames)
    goes_on = scene.scene_number < brief.scene_count or has_closing(look, brief.ordered_duration)
    if goes_on and not _leads_to_year(scene):
        cover(drawing, theme, Zones(look.width, look.height), frames)
    return DesignedScene(tuple(drawing.events), frozenset(shown), tuple(maps))


def years_before(scene: Scene) -> int:
    """How many scenes directly before one show years of the line that it begins with: their ground is its own, too."""
    first = scene.sentences[0].designs[0] if scene.sentences else None
    return first.row if isinstance(first, YearOnLine) else 0


def _leads_to_year(scene: Scene) -> bool:
    """Whether the next scene goes on with the line of years that a scene ends with."""
    last = scene.sentences[-1].designs[0] if scene.sentences else None
    return isinstance(last, YearOnLine) and last.goes_on


def _shown_by(board: Board) -> set[int]:
    """The parts of the text that a board shows while they are spoken: not those that the title before it talked over."""
    words = board.words
    return {
        index
        for index, (offset, frame) in enumerate(zip(words.offsets, words.frames, strict=True))
        if frame >= board.span.start and any(first <= offset < after for first, after in board.shown)
    }


def _spans(
    sentences: Sequence[DesignedSentence], words: SceneWords, frames: int, frame_rate: int
) -> list[tuple[DesignedSentence, tuple[int, int], Span]]:
    """Each sentence with its place in the text and its frames; sentences that would only flash are left out."""
    places: list[tuple[DesignedSentence, int]] = []
    cursor = 0
    for sentence in sentences:
        found = words.text.find(" ".join(sentence.text.split()), cursor)
        at = cursor if found < 0 else found
        places.append((sentence, at))
        cursor = at + len(sentence.text) if found >= 0 else cursor
    starts = [0, *(max(0, words.frame_at(at) - _EARLY_FRAMES) for _, at in places[1:])]
    kept = [0]
    for index in range(1, len(places)):
        following = starts[index + 1] if index + 1 < len(places) else frames
        if following - starts[index] >= frames_at(_MIN_FRAMES, frame_rate) and starts[index] - starts[kept[-1]] > 0:
            kept.append(index)
    edges = [*kept, len(places)]
    result: list[tuple[DesignedSentence, tuple[int, int], Span]] = []
    for index, following in pairwise(edges):
        sentence, at = places[index]
        after = places[following][1] if following < len(places) else len(words.text)
        end = starts[following] if following < len(places) else frames
        result.append((sentence, (at, after), Span(starts[index], end)))
    return result


def _parts(
    sentence: DesignedSentence, words: SceneWords, place: tuple[int, int], span: Span, frame_rate: int
) -> list[tuple[Sequence[Design], Span]]:
    """The title stands alone first; what the sentence itself shows follows it."""
    headings: list[Design] = [design for design in sentence.designs if isinstance(design, Opening | Chapter)]
    others: list[Design] = [design for design in sentence.designs if not isinstance(design, Opening | Chapter)]
    if not headings:
        return _introduced(others, words, place, span, frame_rate)
    spoken = words.words(words.text[place[0] : place[1]], *place)
    fourth = spoken[_HEADING_WORDS - 1].frame if len(spoken) >= _HEADING_WORDS else span.end
    until = max(span.start + frames_at(_HEADING_FRAMES, frame_rate), fourth)
    if not others or span.end - until < frames_at(_MIN_FRAMES, frame_rate):
        return [((*headings, *others), span)]
    following = _introduced(others, words, place, Span(until, span.end), frame_rate)
    return [(headings, Span(span.start, until)), *following]


def _introduced(
    designs: Sequence[Design], words: SceneWords, place: tuple[int, int], span: Span, frame_rate: int
) -> list[tuple[Sequence[Design], Span]]:
    """The words before a late number stand as a statement first, so that its picture is not empty for long."""
    first = designs[0]
    if not isinstance(first, Quantity):
        return [(designs, span)]
    at = words.find(first.lead or first.number, *place)
    until = words.frame_at(at) - _EARLY_FRAMES if at > place[0] else span.start
    if min(until - span.start, span.end - until) < frames_at(_MIN_FRAMES, frame_rate):
        return [(designs, span)]
    before = Statement(rest=words.text[place[0] : at].strip())
    return [((before,), Span(span.start, until)), (designs, Span(until, span.end))]
