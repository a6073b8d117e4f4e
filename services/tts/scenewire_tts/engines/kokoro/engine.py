"""The Kokoro engine: a neural voice with user-supplied weights, loaded once.

espeak-ng converts words to phonemes, the model speaks one utterance at a time, and the audio chunks are checked and
joined.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.processors import usable_processors
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import run_espeak
from scenewire_tts.engines.espeak.spelled_out import require_readable, spelled_words
from scenewire_tts.engines.kokoro.audio_chunks import AudioChunk, check, join, mark_words
from scenewire_tts.engines.kokoro.model.base import OutOfMemoryError, Sound
from scenewire_tts.engines.kokoro.model.process import ModelHandshake, ModelProcess
from scenewire_tts.engines.kokoro.phonemes import DIALECTS, Piece, SpokenWord, select_dialect, spell
from scenewire_tts.engines.kokoro.utterances import Utterance, divide, halve, number
from scenewire_tts.engines.kokoro.voices import Mixture, VoicesError, parse_mixture
from scenewire_tts.engines.kokoro.weights import Weights, examine
from scenewire_tts.speech.sound import Speech
from scenewire_tts.speech.word_timing import Mark, time_words

__all__ = ["KokoroEngine", "Model", "open_kokoro"]

_CACHE_VERSION: Final = 2
"""Bump when the same words are converted, divided or joined differently."""

_WORDS_PER_MINUTE: Final = 150
"""Rate of espeak-ng when it gives the phonemes and the relative lengths of words."""

_MAX_DEFAULT_THREADS: Final = 4
"""More threads cost more in synchronization than they save."""

_DEFAULT_VOICES: Final = {
    "a": "af_sky",
    "b": "bf_emma",
    "e": "ef_dora",
    "f": "ff_siwis",
    "h": "hf_alpha",
    "i": "if_sara",
    "p": "pf_dora",
}
"""Default voice by dialect; if it is missing, the first voice of the dialect is used."""


class Model(Protocol):
    """The interface of `ModelProcess`."""

    async def start(self) -> ModelHandshake:
        """Loads the model."""
        ...

    async def speak(self, ids: list[int], mixture: Mixture, speed: float) -> Sound:
        """Speaks an utterance."""
        ...

    async def aclose(self) -> None:
        """Ends the model's process."""
        ...


class KokoroEngine(SpeechEngine):
    """See `SpeechEngine`. Ready after `start`.

    Args:
        name: `kokoro` or `kokoro-onnx`.
        weights: the examined folder.
        model: speaks phonemes.
    """

    def __init__(self, name: str, weights: Weights, model: Model) -> None:
        self._name = name
        self._weights = weights
        self._model = model
        self._version = ""
        self._vocabulary: dict[str, int] = {}

    @property
    @override
    def name(self) -> str:
        return self._name

    @property
    @override
    def version(self) -> str:
        return self._version

    async def start(self) -> None:
        """Loads the model.

        Raises:
            PermanentError: `invalid_settings`, the weights, a package or the device cannot be used.
            TransientError: the process died while loading.
        """
        digest, handshake = await asyncio.gather(
            asyncio.to_thread(_digest, self._weights, self._name), self._model.start()
        )
        self._vocabulary = handshake.vocabulary
        self._version = f"{_CACHE_VERSION}, weights {digest}, {handshake.runtime}"

    async def aclose(self) -> None:
        """Ends the model's process."""
        await self._model.aclose()

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        dialect, mixture = self.select_voice(language, voice)
        pieces, spelled = await _spell(text, dialect)
        utterances = divide(pieces)
        if not any(number(utterance, self._vocabulary)[0] for utterance in utterances):
            raise PermanentError(FailureCode.SPEECH_FAILED, "its text contains no known phonemes")
        chunks = [chunk for utterance in utterances for chunk in await self._chunks(utterance, mixture, speed)]
        pcm, marks = await asyncio.to_thread(join, chunks, speed)
        return Speech(pcm, time_words(text, marks, len(pcm)), voice or mixture[0][0], spelled)

    @property
    def voices(self) -> tuple[str, ...]:
        """The voices in the folder of weights."""
        return self._weights.voices

    def select_voice(self, language: str, voice: str | None) -> tuple[str, Mixture]:
        """Returns the dialect and the voices for an order; works before `start`.

        Raises:
            PermanentError: `speech_failed`, there is no such language or voice.
        """
        dialect = select_dialect(language, voice)
        if dialect is None:
            raise PermanentError(
                FailureCode.SPEECH_FAILED,
                f"{self._name} does not speak {language!r}",
                hint="it supports en, es, fr, hi, it and pt; TTS_ENGINE=espeak supports over a hundred languages",
            )
        try:
            return dialect, parse_mixture(voice or self._default_voice(dialect, language), self._weights.voices)
        except VoicesError as error:
            raise PermanentError(
                FailureCode.SPEECH_FAILED,
                f"{self._name}: {error}",
                hint="order one of them with --voice, or set TTS_VOICE",
            ) from error

    def _default_voice(self, dialect: str, language: str) -> str:
        names = [name for name in self._weights.voices if name.startswith(dialect)]
        if _DEFAULT_VOICES[dialect] in names:
            return _DEFAULT_VOICES[dialect]
        if not names:
            raise VoicesError(
                f"there is no voice for {language!r}; available voices: {', '.join(self._weights.voices)}"
            )
        return min(names)

    async def _chunks(self, utterance: Utterance, mixture: Mixture, speed: float) -> list[AudioChunk]:
        """Speaks an utterance; in halves if there is not enough memory for all of it."""
        ids, firsts = number(utterance, self._vocabulary)
        if not ids:
            return []
        try:
            sound = await self._model.speak(ids, mixture, speed)
        except OutOfMemoryError as error:
            halves = halve(utterance)
            if not halves:
                raise TransientError(
                    FailureCode.SPEECH_FAILED,
                    f"the speech model ran out of memory for {error}",
                    hint="free GPU or system memory, or set TTS_DEVICE=cpu",
                ) from error
            return [chunk for half in halves for chunk in await self._chunks(half, mixture, speed)]
        return [await asyncio.to_thread(_chunk, utterance, ids, firsts, sound, speed)]


