"""Checks and trims the speech of an engine, and adds the pause after it."""

import wave
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Word
from scenewire_tts.speech.loudness import levelling_gain
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech

__all__ = ["finish", "lengthen", "write_wav"]

_MIN_PEAK: Final = 300
"""Of 32767: 40 dB below full scale; quieter speech is inaudible."""

_FULL_SCALE: Final = 32_768

_SILENCE_SHARE: Final = 0.01
"""Samples below this share of the peak (-40 dB) are silence."""

_MARGIN_SAMPLES: Final = SAMPLE_RATE // 10
"""Kept before and after the speech, so that faint consonants are not cut off."""

_MIN_LETTER_S: Final = 0.015
_MAX_LETTER_S: Final = 0.4
"""Voices take 0.06 to 0.15 s per letter."""

_MIN_SYLLABLE_S: Final = 0.05
_MAX_SYLLABLE_S: Final = 1.2
"""For a character that is a syllable, such as 海; voices take about 0.3 s."""

_MAX_SIGN_S: Final = 1.5
"""For a digit or sign, which may be several words or none."""

_SLACK_S: Final = 2.0
"""For pauses, and for short texts that are spelled out: WWW."""


def finish(speech: Speech, text: str, *, pause: int) -> Speech:
    """Finishes the speech for the video.

    Trims silence before and after the speech to a tenth of a second, levels the speech, appends the pause, and narrows every
    word to where it is audible.

    Args:
        speech: the speech from the engine.
        text: the spoken text.
        pause: samples of silence to append.

    Raises:
        PermanentError: `speech_failed`, the speech is silent, or too short or too long for the text.
    """
    pcm = speech.pcm
    peak = max(int(pcm.max(initial=0)), -int(pcm.min(initial=0)))
    if peak < _MIN_PEAK:
        raise PermanentError(FailureCode.SPEECH_FAILED, f"{_seconds(len(pcm))} of speech are inaudible")
    quiet = int(peak * _SILENCE_SHARE)
    audible = (pcm > quiet) | (pcm < -quiet)
    first, last = _span(audible, 0, len(pcm))
    begin, end = max(0, first - _MARGIN_SAMPLES), min(len(pcm), last + _MARGIN_SAMPLES)
    _require_plausible(end - begin, text)
    words = []
    for word in speech.words:
        span = _span(audible, word.start_sample, word.end_sample)
        start, stop = (min(max(sample, begin), end) - begin for sample in span)
        words.append(Word(text=word.text, start_sample=start, end_sample=stop))
    silence = np.zeros(pause, np.int16)
    gain = levelling_gain(np.asarray(pcm[first:last] / _FULL_SCALE, np.float32))
    levelled = pcm[begin:end] if gain == 1 else np.round(pcm[begin:end] * gain).astype(np.int16)
    return replace(speech, pcm=np.concatenate((levelled, silence)), words=tuple(words))


def write_wav(path: Path, speech: Speech) -> None:
    """Writes mono 16-bit WAV."""
    with path.open("wb") as raw, wave.open(raw, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(speech.pcm.astype("<i2").tobytes())


def lengthen(source: Path, target: Path, silence: int) -> None:
    """Copies a WAV file written by `write_wav` with samples of silence after it."""
    with wave.open(str(source), "rb") as read, target.open("wb") as raw, wave.open(raw, "wb") as file:
        file.setparams(read.getparams())
        file.writeframes(read.readframes(read.getnframes()) + bytes(silence * read.getsampwidth()))


def _span(audible: NDArray[np.bool_], start: int, end: int) -> tuple[int, int]:
    """Returns the range of audible samples; the whole range if none is audible."""
    part = audible[start:end]
    if not part.any():
        return start, end
    return start + int(part.argmax()), end - int(part[::-1].argmax())


def _require_plausible(samples: int, text: str) -> None:
    letters = syllables = signs = 0
    for character in text:
        if not character.isalpha():
            signs += not character.isspace()
        elif character >= "\u3041":  # kana, Chinese characters and hangul are above
            syllables += 1
        else:
            letters += 1
    least = letters * _MIN_LETTER_S + syllables * _MIN_SYLLABLE_S
    most = _SLACK_S + letters * _MAX_LETTER_S + syllables * _MAX_SYLLABLE_S + signs * _MAX_SIGN_S
    if not least <= samples / SAMPLE_RATE <= most:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"{_seconds(samples)} of speech are implausible for {len(text)} characters",
            hint="check that the order names the language of the text",
        )


def _seconds(samples: int) -> str:
    return f"{samples / SAMPLE_RATE:.1f} s"
