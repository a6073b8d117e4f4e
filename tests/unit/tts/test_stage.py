import asyncio
import wave
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from pydantic import ValidationError
from typing_extensions import override

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.messages import NarrationRequested
from scenewire_tts.app import create_app
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.settings import TtsSettings
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.speech.word_timing import time_words
from scenewire_tts.stage import NarrationStage
from tests.support import builders

PAUSE = round(0.35 * SAMPLE_RATE)


class HummingEngine(SpeechEngine):
    """Hums a tenth of a second per character, differently each time."""

    name = "humming"
    version = "1"

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str | None]] = []
        self.speeds: list[float] = []

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        self.heard.append((text, language, voice))
        self.speeds.append(speed)
        await asyncio.sleep(0)
        pcm = np.full(len(text) * SAMPLE_RATE // 10, 1000 + len(self.heard), np.int16)
        return Speech(pcm, time_words(text, [], len(pcm)), voice or f"{language}-hum")


class FailingEngine(HummingEngine):
    def __init__(self, error: PipelineError) -> None:
        super().__init__()
        self.error = error

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        raise self.error


def stage(folder: Path, engine: SpeechEngine | None = None, **changes) -> NarrationStage:
    return NarrationStage(FilesystemStore(folder), engine or HummingEngine(), **changes)


def request(text: str = "Tea is a drink.", number: int = 1, **options) -> NarrationRequested:
    project = uuid4()
    scene = builders.scene(number, text, project)
    brief = builders.brief(options=builders.options(**options))
    return NarrationRequested(project_id=project, revision=3, brief=brief, scene=scene)


def test_a_script_becomes_one_request_per_scene_in_order(tmp_path: Path) -> None:
    script = builders.scripted(scene_count=3).model_copy(update={"revision": 2})

    requests = stage(tmp_path).requests(script)

    assert [asked.scene for asked in requests] == list(script.scenes)
    assert {(asked.project_id, asked.revision, asked.brief) for asked in requests} == {
        (script.project_id, 2, script.brief)
    }
    assert len({asked.message_id for asked in requests}) == 3


async def test_a_narration_is_the_stored_file_with_exact_samples_and_the_scenes_words(tmp_path: Path) -> None:
    asked = request()

    spoken = await stage(tmp_path).narrate(asked)

    narration = spoken.narration
    assert (spoken.project_id, spoken.revision, spoken.brief, spoken.scene) == (
        asked.project_id,
        3,
        asked.brief,
        asked.scene,
    )
    assert (narration.samples, narration.sample_rate) == (15 * SAMPLE_RATE // 10 + PAUSE, SAMPLE_RATE)
    assert [word.text for word in narration.words] == ["Tea", "is", "a", "drink."]
    assert narration.words[-1].end_sample == narration.samples - PAUSE
    assert (narration.engine, narration.voice) == ("humming", "en-hum")
    with wave.open(str(await FilesystemStore(tmp_path).open(narration.audio))) as file:
        assert file.getparams()[:4] == (1, 2, SAMPLE_RATE, narration.samples)


async def test_the_same_scene_is_spoken_once(tmp_path: Path) -> None:
    engine = HummingEngine()
    asked = request()

    first = await stage(tmp_path, engine).narrate(asked)
    again = await stage(tmp_path, engine).narrate(asked)
    elsewhere = await stage(tmp_path, engine).narrate(request("Tea  is a drink."))

    assert again == first
    assert elsewhere.narration == first.narration
    assert len(engine.heard) == 1


async def test_emoji_are_noted_also_when_the_same_words_are_stored_without_them(tmp_path: Path) -> None:
    plain = await stage(tmp_path).narrate(request("Tea is a drink."))
    decorated = await stage(tmp_path).narrate(request("Tea is a drink. 🍵"))

    assert plain.narration.notes == ()
    assert decorated.narration.notes == ("Emoji are neither spoken nor shown in captions and subtitle files.",)
    assert decorated.narration.audio == plain.narration.audio


async def test_two_workers_at_once_agree(tmp_path: Path) -> None:
    asked = request()
    engine = HummingEngine()

    first, second = await asyncio.gather(*(stage(tmp_path, engine).narrate(asked) for _ in range(2)))

    assert first == second


@pytest.mark.parametrize(
    "changes",
    [{"text": "Tea is a plant."}, {"language": "de"}, {"voice": "bass"}, {"speed": 1.1}],
    ids=["text", "language", "voice", "speed"],
)
async def test_every_speech_parameter_is_part_of_the_cache_key(tmp_path: Path, changes: dict[str, Any]) -> None:
    engine = HummingEngine()
    await stage(tmp_path, engine).narrate(request())

    await stage(tmp_path, engine).narrate(request(**changes))

    assert len(engine.heard) == 2


async def test_another_pause_or_engine_makes_another_narration(tmp_path: Path) -> None:
    engine = HummingEngine()
    newer = HummingEngine()
    newer.version = "2"
    asked = request()
    first = await stage(tmp_path, engine).narrate(asked)

    longer = await stage(tmp_path, engine, scene_pause=timedelta(seconds=1)).narrate(asked)
    await stage(tmp_path, newer).narrate(asked)

    assert longer.narration.samples - first.narration.samples == SAMPLE_RATE - PAUSE
    assert (len(engine.heard), len(newer.heard)) == (2, 1)


async def test_another_file_of_the_voice_makes_another_narration_of_this_voice_only(tmp_path: Path) -> None:
    class Retrained(HummingEngine):
        @override
        def voice_version(self, language: str, voice: str | None) -> str:
            return "2" if voice == "bass" else ""

    engine, retrained = HummingEngine(), Retrained()
    for voice in ("bass", "alto"):
        await stage(tmp_path, engine).narrate(request(voice=voice))
        await stage(tmp_path, retrained).narrate(request(voice=voice))

    assert [voice for *_, voice in retrained.heard] == ["bass"]


async def test_a_lost_file_is_narrated_again(tmp_path: Path) -> None:
    engine = HummingEngine()
    asked = request()
    first = await stage(tmp_path, engine).narrate(asked)
    (tmp_path / first.narration.audio.key).unlink()

    again = await stage(tmp_path, engine).narrate(asked)

    assert len(engine.heard) == 2
    assert (await FilesystemStore(tmp_path).open(again.narration.audio)).exists()


async def test_the_orders_voice_comes_before_the_services(tmp_path: Path) -> None:
    engine = HummingEngine()
    one = stage(tmp_path, engine, voice="alto")

    await one.narrate(request(voice="bass", language="de"))
    await one.narrate(request())

    assert [(language, voice) for _, language, voice in engine.heard] == [("de", "bass"), ("en", "alto")]


async def test_the_orders_speed_comes_before_the_services(tmp_path: Path) -> None:
    engine = HummingEngine()
    one = stage(tmp_path, engine, speed=1.2)

    await one.narrate(request(speed=0.9))
    await one.narrate(request())

    assert engine.speeds == [0.9, 1.2]


@pytest.mark.parametrize(
    ("text", "said"), [("… —", "no letters or digits"), ("a " * 5001, "10,002 characters|10,001 characters")]
)
async def test_a_scene_that_cannot_be_spoken_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PermanentError, match=f"scene 7: .*({said})") as caught:
        await stage(tmp_path).narrate(request(text, number=7))

    assert caught.value.code == FailureCode.SPEECH_FAILED
    assert caught.value.hint


async def test_an_engines_errors_keep_their_kind_and_get_the_scenes_number(tmp_path: Path) -> None:
    wrong = FailingEngine(PermanentError(FailureCode.SPEECH_FAILED, "no voice", hint="h"))
    busy = FailingEngine(TransientError(FailureCode.PROGRAM_TIMEOUT, "too slow", retry_after=4))

    with pytest.raises(PermanentError, match="scene 2: no voice") as permanent:
        await stage(tmp_path, wrong).narrate(request(number=2))
    with pytest.raises(TransientError, match="scene 2: too slow") as transient:
        await stage(tmp_path, busy).narrate(request(number=2))

    assert permanent.value.hint == "h"
    assert transient.value.retry_after == 4


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"VOICE": "+f3", "LOOPS": "4", "SCENE_PAUSE": "0.5", "ENGINE": "espeak"}.items():
        monkeypatch.setenv(f"TTS_{name}", value)
    monkeypatch.setenv("ARTIFACTS_URL", "file:///tmp/a")

    monkeypatch.setenv("DRAIN_TIME", "00:00:03")

    settings = TtsSettings()

    assert (settings.voice, settings.loops, settings.scene_pause) == ("+f3", 4, timedelta(seconds=0.5))
    assert settings.drain_time == timedelta(seconds=3)


