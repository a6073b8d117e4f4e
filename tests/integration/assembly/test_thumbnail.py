"""Thumbnails as pictures: footage without captions, dark behind letters that read at any size."""

from pathlib import Path

import av
import numpy as np
import pytest

from scenewire.messages import Look, VideoAssembled
from scenewire_assembly.themes.theme import THEMES, theme_of
from tests.support.media import make_clip, run_ffmpeg
from tests.support.studio import Studio


async def picture(studio: Studio, film: VideoAssembled) -> np.ndarray:
    shown: np.ndarray = (await studio.pictures(film.thumbnail))[0]
    return shown


async def film_of(studio: Studio, look: Look, *clips: Path) -> VideoAssembled:
    of = max(1, len(clips))
    scenes = [
        await studio.sourced(number, of=of, samples=48_000, clips=[await studio.clip(path)], look=look)
        for number, path in enumerate(clips, 1)
    ] or [await studio.sourced(samples=48_000, look=look)]
    return await studio.stages.videos.assemble([await studio.stages.segments.render(scene) for scene in scenes])


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (256, 256)])
async def test_footage_is_darkened_behind_the_letters_and_free_of_captions(tmp_path, size):
    studio = Studio(tmp_path)
    source = await make_clip(tmp_path / "c.mp4", pattern="color=c=0x40a0c0", seconds=3, size="320x180")
    width, height = size
    look = Look(width=width, height=height, caption_style="pop", title=True)
    shown = (await picture(studio, await film_of(studio, look, source))).astype(int)
    longer = 1280 / max(size)
    assert shown.shape == (round(height * longer), round(width * longer), 3)
    clear = shown[:, int(shown.shape[1] * 0.93) :] if width > height else shown[: int(shown.shape[0] * 0.2)]
    assert np.abs(clear - (0x40, 0xA0, 0xC0)).max() < 30, "no caption, no haze"
    dark = shown[:, 4] if width > height else shown[-4]
    assert np.abs(dark - np.array((0x40, 0xA0, 0xC0)) * 0.25).max() < 30
    assert (shown.min(axis=2) > 240).sum() > 0.01 * shown.shape[0] * shown.shape[1], "white letters"


async def test_the_best_footage_is_behind_the_letters(tmp_path):
    studio = Studio(tmp_path)
    dull = await make_clip(tmp_path / "dull.mp4", pattern="color=c=0x101010", seconds=3, size="320x180")
    lively = await make_clip(tmp_path / "lively.mp4", pattern="smptebars", seconds=3, size="320x180")
    look = Look(width=320, height=180, closing=False)
    shown = await picture(studio, await film_of(studio, look, dull, lively))
    assert shown[:400, 900:].std() > 50


@pytest.mark.parametrize("theme", THEMES)
async def test_without_footage_the_title_stands_on_the_themes_ground_and_reads_at_160_pixels(tmp_path, theme):
    studio = Studio(tmp_path)
    film = await film_of(studio, Look(width=320, height=180, theme=theme, closing=False))
    path = await studio.store.open(film.thumbnail)
    await run_ffmpeg("-i", path, "-vf", "scale=160:90:flags=area", tmp_path / "small.png")
    with av.open(str(tmp_path / "small.png")) as container:
        small = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    colours = theme_of(Look(theme=theme))
    text, ground = (np.frombuffer(bytes.fromhex(code), np.uint8).astype(int) for code in (colours.text, colours.ground))
    share = ((small - ground) @ (text - ground)) / ((text - ground) @ (text - ground))
    strokes = share[20:70, 8:95]
    assert (strokes > 0.75).sum() > 120, "strokes keep their colour when the picture is small"
    assert (np.abs(strokes) < 0.3).sum() > 800, "and the ground between them its own"


async def test_equal_videos_have_equal_thumbnails(tmp_path):
    films: list[VideoAssembled] = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        films.append(await film_of(Studio(tmp_path / name), Look(width=320, height=180, closing=False)))
    assert films[0].thumbnail.sha256 == films[1].thumbnail.sha256
