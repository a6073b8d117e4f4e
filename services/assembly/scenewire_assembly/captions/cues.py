"""Captions of a scene: spoken words as phrases that are easy to read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from scenewire.messages import Narration
from scenewire.timeline import frames_for
from scenewire_assembly.captions.phrases import MIN_CUE_S, PhraseSplitter
from scenewire_assembly.captions.word_times import SpokenWord, timed_words
from scenewire_assembly.edit import frame_at

__all__ = ["LINE_COLUMNS", "Cue", "cues_of", "frame_words", "shift"]

LINE_COLUMNS: Final = 42
"""Letters on a line, the subtitlers' rule for wide pictures. East Asian characters take two columns."""

_LINGER_S: Final = 0.6
"""A caption stays so long in silence."""


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
    text: str, narration: Narration, frame_rate: int, line_columns: int = LINE_COLUMNS, *, language: str = "en"
) -> list[Cue]:
    """The captions of a scene, in frames from its start.

    Cues do not overlap and are within the scene. A phrase ends with its sentence unless it would be too short to read.
    Numbers are separated neither from each other nor from the word that they count.

    Args:
        text: of the scene, for narrations without a text of their own.
        narration: the spoken text and the times of its words.
        frame_rate: of the video.
        line_columns: columns of a line. Only a single long word may be wider.
        language: tag of the text.
    """
    frames = frames_for(narration.samples, narration.sample_rate, frame_rate)
    words = frame_words(text, narration, frame_rate, line_columns)
    splitter = PhraseSplitter(words, frame_rate, line_columns, language)
    phrases = splitter.phrases()
    cues: list[Cue] = []
    for index, (first, after) in enumerate(phrases):
        start = words[first].start
        following = words[after].start if index + 1 < len(phrases) else frames
        wanted = max(words[after - 1].end + int(_LINGER_S * frame_rate), start + int(MIN_CUE_S * frame_rate))
        end = min(following, wanted)
        if start < end:  # of several words in one frame, only the last one gets a caption
            cues.append(Cue(splitter.lines(first, after), start, end))
    return cues


def frame_words(text: str, narration: Narration, frame_rate: int, line_columns: int = LINE_COLUMNS) -> list[SpokenWord]:
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
