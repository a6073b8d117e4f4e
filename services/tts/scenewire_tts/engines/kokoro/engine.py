"""The neural voice: Kokoro with weights of your own, loaded once and kept.

espeak-ng says how the words sound, the model speaks them one utterance at a time, and what it spoke is checked and
joined here.
"""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.processors import usable_processors
from scenewire_tts.engines.base import Speech, SpeechEngine
from scenewire_tts.engines.espeak.engine import ask_espeak, is_spelled_out
from scenewire_tts.engines.kokoro.audio_chunks import Take, check, mark_words, splice
from scenewire_tts.engines.kokoro.model.base import Sound
from scenewire_tts.engines.kokoro.model.process import Greeting, ModelProcess, NoMemoryError
from scenewire_tts.engines.kokoro.phonemes import DIALECTS, Piece, SpokenWord, choose_dialect, spell
from scenewire_tts.engines.kokoro.utterances import Utterance, divide, halve, number
from scenewire_tts.engines.kokoro.voices import Mixture, VoicesError, parse_mixture
from scenewire_tts.engines.kokoro.weights import Weights, examine
from scenewire_tts.speech.word_timing import Mark, time_words

__all__ = ["KokoroEngine", "Model", "open_kokoro"]

_CODE: Final = 1
"""Raised when the same words would be written, divided or joined otherwise than before."""

_THREADS: Final = 4
"""Unless a setting says otherwise: more of them wait for each other longer than they save."""

_OWN: Final = {
    "a": "af_sky",
    "b": "bf_emma",
    "e": "ef_dora",
    "f": "ff_siwis",
    "h": "hf_alpha",
    "i": "if_sara",
    "p": "pf_dora",
}
"""Who speaks a language when nobody is named; where that voice is missing, the first one of the language."""


class Model(Protocol):
    """What `ModelProcess` offers; see there."""

    async def start(self) -> Greeting:
        """Loads it."""
        ...

    async def speak(self, ids: list[int], mixture: Mixture, speed: float) -> Sound:
        """Speaks an utterance."""
        ...

    async def aclose(self) -> None:
        """Lets go of it."""
        ...


class KokoroEngine(SpeechEngine):
    """See `SpeechEngine`. Ready after `start`.

    Args:
        name: `kokoro` or `kokoro-onnx`.
        weights: what lies in the folder.
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
            PermanentError: `invalid_settings`, when the weights, a package or the device cannot be used.
            TransientError: it died while it was loaded.
        """
        digest, greeting = await asyncio.gather(
            asyncio.to_thread(_digest, self._weights, self._name), self._model.start()
        )
        self._vocabulary = greeting.vocabulary
        self._version = f"{_CODE}, weights {digest}, {greeting.runtime}"

    async def aclose(self) -> None:
        """Lets go of the model."""
        await self._model.aclose()

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        dialect, mixture = self._choose(language, voice)
        pieces = await _spell(text, dialect)
        utterances = divide(pieces)
        if not any(number(utterance, self._vocabulary)[0] for utterance in utterances):
            raise PermanentError(FailureCode.SPEECH_FAILED, "nothing of its text can be spoken")
        takes = [take for utterance in utterances for take in await self._takes(utterance, mixture, speed)]
        pcm, marks = await asyncio.to_thread(splice, takes, speed)
        return Speech(pcm, time_words(text, marks, len(pcm)), voice or mixture[0][0])

    def _choose(self, language: str, voice: str | None) -> tuple[str, Mixture]:
        dialect = choose_dialect(language, voice)
        if dialect is None:
            raise PermanentError(
                FailureCode.SPEECH_FAILED,
                f"{self._name} does not speak {language!r}",
                hint="it speaks en, es, fr, hi, it and pt; TTS_ENGINE=espeak speaks over a hundred languages",
            )
        try:
            return dialect, parse_mixture(voice or self._own(dialect, language), self._weights.voices)
        except VoicesError as error:
            raise PermanentError(
                FailureCode.SPEECH_FAILED,
                f"{self._name}: {error}",
                hint="order one of them with --voice, or set TTS_VOICE",
            ) from error

    def _own(self, dialect: str, language: str) -> str:
        theirs = [name for name in self._weights.voices if name.startswith(dialect)]
        if _OWN[dialect] in theirs:
            return _OWN[dialect]
        if not theirs:
            raise VoicesError(f"there is no voice for {language!r}; there are {', '.join(self._weights.voices)}")
        return min(theirs)

    async def _takes(self, utterance: Utterance, mixture: Mixture, speed: float) -> list[Take]:
        """One take, or several shorter ones where there is too little memory for one."""
        ids, firsts = number(utterance, self._vocabulary)
        if not ids:
            return []
        try:
            sound = await self._model.speak(ids, mixture, speed)
        except NoMemoryError as error:
            halves = halve(utterance)
            if not halves:
                raise TransientError(
                    FailureCode.SPEECH_FAILED,
                    f"the speech model has too little memory for {error}",
                    hint="free memory of the graphics card or the machine, or set TTS_DEVICE=cpu",
                ) from error
            return [take for half in halves for take in await self._takes(half, mixture, speed)]
        return [await asyncio.to_thread(_take, utterance, ids, firsts, sound, speed)]


def open_kokoro(name: str, folder: Path, *, device: str = "auto", threads: int = 0) -> KokoroEngine:
    """The engine over a folder of weights, not started yet.

    Args:
        name: `kokoro` or `kokoro-onnx`.
        folder: of weights.
        device: `auto`, `cuda` or `cpu`.
        threads: of processors; 0 takes those that the process may use, four at the most.
    """
    model = ModelProcess(name, folder, device=device, threads=threads or min(_THREADS, usable_processors()))
    return KokoroEngine(name, examine(folder), model)


async def _spell(text: str, dialect: str) -> list[Piece]:
    request = {"text": text, "language": DIALECTS[dialect].espeak, "voice": None, "words_per_minute": 150}
    answer = json.loads(await ask_espeak(request | {"phonemes": True}))
    words = [SpokenWord(*mark) for mark in answer["marks"]]
    if is_spelled_out(text, [Mark(word.position, word.sample) for word in words], answer["voice"]):
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"{DIALECTS[dialect].espeak} does not know this writing and would spell it out letter by letter",
            hint="order the language that the text is written in",
        )
    return spell(text, words, DIALECTS[dialect])


def _take(utterance: Utterance, ids: Sequence[int], firsts: Sequence[int | None], sound: Sound, speed: float) -> Take:
    check(sound.audio, len(ids), speed)
    durations = sound.durations
    if durations is not None and len(durations) != len(ids) + 2:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"the voice timed {len(durations)} phonemes of {len(ids) + 2}",
            hint="use another export of the model",
        )
    return Take(sound.audio, mark_words(utterance, firsts, durations, sound.audio), utterance[-1].ends)


def _digest(weights: Weights, engine: str) -> str:
    """Sixteen digits that another file or another byte would change."""
    digest = hashlib.sha256()
    model = weights.models[engine]
    for path in filter(None, (weights.config, model, *_voice_files(weights))):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def _voice_files(weights: Weights) -> list[Path]:
    return [weights.folder / file.path for file in weights.files if file.what == "voice" and file.state == "found"]
