"""The end of a video as a viewer sees and hears it: hold, closing card, fade of picture and sound."""

import asyncio
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from scenewire.messages import Look, Music, VideoAssembled
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.themes.theme import THEMES, theme_of
from tests.support.assembly import assembly_stages
from tests.support.films import Studio, line
from tests.support.music import make_music

LINES = (
    line("Tea is a drink", 1.0, breath=0),
    line("It is old", 2.0, pauses=((1.65, 2.0),), breath=0),
)
SCENES = 30 + 50 + 24
"""Frames of both scenes without the transition: the last word ends at frame 49.5 of its scene."""

FADE = 20
TONE = 6_000
"""Hz, above all speech in these tests."""


@dataclass(frozen=True)
class Ending:
    """A video, its decoded frames (RGB) and its sound (mono)."""

    theme: str
    film: VideoAssembled
    frames: NDArray[np.uint8]
    sound: NDArray[np.float32]
    chapter_end: Fraction

    def tone(self, start: float, end: float) -> float:
        """Amplitude of the music's tone between two times in seconds from the end."""
        part = self.sound[round(start * 48_000) : round(end * 48_000) or None]
        wave = np.exp(-2j * np.pi * TONE * np.arange(part.size) / 48_000)
        return float(2 * abs(np.mean(part * wave)))


@pytest.fixture(scope="module", params=THEMES)
def ending(request, tmp_path_factory) -> Ending:
    async def make() -> Ending:
        studio = Studio(tmp_path_factory.mktemp("film"))
        song = await make_music(studio.folder / "song.flac", sound=f"sine=frequency={TONE}", seconds=30)
        file = await studio.store.add(song, "audio/flac")
        music = Music(file=file, title="Slow water", creator="A. Player", licence="CC BY 4.0")
        look = Look(width=480, height=270, theme=request.param)
        film = await studio.film(*LINES, look=look, music=music)
        with av.open(str(await studio.path(film))) as container:
            chapter = container.chapters()[-1]
            frames = np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]).astype(
                np.uint8
            )
        with av.open(str(await studio.path(film))) as container:
            sound = np.concatenate([part.to_ndarray()[0] for part in container.decode(audio=0)])
        end = chapter["end"] * (chapter["time_base"] or Fraction(0))
        return Ending(request.param, film, frames, sound[: film.frames * 1_600], end)

    return asyncio.run(make())


def test_the_video_has_whole_frames_of_scenes_hold_transition_card_and_fade(ending):
    transition = {"atlas": 6, "poster": 10, "grid": 10, "press": 10}[ending.theme]
    card = 90 + 2 * 12 + FADE
    assert ending.film.frames == len(ending.frames) == SCENES + transition + card
    assert ending.film.duration == pytest.approx(ending.film.frames / 30, abs=1e-3)
    assert ending.sound.size == ending.film.frames * 1_600
    assert ending.chapter_end == Fraction(ending.film.frames, 30)


def test_the_last_frame_is_the_ground_and_the_card_stands_readable_before_the_fade(ending):
    theme = theme_of(Look(theme=ending.theme))
    ground = np.frombuffer(bytes.fromhex(theme.ground), np.uint8).astype(int)
    off = np.abs(ending.frames[-1] - ground)  # the encoder is a coarse one
    assert off.mean() < 4
    assert off.max() < 24
    card = ending.frames[-FADE - 1].astype(int)
    for colour, least in ((theme.text, 300), (theme.accent, 60)):
        distance = np.abs(card - np.frombuffer(bytes.fromhex(colour), np.uint8)).max(axis=2)
        assert (distance < 60).sum() > least, colour
    still = [np.abs(ending.frames[-FADE - 1 - back].astype(int) - card).mean() for back in (1, 15, 30)]
    assert max(still) < 0.5, "the card must not move while it is read"
    contrast = [np.abs(ending.frames[-at].astype(int) - ground).mean() for at in range(FADE, 0, -1)]
    assert all(after <= before + 0.3 for before, after in pairwise(contrast))


def test_the_last_scene_stands_after_its_last_word_until_the_transition(ending):
    spoken = 30 + 50
    moved = np.abs(ending.frames[spoken + 22].astype(int) - ending.frames[spoken]).mean()
    assert moved < 2.5  # captions may go, the scene stays


def test_the_last_word_is_heard_to_its_end(ending):
    def level(start: float, end: float) -> float:
        part = ending.sound[round(start * 48_000) : round(end * 48_000)]
        return float(np.sqrt(np.mean(part**2)))

    first = level(0.1, 0.9)
    last = level(1 + 1.25, 1 + 1.65)
    assert last == pytest.approx(first, rel=0.3)
    assert level(1 + 1.8, 1 + 2.2) < first / 3


def test_the_sound_falls_with_equal_power_to_silence_and_without_a_click(ending):
    whole = ending.tone(-2.0, -1.5)
    assert whole > 0.003
    assert ending.tone(-0.8, -0.7) == pytest.approx(whole * np.sin(np.pi / 4), rel=0.05)
    assert ending.tone(-0.05, 0) < whole / 30
    assert np.abs(ending.sound[-48:]).max() < whole / 300
    steps = np.abs(np.diff(ending.sound[-72_000:]))
    assert steps.max() <= 1.1 * np.abs(np.diff(ending.sound[-96_000:-72_000])).max()


async def test_a_card_is_encoded_once_and_equal_inputs_give_equal_bytes(tmp_path):
    films = [await Studio(tmp_path / name).film(*LINES, look=Look(width=128, height=128)) for name in "ab"]
    assert films[0].video.sha256 == films[1].video.sha256

    studio = Studio(tmp_path / "a")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "a" / "store").rglob("*.mp4")}
    await studio.film(*LINES, look=Look(width=128, height=128))
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "a" / "store").rglob("*.mp4")} == before


async def test_scenes_of_a_worker_with_other_settings_are_rendered_again_to_join_the_card(tmp_path):
    studio = Studio(tmp_path)
    rendered = await studio.segments(*LINES, look=Look(width=128, height=128))
    other = assembly_stages(studio.store, encoder=Encoder(preset="medium"))

    film = await other.videos.assemble(rendered)

    with av.open(str(await studio.path(film))) as container:
        assert sum(1 for _ in container.decode(video=0)) == film.frames


async def test_without_a_closing_the_video_ends_with_its_last_narration(tmp_path):
    film = await Studio(tmp_path).film(*LINES, look=Look(width=128, height=128, closing=False))
    assert film.frames == 90
