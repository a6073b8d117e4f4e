"""Captions of a scene: spoken words as phrases that are easy to read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from scenewire.messages import Narration
from scenewire.timeline import frames_for
from scenewire_assembly.captions.phrases import CueLimits, PhraseSplitter
from scenewire_assembly.captions.word_times import SpokenWord, timed_words
from scenewire_assembly.edit import frame_at

__all__ = ["Cue", "CueLimits", "cues_of", "frame_words", "shift"]

_LINGER_S: Final = 0.6
"""A caption stays so long in silence."""

_GAP_FRAMES: Final = 15
"""A shorter pause between captions, at 30 frames a second, is closed: it would flicker."""

_SIDE_FILES: Final = CueLimits()

_FREE_FRAMES: Final = 2
"""Captions that do not touch are at least so far apart."""


@dataclass(frozen=True)
class Cue:
    """What the screen shows from frame `start` up to, not including, frame `end`. Times of words are frames."""

    lines: tuple[tuple[SpokenWord, ...], ...]
    start: int
    end: int

    @property
    def texts(self) -> tuple[str, ...]:
        """Its lines as text."""
        return tuple(_text(line) for line in self.lines)


def shift(cue: Cue, frames: int) -> Cue:
    """The same cue, later."""
    lines = tuple(
        tuple(replace(word, start=word.start + frames, end=word.end + frames) for word in line) for line in cue.lines
    )
    return Cue(lines, cue.start + frames, cue.end + frames)


def cues_of(
    text: str, narration: Narration, frame_rate: int, limits: CueLimits = _SIDE_FILES, *, language: str = "en"
) -> list[Cue]:
    """The captions of a scene, in frames from its start.

    Cues do not overlap and are within the scene. A phrase ends with its sentence unless it would be too short to read.
    Numbers are separated neither from each other nor from the word that they count.

    Args:
        text: of the scene, for narrations without a text of their own.
        narration: the spoken text and the times of its words.
        frame_rate: of the video.
        limits: of one caption.
        language: tag of the text.
    """
    frames = frames_for(narration.samples, narration.sample_rate, frame_rate)
    words = frame_words(text, narration, frame_rate, limits.line_columns)
    splitter = PhraseSplitter(words, frame_rate, limits, language)
    phrases = splitter.phrases()
    cues: list[Cue] = []
    for index, (first, after) in enumerate(phrases):
        start = words[first].start
        least = limits.least_frames(splitter.columns(first, after), frame_rate)
        wanted = max(words[after - 1].end + int(_LINGER_S * frame_rate), start + least)
        last = start + limits.most_frames(frame_rate)
        if index + 1 < len(phrases):
            end = _end_before(words[after].start, min(wanted, last), last, frame_rate)
        else:
            end = min(frames, wanted, last)
        if start < end:  # of several words in one frame, only the last one gets a caption
            cues.append(Cue(splitter.lines(first, after), start, end))
    return cues


def _end_before(following: int, wanted: int, last: int, frame_rate: int) -> int:
    """Where a caption ends that wants to stay until a frame, may stay until another, and is followed by the next one."""
    if following - wanted >= _GAP_FRAMES * frame_rate / 30:
        return wanted
    return following if following <= last else min(last, following - _FREE_FRAMES)


def frame_words(text: str, narration: Narration, frame_rate: int, line_columns: int) -> list[SpokenWord]:
    """The words of a scene with times in frames from its start; see `cues_of` for the arguments."""
    frames = frames_for(narration.samples, narration.sample_rate, frame_rate)
    return [
        replace(
            word,
            # Some engines put a word at the very end; it is shown all the same.
            start=min(frame_at(word.start, narration.sample_rate, frame_rate), frames - 1),
            end=min(frames_for(word.end, narration.sample_rate, frame_rate), frames),
        )
        for word in timed_words(narration.text or text, narration, line_columns)
    ]


def _text(words: Sequence[SpokenWord]) -> str:
    return "".join((" " if word.spaced and index else "") + word.text for index, word in enumerate(words))
