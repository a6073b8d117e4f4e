"""Speaks a short text into a file, exactly as a scene is spoken, so that people can hear a voice before they order."""

import asyncio
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from scenewire.errors import FailureCode, PermanentError, is_disk_full
from scenewire.messages import NO_VOICE
from scenewire_tts.engines.kokoro.engine import KokoroEngine
from scenewire_tts.engines.openai_compatible.engine import OpenAICompatibleEngine
from scenewire_tts.engines.opening import open_engine
from scenewire_tts.engines.selection import select_engine
from scenewire_tts.settings import read_settings
from scenewire_tts.speech.postprocess import finish, write_wav
from scenewire_tts.speech.sound import SAMPLE_RATE
from scenewire_tts.speech.spoken_text import clean
from scenewire_tts.spoken_form.normalizer import spoken_form

__all__ = ["Sample", "speak_sample"]


@dataclass(frozen=True)
class Sample:
    """A spoken sample."""

    path: Path
    engine: str
    voice: str
    seconds: float
    notes: tuple[str, ...]


async def speak_sample(
    text: str, *, language: str, voice: str | None, path: Path | None, data: Path | None = None
) -> Sample:
    """Speaks a text into a WAV file.

    Args:
        text: what is said.
        language: its language tag.
        voice: as in orders; None is the one that an order without a voice gets.
        path: the file; None writes one that is named after the voice into the working folder.
        data: the data folder; None takes the one of the environment.

    Raises:
        PermanentError: `speech_failed`, it cannot be spoken; or no engine can be used; or the file cannot be written.
        TransientError: a retry may succeed.
        ValidationError: a setting is invalid.
    """
    settings = read_settings(data)
    voice = voice or settings.voice
    if voice == NO_VOICE:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"the voice {NO_VOICE} is silence: there is nothing to hear",
            hint="pass another voice with --voice; `scenewire voices` lists them",
        )
    written = clean(text)
    if not written:
        raise PermanentError(
            FailureCode.SPEECH_FAILED, "the text contains no letters or digits", hint="add words to it"
        )
    engine = open_engine(settings, select_engine(settings)).for_order(language, voice)
    spoken = await asyncio.to_thread(spoken_form, written, language)
    async with AsyncExitStack() as stack:
        if isinstance(engine, (KokoroEngine, OpenAICompatibleEngine)):
            stack.push_async_callback(engine.aclose)
        if isinstance(engine, KokoroEngine):
            await engine.start()
        raw = await engine.speak(spoken.text, language=language, voice=voice, speed=settings.speed)
    speech = await asyncio.to_thread(finish, raw, spoken.text, pause=0)
    path = path or Path(f"{re.sub(r'[^A-Za-z0-9_+-]+', '-', speech.voice)}.wav")
    try:
        await asyncio.to_thread(write_wav, path, speech)
    except OSError as error:
        raise PermanentError(
            FailureCode.STORAGE_FULL if is_disk_full(error) else FailureCode.STORAGE_UNAVAILABLE,
            f"cannot write {path}: {error.strerror or error}",
            hint="choose another file with --out",
        ) from error
    return Sample(path, engine.name, speech.voice, len(speech.pcm) / SAMPLE_RATE, speech.notes)
