"""Splits scripts into narration requests, and narrates scenes."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final

import structlog

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.artifacts.webapp_export import WebApp, narration_path
from scenewire.errors import FailureCode, PermanentError, about_scene
from scenewire.messages import (
    NO_VOICE,
    OWN_NARRATION,
    AudioRendered,
    Narration,
    NarrationRequested,
    OwnNarration,
    ScenesScripted,
    Work,
)
from scenewire.observability.tracing import span
from scenewire.spending import require_affordable
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.silence.silence import make_silence
from scenewire_tts.metrics import realtime_factor_of_this_process
from scenewire_tts.recordings.recording import read_recording
from scenewire_tts.sample_sentences import sample_sentence
from scenewire_tts.speech.mp3 import write_mp3
from scenewire_tts.speech.pace import Pace, correction
from scenewire_tts.speech.postprocess import finish, lengthen, write_wav
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.speech.spoken_text import clean, has_emoji
from scenewire_tts.spoken_form.normalizer import spoken_form

__all__ = ["NarrationStage"]

_CACHE_VERSION: Final = 3
"""Bump when the same speech is cleaned, trimmed, levelled or timed differently."""

_RECORDING_CACHE_VERSION: Final = 1
"""Bump when the same recording is trimmed, levelled or aligned differently."""

_LENGTH_TOLERANCE: Final = 0.025
"""Share of its duration by which a recording may miss it without a note."""

_MAX_SCENE_CHARS: Final = 10_000
"""About a quarter of an hour of speech, which is held in memory."""

_NAMED_WORDS: Final = 5

_PRICE: Final = "TTS_PRICE_PER_MILLION_CHARACTERS and the prices of the language model"
_INSTEAD: Final = "use a voice of this computer (TTS_ENGINE)"

_EMOJI_NOTE: Final = "Emoji are neither spoken nor shown in captions and subtitle files."

log = structlog.get_logger(__name__)


class NarrationStage:
    """Narrates scenes and stores each narration.

    Args:
        store: keeps the narrations.
        engine: the speech engine.
        voice: for orders without a voice; None uses the language's default voice.
        speed: for orders without a speed.
        scene_pause: silence after the speech, part of the narration.
        webapp: also receives every narration as MP3.
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
        """Returns one request per scene of the script, in order."""
        return [
            NarrationRequested(project_id=script.project_id, revision=script.revision, brief=script.brief, scene=scene)
            for scene in script.scenes
        ]

    async def require_affordable(self, script: ScenesScripted) -> None:
        """Refuses speech that would exceed the budget, before any scene is spoken.

        Raises:
            PermanentError: `budget_exceeded` or `price_unknown`.
        """
        if script.brief.budget is not None:
            await asyncio.to_thread(self._require_affordable, script, script.brief.budget)

    def _require_affordable(self, script: ScenesScripted, budget: float) -> None:
        """A scene of a certain length may be spoken twice."""
        options, estimate = script.brief.options, 0.0
        for scene in script.scenes:
            voice = scene.voice or options.voice or self._voice
            if scene.narration is not None or voice == NO_VOICE:
                continue
            characters = len(spoken_form(clean(scene.text), options.language).text)
            engine = self._engine.for_order(options.language, voice)
            price = engine.price(characters if scene.wanted_duration is None else 2 * characters)
            if price is None:
                require_affordable("speech", None, budget=budget, prices=_PRICE, instead=_INSTEAD)
            else:
                estimate += price
        if estimate:
            spent = 0.0 if script.work is None else _money(script.work)
            require_affordable("speech", estimate, budget=budget, spent=spent, prices=_PRICE, instead=_INSTEAD)

    async def narrate(self, request: NarrationRequested) -> AudioRendered:
        """Returns the stored narration of a scene, or narrates it and stores the narration.

        Raises:
            PermanentError: `speech_failed`, the scene cannot be spoken; `media_refused`, its recording cannot be used.
            TransientError: the engine or the store is unavailable.
        """
        with about_scene(request.scene.scene_number):
            narration = await self._narration(request)
            if has_emoji(request.scene.text):
                narration = narration.model_copy(update={"notes": (*narration.notes, _EMOJI_NOTE)})
            if self._webapp is not None:
                await self._export(self._webapp, request, narration)
        return request.next(AudioRendered, narration=narration)

    async def sample(self, language: str, voice: str | None) -> Narration:
        """Returns a spoken sentence, as a scene would be spoken: the stored one, or a new one.

        Args:
            language: its tag.
            voice: None is the one that an order without a voice gets.

        Raises:
            PermanentError: `speech_failed`, the engine has no such voice or language, or the voice is silence.
            TransientError: the engine or the store is unavailable.
        """
        voice = voice or self._voice
        if voice == NO_VOICE:
            raise PermanentError(
                FailureCode.SPEECH_FAILED,
                f"the voice {NO_VOICE} is silence: there is nothing to hear",
                hint="choose another voice",
            )
        return await self._narrate_at(sample_sentence(language), language, voice, Pace(self._speed, 0))

    async def _export(self, webapp: WebApp, request: NarrationRequested, narration: Narration) -> None:
        speech = await self._store.open(narration.audio)
        async with self._store.scratch() as folder:
            path = folder / "narration.mp3"
            await asyncio.to_thread(write_mp3, speech, path)
            await webapp.put(narration_path(request.project_id, request.scene.scene_number), path)

    async def _narration(self, request: NarrationRequested) -> Narration:
        """Narrates a scene. If it misses its duration, a longer pause follows, or it is narrated again with a note."""
        text = await asyncio.to_thread(_clean_text, request.scene.text)
        speed = self._speed if request.brief.options.speed is None else request.brief.options.speed
        pace = Pace(speed, self._pause / SAMPLE_RATE + request.scene.pause)
        wanted = request.scene.wanted_duration
        if request.scene.narration is not None:
            return await self._recorded(request, request.scene.narration, text, pace)
        if self._voice_of(request) == NO_VOICE:
            silence = await asyncio.to_thread(make_silence, text, request.brief.options.language, pace, wanted=wanted)
            return await self._store_narration(silence, text, engine=NO_VOICE, speed=speed)
        language, voice = request.brief.options.language, self._voice_of(request)
        rerun = request.rerun_of("narration")
        narration = await self._narrate_at(text, language, voice, pace, rerun)
        if wanted is None:
            return narration
        speech = narration.samples / narration.sample_rate - pace.pause
        engine = self._engine.for_order(language, voice)
        corrected = correction(pace, speech=speech, wanted=wanted, speed_for=engine.speed_for)
        if corrected is None:
            return narration
        if corrected.speed == pace.speed:
            return await self._lengthened(narration, round((corrected.pause - pace.pause) * SAMPLE_RATE))
        ordered = request.brief.ordered_duration
        target = "times in the script" if ordered is None else f"ordered {ordered:.0f} s"
        try:
            narration = await self._narrate_at(text, language, voice, corrected, rerun)
        except PermanentError as error:  # the first narration is fine
            log.warning("narration_pace_kept", scene=request.scene.scene_number, error=str(error))
            note = f"The voice cannot adapt its pace any further to the {target}."
        else:
            note = f"Scenes are spoken up to 15 % slower or faster to fit the {target}."
        return narration.model_copy(update={"notes": (*narration.notes, note)})

    async def _recorded(self, request: NarrationRequested, recording: OwnNarration, text: str, pace: Pace) -> Narration:
        """Returns the recording of a scene as its narration, with a note if it misses the scene's duration."""
        language, pause = request.brief.options.language, round(pace.pause * SAMPLE_RATE)
        inputs = fingerprint(
            recording=recording,
            text=text,
            language=language,
            pause=pause,
            code=_RECORDING_CACHE_VERSION,
            **request.rerun_of("narration"),
        )
        narration = await self._results.find(inputs, Narration)
        if narration is None:
            try:
                path = await self._store.open(recording.file)
                speech = await read_recording(path, text, language=language, creator=recording.creator, pause=pause)
            except PermanentError as error:
                raise PermanentError(error.code, f"its narration: {error.message}", hint=error.hint) from error
            stored = await self._store_narration(speech, text, engine=OWN_NARRATION)
            narration = await self._results.save(inputs, stored)
        wanted, seconds = request.scene.wanted_duration, narration.samples / narration.sample_rate
        if wanted is None or abs(seconds - wanted) <= _LENGTH_TOLERANCE * wanted:
            return narration
        note = "Own narrations keep their length, whatever length was ordered."
        return narration.model_copy(update={"notes": (*narration.notes, note)})

    async def _lengthened(self, narration: Narration, silence: int) -> Narration:
        """Returns a narration with samples of silence after it."""
        speech = await self._store.open(narration.audio)
        async with self._store.scratch() as folder:
            path = folder / "narration.wav"
            await asyncio.to_thread(lengthen, speech, path, silence)
            audio = await self._store.add(path, "audio/wav")
        return narration.model_copy(update={"audio": audio, "samples": narration.samples + silence})

    def _voice_of(self, request: NarrationRequested) -> str | None:
        return request.scene.voice or request.brief.options.voice or self._voice

    async def _narrate_at(
        self, text: str, language: str, voice: str | None, pace: Pace, rerun: Mapping[str, str] = MappingProxyType({})
    ) -> Narration:
        """Returns the stored narration at a pace, or narrates and stores it; `rerun` is part of its fingerprint."""
        engine = self._engine.for_order(language, voice)
        pause = round(pace.pause * SAMPLE_RATE)
        spoken = await asyncio.to_thread(spoken_form, text, language)
        inputs = fingerprint(
            code=_CACHE_VERSION,
            text=text,
            spoken=spoken.text,
            language=language,
            voice=voice,
            speed=pace.speed,
            engine=engine.name,
            version=engine.version,
            voice_version=engine.voice_version(language, voice),
            pause=pause,
            **rerun,
        )
        stored = await self._results.find(inputs, Narration)
        if stored is not None:
            return stored
        started = time.perf_counter()
        with span("speak", engine=engine.name, characters=len(spoken.text)) as current:
            raw = await engine.speak(spoken.text, language=language, voice=voice, speed=pace.speed)
            current.set_attribute("scenewire.device", engine.device)
        factor = len(raw.pcm) / SAMPLE_RATE / (time.perf_counter() - started)
        realtime_factor_of_this_process().labels(engine.name).observe(factor)
        written = replace(raw, words=spoken.written_words(raw.words))
        speech = await asyncio.to_thread(finish, written, spoken.text, pause=pause)
        narration = await self._store_narration(
            speech, text, engine=engine.name, speed=pace.speed, device=engine.device
        )
        return await self._results.save(inputs, narration)

    async def _store_narration(
        self, speech: Speech, text: str, *, engine: str, speed: float = 1.0, device: str = ""
    ) -> Narration:
        async with self._store.scratch() as folder:
            path = folder / "narration.wav"
            await asyncio.to_thread(write_wav, path, speech)
            audio = await self._store.add(path, "audio/wav")
        return Narration(
            audio=audio,
            samples=len(speech.pcm),
            sample_rate=SAMPLE_RATE,
            words=speech.words,
            text=text,
            engine=engine,
            device=device,
            voice=speech.voice,
            speed=speed,
            notes=(*speech.notes, *_spelling_notes(speech.spelled)),
        )


def _money(work: Work) -> float | None:
    """Returns what work cost; None if it is unknown."""
    known = [use.money for use in work.providers if use.money is not None]
    return sum(known) if len(known) == len(work.providers) else None


def _spelling_notes(spelled: tuple[str, ...]) -> tuple[str, ...]:
    if not spelled:
        return ()
    words = list(dict.fromkeys(spelled))
    some = ", ".join(words[:_NAMED_WORDS]) + ("…" if len(words) > _NAMED_WORDS else "")
    return (f"The voice spells foreign words letter by letter: {some}.",)


def _clean_text(text: str) -> str:
    if len(text) > _MAX_SCENE_CHARS:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"its text has {len(text):,} characters; the limit per scene is {_MAX_SCENE_CHARS:,}",
            hint="split it into several scenes",
        )
    cleaned = clean(text)
    if not cleaned:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            "its text contains no letters or digits",
            hint="add words to the scene, or remove it",
        )
    return cleaned
