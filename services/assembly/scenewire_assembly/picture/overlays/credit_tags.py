"""Credit tags: who made the footage that shows, and under which licence, at the upper left. Pure.

A scene knows only its own clips: each source is named once in a scene.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pysubs2 import SSAEvent

from scenewire.messages import Clip, Credit
from scenewire.text.markup import one_line
from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.credit_lines import in_public_domain, licence_name, shown_title
from scenewire_assembly.designs.drawing import Box, Drawing, Lettering, Span
from scenewire_assembly.designs.faces import Faces
from scenewire_assembly.designs.motion import frames_at
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.edit import Shot
from scenewire_assembly.themes.theme import Theme

__all__ = ["CreditTags", "credit_tags", "has_tag", "tag_lines"]

_FIRST: Final = 10
_SHOWN: Final = 75
_SHORTEST: Final = 45
"""A tag that could show for fewer frames is left out; the closing card and the side files have the credit."""

_FADE_MS: Final = 170
_PLATE: Final = 112
_TITLE: Final = 36
_REST: Final = 31
_OPACITY: Final = 0.89
_MIN_SIZE: Final = 0.72
"""Share of their size to which lines shrink before the title is left out."""

_PLACES: Final = {"wide": (0.042, 0.065), "upright": (0.083, 0.155), "square": (0.042, 0.065)}
"""Upper left corner of the plate, shares of the picture. The lower third belongs to captions."""


@dataclass(frozen=True)
class CreditTags:
    """The tags of a scene.

    Attributes:
        events: of the ASS script.
        spans: frames in which one shows.
        bottom: their lower edge.
    """

    events: Sequence[SSAEvent]
    spans: Sequence[Span]
    bottom: float


def has_tag(credit: Credit) -> bool:
    """Whether footage gets a tag: its creator and licence are known, and it is not in the public domain."""
    creator, licence = one_line(credit.creator), one_line(credit.licence)
    return bool(creator and licence and not in_public_domain(licence))


def tag_lines(credit: Credit) -> list[tuple[str, str]]:
    """The two lines of a tag, the best first: title over creator and licence, or creator over licence."""
    title, creator, licence = shown_title(credit.title), one_line(credit.creator), licence_name(credit.licence)
    return [*([(title, f"{creator} · {licence}")] if title else []), (creator, licence)]


def credit_tags(
    canvas: Canvas, clips: Sequence[Clip], shots: Sequence[Shot], *, theme: Theme, faces: Faces, clear: int
) -> CreditTags:
    """Draws a tag over the first shot of each source that asks for attribution.

    Args:
        canvas: the picture.
        clips: of the scene.
        shots: their appearances.
        theme: colours and measures.
        faces: the theme's typefaces.
        clear: the first frame at which nothing else stands at the upper left.
    """
    rate = canvas.look.frame_rate
    drawing, zones = Drawing(rate, canvas.undrawable), Zones(canvas.width, canvas.height)
    named: set[tuple[str, str]] = set()
    spans: list[Span] = []
    for shot in shots:
        credit = clips[shot.clip].credit
        source = tag_lines(credit)[0]
        start = max(shot.start + frames_at(_FIRST, rate), clear)
        span = Span(start, min(start + frames_at(_SHOWN, rate), shot.start + shot.frames))
        if has_tag(credit) and source not in named and span.end - span.start >= frames_at(_SHORTEST, rate):
            named.add(source)
            spans.append(span)
            _draw(drawing, zones, credit, span, theme=theme, faces=faces)
    return CreditTags(drawing.events, spans, _PLACES[zones.shape][1] * zones.height + _PLATE * zones.unit)


def _draw(drawing: Drawing, zones: Zones, credit: Credit, span: Span, *, theme: Theme, faces: Faces) -> None:
    unit = zones.unit
    x, y = (share * side for share, side in zip(_PLACES[zones.shape], (zones.width, zones.height), strict=True))
    room = zones.right - x - 58 * unit

    def fitted(text: str, size: float, colour: str) -> Lettering:
        lettering = Lettering(faces.of("label", text), size * unit, colour)
        return replace(lettering, em=lettering.em * min(1.0, room / max(1.0, lettering.width(text))))

    for lines in tag_lines(credit):
        upper, lower = fitted(lines[0], _TITLE, theme.text), fitted(lines[1], _REST, theme.muted)
        if upper.em >= _MIN_SIZE * _TITLE * unit and lower.em >= _MIN_SIZE * _REST * unit:
            break
    fade = f"\\fad({_FADE_MS},{_FADE_MS})"
    plate = Box(x, y, max(upper.width(lines[0]), lower.width(lines[1])) + 58 * unit, _PLATE * unit)
    drawing.rectangle(plate, theme.ground, span, radius=theme.corner * unit, layer=5, opacity=_OPACITY, tags=fade)
    drawing.rectangle(Box(x, y, 8 * unit, _PLATE * unit), theme.accent, span, layer=6, tags=fade)
    drawing.text(lines[0], x + 30 * unit, y + 48 * unit, upper, span, layer=6, tags=fade)
    drawing.text(lines[1], x + 30 * unit, y + 90 * unit, lower, span, layer=6, tags=fade)
