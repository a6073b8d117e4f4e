"""The engine that asks a speech server: one request for a sentence, so that the times of sentences are exact."""

import asyncio
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError
from scenewire.text.sentences import split_sentences
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import read_text, resample
from scenewire_tts.engines.kokoro.audio_chunks import AudioChunk, join, mark_words
from scenewire_tts.engines.kokoro.phonemes import Break, Piece
from scenewire_tts.engines.openai_compatible.client import SpeechServer
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.speech.spoken_text import split_words
from scenewire_tts.speech.word_timing import Mark, time_words

__all__ = ["OpenAICompatibleEngine"]

_CACHE_VERSION: Final = 1
"""Bump when the same words are divided or joined differently."""

_JOIN_CHARS: Final = 80
"""Sentences are joined up to this length: voices rush single words."""

_MAX_PART_CHARS: Final = 1_000
"""Of one request; OpenAI's own limit is 4096."""

_WORDS_PER_MINUTE: Final = 150
"""Rate of espeak-ng when it gives the relative lengths of words."""

_ESTIMATED_NOTE: Final = (
    "Times of words are estimates: the speech server does not report when it speaks a word. "
    "Captions may be up to 0.4 s early or late."
)


class _Part(NamedTuple):
    """What one request speaks: characters `start` to `end` (exclusive) of the text."""

    start: int
    end: int
    ends: Break


class OpenAICompatibleEngine(SpeechEngine):
    """See `SpeechEngine`. The voices and languages are those of the server, which chooses the language by the text or the voice.

    Servers need not be deterministic: the first narration of a scene is stored and used again.

    Args:
        server: speaks.
    """

    def __init__(self, server: SpeechServer) -> None:
        self._server = server

    @property
    @override
    def name(self) -> str:
        return "openai-compatible"

    @property
    @override
    def version(self) -> str:
        return f"{_CACHE_VERSION}, {self._server.model} at {self._server.base_url}"

    @property
    @override
    def device(self) -> str:
        return ""

    @override
    def price(self, characters: int) -> float | None:
        return self._server.price(characters)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._server.aclose()

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        chunks = []
        for part in _divide(text, language):
            spoken = text[part.start : part.end]
            samples, rate = await self._server.speak(spoken, voice=voice, speed=speed)
            audio = await asyncio.to_thread(_at_sample_rate, samples, rate)
            words = await _weigh(spoken, part, language)
            chunks.append(AudioChunk(audio, mark_words(words, range(len(words)), None, audio), part.ends))
        pcm, marks = await asyncio.to_thread(join, chunks, speed)
        return Speech(pcm, time_words(text, marks, len(pcm)), voice or "default", notes=(_ESTIMATED_NOTE,))


def _divide(text: str, language: str) -> list[_Part]:
    """Divides a text into sentences; joins short ones, splits endless ones, and never joins paragraphs."""
    parts: list[_Part] = []
    end = 0
    for paragraph in text.split("\n\n"):
        first = len(parts)
        for sentence in split_sentences(paragraph, language):
            start = text.index(sentence, end)
            end = start + len(sentence)
            if len(parts) > first and end - parts[-1].start <= _JOIN_CHARS:
                parts[-1] = parts[-1]._replace(end=end)
            else:
                parts += _split(text, start, end)
        parts[-1] = parts[-1]._replace(ends=Break.PARAGRAPH)
    return [part for part in parts if any(map(str.isalnum, text[part.start : part.end]))]


def _split(text: str, start: int, end: int) -> list[_Part]:
    """Returns a sentence, or pieces of one that is too long for a request, cut at spaces if it has any."""
    parts = []
    while end - start > _MAX_PART_CHARS:
        cut = text.rfind(" ", start + 1, start + _MAX_PART_CHARS)
        cut = cut if cut > start else start + _MAX_PART_CHARS
        parts.append(_Part(start, cut, Break.WORD))
        start = cut
    return [*parts, _Part(start, end, Break.SENTENCE)]


async def _weigh(spoken: str, part: _Part, language: str) -> tuple[Piece, ...]:
    """Returns the words of a part with the time that espeak-ng takes for each; their letters, if it lacks the language."""
    try:
        answer = await read_text(spoken, language=language, voice=None, words_per_minute=_WORDS_PER_MINUTE)
    except PermanentError as error:
        if error.code is not FailureCode.SPEECH_FAILED:
            raise
        marks, samples = [], len(spoken)
    else:
        marks, samples = [Mark(*mark) for mark in answer.header["marks"]], len(answer.pcm) // 2
    timed = zip(split_words(spoken), time_words(spoken, marks, samples), strict=True)
    return tuple(
        Piece(part.start + token.start, "", max(1, word.end_sample - word.start_sample), Break.WORD)
        for token, word in timed
    )


def _at_sample_rate(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    if rate == SAMPLE_RATE:
        return samples
    pcm = np.round(np.clip(samples, -1, 1) * 32_767).astype(np.int16)
    return resample(pcm, rate).astype(np.float32) / np.float32(32_767)