def test_an_invalid_duration_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_SCENE_PAUSE", "long")

    with pytest.raises(ValidationError, match="scene_pause"):
        TtsSettings(artifacts_url="file:///tmp/a")


def test_an_unknown_engine_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_ENGINE", "parrot")

    with pytest.raises(ValidationError, match=r"(?s)engine.*'espeak'"):
        TtsSettings(artifacts_url="file:///tmp/a")


def test_the_service_is_built_without_touching_the_network(tmp_path: Path) -> None:
    settings = TtsSettings(artifacts_url=tmp_path.as_uri(), log_format="console", loops=3)

    first, second = create_app(settings).broker, create_app(settings, engine=HummingEngine()).broker

    assert first is not None
    assert first is not second
    assert len(first.subscribers) == 1 + 3 + 2  # scripts, narrations and requests about voices


async def test_b04_a_scene_that_is_a_little_short_is_spoken_once_and_followed_by_a_longer_silence(
    tmp_path: Path,
) -> None:
    engine = HummingEngine()
    own = await stage(tmp_path, engine).narrate(request("A scene of about six seconds, no more and no less."))
    asked = request("A scene of about six seconds, no more and no less.")
    wanted = own.narration.samples / SAMPLE_RATE + 0.3
    asked = asked.model_copy(update={"scene": asked.scene.model_copy(update={"wanted_duration": wanted})})

    fitted = (await stage(tmp_path, engine).narrate(asked)).narration

    assert engine.speeds == [1.0]
    assert fitted.samples == own.narration.samples + round(0.3 * SAMPLE_RATE)
    assert (fitted.words, fitted.speed, fitted.notes) == (own.narration.words, 1.0, ())
    with wave.open(str(await FilesystemStore(tmp_path).open(fitted.audio))) as file:
        assert file.getnframes() == fitted.samples
        assert not any(file.readframes(fitted.samples)[-2 * (PAUSE + round(0.3 * SAMPLE_RATE)) :])
