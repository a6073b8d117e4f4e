"""The engine that needs neither weights nor network: espeak-ng, a short-lived process per scene."""

import asyncio
import json
import re
import sys
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.processes.run import Completed, Limits, run_program
from scenewire_tts.engines.base import SAMPLE_RATE, Speech, SpeechEngine
from scenewire_tts.speech.word_timing import Mark, time_words

__all__ = ["EspeakEngine", "ask_espeak", "is_spelled_out", "resample"]

_CHILD: Final = Path(__file__).with_name("child.py")
_REFUSED: Final = 2
"""The child's exit code for a request that cannot be spoken."""

_LIMITS: Final = Limits(memory=1 << 30, cpu=60, file_size=0)
_TIMEOUT: Final = 120
"""Seconds; a quarter of an hour of speech takes about one."""

_SLOWEST: Final = 80
_FASTEST: Final = 450
"""Words a minute; beyond these the library keeps to its limits without saying so."""

_BLOCK: Final = 1 << 16
"""Samples handed to the resampler at once."""

_LETTERS: Final = re.compile(r"[^\W\d_]{3,}")
_ONE_SYLLABLE_A_CHARACTER: Final = ("cmn", "hak", "yue")
"""Voices that mark every character, because that is how their writing is read."""


class EspeakEngine(SpeechEngine):
    """See `SpeechEngine`. Knows some 130 languages; sounds like a machine.

    Args:
        words_per_minute: how fast it speaks, before pauses.

    Raises:
        PermanentError: `program_missing`, when the package that bundles it is not installed.
    """

    def __init__(self, *, words_per_minute: int = 150) -> None:
        try:
            bundle = version("espeakng-loader")
        except PackageNotFoundError as error:
            raise PermanentError(
                FailureCode.PROGRAM_MISSING, "espeak-ng is not installed", hint="install the package espeakng-loader"
            ) from error
        self._words_per_minute = words_per_minute
        self._version = f"{bundle} at {words_per_minute} words a minute"

    @property
    @override
    def name(self) -> str:
        return "espeak"

    @property
    @override
    def version(self) -> str:
        return self._version

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        rate = self._rate(speed)
        request = {"text": text, "language": language, "voice": voice, "words_per_minute": rate}
        return await asyncio.to_thread(_read, text, await ask_espeak(request))

    def _rate(self, speed: float) -> int:
        rate = round(self._words_per_minute * speed)
        if not _SLOWEST <= rate <= _FASTEST:
            raise PermanentError(
                FailureCode.SPEECH_FAILED,
                f"{speed:g} times {self._words_per_minute} words a minute is {rate}; espeak-ng speaks {_SLOWEST} to "
                f"{_FASTEST}",
                hint="order another speed, or set TTS_WORDS_PER_MINUTE",
            )
        return rate


async def ask_espeak(request: Mapping[str, object]) -> bytes:
    """The answer of `espeak_child` to a request; see there.

    Raises:
        PermanentError: `speech_failed`, when it has no such voice or language; `program_failed`.
        TransientError: it was killed.
    """
    # Isolated: neither the environment nor a file beside us decides what the child imports.
    done = await run_program(
        [sys.executable, "-I", _CHILD], stdin=json.dumps(request).encode(), timeout=_TIMEOUT, limits=_LIMITS
    )
    _require_success(done)
    return done.stdout


def is_spelled_out(text: str, marks: Sequence[Mark], voice: str) -> bool:
    """Whether most letters were read out one by one, as espeak does with writing that a voice does not know."""
    if voice.lower().startswith(_ONE_SYLLABLE_A_CHARACTER):
        return False
    positions = sorted(mark.position for mark in marks)
    letters = spelled = 0
    for word in _LETTERS.finditer(text):
        size = word.end() - word.start()
        spoken = bisect_left(positions, word.end()) - bisect_left(positions, word.start())
        letters += size
        spelled += size if spoken >= max(3, 0.6 * size) else 0
    return spelled > letters / 2


def resample(pcm: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    """The same sound at `SAMPLE_RATE`: as many samples as cover its time, none lost at either end.

    Args:
        pcm: one channel.
        rate: its samples a second.
    """
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    blocks: list[NDArray[np.int16]] = []
    for begin in range(0, len(pcm), _BLOCK):
        frame = av.AudioFrame.from_ndarray(pcm[np.newaxis, begin : begin + _BLOCK], format="s16", layout="mono")
        frame.sample_rate = rate
        blocks += [resampled.to_ndarray()[0] for resampled in resampler.resample(frame)]
    if len(pcm):
        blocks += [resampled.to_ndarray()[0] for resampled in resampler.resample(None)]
    return np.concatenate(blocks, dtype=np.int16) if blocks else np.zeros(0, np.int16)


def _require_success(done: Completed) -> None:
    if done.returncode == 0:
        return
    reason = done.stderr.rpartition("\n")[2]
    if done.returncode == _REFUSED:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            reason,
            hint="order another language or voice, such as `en` or `en-us+f3`",
        )
    if done.returncode < 0:
        raise TransientError(FailureCode.PROGRAM_FAILED, f"espeak-ng was ended by signal {-done.returncode}")
    raise PermanentError(
        FailureCode.PROGRAM_FAILED,
        f"espeak-ng failed: {reason or f'exit code {done.returncode}'}",
        hint="install the package espeakng-loader anew",
    )


def _read(text: str, answer: bytes) -> Speech:
    end = answer.index(b"\n")
    fields = json.loads(answer[:end])
    rate, voice = fields["sample_rate"], fields["voice"]
    marks = [Mark(position, sample) for position, sample in fields["marks"]]
    if is_spelled_out(text, marks, voice):
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"the voice {voice} does not know this writing and would spell it out letter by letter",
            hint="order the language that the text is written in; of Japanese it reads kana only",
        )
    pcm = resample(np.frombuffer(answer, "<i2", offset=end + 1), rate)
    there = [Mark(mark.position, round(mark.sample * SAMPLE_RATE / rate)) for mark in marks]
    return Speech(pcm, time_words(text, there, len(pcm)), voice)
