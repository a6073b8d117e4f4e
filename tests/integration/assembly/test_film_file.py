"""The video file apart from picture and sound: chapters, optional subtitles, credits, reproducible bytes."""

import asyncio
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.stream import Disposition

from scenewire.errors import PermanentError
from scenewire.processes.run import run_program
from scenewire_assembly.captions.fonts import installed_fonts
from scenewire_assembly.video.mp4_tracks import turn_off_subtitles
from tests.support.films import SMALL, Studio, line
from tests.support.media import ffmpeg_path, make_clip

LINES = (
    line("Dr. No; a [tale] of = signs # and \\ more. It is told here.", 1.51),
    line("Zwei Wörter", 0.4),
    line("日本の緑茶はとても長い歴史を持っているので、この場面の題は途中で切られることになります", 1.0),
)
TITLES = (
    "Dr. No; a [tale] of = signs # and \\ more",
    "Zwei Wörter",
    "日本の緑茶はとても長い歴史を持っているので、この場面の…",
)
STARTS = (0, 46, 58, 88)


@pytest.fixture(scope="module", params=[True, False], ids=["burnt in", "soft"])
def film(request, tmp_path_factory) -> tuple[bool, Path]:
    async def make() -> Path:
        studio = Studio(tmp_path_factory.mktemp("film"), fonts=installed_fonts(None))
        made = await studio.film(*LINES, look=SMALL.model_copy(update={"captions": request.param}), language="de")
        assert made.frames == STARTS[-1]
        return await studio.path(made)

    return request.param, asyncio.run(make())


async def test_every_scene_is_a_chapter_from_its_first_frame(film):
    with av.open(str(film[1])) as container:
        found = container.chapters()
        assert [chapter["metadata"]["title"] for chapter in found] == list(TITLES)
        clock = found[0]["time_base"] or Fraction(0)
        times = [chapter["start"] * clock for chapter in found] + [found[-1]["end"] * clock]
        assert times == [Fraction(start, 30) for start in STARTS]
        assert sum(1 for _ in container.decode(video=0)) == STARTS[-1]


async def test_subtitles_show_by_default_only_if_none_are_burnt_in(film):
    burnt_in, path = film
    with av.open(str(path)) as container:
        (track,) = container.streams.subtitles
        assert bool(track.disposition & Disposition.default) is not burnt_in
        assert track.language == "deu"
        assert container.streams.audio[0].language == "deu"
        assert container.streams.audio[0].disposition & Disposition.default
    done = await run_program([ffmpeg_path(), "-v", "error", "-i", path, "-map", "0:s:0", "-f", "srt", "-"], timeout=30)
    assert "Zwei Wörter" in done.stdout.decode()
    assert "00:00:01,533 --> " in done.stdout.decode()  # frame 46


async def test_the_video_file_has_title_and_credits(film):
    with av.open(str(film[1])) as container:
        tags = container.metadata
    assert tags["title"] == "Tea"
    assert tags["comment"] == "Picture: Generated background\nVoice: espeak, voice en"
    assert not {"creation_time", "encoder"} & set(tags)


async def test_playback_can_start_before_the_download_ends(film):
    head = film[1].read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


async def test_a_video_made_again_elsewhere_has_the_same_bytes(tmp_path):
    lines = LINES[:2]
    first, second = Studio(tmp_path / "a"), Studio(tmp_path / "b")
    one, other = await first.film(*lines), await second.film(*lines)
    assert one.video.sha256 == other.video.sha256
    assert (await first.path(one)).read_bytes() == (await second.path(other)).read_bytes()


async def test_a_file_without_its_subtitle_track_is_an_error(tmp_path):
    clip = await make_clip(tmp_path / "clip.mp4", seconds=0.2)
    with pytest.raises(PermanentError, match="subtitle track"):
        turn_off_subtitles(clip)


async def test_a_section_of_several_scenes_is_one_chapter(tmp_path: Path):
    studio = Studio(tmp_path)
    segments = await studio.segments(line("One is here.", 0.5), line("Two is here.", 0.5), line("Three is here.", 0.5))
    scene = segments[1].scene.model_copy(update={"section": "Part two"})
    segments[1] = segments[1].model_copy(update={"scene": scene})
    film = await studio.stages.videos.assemble(segments)
    with av.open(str(await studio.path(film))) as container:
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["One is here", "Part two"]
