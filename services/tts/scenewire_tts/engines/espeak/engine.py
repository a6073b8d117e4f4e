"""The espeak-ng engine: a short-lived child process per scene, without weights or network."""

import asyncio
import json
import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.processes.run import Completed, Limits, run_program
from scenewire.text.languages import primary_language
from scenewire.text.voice_names import voice_language
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.full_clauses import Clause, find_breaks, insert_breaks
from scenewire_tts.engines.espeak.heteronyms import Pronunciation, find_pronunciations
from scenewire_tts.engines.espeak.spelled_out import require_readable, spelled_words
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.speech.word_timing import Mark, time_words

__all__ = ["EspeakAnswer", "EspeakEngine", "read_text", "resample", "run_espeak"]

_CACHE_VERSION: Final = 3
"""Bump when the same words are read differently."""

_CHILD: Final = Path(__file__).with_name("child.py")
_LIMITS: Final = Limits(memory=1 << 30, cpu=60, file_size=0)
_TIMEOUT_S: Final = 120
"""A quarter of an hour of speech takes about a second."""

_MIN_WORDS_PER_MINUTE: Final = 80
_MAX_WORDS_PER_MINUTE: Final = 450
"""Beyond these, the library silently uses its limits."""

_BLOCK_SAMPLES: Final = 1 << 16


class EspeakEngine(SpeechEngine):
    """See `SpeechEngine`. Supports about 130 languages with a robotic voice.

    Args:
        words_per_minute: speech rate, excluding pauses.

    Raises:
        PermanentError: `program_missing`, the package that bundles espeak-ng is not installed.
    """

    def __init__(self, *, words_per_minute: int = 150) -> None:
        try:
            bundle = version("espeakng-loader")
        except PackageNotFoundError as error:
            raise PermanentError(
                FailureCode.PROGRAM_MISSING, "espeak-ng is not installed", hint="install the package espeakng-loader"
            ) from error
        self._words_per_minute = words_per_minute
        self._version = f"{_CACHE_VERSION}, {bundle} at {words_per_minute} words a minute"

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
        answer = await read_text(text, language=language, voice=voice, words_per_minute=rate)
        return await asyncio.to_thread(_speech, text, answer, rate)

    def _rate(self, speed: float) -> int:
        rate = round(self._words_per_minute * speed)
        if not _MIN_WORDS_PER_MINUTE <= rate <= _MAX_WORDS_PER_MINUTE:
            raise PermanentError(
                FailureCode.SPEECH_FAILED,
                f"speed {speed:g} at {self._words_per_minute} words per minute is {rate}; espeak-ng supports "
                f"{_MIN_WORDS_PER_MINUTE} to {_MAX_WORDS_PER_MINUTE}",
                hint="order another speed, or set TTS_WORDS_PER_MINUTE",
            )
        return rate


class EspeakAnswer(NamedTuple):
    """An answer of the child; `child` describes it."""

    header: Mapping[str, Any]
    pcm: bytes


async def read_text(
    text: str, *, language: str, voice: str | None, words_per_minute: int, phonemes: bool = False
) -> EspeakAnswer:
    """Has a text read, with English words that are spelled alike and sound different pronounced by their context.

    A clause that is too long for the library is divided, so that all of it is spoken.

    Args:
        text: without control characters.
        language: a tag.
        voice: as in orders; None is the language's default voice.
        words_per_minute: rate of the speech.
        phonemes: whether phonemes are wanted instead of samples.

    Returns:
        The answer; marks have positions in the text.

    Raises:
        PermanentError, TransientError: as `run_espeak`.
    """
    request = {"language": language, "voice": voice, "words_per_minute": words_per_minute, "phonemes": phonemes}
    spoken = (voice_language(voice) if voice else None) or language
    found = find_pronunciations(text) if primary_language(spoken) == "en" else []
    if not found:
        return await _read_whole(request, text)
    inline, position = _inline(text, found)
    return _at(await _read_whole(request | {"inline_phonemes": True}, inline), position)


async def _read_whole(request: Mapping[str, object], text: str) -> EspeakAnswer:
    """Has a text read; again with breaks for as long as the library leaves out ends of clauses."""
    breaks: set[int] = set()
    while True:
        broken, position = insert_breaks(text, sorted(breaks))
        answer = await run_espeak({**request, "text": broken})
        marks = [mark[0] for mark in answer.header["marks"]]
        clauses = [Clause(*clause) for clause in answer.header["clauses"]]
        more = {position(place) for place in find_breaks(broken, clauses, marks)}
        if more <= breaks:
            return _at(answer, position)
        breaks |= more


