from dataclasses import replace

import pytest

from scenewire.messages import Look
from scenewire_assembly.picture.scene_picture import Still
from scenewire_assembly.picture.segment_command import segment_command
from tests.support.clips import clip, still
from tests.support.pictures import scene_picture

LOOK = Look(width=320, height=180)


def arguments(clips, frames=90, look=LOOK, **encoder) -> list[str]:
    return segment_command(scene_picture(frames, look, clips=clips, overlay="captions", **encoder)).build()


def value(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


def test_every_input_is_limited_to_its_own_file_and_common_formats():
    words = arguments([clip(90), clip(90, name="d")])
    inputs = [index for index, word in enumerate(words) if word == "-i"]
    assert [words[index + 1] for index in inputs] == ["file:clip00", "file:clip01"]
    assert words.count("-protocol_whitelist") == words.count("-format_whitelist") == len(inputs)
    assert words.count("-codec_whitelist") == words.count("-max_pixels") == len(inputs)
    assert value(words, "-protocol_whitelist") == "file"
    assert "concat" not in value(words, "-format_whitelist")
    assert "magicyuv" not in value(words, "-codec_whitelist")


def test_no_text_of_a_provider_reaches_the_command_line():
    evil = clip(90, name="x;rm -rf,[v]")
    assert not any("rm -rf" in word for word in arguments([evil]))


def test_a_clip_starts_at_its_in_frame():
    assert value(arguments([clip(90, (25, 1), in_frame=50)]), "-ss") == "1.980000"
    assert "-ss" not in arguments([clip(90)])


def test_a_segment_ends_after_exactly_its_frames():
    words = arguments([clip(300)], frames=77)
    assert value(words, "-frames:v") == "77"
    assert "trim=end_frame=77" in value(words, "-filter_complex")


@pytest.mark.parametrize(
    ("width", "height", "rate", "level"),
    [
        (1920, 1080, 30, "4.1"),
        (1280, 720, 60, "4.1"),
        (1920, 1080, 60, "4.2"),
        (3840, 2160, 30, "5.1"),
        (3840, 2160, 60, "5.2"),
        (3840, 3840, 60, "6.1"),
    ],
)
def test_the_level_depends_only_on_the_look(width, height, rate, level):
    look = Look(width=width, height=height, frame_rate=rate)
    painted = segment_command(scene_picture(30, look)).build()
    assert value(painted, "-level:v") == value(arguments([clip(90)], look=look), "-level:v") == level


def test_the_same_encoder_options_make_all_segments_so_that_they_join():
    painted = segment_command(scene_picture(90, LOOK, overlay="captions")).build()
    cut = arguments([clip(90)])
    assert painted[painted.index("-map") :] == cut[cut.index("-map") :]


def test_the_container_clock_counts_whole_frames():
    for rate in (24, 25, 30, 50, 60):
        words = arguments([clip(90)], look=Look(width=320, height=180, frame_rate=rate))
        assert int(value(words, "-movie_timescale")) % rate == 0
        assert value(words, "-movie_timescale") == value(words, "-video_track_timescale")


def test_each_of_several_grounds_lasts_until_the_next_one():
    picture = scene_picture(90, LOOK)
    ground = picture.stills[0].ground
    several = replace(picture, stills=tuple(Still(ground, frames) for frames in (30, 40, 20)))
    graph = value(segment_command(several).build(), "-filter_complex")
    assert r"tpad=stop=1:stop_mode=clone,setpts='(30*gte(N\,1)+40*gte(N\,2)+20*gte(N\,3))/(30*TB)',fps=30" in graph
    assert "loop=loop=89:size=1" in value(segment_command(picture).build(), "-filter_complex")


@pytest.mark.parametrize("stills", [1, 2, 3])
def test_stills_are_zoomed_in_and_out_in_turns_within_scenes_and_between_them(stills):
    ways = []
    for scene in range(4):
        shown = [still(name=f"s{number}") for number in range(stills)]
        graph = value(segment_command(scene_picture(150, LOOK, clips=shown, turn=scene)).build(), "-filter_complex")
        ways += ["out" if "+(-" in chain else "in" for chain in graph.split(";") if "perspective" in chain]
    assert ways == ["in", "out"] * (2 * stills)
