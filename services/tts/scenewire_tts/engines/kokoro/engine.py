"""The Kokoro engine: a neural voice with user-supplied weights, loaded once.

espeak-ng converts words to phonemes, the model speaks one utterance at a time, and the audio chunks are checked and
joined.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import structlog
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.text.languages import primary_language
from scenewire.text.voice_names import voice_language
from scenewire.text.writings import language_name
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import read_text
from scenewire_tts.engines.espeak.spelled_out import require_readable, spelled_words
from scenewire_tts.engines.kokoro.audio_chunks import AudioChunk, check, join, mark_words
from scenewire_tts.engines.kokoro.model.base import OutOfMemoryError, Sound
from scenewire_tts.engines.kokoro.model.process import ModelHandshake, ModelProcess
from scenewire_tts.engines.kokoro.phonemes import DIALECTS, Piece, SpokenWord, select_dialect, spell, write_phonemes
from scenewire_tts.engines.kokoro.readers.reader import READERS, read_words, require_reader
from scenewire_tts.engines.kokoro.utterances import Utterance, divide, halve, number
from scenewire_tts.engines.kokoro.voices import (
    Mixture,
    VoicesError,
    find_voices,
    parse_mixture,
    read_named,
    similar_names,
)
from scenewire_tts.engines.kokoro.weights import Weights, examine
from scenewire_tts.speech.sound import Speech
from scenewire_tts.speech.word_timing import Mark, time_words

__all__ = ["KokoroEngine", "Model", "open_kokoro"]

_CACHE_VERSION: Final = 7
"""Bump when the same words are converted, divided or joined differently."""

_WORDS_PER_MINUTE: Final = 150
"""Rate of espeak-ng when it gives the phonemes and the relative lengths of words."""

_SPEEDS: Final = (0.8, 0.85, 0.9, 1, 1.1, 1.15, 1.2, 1.25)
_RATES: Final = (0.81, 0.88, 0.93, 1, 1.06, 1.095, 1.145, 1.19)
"""The rate of the speech at each speed: the model rounds the duration of each phoneme to 25 ms, and none takes less. Measured for
several voices (docs/length.md)."""

_DEFAULT_VOICES: Final = {
    "a": ("af_heart", "af_bella", "am_michael", "am_fenrir"),
    "b": ("bf_emma", "bf_isabella", "bm_george"),
    "e": ("ef_dora", "em_alex"),
    "f": ("ff_siwis",),
    "h": ("hf_alpha", "hm_omega"),
    "i": ("if_sara", "im_nicola"),
    "j": ("jf_alpha", "jm_kumo"),
    "p": ("pf_dora", "pm_alex"),
    "z": ("zm_yunxi", "zf_xiaoxiao"),
}
"""By dialect, those first that the authors of the model grade best. If none is installed, the first voice of the dialect is
used."""

_SUBSTITUTES: Final = {"a": ("b", "jm_kumo", "jf_alpha"), "b": ("a", "jm_kumo", "jf_alpha")}
"""Voices and dialects for English where there is no voice of the dialect. The two Japanese ones are understood as well."""

_NO_LATIN: Final = re.compile(r"[^A-Za-z'\u2019-]")

_ESTIMATED_NOTE: Final = (
    "Times of words are estimates: the model in use does not report how long phonemes last. "
    "Captions may be up to 0.4 s early or late."
)

log = structlog.get_logger(__name__)


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
        self._device = ""
        self._vocabulary: dict[str, int] = {}
        self._voice_digests: dict[str, str] = {}
        self._notes: tuple[str, ...] = ()

    @property
    @override
    def name(self) -> str:
        return self._name

    @property
    @override
    def version(self) -> str:
        return self._version

    @property
    @override
    def device(self) -> str:
        return self._device

    @override
    def speed_for(self, rate: float) -> float:
        return float(np.interp(rate, _RATES, _SPEEDS))

    @override
    def voice_version(self, language: str, voice: str | None) -> str:
        _, mixture = self.select_voice(language, voice)
        try:
            return ", ".join(f"{name} {self._voice_digest(name)} {weight:.6g}" for name, weight in mixture)
        except VoicesError as error:
            raise PermanentError(
                FailureCode.SPEECH_FAILED,
                f"{self._name}: {error}",
                hint="check the weights with `scenewire weights check`, or order another voice",
            ) from error

    async def start(self) -> None:
        """Loads the model.

        Raises:
            PermanentError: `invalid_settings`, the weights, a package or the device cannot be used.
            TransientError: the process died while loading.
        """
        digest, handshake = await asyncio.gather(
            asyncio.to_thread(_digest, self._weights, self._name), self._model.start()
        )
        self._vocabulary, self._device = handshake.vocabulary, handshake.device
        times = "exact word times" if handshake.has_durations else "estimated word times"
        self._version = f"{_CACHE_VERSION}, weights {digest}, {handshake.runtime}, {times}"
        self._notes = () if handshake.has_durations else (_ESTIMATED_NOTE,)
        log.info(
            "speech_model_loaded",
            engine=self._name,
            runtime=handshake.runtime,
            device=handshake.device,
            word_times=times,
        )

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
        notes = (*self._notes, *_foreign_voices(language, mixture))
        return Speech(pcm, time_words(text, marks, len(pcm)), voice or mixture[0][0], spelled, notes)

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
                hint="it supports en, es, fr, hi, it, ja, pt and zh; TTS_ENGINE=espeak supports over a hundred languages",
            )
        if dialect in READERS:
            require_reader(dialect)
        try:
            name = voice or self._default_voice(dialect, language)
            return select_dialect(language, name) or dialect, parse_mixture(name, self._weights.voices)
        except VoicesError as error:
            raise PermanentError(
                FailureCode.SPEECH_FAILED,
                f"{self._name}: {error}",
                hint=f"{similar_names(voice or '', self._weights.voices)}`scenewire voices list` lists the voices",
            ) from error

    def _voice_digest(self, name: str) -> str:
        """Returns 16 hex digits of the SHA-256 over the numbers of a voice: the same in every file format."""
        if name not in self._voice_digests:
            styles = read_named(find_voices(self._weights.folder), name)
            self._voice_digests[name] = hashlib.sha256(styles.tobytes()).hexdigest()[:16]
        return self._voice_digests[name]

    def _default_voice(self, dialect: str, language: str) -> str:
        voices = self._weights.voices
        for start in (*_DEFAULT_VOICES[dialect], dialect, *_SUBSTITUTES.get(dialect, ())):
            names = [name for name in voices if name.startswith(start)]
            if names:
                return min(names)
        raise VoicesError(f"there is no voice for {language!r}")

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


def open_kokoro(name: str, folder: Path, *, device: str = "auto", threads: int = 1) -> KokoroEngine:
    """Creates the engine for a folder of weights, not started yet.

    Args:
        name: `kokoro` or `kokoro-onnx`.
        folder: the folder of weights.
        device: `auto`, `cuda` or `cpu`.
        threads: number of CPU threads.
    """
    return KokoroEngine(name, examine(folder), ModelProcess(name, folder, device=device, threads=threads))


def _foreign_voices(language: str, mixture: Mixture) -> tuple[str, ...]:
    """Returns a note if voices of another language read the text."""
    foreign = [
        f"{name} ({language_name(spoken)})"
        for name, _ in mixture
        if (spoken := voice_language(name)) and primary_language(spoken) != primary_language(language)
    ]
    if not foreign:
        return ()
    text = language_name(language)
    return (f"Voices of another language read the {text} text, with an accent: {', '.join(foreign)}.",)


async def _spell(text: str, dialect: str) -> tuple[list[Piece], tuple[str, ...]]:
    """Returns the words as phonemes, and those that are spelled out letter by letter."""
    if dialect in READERS:
        return spell(text, await _read_unspaced(text, dialect), DIALECTS[dialect]), ()
    answer = (
        await read_text(
            text,
            language=DIALECTS[dialect].espeak,
            voice=None,
            words_per_minute=_WORDS_PER_MINUTE,
            phonemes=True,
        )
    ).header
    words = [SpokenWord(*mark) for mark in answer["marks"]]
    marks = [Mark(word.position, word.sample) for word in words]
    spelled = spelled_words(
        text, marks, answer["voice"], sample_rate=answer["sample_rate"], words_per_minute=_WORDS_PER_MINUTE
    )
    require_readable(text, spelled, answer["voice"])
    return spell(text, words, DIALECTS[dialect]), spelled


async def _read_unspaced(text: str, dialect: str) -> list[SpokenWord]:
    """Returns the words of a Japanese or Chinese text. They count as long as they have phonemes."""
    words = [SpokenWord(word.position, 0, [word.phonemes], word.joined) for word in await read_words(text, dialect)]
    latin = _NO_LATIN.sub(" ", text)
    if dialect == "z" and latin.strip():  # the reader of Japanese knows English words
        answer = await read_text(
            latin, language=DIALECTS["a"].espeak, voice=None, words_per_minute=_WORDS_PER_MINUTE, phonemes=True
        )
        english = [SpokenWord(*mark) for mark in answer.header["marks"]]
        words += [word._replace(phonemes=[write_phonemes(word.phonemes, DIALECTS["a"])]) for word in english]
        words.sort(key=lambda word: word.position)
    starts = accumulate((len("".join(word.phonemes)) for word in words), initial=0)
    return [word._replace(sample=start) for word, start in zip(words, starts, strict=False)]


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
    """Returns 16 hex digits of the SHA-256 over the configuration and the model."""
    digest = hashlib.sha256()
    for path in filter(None, (weights.config, weights.models[engine])):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
