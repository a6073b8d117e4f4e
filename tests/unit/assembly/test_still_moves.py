import re
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.ffmpeg.filters import Graph, Stream
from scenewire.messages import Look
from scenewire_assembly.edit import edit_clips
from scenewire_assembly.picture.footage.still_moves import Pan, Zoom, move_of, still_shot
from scenewire_assembly.picture.segment_command import segment_command
from tests.support.clips import clip, still
from tests.support.pictures import scene_picture

FULL_HD = Look()
TALL = Look(width=1080, height=1920)
shares = st.floats(0, 1)
sides = st.integers(64, 4096)
looks = st.builds(
    Look,
    width=st.sampled_from((128, 640, 1080, 1920, 3840)),
    height=st.sampled_from((128, 640, 1080, 1920, 3840)),
    frame_rate=st.sampled_from((24, 25, 30, 50, 60)),
    fit=st.sampled_from(("cover", "pad", "blur")),
)


@given(looks, sides, sides, shares, shares, st.integers(1, 3_000), st.integers(0, 9))
def test_no_move_leaves_its_still(look, width, height, x, y, frames, turn):
    shown = still(width, height, focus=(x, y))
    move = move_of(look, shown, frames, turn)
    if isinstance(move, Zoom):
        for magnification in (move.first, move.first + (frames - 1) * move.growth):
            assert 1.02 - 1e-9 <= magnification <= 1.1 + 1e-9
        assert all(0 <= share <= 1 for share in move.focus)
        return
    fill = max(look.width / width, look.height / height)
    size, side = (height * fill, look.height) if move.upright else (width * fill, look.width)
    for start in (move.start, move.start + move.step * (frames - 1) / move.parts):
        assert -1 <= start <= size - side + 2


@pytest.mark.parametrize("frames", [60, 150, 450])
def test_a_still_of_the_videos_shape_grows_by_four_to_eight_per_cent(frames):
    move = move_of(FULL_HD, still(2400, 1350), frames, 0)
    assert isinstance(move, Zoom)
    assert 0.04 - 1e-9 <= move.growth * (frames - 1) <= 0.08 + 1e-9


def test_neighbouring_stills_move_in_turns():
    ways = [move_of(FULL_HD, still(2400, 1350), 150, turn) for turn in range(4)]
    assert [way.growth > 0 for way in ways if isinstance(way, Zoom)] == [True, False, True, False]
    pans = [move_of(TALL, still(2400, 1350), 150, turn) for turn in range(2)]
    assert [pan.step > 0 for pan in pans if isinstance(pan, Pan)] == [True, False]


@pytest.mark.parametrize(("look", "size", "upright"), [(TALL, (2400, 1350), False), (FULL_HD, (1350, 2400), True)])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_a_still_of_another_shape_is_panned_across_its_subject(look, size, upright, share):
    focus = (0.5, share) if upright else (share, 0.5)
    move = move_of(look, still(*size, focus=focus), 150, 0)
    assert isinstance(move, Pan)
    assert move.upright is upright
    middle = move.start + move.step * 149 / move.parts / 2 + 1080 / 2
    assert middle == pytest.approx(share * 1920 / 1350 * 2400, abs=2)


def test_a_zoom_leaves_the_subject_where_it_is():
    near, far = (move_of(FULL_HD, still(2400, 1350, focus=focus), 90, 0) for focus in ((0.2, 0.8), (0.9, 0.1)))
    assert (astuple(near)[2], astuple(far)[2]) == ((0.2, 0.8), (0.9, 0.1))


@pytest.mark.parametrize("look", [FULL_HD, TALL, Look(fit="blur"), Look(fit="pad")])
def test_a_still_below_half_of_the_picture_is_shown_whole(look):
    move = move_of(look, still(500, 400, focus=(0.1, 0.1)), 90, 0)
    assert isinstance(move, Zoom)
    assert move.focus == (0.5, 0.5)


def test_a_diagram_is_shown_whole_in_a_video_of_any_shape():
    for look in (FULL_HD, TALL):
        assert isinstance(move_of(look, still(3000, 2000, focus=None), 90, 0), Zoom)
        words = segment_command(scene_picture(90, look, clips=[still(3000, 2000, focus=None)])).build()
        assert "overlay=(W-w)/2" in words[words.index("-filter_complex") + 1]


@given(looks, st.integers(64, 4096), st.integers(64, 4096), st.integers(2, 900), st.integers(0, 1))
def test_a_still_that_is_shown_whole_is_never_cut_off(look, width, height, frames, turn):
    shown = still(width, height, focus=None)
    graph = str(Graph(still_shot(look, shown, Stream(0, "v"), frames, "v", turn=turn)))
    across, down = max((int(w), int(h)) for w, h in re.findall(r"scale=w='(\d+)':h='(\d+)'", graph))
    move = move_of(look, shown, frames, turn)
    assert isinstance(move, Zoom)
    largest = max(move.first, move.first + move.growth * (frames - 1))
    assert across * largest <= look.width + 3
    assert down * largest <= look.height + 3


@pytest.mark.parametrize("frames", [30, 150, 1_000])
@pytest.mark.parametrize(
    "clips", [[still()], [still(), still(name="t")], [still(), clip(20)], [clip(31), still(), clip(900)]]
)
def test_a_still_lasts_as_long_as_needed(clips, frames):
    edit = edit_clips(clips, frames, 30)
    assert [shot.clip for shot in edit.shots] == list(range(min(len(clips), max(1, frames // 30))))
    assert edit.shots[-1].start + edit.shots[-1].frames == frames
