"""Small pictures of videos, compared with what ffmpeg shows at the same frame."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scenewire.errors import FailureCode, PermanentError
from scenewire.probe.frame import take_frame
from tests.support.media import make_clip, run_ffmpeg

NTSC = Fraction(30_000, 1_001)


async def taken(path: Path, frame: int, rate: Fraction) -> np.ndarray:
    target = path.with_suffix(".taken.jpg")
    await take_frame(path, target, frame=frame, rate=rate, width=480)
    return np.asarray(Image.open(target).convert("RGB"), float)


async def shown(path: Path, frame: int, size: str) -> np.ndarray:
    target = path.with_suffix(".shown.png")
    await run_ffmpeg("-i", path, "-vf", f"select=eq(n\\,{frame}),scale={size}", "-frames:v", "1", target)
    return np.asarray(Image.open(target).convert("RGB"), float)


def difference(left: np.ndarray, right: np.ndarray) -> float:
    assert left.shape == right.shape
    return float(abs(left - right).mean())


@pytest.mark.parametrize(("name", "rate"), [("a.mp4", Fraction(30)), ("a.webm", NTSC), ("a.mkv", Fraction(24))])
@pytest.mark.parametrize("frame", [0, 1, 37, 60])
async def test_the_picture_is_that_frame_and_not_its_neighbours(tmp_path: Path, name: str, rate: Fraction, frame: int):
    clip = await make_clip(tmp_path / name, seconds=3, rate=str(rate), pattern="testsrc2")
    picture = await taken(clip, frame, rate)
    distances = {
        near: difference(picture, await shown(clip, near, "480:270")) for near in range(max(0, frame - 2), frame + 3)
    }
    assert min(distances, key=lambda near: distances[near]) == frame
    assert distances[frame] < 4


async def test_a_turned_video_stands_upright(tmp_path: Path):
    clip = await make_clip(tmp_path / "clip.mp4", seconds=1)
    for angle in ("90", "180", "270"):
        turned = tmp_path / f"turned{angle}.mp4"
        await run_ffmpeg("-display_rotation", angle, "-i", clip, "-c", "copy", turned)
        size = "480:270" if angle == "180" else "480:854"
        assert difference(await taken(turned, 5, Fraction(30)), await shown(turned, 5, size)) < 3


async def test_pixels_become_square(tmp_path: Path):
    clip = await make_clip(tmp_path / "wide.mp4", seconds=1, size="320x240", arguments=("-vf", "setsar=2"))
    assert (await taken(clip, 0, Fraction(30))).shape == (180, 480, 3)


async def test_a_frame_after_the_end_is_the_last_one(tmp_path: Path):
    clip = await make_clip(tmp_path / "clip.mp4", seconds=1)
    assert difference(await taken(clip, 5_000, Fraction(30)), await shown(clip, 29, "480:270")) < 3


async def test_a_prepared_still_is_its_own_picture(tmp_path: Path):
    clip = await make_clip(tmp_path / "clip.mp4", seconds=1)
    still = tmp_path / "still.jpg"
    await run_ffmpeg("-i", clip, "-frames:v", "1", "-q:v", "2", still)
    assert difference(await taken(still, 0, Fraction(1)), await shown(clip, 0, "480:270")) < 4


async def test_a_damaged_end_gives_the_last_picture_before_it(tmp_path: Path):
    clip = await make_clip(tmp_path / "clip.mp4", seconds=2, arguments=("-movflags", "+faststart", "-g", "15"))
    content = clip.read_bytes()
    clip.write_bytes(content[: len(content) * 6 // 10])
    assert (await taken(clip, 55, Fraction(30))).mean() > 50


async def test_a_file_without_pictures_is_refused(tmp_path: Path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"<!doctype html>")
    with pytest.raises(PermanentError, match="does not decode") as refused:
        await take_frame(path, tmp_path / "picture.jpg", frame=0, rate=Fraction(30), width=480)
    assert refused.value.code is FailureCode.MEDIA_REFUSED
    assert not (tmp_path / "picture.jpg").exists()