def _at(answer: EspeakAnswer, position: Callable[[int], int]) -> EspeakAnswer:
    """Returns an answer with the marks at other positions."""
    marks = [[position(mark[0]), *mark[1:]] for mark in answer.header["marks"]]
    return answer._replace(header={**answer.header, "marks": marks})


async def run_espeak(request: Mapping[str, object]) -> EspeakAnswer:
    """Runs the child with a request; `child` describes both.

    Raises:
        PermanentError: `speech_failed`, espeak-ng has no such voice or language; `program_failed`.
        TransientError: the child was killed.
    """
    # Isolated: neither the environment nor neighbouring files affect what the child imports.
    done = await run_program(
        [sys.executable, "-I", _CHILD], stdin=json.dumps(request).encode(), timeout=_TIMEOUT_S, limits=_LIMITS
    )
    _require_success(done)
    header, _, pcm = done.stdout.partition(b"\n")
    answer = EspeakAnswer(json.loads(header), pcm)
    if "refused" in answer.header:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            answer.header["refused"],
            hint="order another language or voice, such as `en` or `en-us+f3`",
        )
    return answer


def resample(pcm: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    """Resamples to `SAMPLE_RATE` without losing samples at either end.

    Args:
        pcm: mono samples.
        rate: their sample rate, hertz.
    """
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    blocks: list[NDArray[np.int16]] = []
    for begin in range(0, len(pcm), _BLOCK_SAMPLES):
        frame = av.AudioFrame.from_ndarray(pcm[np.newaxis, begin : begin + _BLOCK_SAMPLES], format="s16", layout="mono")
        frame.sample_rate = rate
        blocks += [resampled.to_ndarray()[0] for resampled in resampler.resample(frame)]
    if len(pcm):
        blocks += [resampled.to_ndarray()[0] for resampled in resampler.resample(None)]
    return np.concatenate(blocks, dtype=np.int16) if blocks else np.zeros(0, np.int16)


def _inline(text: str, pronunciations: Sequence[Pronunciation]) -> tuple[str, Callable[[int], int]]:
    """Writes phonemes into a text; returns it, and a function from its positions to those of the text."""
    text = text.replace("[[", "[ ").replace("]]", " ]")  # of the author
    parts: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    done = length = 0
    for start, end, phonemes in [*pronunciations, Pronunciation(len(text), len(text), "")]:
        for part, origin in ((text[done:start], done), (f"[[{phonemes}]]" if phonemes else "", start)):
            parts.append(part)
            starts.append(length)
            origins.append(origin)
            length += len(part)
        done = end

    def position(inline: int) -> int:
        index = bisect_right(starts, inline) - 1
        is_phonemes = index % 2
        return origins[index] if is_phonemes else origins[index] + inline - starts[index]

    return "".join(parts), position


def _require_success(done: Completed) -> None:
    if done.returncode == 0:
        return
    reason = done.stderr.rpartition("\n")[2]
    if done.returncode < 0:
        raise TransientError(FailureCode.PROGRAM_FAILED, f"espeak-ng was killed by signal {-done.returncode}")
    raise PermanentError(
        FailureCode.PROGRAM_FAILED,
        f"espeak-ng failed: {reason or f'exit code {done.returncode}'}",
        hint="reinstall the package espeakng-loader",
    )


def _speech(text: str, answer: EspeakAnswer, words_per_minute: int) -> Speech:
    rate, voice = answer.header["sample_rate"], answer.header["voice"]
    marks = [Mark(position, sample) for position, sample in answer.header["marks"]]
    samples = np.frombuffer(answer.pcm, "<i2")
    spelled = spelled_words(
        text, [*marks, Mark(len(text), len(samples))], voice, sample_rate=rate, words_per_minute=words_per_minute
    )
    require_readable(text, spelled, voice)
    pcm = resample(samples, rate)
    resampled = [Mark(mark.position, round(mark.sample * SAMPLE_RATE / rate)) for mark in marks]
    return Speech(pcm, time_words(text, resampled, len(pcm)), voice, spelled)
