"""Checks, times and joins the audio chunks of utterances. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.kokoro.phonemes import Break, Piece
from scenewire_tts.engines.kokoro.utterances import Utterance
from scenewire_tts.speech.loudness import levelling_gain
from scenewire_tts.speech.sound import SAMPLE_RATE
from scenewire_tts.speech.word_timing import Mark

__all__ = ["AudioChunk", "check", "join", "mark_words"]

_MIN_PEAK: Final = 0.01
"""40 dB below full scale; quieter speech is inaudible."""

_FULL_SCALE: Final = 1.0
_MAX_CLIPPED_SHARE: Final = 0.005
"""Loud consonants clip a few samples; a broken voice clips more."""

_SILENCE_SHARE: Final = 0.01
"""Samples below this share of the peak are silence."""

_MARGIN_SAMPLES: Final = SAMPLE_RATE // 20
"""Kept around an utterance, so that faint consonants are not cut off."""

_FADE_SAMPLES: Final = SAMPLE_RATE // 200
"""5 ms: inaudible, but long enough to avoid clicks."""

_PAUSES_S: Final = {Break.WORD: 0.0, Break.CLAUSE: 0.12, Break.SENTENCE: 0.3, Break.PARAGRAPH: 0.6}
"""Between two utterances, in addition to their margins, at speed 1."""

_LEAD_STEPS: Final = 2.5
"""A phoneme sounds 62 ms before the durations place it, because the decoder's convolutions look ahead."""

_GAP_STEPS: Final = 1
"""Of the space before a word, 25 ms are a gap; the rest is the beginning of the word, most of all of a consonant. This value and the
lead fit forced alignment for every voice and speed tried (scripts/word_times.py)."""

_MIN_PHONEME_S: Final = 0.015
_MAX_PHONEME_S: Final = 0.5
_SLACK_S: Final = 2.0
"""Added to the maximum, for short utterances."""


@dataclass(frozen=True, eq=False)
class AudioChunk:
    """A spoken utterance."""

    audio: NDArray[np.float32]
    marks: tuple[Mark, ...]
    """Positions in samples of `audio`."""
    ends: Break


def check(audio: NDArray[np.float32], phonemes: int, speed: float) -> None:
    """Refuses implausible audio.

    Raises:
        PermanentError: `speech_failed`, with the reason.
    """
    seconds = audio.size / SAMPLE_RATE
    if not audio.size or not np.isfinite(audio).all():
        raise _implausible("audio that is empty or not finite")
    if float(np.abs(audio).max()) < _MIN_PEAK:
        raise _implausible(f"{seconds:.1f} s of silence")
    if (clipped := float((np.abs(audio) > _FULL_SCALE).mean())) > _MAX_CLIPPED_SHARE:
        raise _implausible(f"audio that clips in {clipped:.0%} of its samples")
    if not phonemes * _MIN_PHONEME_S <= seconds * speed <= _SLACK_S + phonemes * _MAX_PHONEME_S:
        raise _implausible(f"{seconds:.1f} s for {phonemes} phonemes")


def mark_words(
    utterance: Utterance, firsts: Sequence[int | None], durations: Sequence[int] | None, audio: NDArray[np.float32]
) -> tuple[Mark, ...]:
    """Returns when each word begins.

    Exact with phoneme durations. Without them, the audible time is divided among the words in proportion to the time that
    espeak-ng takes for each.

    Args:
        utterance: the words.
        firsts: the index of each word's first phoneme; None for a silent word.
        durations: durations of the start, each phoneme and the end; None if unknown.
        audio: the speech.
    """
    spoken = [(piece, first) for piece, first in zip(utterance, firsts, strict=True) if first is not None]
    if durations is not None:
        steps = np.concatenate(([0], np.cumsum(durations)))
        step = len(audio) / max(1, int(steps[-1]))
        starts = [steps[first + 1] - _space_in_word(piece, first, durations) - _LEAD_STEPS for piece, first in spoken]
        return tuple(
            Mark(piece.position, int(max(0, start) * step)) for (piece, _), start in zip(spoken, starts, strict=True)
        )
    begin, end = _audible_range(audio)
    weights = np.concatenate(([0], np.cumsum([max(1, piece.weight) for piece, _ in spoken])))
    places = begin + (end - begin) * weights // max(1, int(weights[-1]))
    return tuple(Mark(piece.position, int(place)) for (piece, _), place in zip(spoken, places[:-1], strict=True))


def _space_in_word(piece: Piece, first: int, durations: Sequence[int]) -> int:
    """Returns how many steps of the space before a word are part of it."""
    has_space = first > 0 and not piece.joined
    return max(0, durations[first] - _GAP_STEPS) if has_space else 0


def join(chunks: Sequence[AudioChunk], speed: float) -> tuple[NDArray[np.int16], list[Mark]]:
    """Joins chunks to a narration; returns its samples and when its words begin.

    The silence around each chunk, which varies, is trimmed to a twentieth of a second; the pauses of the text are added
    between chunks. Each chunk is levelled: the model speaks short utterances up to 5 LU louder than long ones.
    """
    parts: list[NDArray[np.float32]] = []
    marks: list[Mark] = []
    done = 0
    for index, chunk in enumerate(chunks):
        begin, end = _audible_range(chunk.audio)
        gain = levelling_gain(chunk.audio[begin:end])
        begin, end = max(0, begin - _MARGIN_SAMPLES), min(len(chunk.audio), end + _MARGIN_SAMPLES)
        part = _faded(chunk.audio[begin:end] * gain)
        marks += [Mark(mark.position, done + min(max(mark.sample - begin, 0), len(part))) for mark in chunk.marks]
        pause = 0 if index == len(chunks) - 1 else round(_PAUSES_S[chunk.ends] / speed * SAMPLE_RATE)
        parts += [part, np.zeros(pause, np.float32)]
        done += len(part) + pause
    sound = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return np.round(np.clip(sound, -1, 1) * 32_767).astype(np.int16), marks


def _audible_range(audio: NDArray[np.float32]) -> tuple[int, int]:
    level = np.abs(audio)
    audible = np.flatnonzero(level > float(level.max(initial=0)) * _SILENCE_SHARE)
    return (int(audible[0]), int(audible[-1]) + 1) if audible.size else (0, len(audio))


def _faded(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    size = min(_FADE_SAMPLES, len(audio) // 2)
    ramp = np.linspace(0, 1, size, endpoint=False, dtype=np.float32)
    faded = audio.astype(np.float32)
    faded[:size] *= ramp
    faded[len(faded) - size :] *= ramp[::-1]
    return faded


def _implausible(what: str) -> PermanentError:
    return PermanentError(
        FailureCode.SPEECH_FAILED,
        f"the voice returned {what}",
        hint="check the weights with `scenewire weights check`, or order another voice or speed",
    )
