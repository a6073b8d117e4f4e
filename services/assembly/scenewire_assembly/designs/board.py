"""What a design draws on: the time of one sentence on the picture, with the theme's means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Self

from scenewire_assembly.captions.ass import runs_from_right
from scenewire_assembly.designs.drawing import Box, Drawing, Lettering, Span
from scenewire_assembly.designs.faces import Faces, Role
from scenewire_assembly.designs.lettering import Line, Measure, Piece, Word, fit, joined, text_of, wrap
from scenewire_assembly.designs.motion import BACK, OUT, frames_at
from scenewire_assembly.designs.times import SceneWords
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.maps.projection import Map
from scenewire_assembly.themes.theme import Theme

__all__ = ["Board"]

_EARLY: Final = 2
"""Frames by which a word appears before it is spoken."""

_OPAQUE: Final = 5
"""Frames until a word is opaque."""

_BRIEF: Final = 36
"""A board of fewer frames is complete from its first one."""

_CAPTIONED: Final = 0.485
"""Share of the height below which two lines of the largest captions may stand in upright pictures."""

_MARK_WIDTHS: Final = {"bar": 96, "pill": 120, "square": 96, "rules": 0}

_DRAWN: Final = 8
"""Frames in which a line or plate draws itself."""


@dataclass(frozen=True, kw_only=True)
class Board:
    """One sentence on the picture, from frame `span.start` up to `span.end`.

    Attributes:
        theme: colours and measures.
        faces: its typefaces.
        zones: of the picture.
        drawing: receives the events.
        span: frames of the scene.
        words: the scene's words and their times.
        start: position of the sentence in the scene's text.
        end: likewise.
        captions: whether captions may show below the content.
        ground: the ground's colour.
        shown: stretches of the scene's text that the design shows; captions leave them out.
        maps: that are the ground, and their frames.
    """

    theme: Theme
    faces: Faces
    zones: Zones
    drawing: Drawing
    span: Span
    words: SceneWords
    start: int
    end: int
    captions: bool
    ground: str
    shown: list[tuple[int, int]] = field(default_factory=list)
    maps: list[tuple[Span, Map]] = field(default_factory=list)

    @classmethod
    def without_speech(
        cls, drawing: Drawing, zones: Zones, frames: int, *, theme: Theme, faces: Faces, ground: str
    ) -> Self:
        """A board for letters that nobody speaks; see the attributes."""
        return cls(
            theme=theme,
            faces=faces,
            zones=zones,
            drawing=drawing,
            span=Span(0, frames),
            words=SceneWords("", (), ()),
            start=0,
            end=0,
            captions=False,
            ground=ground,
        )

    @property
    def brief(self) -> bool:
        """Whether it is too short for movements."""
        return self.span.end - self.span.start < self.frames(_BRIEF)

    @property
    def unit(self) -> float:
        """The length that all sizes are multiples of."""
        return self.zones.unit

    @property
    def ceiling(self) -> float:
        """The height that no letters exceed: the content zone's upper edge, or below the rules at the top."""
        rules = self.theme.mark == "rules"
        return max(self.zones.top, 0.09 * self.zones.height + 50 * self.unit) if rules else self.zones.top

    @property
    def floor(self) -> float:
        """The height that nothing large goes below: the content zone's lower edge, or above large captions."""
        is_tight = self.captions and self.zones.upright
        return min(self.zones.bottom, _CAPTIONED * self.zones.height) if is_tight else self.zones.bottom

    def frames(self, count: int) -> int:
        """The frames that last as long as `count` at 30 a second."""
        return frames_at(count, self.drawing.frame_rate)

    def spoken(self, text: str) -> list[Word]:
        """The words of a part of the sentence, with their frames."""
        return self.words.words(text, self.start, self.end)

    def claim(self, text: str) -> None:
        """Says that the picture shows these words of the sentence, so that captions need not."""
        at = self.words.find(text, self.start, self.end) if text else -1
        if at < 0:
            return
        end = at + len(text)
        while at > self.start and not self.words.text[at - 1].isspace():
            at -= 1  # an opening mark belongs to its word
        self.shown.append((at, end))

    def lettering(self, role: Role, text: str, em: float, colour: str, *, spacing: float = 0.0) -> Lettering:
        """Letters of a role.

        Args:
            role: selects the typeface.
            text: everything that is set in it, so that no text is set in two typefaces.
            em: size.
            colour: RRGGBB.
            spacing: ems added after each letter.
        """
        return Lettering(self.faces.of(role, text), em, colour, spacing * em)

    def fitted(
        self,
        pieces: Sequence[Piece],
        role: Role,
        em: float,
        width: float,
        most: int,
        *,
        spacing: float = 0.0,
        height: Callable[[float, int], bool] = lambda _em, _lines: True,
    ) -> tuple[float, list[Line]] | None:
        """The largest size at which pieces fit, and their lines; see `fit`."""
        text = text_of(tuple(pieces))

        def measure(size: float) -> Measure:
            return self.lettering(role, text, size, self.theme.text, spacing=spacing).width

        return fit(pieces, measure, em, width, most, height=height)

    def wrapped(self, pieces: Sequence[Piece], lettering: Lettering, width: float) -> list[Line]:
        """Pieces in balanced lines."""
        return wrap(pieces, lettering.width, width)

    def from_frame(self, frame: int) -> Span:
        """From a frame, at the earliest the board's first one, to the board's end."""
        return Span(self.span.start if self.brief else max(self.span.start, frame), self.span.end)

    def still(
        self, text: str, x: float, baseline: float, lettering: Lettering, *, frame: int = 0, layer: int = 3
    ) -> None:
        """A line that stands from a frame on. Text that runs from the right mirrors its place."""
        mirrored = runs_from_right(text)
        self.drawing.text(
            text,
            self.zones.width - x if mirrored else x,
            baseline,
            lettering,
            self.from_frame(frame),
            anchor="right" if mirrored else "left",
            layer=layer,
        )

    def line(
        self, words: Sequence[Word], x: float, baseline: float, lettering: Lettering, *, rise: float, layer: int = 3
    ) -> None:
        """A line whose words come as they are spoken. Where they cannot be placed one by one, the line comes as one.

        Args:
            words: of the line.
            x: where it begins.
            baseline: where it stands.
            lettering: of the whole line.
            rise: how far words rise, ems.
            layer: of the events.
        """
        text = joined(words)
        mirrored = runs_from_right(text)
        if mirrored or not lettering.face.covers(text):
            place = self.zones.width - x if mirrored else x
            whole = Word(text, words[0].frame if words else 0)
            anchor: Literal["left", "right"] = "right" if mirrored else "left"
            self._moved(whole, place, baseline, lettering, rise=rise, layer=layer, anchor=anchor)
            return
        for index, word in enumerate(words):
            offset = lettering.width(joined(words[: index + 1])) - lettering.width(word.text)
            self._moved(word, x + offset, baseline, lettering, rise=rise, layer=layer)

    def grow(
        self,
        box: Box,
        colour: str,
        frame: int,
        *,
        frames: int = _DRAWN,
        radius: float = 0.0,
        layer: int = 2,
    ) -> None:
        """A rectangle that draws itself from the left, from a frame on."""
        span = self.from_frame(frame)
        lasts = min(self.frames(frames), span.end - span.start)
        tags = (
            f"\\fscx0\\t(0,{self.drawing.milliseconds(lasts)},0.43,\\fscx100)" if lasts > 0 and not self.brief else ""
        )
        self.drawing.rectangle(box, colour, span, radius=radius, layer=layer, tags=tags)

    def mark(self, bottom: float, heading: str) -> None:
        """The theme's mark above a heading; it stands from the first frame.

        Args:
            bottom: where the heading's capitals begin.
            heading: its text, which decides the side.
        """
        unit, theme, x = self.unit, self.theme, self.zones.left
        if runs_from_right(heading):
            x = self.zones.right - _MARK_WIDTHS[theme.mark] * unit
        y = bottom - 58 * unit
        match theme.mark:
            case "bar":
                self.drawing.rectangle(Box(x, y, 96 * unit, 5 * unit), theme.accent, self.span)
            case "pill":
                self.drawing.rectangle(
                    Box(x, y - 8 * unit, 120 * unit, 20 * unit), theme.second, self.span, radius=10 * unit
                )
            case "square":
                self.drawing.rectangle(Box(x, y - 6 * unit, 14 * unit, 14 * unit), theme.accent, self.span)
                self.drawing.rectangle(Box(x + 24 * unit, y - 0.5 * unit, 72 * unit, 3 * unit), theme.accent, self.span)
            case "rules":
                self.rules()

    def rules(self) -> None:
        """Two rules over the full width at the top."""
        y = 0.09 * self.zones.height
        self.drawing.rectangle(Box(self.zones.left, y, self.zones.across, 6 * self.unit), self.theme.text, self.span)
        self.drawing.rectangle(
            Box(self.zones.left, y + 11 * self.unit, self.zones.across, 1.6 * self.unit), self.theme.text, self.span
        )

    def _moved(
        self,
        word: Word,
        x: float,
        baseline: float,
        lettering: Lettering,
        *,
        rise: float,
        layer: int,
        anchor: Literal["left", "right"] = "left",
    ) -> None:
        first = max(self.span.start, word.frame - _EARLY)
        motion = self.theme.motion
        curve = BACK if motion.curve == "back" else OUT
        count = 0 if self.brief else min(self.frames(motion.word_frames), max(0, self.span.end - first - 1))
        opaque = self.frames(_OPAQUE)
        way = min(rise, motion.rise) * lettering.em
        for frame in range(count):
            lower = (1 - curve.at((frame + 1) / count)) * way
            opacity = min(1.0, (frame + 1) / opaque)
            if abs(lower) < 0.02 * lettering.em / 10 and opacity == 1:
                count = frame
                break
            span = Span(first + frame, first + frame + 1)
            self.drawing.text(
                word.text, x, baseline + lower, lettering, span, anchor=anchor, layer=layer, opacity=opacity
            )
        start = self.span.start if self.brief else first + count
        self.drawing.text(word.text, x, baseline, lettering, Span(start, self.span.end), anchor=anchor, layer=layer)
