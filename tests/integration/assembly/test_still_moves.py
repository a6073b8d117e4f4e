"""Stills move slowly, evenly and without shimmer, in videos of every shape, and mix with clips."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scenewire.messages import Clip, Look
from scenewire.probe.still import prepare_still
from scenewire_assembly.job_files import clip_name
from scenewire_assembly.picture.segment_command import segment_command
from tests.support.media import make_clip, run_ffmpeg
from tests.support.motion import displacements, sharpness, textured
from tests.support.pictures import scene_picture
from tests.support.studio import Studio

BARE = {"captions": False, "title": False, "closing": False}
FRAMES = 24

MOVES = {
    "a zoom in": (Look(width=1280, height=720), 0, (2400, 1350), None),
    "a zoom out": (Look(width=1280, height=720), 1, (2400, 1350), None),
    "a square zoom": (Look(width=720, height=720, frame_rate=25), 0, (1600, 1500), None),
    "a zoom of a still that is shown whole": (Look(width=1280, height=720), 0, (800, 300), None),
    "a pan in an upright video": (Look(width=720, height=1280), 0, (2400, 1350), (-1, 0)),
    "a pan back": (Look(width=720, height=1280), 1, (2400, 1350), (1, 0)),
    "a pan at 60 frames a second": (Look(width=720, height=1280, frame_rate=60), 0, (2400, 1350), (-0.5, 0)),
    "a pan down a tall still": (Look(width=1280, height=720), 0, (1350, 2400), (0, -1)),
}


async def still_of(studio: Studio, picture: np.ndarray, name: str = "still") -> Clip:
    source, target = studio.folder / f"{name}.source.jpg", studio.folder / f"{name}.jpg"
    Image.fromarray(picture).save(source, quality=95, subsampling=0)
    facts = await prepare_still(source, target)
    return studio.clip_of(await studio.store.add(target, "image/jpeg"), facts.as_source())


async def filtered(studio: Studio, clip: Clip, look: Look, turn: int) -> np.ndarray:
    """The brightness of the frames that go into the encoder."""
    (studio.folder / clip_name(0)).symlink_to(await studio.store.open(clip.file))
    words = segment_command(scene_picture(FRAMES, look, clips=[clip], turn=turn)).build()
    raw = ("-map", "[v]", "-frames:v", str(FRAMES), "-f", "rawvideo", "-pix_fmt", "gray", "frames.raw")
    await run_ffmpeg(*words[: words.index("-map")], *raw, cwd=studio.folder)
    frames = np.fromfile(studio.folder / "frames.raw", np.uint8).reshape(-1, look.height, look.width)
    return frames.astype(np.float32)


@pytest.mark.parametrize("name", MOVES)
async def test_a_still_moves_evenly_and_keeps_its_sharpness(tmp_path: Path, name: str) -> None:
    look, turn, size, way = MOVES[name]
    studio = Studio(tmp_path)
    frames = await filtered(studio, await still_of(studio, textured(*size)), look, turn)
    assert len(frames) == FRAMES
    # To the right of the middle: a zoom moves it sideways.
    moved = displacements(
        frames[:, look.height // 2 - 96 : look.height // 2 + 96, look.width // 2 + 64 : look.width // 2 + 256]
    )
    mean = moved.mean(axis=0)
    assert np.abs(moved - mean).max() < 0.05
    assert np.abs(mean).max() > 0.02
    assert way is None or mean == pytest.approx(way, abs=0.02)
    energy = sharpness(frames)
    assert np.abs(np.diff(energy) / energy[:-1]).max() < 0.03


@pytest.mark.parametrize("fit", ["cover", "pad", "blur"])
@pytest.mark.parametrize("size", [(320, 180), (180, 320), (240, 240)])
async def test_stills_and_clips_mix_in_every_shape_and_fit(tmp_path: Path, fit: str, size: tuple[int, int]) -> None:
    studio = Studio(tmp_path)
    colours = {"tall": (200, 40, 40), "wide": (40, 160, 40), "small": (40, 60, 200)}
    sizes = {"tall": (300, 500), "wide": (640, 360), "small": (100, 80)}
    stills = [
        await still_of(studio, np.full((*sizes[name][::-1], 3), colour, np.uint8), name)
        for name, colour in colours.items()
    ]
    moving = await studio.clip(await make_clip(tmp_path / "clip.mp4", seconds=3, size="320x180"))
    look = Look.model_validate({"width": size[0], "height": size[1], "fit": fit, "closing": False})
    message = await studio.sourced(
        samples=24_000 * 8, text="Tea is a drink. It is hot.", clips=[stills[0], moving, *stills[1:]], look=look
    )
    rendered = await studio.stages.segments.render(message)
    assert rendered.footage.clips == message.footage.clips
    frames = await studio.pictures(rendered.segment.video)
    assert frames.shape == (240, look.height, look.width, 3)
    for at, colour in ((20, colours["tall"]), (150, colours["wide"]), (230, colours["small"])):
        middle = frames[at, look.height * 45 // 100, look.width // 2].astype(int)
        assert np.abs(middle - colour).max() < 16, (at, middle)


@pytest.mark.parametrize("size", [(640, 360), (80, 64)])
async def test_a_still_has_its_colours_and_a_darker_copy_of_them_around_it(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    studio = Studio(tmp_path)
    plain = await still_of(studio, np.full((*size[::-1], 3), (200, 60, 40), np.uint8))
    look = Look.model_validate({"width": 320, "height": 180, **BARE})
    message = await studio.sourced(samples=12_000, clips=[plain], look=look)
    (frame, *_) = await studio.pictures((await studio.stages.segments.render(message)).segment.video)
    assert np.abs(frame[90, 160].astype(int) - (200, 60, 40)).max() < 6
    around = (200, 60, 40) if size[0] > 320 else (135, 26, 8)
    assert np.abs(frame[4, 4].astype(int) - around).max() < 16, frame[4, 4]


async def test_a_scene_of_one_still_lasts_as_its_narration(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    only = await still_of(studio, textured(640, 360))
    look = Look.model_validate({"width": 320, "height": 180, "frame_rate": 25, **BARE})
    message = await studio.sourced(samples=24_000 * 21, clips=[only], look=look)
    rendered = await studio.stages.segments.render(message)
    assert rendered.footage.clips
    assert rendered.segment.frames == 21 * 25


async def test_a_still_that_was_damaged_in_the_store_is_left_out_with_a_note(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    good = await still_of(studio, textured(320, 180), "good")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((tmp_path / "good.jpg").read_bytes()[:300])
    bad = good.model_copy(update={"file": await studio.store.add(broken, "image/jpeg"), "source_id": "b"})
    look = Look.model_validate({"width": 320, "height": 180, **BARE})
    message = await studio.sourced(samples=24_000 * 4, clips=[good, bad], look=look)
    rendered = await studio.stages.segments.render(message)
    assert [clip.source_id for clip in rendered.footage.clips] == ["a"]
    assert any("cannot be decoded" in note for note in rendered.footage.notes)
