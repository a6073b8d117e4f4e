"""The length of a video from order to speech, with a language model that miscounts and voices of any pace."""

import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import AudioRendered, ScriptRequested, planned_closing_s
from scenewire.timeline import frames_for
from scenewire_tts.stage import NarrationStage
from scripts.doubles.language_model import GroqDouble, Style, writes
from tests.support.groq_stage import PROJECT, stage_of
from tests.support.metronome import Metronome

FRAME_RATE = 30


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skips fsync: these tests write two hours of speech that need not survive a power cut."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
async def double() -> AsyncIterator[GroqDouble]:
    async with GroqDouble().serving() as double:
        yield double


def uneven(number: int, about: int) -> int:
    return max(1, round(about * random.Random(number).uniform(0.3, 1.5)))


STYLES: dict[str, Style] = {
    "too short": lambda _, about: round(about * 0.67),
    "too long": lambda _, about: round(about * 1.5),
    "uneven": uneven,
}


async def spoken(double: GroqDouble, folder: Path, order: ScriptRequested, voice: Metronome) -> list[AudioRendered]:
    async with stage_of(double, folder) as script:
        scripted = await script.write(order, PROJECT)
    tts = NarrationStage(FilesystemStore(folder), voice)
    return [await tts.narrate(request) for request in tts.requests(scripted)]


def lasts(scenes: list[AudioRendered]) -> float:
    """Seconds of the assembled video: every scene takes whole frames, and a closing of the planned length follows."""
    frames = [frames_for(scene.narration.samples, scene.narration.sample_rate, FRAME_RATE) for scene in scenes]
    brief = scenes[0].brief
    closing = 0.0 if brief.ordered_duration is None else planned_closing_s(brief.ordered_duration)
    return sum(frames) / FRAME_RATE + closing


def notes(scenes: list[AudioRendered]) -> set[str]:
    return {note for scene in scenes for note in (*scene.brief.notes, *scene.narration.notes)}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("seconds", [60, 180, 300, 450, 600, 900])
async def test_b04_the_finished_length_is_within_a_tenth_however_the_model_counts(
    double: GroqDouble, tmp_path: Path, seconds: int, style: Style
) -> None:
    double.model = writes(style)
    order = ScriptRequested(topic="Canals", target_duration=seconds)

    scenes = await spoken(double, tmp_path, order, Metronome(2.3))

    assert lasts(scenes) == pytest.approx(seconds, rel=0.1)


@pytest.mark.parametrize("pace", [1.95, 2.05, 2.6, 2.85])
async def test_b04_slow_and_fast_voices_keep_the_length_and_note_their_pace(
    double: GroqDouble, tmp_path: Path, pace: float
) -> None:
    voice = Metronome(pace)

    scenes = await spoken(double, tmp_path, ScriptRequested(topic="Canals", target_duration=60), voice)

    assert lasts(scenes) == pytest.approx(60, rel=0.1)
    assert all(0.85 <= scene.narration.speed <= 1.15 for scene in scenes)
    assert {scene.narration.speed for scene in scenes} != {1.0}
    assert notes(scenes) == {"Scenes are spoken up to 15 % slower or faster to fit the ordered 60 s."}


async def test_b04_without_the_correction_such_a_voice_misses_the_length(double: GroqDouble, tmp_path: Path) -> None:
    """The result of the tests above without the correction."""
    voice = Metronome(2.85)
    async with stage_of(double, tmp_path) as script:
        scripted = await script.write(ScriptRequested(topic="Canals", target_duration=60), PROJECT)
    tts = NarrationStage(FilesystemStore(tmp_path), voice)
    free = [
        request.model_copy(update={"scene": request.scene.model_copy(update={"wanted_duration": None})})
        for request in tts.requests(scripted)
    ]

    scenes = [await tts.narrate(request) for request in free]

    assert lasts(scenes) < 54
    assert set(voice.speeds) == {1.0}


async def test_b04_own_words_are_spoken_at_their_own_pace_unless_a_length_is_ordered(
    double: GroqDouble, tmp_path: Path
) -> None:
    text = "The sea rises and the sea falls and the Moon is why it does so every day of the year. " * 8
    free, held = Metronome(2.3), Metronome(2.3)

    await spoken(double, tmp_path / "free", ScriptRequested(text=text), free)
    scenes = await spoken(double, tmp_path / "held", ScriptRequested(text=text, target_duration=88), held)

    assert set(free.speeds) == {1.0}
    assert lasts(scenes) == pytest.approx(88, rel=0.1)
    assert min(held.speeds) < 1
    assert double.requests == []


async def test_b04_text_that_no_pace_makes_fit_keeps_its_own_pace(double: GroqDouble, tmp_path: Path) -> None:
    double.model = writes(lambda _, __: 10)
    voice = Metronome(2.3)

    scenes = await spoken(double, tmp_path, ScriptRequested(topic="Canals", target_duration=60), voice)

    assert set(voice.speeds) == {1.0}
    assert {scene.brief.ordered_duration for scene in scenes} == {60}
    assert notes(scenes) == set()


async def test_b04_an_ordered_speed_gets_as_many_words_as_it_takes(double: GroqDouble, tmp_path: Path) -> None:
    voice = Metronome(2.3)

    scenes = await spoken(double, tmp_path, ScriptRequested(topic="Canals", target_duration=60, speed=1.3), voice)

    assert lasts(scenes) == pytest.approx(60, rel=0.1)
    assert sum(len(scene.narration.words) for scene in scenes) == pytest.approx(60 * 2.3 * 1.3, rel=0.1)
    assert all(1.3 * 0.85 <= scene.narration.speed <= 1.3 * 1.15 for scene in scenes)


async def test_b04_workers_agree_on_the_pace_of_a_scene_whoever_speaks_it(double: GroqDouble, tmp_path: Path) -> None:
    order, voice = ScriptRequested(topic="Canals", target_duration=60), Metronome(2.7)

    first = await spoken(double, tmp_path, order, voice)
    heard = len(voice.speeds)
    again = await spoken(double, tmp_path, order, voice)

    assert again == first
    assert len(voice.speeds) == heard
