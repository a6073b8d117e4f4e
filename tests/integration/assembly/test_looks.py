"""Footage of every kind becomes frames of exactly the ordered look and colours."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenewire.messages import Clip, DesignedSentence, Look, Place, Statement
from scenewire.probe.probe import probe_media
from scenewire_assembly.picture.overlays.scrim import scrim_of
from tests.support.media import make_clip, run_ffmpeg
from tests.support.studio import Studio

BARE = {"captions": False, "title": False, "closing": False}
LOOKS = {"landscape": (320, 180), "portrait": (180, 320), "square": (240, 240)}


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


async def pictures(studio: Studio, clips: list[Clip], look: Look, samples: int = 12_345) -> np.ndarray:
    """The frames of a scene with these clips; asserts their number, size, rate and colour tags."""
    sourced = await studio.sourced(samples=samples, clips=clips, look=look)
    segment = (await studio.stages.segments.render(sourced)).segment
    facts = (await probe_media(await studio.store.open(segment.video))).video
    assert facts is not None
    assert facts.frames == segment.frames == -(-samples * look.frame_rate // 24_000)
    assert (facts.width, facts.height, facts.sample_aspect, facts.rotation) == (look.width, look.height, (1, 1), 0)
    assert (facts.frame_rate, facts.constant_rate) == ((look.frame_rate, 1), True)
    assert (facts.pixel_format, facts.matrix, facts.transfer) == ("yuv420p", 1, 1)
    return await studio.pictures(segment.video)


@pytest.mark.parametrize("shape", LOOKS)
@pytest.mark.parametrize("fit", ["cover", "pad", "blur"])
async def test_footage_of_another_shape_is_cropped_padded_or_put_on_a_blurred_copy(studio, tmp_path, shape, fit):
    width, height = LOOKS[shape]
    upright = width >= height  # footage lies across the look
    source = await make_clip(
        tmp_path / "c.mp4", pattern="color=c=red", seconds=1, size="180x320" if upright else "320x180"
    )
    look = Look(width=width, height=height, fit=fit, **BARE)
    shown = (await pictures(studio, [await studio.clip(source)], look))[5].astype(int)
    corner, middle = shown[4, 4], shown[height // 2, width // 2]
    assert middle[0] > 230
    assert middle[1:].max() < 30
    if fit == "cover":
        assert abs(corner - middle).max() < 10
    elif fit == "pad":
        assert corner.max() < 10
    else:
        assert 60 < corner[0] < 215
        assert corner[0] - corner[1] > 40


async def test_a_padded_picture_is_whole_and_in_the_middle(studio, tmp_path):
    source = await make_clip(tmp_path / "c.mp4", pattern="color=c=white", seconds=1, size="90x160")
    look = Look(width=320, height=180, fit="pad", **BARE)
    shown = (await pictures(studio, [await studio.clip(source)], look))[5]
    columns = np.flatnonzero(shown.min(axis=(0, 2)) > 200)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(159.5, abs=1.5)
    assert len(columns) == pytest.approx(180 * 9 / 16, abs=3)


async def test_footage_of_nearly_the_same_shape_gets_no_hairline_bars(studio, tmp_path):
    source = await make_clip(tmp_path / "c.mp4", pattern="color=c=white", seconds=1, size="320x178")
    shown = await pictures(studio, [await studio.clip(source)], Look(width=320, height=180, fit="pad", **BARE))
    assert shown[5].min() > 200


SOURCES: dict[str, dict[str, Any]] = {
    "pixels that are not square": {"size": "160x180", "arguments": ("-vf", "setsar=2")},
    "a variable rate": {"seconds": 2, "arguments": ("-vf", "select='not(mod(n,3))+gt(n,30)'", "-fps_mode", "vfr")},
    "few frames a second": {"rate": 5},
    "many frames a second": {"rate": 120},
    "an NTSC rate and sound": {"rate": "30000/1001", "sound": True},
    "too short": {"seconds": 0.2},
    "much longer": {"seconds": 4},
    "webm": {"suffix": "webm"},
    "ten bits and full range": {"arguments": ("-pix_fmt", "yuv420p10le", "-color_range", "pc")},
    "4:4:4": {"arguments": ("-pix_fmt", "yuv444p")},
    "odd sizes": {"size": "321x181", "arguments": ("-pix_fmt", "yuv444p")},
    "interlaced": {"rate": 25, "arguments": ("-vf", "interlace", "-flags", "+ilme+ildct", "-x264-params", "tff=1")},
    "tiny": {"size": "16x16"},
}


@pytest.mark.parametrize("kind", SOURCES)
async def test_b20_b21_every_kind_of_source_becomes_exactly_the_frames_of_its_scene(studio, tmp_path, kind):
    options = {"seconds": 1, "size": "320x180", **SOURCES[kind]}
    path = tmp_path / f"c.{options.pop('suffix', 'mp4')}"
    clip = await studio.clip(await make_clip(path, **options))
    shown = await pictures(studio, [clip], Look(width=240, height=240, fit="blur", **BARE), samples=20_001)
    assert shown.std() > 20


@pytest.mark.parametrize(("degrees", "fit"), [(90, "pad"), (180, "cover"), (270, "blur")])
async def test_b20_a_turned_source_is_shown_upright_and_fits_as_it_is_seen(studio, tmp_path, degrees, fit):
    flat, turned = tmp_path / "flat.mp4", tmp_path / "turned.mp4"
    await make_clip(flat, pattern="color=c=white", seconds=1, size="320x180")
    await run_ffmpeg("-display_rotation", str(degrees), "-i", flat, "-c", "copy", turned)
    shown = await pictures(studio, [await studio.clip(turned)], Look(width=180, height=320, fit=fit, **BARE))
    assert shown[5].min() > 200


async def test_interlaced_footage_shows_no_combs(studio, tmp_path):
    bars = "nullsrc=s=320x180:r=50:d=1,geq=lum='if(lt(mod(X-8*N+320\\,80)\\,40)\\,235\\,16)':cb=128:cr=128"
    woven, whole = tmp_path / "woven.mp4", tmp_path / "whole.mp4"
    encoded = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-pix_fmt", "yuv420p")
    weave = ("-vf", "interlace=lowpass=off", "-flags", "+ilme+ildct", "-x264-params", "tff=1")
    await run_ffmpeg("-f", "lavfi", "-i", bars, *weave, *encoded, woven)
    await run_ffmpeg("-f", "lavfi", "-i", bars, "-vf", "fps=25", *encoded, whole)

    async def combs(path: Path) -> float:
        """How much more adjacent lines differ than lines two apart."""
        look = Look(width=320, height=180, frame_rate=25, **BARE)
        shown = (await pictures(studio, [await studio.clip(path)], look))[8].mean(axis=2)
        return float(np.abs(np.diff(shown, axis=0)).mean() - np.abs(shown[2:] - shown[:-2]).mean())

    assert await combs(woven) < await combs(whole) + 1.5
    raw = await studio.pictures(await studio.store.add(woven, "video/mp4"))
    lines = raw[8].mean(axis=2)
    assert np.abs(np.diff(lines, axis=0)).mean() - np.abs(lines[2:] - lines[:-2]).mean() > 10  # it did have them


@pytest.mark.parametrize(("transfer", "white"), [("smpte2084", 0.58), ("arib-std-b67", 0.75)])
async def test_high_dynamic_range_is_tone_mapped(studio, tmp_path, transfer, white):
    """Paper white, 203 cd/m² in both encodings, becomes nearly white; without tone mapping it would be grey."""
    path = tmp_path / "hdr.mp4"
    code = round(64 + white * 876)
    source = f"nullsrc=s=320x180:r=30:d=1,format=yuv420p10le,geq=lum='if(lt(X\\,160)\\,{code}\\,64)':cb=512:cr=512"
    colours = f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc:range=tv"
    await run_ffmpeg(
        "-f", "lavfi", "-i", f"{source},{colours}", "-c:v", "libx265", "-x265-params", "log-level=none", path
    )
    clip = await studio.clip(path)
    assert clip.facts.transfer in (16, 18)
    shown = await pictures(studio, [clip], Look(width=320, height=180, **BARE))
    left, right = shown[5, 90, 60], shown[5, 90, 260]
    assert left.min() == pytest.approx(0.95 * 255, abs=5)
    assert left.max() - left.min() <= 3
    assert right.max() <= 3


@pytest.mark.parametrize(("size", "tag"), [("1280x720", "bt709"), ("320x180", "bt470bg")])
async def test_unnamed_colours_are_read_as_their_size_suggests(studio, tmp_path, size, tag):
    """The same picture with and without a colour tag gives the same result."""
    values = f"scale=out_color_matrix={tag}:out_range=tv,format=yuv420p,setparams=colorspace"
    shown = []
    for name in (tag, "unknown"):
        path = await make_clip(
            tmp_path / f"{name}.mp4",
            pattern="color=c=0x20C040",
            seconds=1,
            size=size,
            arguments=("-vf", f"{values}={name}"),
        )
        clip = await studio.clip(path)
        assert (clip.facts.matrix == 2) == (name == "unknown")
        shown.append((await pictures(studio, [clip], Look(width=320, height=180, **BARE)))[5, 90, 160].astype(int))
    assert np.abs(shown[0] - shown[1]).max() <= 1
    assert np.abs(shown[0] - (0x20, 0xC0, 0x40)).max() <= 6


@pytest.mark.parametrize("fit", ["cover", "blur"])
async def test_b20_crossfades_between_kinds_of_footage_stay_exact(studio, tmp_path, fit):
    clips = [
        await studio.clip(await make_clip(tmp_path / "a.mp4", seconds=2, size="180x320", rate=25)),
        await studio.clip(await make_clip(tmp_path / "b.mp4", seconds=2, size="320x180", rate=60)),
        await studio.clip(await make_clip(tmp_path / "c.mp4", seconds=2, size="160x160", rate="24000/1001")),
    ]
    look = Look(width=320, height=180, fit=fit, **BARE)
    assert len(await pictures(studio, clips, look, samples=24_000 * 4 + 7)) == 121


@pytest.mark.parametrize("style", ["clean", "pop", "box", "karaoke", "minimal"])
@pytest.mark.parametrize("shape", LOOKS)
async def test_captions_of_every_style_are_low_and_inside_the_margins_of_every_look(studio, tmp_path, shape, style):
    width, height = LOOKS[shape]
    grey = await studio.clip(await make_clip(tmp_path / "c.mp4", pattern="color=c=gray", seconds=1, size="320x180"))
    look = Look(width=width, height=height, caption_style=style, title=False, closing=False)
    shown = (await pictures(studio, [grey], look, samples=24_000))[20].astype(int)
    drawn = shown.max(axis=2) > shown[2, 2].max() + 40
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    assert rows[0] > height * 0.5
    assert rows[-1] < height * (0.87 if height > width else 0.98)
    assert columns[0] > width * 0.03
    assert columns[-1] < width * 0.97
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(width / 2, abs=width * 0.05)
    yellow = (shown[..., 0] - shown[..., 2] > 60) & (shown[..., 0] > 150)
    assert yellow.any() == (style != "minimal")


async def test_small_captions_have_a_shade_that_is_the_painted_one(studio, tmp_path):
    grey = await studio.clip(await make_clip(tmp_path / "c.mp4", pattern="color=c=gray", seconds=1, size="320x180"))
    look = Look(width=320, height=180, caption_style="minimal", title=False, closing=False)
    shown = (await pictures(studio, [grey], look, samples=24_000)).astype(int)
    scrim = scrim_of(look)
    assert scrim is not None
    expected = scrim.shade(np.repeat(shown[0, :1, :1], 180, axis=0).astype(np.uint8))[:, 0].astype(int)
    for frame in (0, 15, 29):
        assert np.abs(shown[frame, :, 4] - expected).max() <= 4
        assert np.abs(shown[frame, :, 315] - expected).max() <= 4


async def test_the_title_shows_over_the_first_seconds_of_footage_and_then_disappears(studio, tmp_path):
    clip = await studio.clip(await make_clip(tmp_path / "c.mp4", pattern="color=c=gray", seconds=5, size="320x180"))
    look = Look(width=320, height=180, captions=False, closing=False)
    shown = (await pictures(studio, [clip], look, samples=24_000 * 5)).astype(int)
    white = [(picture[:60].min(axis=2) > 210).sum() for picture in shown]
    assert white[0] == 0
    assert min(white[30:80]) > 100
    assert max(white[115:]) == 0
    assert np.abs(shown[:, 100:] - shown[-1, 100:]).max() < 12  # it stays above


async def test_a_map_is_the_ground_of_its_sentence_alone_and_of_every_frame_of_it(studio):
    first, second, third = "Ships are very large today.", "They pass by Egypt.", "Then they sail further on."
    text = f"{first} {second} {third}"
    look = Look(width=320, height=180, captions=False, theme="poster", closing=False)
    sourced = await studio.sourced(samples=24_000 * 12, text=text, look=look)
    sentences = (
        DesignedSentence(text=first, designs=(Statement(rest=first),)),
        DesignedSentence(text=second, designs=(Place(name="Egypt", place="country.eg"),)),
        DesignedSentence(text=third, designs=(Statement(rest=third),)),
    )
    scene = sourced.scene.model_copy(update={"sentences": sentences})
    segment = (await studio.stages.segments.render(sourced.model_copy(update={"scene": scene}))).segment
    shown = (await studio.pictures(segment.video)).astype(int)
    assert len(shown) == segment.frames == 360
    assert segment.has_map
    words = text.split()
    start, end = (360 * index // len(words) - 4 for index in (words.index("They"), words.index("Then")))
    blue = [frame for frame in range(360) if abs(shown[frame, 20, 100] - (0xBF, 0xE3, 0xFF)).max() < 12]
    assert set(blue) >= set(range(start + 3, end - 3))  # it dips for three frames at either end
    assert set(blue) <= set(range(start, end))
    assert abs(shown[end - 5, 100, 185] - (0xFF, 0xD3, 0x5C)).max() < 12  # the land of Egypt
