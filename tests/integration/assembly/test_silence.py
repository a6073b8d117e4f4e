"""Videos and scenes without a voice: as long as their text takes to read, or as long as they were ordered to be."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest
from typing_extensions import override

from scenewire.errors import PermanentError
from scenewire.messages import (
    NO_VOICE,
    AudioRendered,
    Footage,
    FootageSourced,
    Music,
    Options,
    ScenesScripted,
    ScriptRequested,
    VideoAssembled,
)
from scenewire.probe.probe import probe_media
from scenewire.text.reading import reading_seconds
from scenewire_assembly.sound.narration_track import NarrationTrack, SceneAudio
from scenewire_cli.ordering.voices import check_voices
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_script.preview import preview_script
from scenewire_tts.diagnostics import check_speech
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.stage import NarrationStage
from tests.support.builders import options
from tests.support.music import make_music
from tests.support.product import run
from tests.support.studio import LOOK, Studio

TEXT = "Tides rise and fall twice a day. The moon pulls the water of the oceans towards itself."
PAUSE = 0.35


class ForbiddenEngine(SpeechEngine):
    name = "forbidden"
    version = "1"

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        raise AssertionError(text)


def ordered(**changes: object) -> ScriptRequested:
    return ScriptRequested.model_validate({"text": TEXT, "language": "en", "voice": NO_VOICE, **changes})


async def narrated(studio: Studio, script: ScenesScripted, engine: SpeechEngine | None = None) -> list[AudioRendered]:
    stage = NarrationStage(studio.store, engine or ForbiddenEngine())
    return [await stage.narrate(request) for request in stage.requests(script)]


def shaped(script: ScenesScripted, wanted: Options) -> ScenesScripted:
    """The script as a small video without a closing card."""
    kept = wanted.model_copy(update={"voice": script.brief.options.voice, "language": "en", "look": LOOK})
    return script.model_copy(update={"brief": script.brief.model_copy(update={"options": kept})})


async def assembled(studio: Studio, audio: list[AudioRendered]) -> VideoAssembled:
    return await studio.stages.videos.assemble(
        [
            await studio.stages.segments.render(scene.next(FootageSourced, footage=Footage(fallback=True)))
            for scene in audio
        ]
    )


async def test_a_scene_without_a_voice_lasts_as_long_as_its_text_takes_to_read(tmp_path: Path) -> None:
    studio = Studio(tmp_path)

    audio = await narrated(studio, await preview_script(ordered(scenes=[{"text": TEXT}], text=None)))

    (narration,) = [scene.narration for scene in audio]
    read = reading_seconds(TEXT, "en")
    assert narration.samples == pytest.approx((read + PAUSE) * SAMPLE_RATE, abs=2)
    assert [word.text for word in narration.words] == TEXT.split()
    assert narration.words[-1].end_sample == pytest.approx(read * SAMPLE_RATE, abs=2)
    second = next(word for word in narration.words if word.text == "The")
    assert second.start_sample / narration.words[-1].end_sample == pytest.approx(25 / 69, abs=0.02)
    assert (narration.engine, narration.voice, narration.notes) == (NO_VOICE, NO_VOICE, ())
    with wave.open(str(await studio.store.open(narration.audio))) as file:
        assert file.getnframes() == narration.samples
        assert not any(file.readframes(narration.samples))


@pytest.mark.parametrize("seconds", [5, 14, 20])
async def test_ordered_lengths_hold_without_a_voice(tmp_path: Path, seconds: float) -> None:
    look = {"closing": False}

    script = await preview_script(ordered(target_duration=seconds, look=look))
    audio = await narrated(Studio(tmp_path), script)

    assert sum(scene.narration.samples for scene in audio) / SAMPLE_RATE == pytest.approx(seconds, abs=0.05)


async def test_a_text_is_not_stretched_beyond_four_times_its_reading(tmp_path: Path) -> None:
    script = await preview_script(ordered(target_duration=600))
    audio = await narrated(Studio(tmp_path), script)

    assert sum(scene.narration.samples for scene in audio) / SAMPLE_RATE < 8
    assert script.brief.ordered_duration == 600  # so that the summary says what is missing


async def test_a_faster_order_is_read_faster(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    usual, fast = [await narrated(studio, await preview_script(ordered(speed=speed))) for speed in (1.0, 1.5)]

    assert [scene.narration.samples for scene in fast] < [scene.narration.samples for scene in usual]
    assert [scene.scene.estimated_duration for scene in fast] < [scene.scene.estimated_duration for scene in usual]


async def test_a_video_of_silence_is_whole_and_says_that_it_has_no_voice(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    audio = await narrated(studio, shaped(await preview_script(ordered()), options()))

    video = await assembled(studio, audio)

    assert video.notes == ("The video has no voice, as ordered.",)
    assert video.loudness.integrated_lufs == -70
    facts = await probe_media(await studio.store.open(video.video))
    assert facts.audio is not None
    assert facts.audio.duration == pytest.approx(video.duration, abs=0.03)
    assert not (await studio.sound(video.video)).any()
    assert "Voice" not in (await studio.store.open(video.credits_txt)).read_text()
    assert json.loads((await studio.store.open(video.credits_json)).read_text())["voices"] == []
    assert "Tides rise and fall twice a day." in (await studio.store.open(video.captions_srt)).read_text()


async def test_music_of_a_video_without_a_voice_is_even_and_as_loud_as_the_video(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    file = await studio.store.add(await make_music(tmp_path / "song.mp3", seconds=12), "audio/mpeg")
    script = shaped(await preview_script(ordered()), options(music=Music(file=file)))

    video = await assembled(studio, await narrated(studio, script))

    assert video.loudness.integrated_lufs == pytest.approx(-14, abs=0.5)
    assert video.notes == ("The video has no voice, as ordered.",)
    sound = (await studio.sound(video.video))[:, 0]
    levels = [np.sqrt(np.mean(sound[at : at + 24_000] ** 2)) for at in range(48_000, 4 * 48_000, 24_000)]
    assert max(levels) / min(levels) < 1.12  # 1 dB


async def test_scenes_with_and_without_a_voice_stand_beside_each_other(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    scenes = [{"text": "Tides rise and fall."}, {"text": "The moon pulls the water.", "voice": NO_VOICE}]
    script = await preview_script(ScriptRequested.model_validate({"scenes": scenes, "language": "en"}))

    spoken, silent = await narrated(studio, shaped(script, options()), EspeakEngine())
    video = await assembled(studio, [spoken, silent])

    assert (spoken.narration.engine, silent.narration.engine) == ("espeak", NO_VOICE)
    assert video.notes == ("Scene 2 has no voice, as ordered.",)
    assert video.loudness.integrated_lufs == pytest.approx(-14, abs=0.7)
    assert len(json.loads((await studio.store.open(video.credits_json)).read_text())["voices"]) == 1


def test_music_is_not_lowered_while_nobody_speaks() -> None:
    spoken = SceneAudio(1, Path(), 24_000, 30, ((0, 12_000),))
    silent = SceneAudio(2, Path(), 24_000, 30, ())
    unknown = SceneAudio(3, Path(), 24_000, 30)

    assert NarrationTrack((spoken, silent, unknown), 24_000, 30).speech == ((0, 24_000), (96_000, 144_000))


async def test_no_engine_is_asked_about_an_order_without_a_voice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DataFolder(tmp_path)
    scenes = [{"text": TEXT}, {"text": TEXT, "voice": NO_VOICE}]
    silent = [ordered(language="tlh"), ordered(language="tlh", text=None, scenes=scenes)]
    for order in silent:
        assert list(await check_voices(order, folder)) == []
    with pytest.raises(PermanentError):
        await check_voices(silent[1].model_copy(update={"voice": None}), folder)
    monkeypatch.setenv("TTS_ENGINE", "kokoro")  # not installed
    assert list(await check_voices(silent[0], folder)) == []


def test_doctor_reports_that_orders_without_a_voice_are_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_VOICE", NO_VOICE)

    assert check_speech(tmp_path)[0].hint == "orders without a voice are silent, because TTS_VOICE is none"


async def test_silence_cannot_be_tried(tmp_path: Path) -> None:
    tried = await run("voices", "try", "Tea.", "--voice", NO_VOICE, data=tmp_path / "data", cwd=tmp_path)

    assert tried.returncode == 1
    assert "the voice none is silence: there is nothing to hear" in tried.err
    assert not list(tmp_path.glob("*.wav"))
