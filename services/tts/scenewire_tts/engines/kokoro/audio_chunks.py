"""From what the model made of each utterance to one narration: checked, in time, joined without a click. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.base import SAMPLE_RATE
from scenewire_tts.engines.kokoro.phonemes import Break
from scenewire_tts.engines.kokoro.utterances import Utterance
from scenewire_tts.speech.word_timing import Mark

__all__ = ["Take", "check", "mark_words", "splice"]

_FAINTEST: Final = 0.01
"""Share of full scale: 40 dB below it. Speech that never gets louder cannot be heard."""

_FULL: Final = 1.0
_CLIPPED: Final = 0.005
"""Share of the samples beyond full scale that is still a loud consonant and not a broken voice."""

_QUIET: Final = 0.01
"""Share of the peak under which there is no speech."""

_AIR: Final = SAMPLE_RATE // 20
"""Samples kept around an utterance, so that no faint consonant is cut off."""

_FADE: Final = SAMPLE_RATE // 200
"""Samples over which an utterance comes and goes: 5 ms, too short to be heard and long enough to click no more."""

_PAUSES: Final = {Break.WORD: 0.0, Break.CLAUSE: 0.12, Break.SENTENCE: 0.3, Break.PARAGRAPH: 0.6}
"""Seconds between two utterances, besides the air around them, at the speed 1."""

_SHORTEST_PHONEME: Final = 0.015
_LONGEST_PHONEME: Final = 0.5
_SLACK: Final = 2.0
"""Seconds a phoneme takes at the least and at the most, and what a short utterance may take besides."""


@dataclass(frozen=True, eq=False)
class Take:
    """An utterance as it was spoken."""

    audio: NDArray[np.float32]
    marks: tuple[Mark, ...]
    """In samples of `audio`."""
    ends: Break


def check(audio: NDArray[np.float32], phonemes: int, speed: float) -> None:
    """Refuses what no voice says.

    Raises:
        PermanentError: `speech_failed`, with what is wrong.
    """
    seconds = audio.size / SAMPLE_RATE
    if not audio.size or not np.isfinite(audio).all():
        raise _wrong("something that is no sound")
    if float(np.abs(audio).max()) < _FAINTEST:
        raise _wrong(f"{seconds:.1f} s of silence")
    if (beyond := float((np.abs(audio) > _FULL).mean())) > _CLIPPED:
        raise _wrong(f"a sound that is distorted in {beyond:.0%} of its samples")
    if not phonemes * _SHORTEST_PHONEME <= seconds * speed <= _SLACK + phonemes * _LONGEST_PHONEME:
        raise _wrong(f"{seconds:.1f} s for {phonemes} phonemes")


def mark_words(
    utterance: Utterance, firsts: Sequence[int | None], durations: Sequence[int] | None, audio: NDArray[np.float32]
) -> tuple[Mark, ...]:
    """When each word begins.

    With durations, exactly: they say how long the model spoke each phoneme. Without, the time in which anything is
    heard is shared among the words as espeak-ng, which has spoken the same words, needed for each.

    Args:
        utterance: what was spoken.
        firsts: for each word its first phoneme; None for one that is silent.
        durations: of the start, of each phoneme, of the end.
        audio: what was heard.
    """
    spoken = [(piece, first) for piece, first in zip(utterance, firsts, strict=True) if first is not None]
    if durations is not None:
        edges = np.concatenate(([0], np.cumsum(durations)))
        edges = edges * len(audio) // max(1, int(edges[-1]))
        return tuple(Mark(piece.position, int(edges[first + 1])) for piece, first in spoken)
    begin, end = _heard(audio)
    shares = np.concatenate(([0], np.cumsum([max(1, piece.weight) for piece, _ in spoken])))
    places = begin + (end - begin) * shares // max(1, int(shares[-1]))
    return tuple(Mark(piece.position, int(place)) for (piece, _), place in zip(spoken, places[:-1], strict=True))


def splice(takes: Sequence[Take], speed: float) -> tuple[NDArray[np.int16], list[Mark]]:
    """The narration, and when its words begin.

    The silence around each take is cut to a twentieth of a second, which differs from voice to voice and from take to
    take otherwise, and what the text calls for is put between them.
    """
    parts: list[NDArray[np.float32]] = []
    marks: list[Mark] = []
    done = 0
    for index, take in enumerate(takes):
        begin, end = _heard(take.audio)
        begin, end = max(0, begin - _AIR), min(len(take.audio), end + _AIR)
        part = _faded(take.audio[begin:end])
        marks += [Mark(mark.position, done + min(max(mark.sample - begin, 0), len(part))) for mark in take.marks]
        pause = 0 if index == len(takes) - 1 else round(_PAUSES[take.ends] / speed * SAMPLE_RATE)
        parts += [part, np.zeros(pause, np.float32)]
        done += len(part) + pause
    sound = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return np.round(np.clip(sound, -1, 1) * 32_767).astype(np.int16), marks


def _heard(audio: NDArray[np.float32]) -> tuple[int, int]:
    level = np.abs(audio)
    heard = np.flatnonzero(level > float(level.max(initial=0)) * _QUIET)
    return (int(heard[0]), int(heard[-1]) + 1) if heard.size else (0, len(audio))


def _faded(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    size = min(_FADE, len(audio) // 2)
    ramp = np.linspace(0, 1, size, endpoint=False, dtype=np.float32)
    faded = audio.astype(np.float32)
    faded[:size] *= ramp
    faded[len(faded) - size :] *= ramp[::-1]
    return faded


def _wrong(what: str) -> PermanentError:
    return PermanentError(
        FailureCode.SPEECH_FAILED,
        f"the voice answered with {what}",
        hint="`scenewire weights check` examines the weights; another voice or another speed may do",
    )
