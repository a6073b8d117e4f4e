"""Divides a scene into beats, each with the words that its footage should be about and when they are spoken. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scenewire.messages import Narration, Scene
from scenewire.text.markup import one_line
from scenewire.text.sentences import split_sentences
from scenewire.timeline import FrameRate, Position, Rounding
from scenewire.timeline.narrated_text import NarratedText
from scenewire_sourcing.selection.terms import Term, spoken_terms, terms

__all__ = ["Beat", "divide_scene"]

_MIN_BEAT_S: Final = 2.5
"""Time to take in a picture. A shorter sentence shares the footage of its neighbour."""

_MAX_QUERY_WORDS: Final = 4


@dataclass(frozen=True)
class Beat:
    """A part of a scene with footage of its own: a sentence, or short ones together.

    Attributes:
        start: its first frame in the scene.
        end: the frame after its last one.
        text: what is spoken.
        query: the first query for it.
        wanted: what its footage should be about, most telling first.
        spoken: for each term that it speaks, the frame of the scene where it does.
    """

    start: int
    end: int
    text: str
    query: str
    wanted: tuple[Term, ...]
    spoken: dict[Term, int]

    @property
    def frames(self) -> int:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True)
class _Sentence:
    start: int
    end: int
    text: str
    spoken: dict[Term, int]

    def with_next(self, following: "_Sentence") -> "_Sentence":
        text = f"{self.text} {following.text}"
        return _Sentence(self.start, following.end, text, following.spoken | self.spoken)


def divide_scene(scene: Scene, narration: Narration, *, language: str, frames: int, frame_rate: int) -> list[Beat]:
    """Returns the beats of a scene, in order; together they cover it.

    A scene is one beat if it has one sentence, or speaks none of its keywords, which may be in another language.

    Args:
        scene: the scene.
        narration: its speech.
        language: tag of the narration.
        frames: duration of the scene in the video.
        frame_rate: frame rate of the video.
    """
    wanted = terms((*scene.keywords, scene.footage_query), language)
    sentences = _joined(
        list(_sentences(scene, narration, wanted, language=language, frames=frames, frame_rate=frame_rate)),
        min_frames=round(_MIN_BEAT_S * frame_rate),
    )
    if len(sentences) < 2:
        spoken = sentences[0].spoken if sentences else {}
        return [Beat(0, frames, one_line(scene.text), scene.footage_query, tuple(wanted), spoken)]
    said = {term for sentence in sentences for term in sentence.spoken}
    unsaid = [term for term in wanted if term not in said]
    return [_beat(sentence, wanted, unsaid) for sentence in sentences]


def _beat(sentence: _Sentence, wanted: Sequence[Term], unsaid: Sequence[Term]) -> Beat:
    """Returns the beat of a sentence: about what it speaks, then about keywords that no sentence speaks."""
    own = [term for term in wanted if term in sentence.spoken]
    query = " ".join(term.word for term in sorted(own, key=sentence.spoken.__getitem__)[:_MAX_QUERY_WORDS])
    return Beat(sentence.start, sentence.end, sentence.text, query, (*own, *unsaid), sentence.spoken)


def _sentences(
    scene: Scene, narration: Narration, wanted: Sequence[Term], *, language: str, frames: int, frame_rate: int
) -> Iterator[_Sentence]:
    paragraphs = [cleaned for paragraph in scene.text.split("\n\n") if (cleaned := one_line(paragraph))]
    text = " ".join(paragraphs)
    spoken = NarratedText(
        text, ((word.text, word.start_sample, word.end_sample) for word in narration.words), narration.samples
    )

    def frame_at(position: int) -> int:
        sample = spoken.sample_at(position)
        return Position.from_samples(sample, narration.sample_rate, FrameRate(frame_rate), Rounding.DOWN).frames

    starts: list[int] = []
    cursor = 0
    for sentence in (part for paragraph in paragraphs for part in split_sentences(paragraph, language)):
        starts.append(text.index(sentence, cursor))
        cursor = starts[-1] + len(sentence)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        first = 0 if start == 0 else frame_at(start)
        last = frames if end == len(text) else frame_at(end)
        found = spoken_terms(text[start:end], wanted, language)
        yield _Sentence(
            first, last, text[start:end].strip(), {term: frame_at(start + position) for term, position in found.items()}
        )


def _joined(sentences: list[_Sentence], *, min_frames: int) -> list[_Sentence]:
    """Joins a sentence with the one before it if one of them is short, or speaks nothing that footage could show."""
    joined: list[_Sentence] = []
    for sentence in sentences:
        before = joined[-1] if joined else None
        is_small = sentence.end - sentence.start < min_frames or not sentence.spoken
        if before is not None and (is_small or before.end - before.start < min_frames or not before.spoken):
            joined[-1] = before.with_next(sentence)
        else:
            joined.append(sentence)
    return joined