def open_kokoro(name: str, folder: Path, *, device: str = "auto", threads: int = 0) -> KokoroEngine:
    """Creates the engine for a folder of weights, not started yet.

    Args:
        name: `kokoro` or `kokoro-onnx`.
        folder: the folder of weights.
        device: `auto`, `cuda` or `cpu`.
        threads: number of CPU threads; 0 uses all CPUs available to the process, at most four.
    """
    model = ModelProcess(name, folder, device=device, threads=threads or min(_MAX_DEFAULT_THREADS, usable_processors()))
    return KokoroEngine(name, examine(folder), model)


async def _spell(text: str, dialect: str) -> tuple[list[Piece], tuple[str, ...]]:
    """Returns the words as phonemes, and those that are spelled out letter by letter."""
    request = {"text": text, "language": DIALECTS[dialect].espeak, "voice": None, "words_per_minute": _WORDS_PER_MINUTE}
    answer = (await run_espeak(request | {"phonemes": True})).header
    words = [SpokenWord(*mark) for mark in answer["marks"]]
    marks = [Mark(word.position, word.sample) for word in words]
    spelled = spelled_words(
        text, marks, answer["voice"], sample_rate=answer["sample_rate"], words_per_minute=_WORDS_PER_MINUTE
    )
    require_readable(text, spelled, answer["voice"])
    return spell(text, words, DIALECTS[dialect]), spelled


def _chunk(
    utterance: Utterance, ids: Sequence[int], firsts: Sequence[int | None], sound: Sound, speed: float
) -> AudioChunk:
    check(sound.audio, len(ids), speed)
    durations = sound.durations
    if durations is not None and len(durations) != len(ids) + 2:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"the model returned {len(durations)} durations for {len(ids) + 2} phonemes",
            hint="use another export of the model",
        )
    return AudioChunk(sound.audio, mark_words(utterance, firsts, durations, sound.audio), utterance[-1].ends)


def _digest(weights: Weights, engine: str) -> str:
    """Returns 16 hex digits of the SHA-256 over the configuration, model and voices."""
    digest = hashlib.sha256()
    model = weights.models[engine]
    for path in filter(None, (weights.config, model, *_voice_files(weights))):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def _voice_files(weights: Weights) -> list[Path]:
    return [weights.folder / file.path for file in weights.files if file.what == "voice" and file.state == "found"]
