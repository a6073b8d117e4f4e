"""Makes the narration of a scene from a recording of its text."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire.errors import PermanentError
from scenewire.messages import OWN_NARRATION, Word
from scenewire.probe.probe import probe_recording
from scenewire.probe.refusal import refusal
from scenewire.text.reading import reading_seconds
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.recordings.alignment import align
from scenewire_tts.recordings.decoding import decode_recording
from scenewire_tts.recordings.pauses import find_speech
from scenewire_tts.speech.loudness import levelling_gain
from scenewire_tts.speech.postprocess import finish
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.speech.word_timing import time_words
from scenewire_tts.spoken_form.normalizer import spoken_form

__all__ = ["read_recording"]

_MIN_PEAK: Final = 100
"""Of 32767: 50 dB below full scale. What is quieter is noise."""

_MAX_GAIN_DB: Final = 20.0
"""Microphones differ more than voices of engines; beyond it, mostly noise gets louder."""

_MARGIN_SAMPLES: Final = SAMPLE_RATE // 10
"""Kept before and after the speech, as of engines."""

_FADE_SAMPLES: Final = SAMPLE_RATE // 50
"""At both ends, so that the noise of the room does not begin or end with a click."""

_FULL_SCALE: Final = 32_768

_MISFIT: Final = 3.0
"""A recording that is longer or shorter than its text takes by this factor is probably that of another text."""

_CUT_SHARE: Final = 0.15
"""Of the declared length. Some mp3 files declare an estimate that is up to a tenth off."""

_ESTIMATED_NOTE: Final = (
    "Times of words in own narrations are estimates: sentences begin where a pause in the recording ends, and words between "
    "pauses may be up to half a second early or late."
)


async def read_recording(path: Path, text: str, *, language: str, creator: str, pause: int) -> Speech:
    """Examines and decodes a recording, and aligns it with its text.

    Silence before and after the speech is trimmed to a tenth of a second.

    Args:
        path: the file, from outside.
        text: a text returned by `scenewire_tts.speech.spoken_text.clean`.
        language: of the text.
        creator: who speaks.
        pause: samples of silence to append.

    Raises:
        PermanentError: `media_refused`, the file is not a recording that can be used.
    """
    declared = (await probe_recording(path)).duration
    pcm = await decode_recording(path)
    found = await asyncio.to_thread(find_speech, pcm)
    if not found or int(np.abs(pcm.astype(np.int32)).max()) < _MIN_PEAK:
        raise refusal(path, "it is silent")
    weights = await _relative_durations(text, language)
    words = await asyncio.to_thread(align, text, weights, found, language)
    begin, end = max(0, found[0].start - _MARGIN_SAMPLES), min(len(pcm), found[-1].end + _MARGIN_SAMPLES)
    sound = await asyncio.to_thread(_levelled, pcm[begin:end])
    return Speech(
        np.concatenate((sound, np.zeros(pause, np.int16))),
        tuple(
            Word(text=word.text, start_sample=word.start_sample - begin, end_sample=word.end_sample - begin)
            for word in words
        ),
        creator or OWN_NARRATION,
        notes=(
            *_cut_notes(declared, len(pcm) / SAMPLE_RATE),
            *_misfit_notes(text, language, (end - begin) / SAMPLE_RATE),
            _ESTIMATED_NOTE,
        ),
    )


def _levelled(pcm: NDArray[np.int16]) -> NDArray[np.int16]:
    """Returns speech at the loudness of narrations, faded at both ends."""
    sound = np.asarray(pcm / _FULL_SCALE, np.float32)
    sound *= levelling_gain(sound, limit_db=_MAX_GAIN_DB)
    fade = np.linspace(0, 1, min(_FADE_SAMPLES, len(sound) // 2), dtype=np.float32)
    sound[: len(fade)] *= fade
    sound[len(sound) - len(fade) :] *= fade[::-1]
    return np.clip(np.round(sound * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)


async def _relative_durations(text: str, language: str) -> list[float]:
    """Returns how long espeak takes for each word, in samples; letters of the spoken text, if it cannot read it."""
    spoken = await asyncio.to_thread(spoken_form, text, language)
    try:
        read = await EspeakEngine().speak(spoken.text, language=language, voice=None)
        words = finish(replace(read, words=spoken.written_words(read.words)), spoken.text, pause=0).words
    except PermanentError:
        words = spoken.written_words(time_words(spoken.text, [], SAMPLE_RATE * len(spoken.text)))
    return [max(1.0, word.end_sample - word.start_sample) for word in words]


def _cut_notes(declared: float, seconds: float) -> tuple[str, ...]:
    if seconds >= declared * (1 - _CUT_SHARE):
        return ()
    return (f"The recording ends after {seconds:.1f} s; its file declares {declared:.1f} s and may be cut off.",)


def _misfit_notes(text: str, language: str, seconds: float) -> tuple[str, ...]:
    usual = reading_seconds(text, language)
    if usual / _MISFIT <= seconds <= usual * _MISFIT:
        return ()
    return (f"The recording lasts {seconds:.0f} s, its text usually {usual:.0f} s: check that they belong together.",)
