from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assembly.timeline import SOUND_RATE, edit_clips, frames_for, place
from tests.support.clips import clip

RATES = (24, 25, 30, 50, 60)

frame_rates = st.sampled_from(RATES)
sample_rates = st.sampled_from((16_000, 22_050, 24_000, 44_100, 48_000))


@given(st.integers(1, 10**9), sample_rates, frame_rates)
def test_a_scene_is_the_fewest_frames_that_hold_its_narration(samples, sample_rate, frame_rate):
    frames = frames_for(samples, sample_rate, frame_rate)
    spoken = Fraction(samples, sample_rate)
    assert Fraction(frames - 1, frame_rate) < spoken <= Fraction(frames, frame_rate)


@pytest.mark.parametrize("frame_rate", RATES)
def test_a_frame_is_a_whole_number_of_samples(frame_rate):
    assert SOUND_RATE % frame_rate == 0
    assert 24_000 % frame_rate == 0


@given(st.lists(st.integers(1, 5_000_000), min_size=1, max_size=500), frame_rates)
def test_sound_and_picture_meet_at_every_scene_however_many_there_are(narrations, frame_rate):
    places = place([frames_for(samples, 24_000, frame_rate) for samples in narrations])
    padded = 0
    for samples, at in zip(narrations, places, strict=True):
        assert Fraction(at.start, frame_rate) == Fraction(padded, 24_000)
        room = at.frames * (24_000 // frame_rate)
        assert 0 <= room - samples < 24_000 // frame_rate
        padded += room
    assert Fraction(places[-1].end, frame_rate) == Fraction(padded, 24_000)


@given(
    st.lists(
        st.tuples(st.integers(1, 2_000), st.sampled_from([(24, 1), (30_000, 1001), (60, 1)])), min_size=1, max_size=20
    ),
    st.integers(1, 5_000),
    frame_rates,
)
def test_shots_cover_the_scene_without_gap_and_end_with_it(sources, frames, frame_rate):
    clips = [clip(length, rate) for length, rate in sources]
    edit = edit_clips(clips, frames, frame_rate)
    shown_until = edit.fade
    for shot in edit.shots:
        assert shot.start == shown_until - edit.fade
        assert shot.frames > edit.fade
        shown_until = shot.start + shot.frames
    assert shown_until == frames


@given(
    st.lists(st.integers(60, 900), min_size=1, max_size=6),
    st.integers(200, 900),
)
def test_no_shot_shows_more_than_its_clip_while_the_clips_suffice(lengths, frames):
    clips = [clip(length) for length in lengths]
    edit = edit_clips(clips, frames, 30)
    if sum(lengths) >= frames + 15 * (len(lengths) - 1):
        assert [shot.clip for shot in edit.shots] == list(range(len(clips)))
    if len(edit.shots) < 16:
        assert all(shot.frames <= lengths[shot.clip] for shot in edit.shots)


def test_clips_share_a_scene_about_equally():
    edit = edit_clips([clip(300), clip(60), clip(300)], 300, 30)
    assert [(shot.clip, shot.start, shot.frames) for shot in edit.shots] == [(0, 0, 135), (1, 120, 60), (2, 165, 135)]
    assert edit.fade == 15


def test_clips_that_are_too_short_together_come_again():
    edit = edit_clips([clip(60), clip(90)], 240, 30)
    assert [shot.clip for shot in edit.shots] == [0, 1, 0, 1]


def test_short_shots_are_cut_hard():
    edit = edit_clips([clip(30), clip(30)], 60, 30)
    assert edit.fade == 0
    assert [shot.frames for shot in edit.shots] == [30, 30]


def test_a_source_of_another_rate_counts_by_its_time():
    edit = edit_clips([clip(60, (60, 1)), clip(300)], 90, 30)
    assert edit.shots[0].frames == 30
