"""From what an engine spoke to what is stored: checked, trimmed, with a pause to breathe."""

import wave
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Word
from scenewire_tts.engines.base import SAMPLE_RATE, Speech

__all__ = ["finish", "write_wav"]

_FAINTEST_PEAK: Final = 300
"""Of 32767: 40 dB below full scale. Speech that never gets louder cannot be heard."""

_QUIET: Final = 0.01
"""Share of the peak (40 dB below it) under which there is no speech."""

_AIR: Final = SAMPLE_RATE // 10
"""Samples kept before and after the speech, so that no faint consonant is cut off."""

_FASTEST: Final = 0.015
_SLOWEST: Final = 0.4
"""Seconds a letter at the least and at the most; voices take 0.06 to 0.15."""

_FASTEST_SYLLABLE: Final = 0.05
_SLOWEST_SYLLABLE: Final = 1.2
"""The same for a character that is a syllable, such as 海; voices take about 0.3."""

_SLOWEST_SIGN: Final = 1.5
"""Seconds for a digit or sign, which may be several words or none."""

_SLACK: Final = 2.0
"""Seconds for pauses, and for a short text that is spelled out: WWW."""


def finish(speech: Speech, text: str, *, pause: int) -> Speech:
    """The speech as it goes into the film.

    Silence before and after it is cut to a tenth of a second, the pause is added after it, and every word is drawn
    in to where it can be heard.

    Args:
        speech: as the engine gave it.
        text: what was to be spoken.
        pause: samples of silence.

    Raises:
        PermanentError: `speech_failed`, when it is silent, or too short or too long for the text.
    """
    pcm = speech.pcm
    peak = max(int(pcm.max(initial=0)), -int(pcm.min(initial=0)))
    if peak < _FAINTEST_PEAK:
        raise PermanentError(FailureCode.SPEECH_FAILED, f"nothing can be heard in {_seconds(len(pcm))} of speech")
    quiet = int(peak * _QUIET)
    heard = (pcm > quiet) | (pcm < -quiet)
    first, last = _span(heard, 0, len(pcm))
    begin, end = max(0, first - _AIR), min(len(pcm), last + _AIR)
    _require_plausible(end - begin, text)
    words = []
    for word in speech.words:
        span = _span(heard, word.start_sample, word.end_sample)
        start, stop = (min(max(sample, begin), end) - begin for sample in span)
        words.append(Word(text=word.text, start_sample=start, end_sample=stop))
    silence = np.zeros(pause, np.int16)
    return Speech(np.concatenate((pcm[begin:end], silence)), tuple(words), speech.voice)


def write_wav(path: Path, speech: Speech) -> None:
    """Writes mono 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(speech.pcm.astype("<i2").tobytes())


def _span(heard: NDArray[np.bool_], start: int, end: int) -> tuple[int, int]:
    """From the first sample that is heard to behind the last one; all of it where none is."""
    part = heard[start:end]
    if not part.any():
        return start, end
    return start + int(part.argmax()), end - int(part[::-1].argmax())


def _require_plausible(samples: int, text: str) -> None:
    letters = syllables = signs = 0
    for character in text:
        if not character.isalpha():
            signs += not character.isspace()
        elif character >= "\u3041":  # kana, Chinese characters and hangul lie beyond, letters before
            syllables += 1
        else:
            letters += 1
    least = letters * _FASTEST + syllables * _FASTEST_SYLLABLE
    most = _SLACK + letters * _SLOWEST + syllables * _SLOWEST_SYLLABLE + signs * _SLOWEST_SIGN
    if not least <= samples / SAMPLE_RATE <= most:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"{_seconds(samples)} of speech cannot be right for {len(text)} characters",
            hint="check that the order names the language that the text is written in",
        )


def _seconds(samples: int) -> str:
    return f"{samples / SAMPLE_RATE:.1f} s"
