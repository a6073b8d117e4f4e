"""The work of the tts service: a script becomes one request per scene, a request becomes a narration."""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.artifacts.webapp_export import WebApp, narration_path
from scenewire.errors import FailureCode, PermanentError, about_scene
from scenewire.messages import AudioRendered, Narration, NarrationRequested, ScenesScripted
from scenewire_tts.engines.base import SAMPLE_RATE, SpeechEngine
from scenewire_tts.speech.mp3 import write_mp3
from scenewire_tts.speech.pace import Pace, correction
from scenewire_tts.speech.postprocess import finish, write_wav
from scenewire_tts.speech.spoken_text import clean

__all__ = ["NarrationStage"]

_CODE: Final = 1
"""Raised when the same speech would be cleaned, trimmed or timed otherwise than before."""

_LONGEST: Final = 10_000
"""Characters of a scene: about a quarter of an hour. Its sound is held in memory."""

log = structlog.get_logger(__name__)


class NarrationStage:
    """Speaks scenes, each once.

    Args:
        store: where narrations are kept.
        engine: who speaks.
        voice: for orders that name none; None takes the language's own.
        speed: for orders that name none.
        scene_pause: silence after the speech, part of the narration.
        webapp: gets every narration as MP3 too.
    """

    def __init__(
        self,
        store: ArtifactStore,
        engine: SpeechEngine,
        *,
        voice: str | None = None,
        speed: float = 1.0,
        scene_pause: timedelta = timedelta(seconds=0.35),
        webapp: WebApp | None = None,
    ) -> None:
        self._store = store
        self._results = Results(store, "tts")
        self._engine = engine
        self._voice = voice
        self._speed = speed
        self._webapp = webapp
        self._pause = round(scene_pause.total_seconds() * SAMPLE_RATE)

    def requests(self, script: ScenesScripted) -> list[NarrationRequested]:
        """One request per scene of the script, in order."""
        return [
            NarrationRequested(project_id=script.project_id, revision=script.revision, brief=script.brief, scene=scene)
            for scene in script.scenes
        ]

    async def narrate(self, request: NarrationRequested) -> AudioRendered:
        """The narration of a scene: the stored one, or a new one that is stored before it is returned.

        Raises:
            PermanentError: `speech_failed`, when the scene cannot be spoken.
            TransientError: the engine or the store cannot be used now.
        """
        with about_scene(request.scene.scene_number):
            narration = await self._narration(request)
            if self._webapp is not None:
                await self._show(self._webapp, request, narration)
        return request.next(AudioRendered, narration=narration)

    async def _show(self, webapp: WebApp, request: NarrationRequested, narration: Narration) -> None:
        speech = await self._store.open(narration.audio)
        async with self._store.scratch() as folder:
            path = folder / "narration.mp3"
            await asyncio.to_thread(write_mp3, speech, path)
            await webapp.put(narration_path(request.project_id, request.scene.scene_number), path)

    async def _narration(self, request: NarrationRequested) -> Narration:
        """Speaks a scene; at another pace, with a note, when its own misses the scene's duration."""
        text = await asyncio.to_thread(_speakable, request.scene.text)
        speed = self._speed if request.brief.options.speed is None else request.brief.options.speed
        own = Pace(speed, self._pause / SAMPLE_RATE)
        narration = await self._spoken(request, text, own)
        wanted = request.scene.wanted_duration
        if wanted is None:
            return narration
        speech = narration.samples / narration.sample_rate - own.pause
        corrected = correction(own, speech=speech, wanted=wanted)
        if corrected is None:
            return narration
        target = f"{request.brief.options.target_duration:.0f} s that were ordered"
        try:
            narration = await self._spoken(request, text, corrected)
        except PermanentError as error:  # its own pace was no trouble
            log.warning("narration_pace_kept", scene=request.scene.scene_number, error=str(error))
            note = f"The voice can change its pace no further to keep to the {target}."
        else:
            note = f"Scenes are spoken slower or faster, by 15 % at most, to keep to the {target}."
        return narration.model_copy(update={"notes": (note,)})

    async def _spoken(self, request: NarrationRequested, text: str, pace: Pace) -> Narration:
        """A narration at a pace: the stored one, or a new one that is stored."""
        language, voice = request.brief.options.language, request.brief.options.voice or self._voice
        pause = round(pace.pause * SAMPLE_RATE)
        inputs = fingerprint(
            code=_CODE,
            text=text,
            language=language,
            voice=voice,
            speed=pace.speed,
            engine=self._engine.name,
            version=self._engine.version,
            pause=pause,
        )
        stored = await self._results.find(inputs, Narration)
        if stored is not None:
            return stored
        spoken = await self._engine.speak(text, language=language, voice=voice, speed=pace.speed)
        speech = await asyncio.to_thread(finish, spoken, text, pause=pause)
        async with self._store.scratch() as folder:
            path = folder / "narration.wav"
            await asyncio.to_thread(write_wav, path, speech)
            audio = await self._store.add(path, "audio/wav")
        return await self._results.save(
            inputs,
            Narration(
                audio=audio,
                samples=len(speech.pcm),
                sample_rate=SAMPLE_RATE,
                words=speech.words,
                text=text,
                engine=self._engine.name,
                voice=speech.voice,
                speed=pace.speed,
            ),
        )


def _speakable(text: str) -> str:
    if len(text) > _LONGEST:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"its text has {len(text):,} characters; a scene holds {_LONGEST:,}",
            hint="divide it into several scenes",
        )
    spoken = clean(text)
    if not spoken:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            "there is neither letter nor digit in its text",
            hint="give the scene words to speak, or leave it out",
        )
    return spoken
