from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.errors import PermanentError
from scenewire.messages import Clip
from scenewire.timeline import Duration, find_uncovered, frames_for, total_coverage
from scenewire_assembly.edit import (
    SOUND_RATE,
    Shot,
    check_clips,
    check_cover,
    clip_seconds,
    edit_clips,
    frame_at,
    is_repeated,
    layout_scenes,
    samples_for,
)
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
def test_sound_and_picture_are_in_sync_at_every_scene(narrations, frame_rate):
    places = layout_scenes([frames_for(samples, 24_000, frame_rate) for samples in narrations])
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
def test_shots_cover_the_scene_without_gaps_and_end_with_it(sources, frames, frame_rate):
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
def test_no_shot_exceeds_its_clip_if_the_clips_are_long_enough(lengths, frames):
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


def begin(start: int, frames: int = 300) -> Clip:
    return clip(frames).model_copy(update={"start_frame": start})


def test_clips_begin_at_their_frames_with_the_cross_fade_half_over():
    edit = edit_clips([begin(0), begin(100), begin(160)], 300, 30)
    assert edit.fade == 15
    assert [(shot.start, shot.frames) for shot in edit.shots] == [(0, 108), (93, 75), (153, 147)]


def test_cuts_that_are_close_to_each_other_are_hard():
    edit = edit_clips([begin(0), begin(20), begin(200)], 300, 30)
    assert edit.fade == 0
    assert [(shot.start, shot.frames) for shot in edit.shots] == [(0, 20), (20, 180), (200, 100)]


@pytest.mark.parametrize("starts", [(10, 50), (0, 0), (0, 300), (0, 400), (0, 60, 50)])
def test_starts_that_make_no_sense_are_ignored(starts):
    edit = edit_clips([begin(start) for start in starts], 300, 30)
    assert len(edit.shots) == len(starts)
    assert edit.shots[0].start == 0


@pytest.mark.parametrize(
    ("length", "shown", "repeated"),
    [(100, 100, False), (100, 160, False), (100, 161, True), (6, 300, False), (7, 300, False), (29, 300, True)],
)
def test_the_last_frame_stands_for_two_seconds_and_that_of_a_moment_for_as_long_as_it_takes(length, shown, repeated):
    assert is_repeated(clip(length), Shot(0, 0, shown), 30) is repeated


def test_a_clip_of_a_few_frames_is_one_shot():
    edit = edit_clips([clip(6)], 120, 30)
    assert [(shot.start, shot.frames) for shot in edit.shots] == [(0, 120)]


def test_clips_that_are_too_short_together_repeat():
    edit = edit_clips([clip(60), clip(90)], 240, 30)
    assert [shot.clip for shot in edit.shots] == [0, 1, 0, 1]


def test_short_shots_have_hard_cuts():
    edit = edit_clips([clip(30), clip(30)], 60, 30)
    assert edit.fade == 0
    assert [shot.frames for shot in edit.shots] == [30, 30]


def test_a_source_with_another_rate_counts_by_time():
    edit = edit_clips([clip(60, (60, 1)), clip(300)], 90, 30)
    assert edit.shots[0].frames == 30


# --- held against the time line --------------------------------------------------------------------------


@given(st.integers(0, 10**9), sample_rates, frame_rates)
def test_a06_a_sample_sounds_during_its_frame(sample, sample_rate, frame_rate):
    frame = frame_at(sample, sample_rate, frame_rate)
    assert Fraction(frame, frame_rate) <= Fraction(sample, sample_rate) < Fraction(frame + 1, frame_rate)


@given(st.integers(0, 10**8), frame_rates)
def test_a06_sound_lasts_exactly_as_long_as_its_frames(frames, frame_rate):
    assert Fraction(samples_for(frames, frame_rate), SOUND_RATE) == Fraction(frames, frame_rate)


def test_a06_a_clip_with_a_fractional_rate_is_cut_exactly():
    cut = clip(1_001, (30_000, 1_001), in_frame=30)
    assert clip_seconds(cut) == (Fraction(1_001, 1_000), Fraction(1_001 * 1_001, 30_000))


def test_a06_a_partly_filled_frame_does_not_count():
    edit = edit_clips([clip(29, (24_000, 1_001)), clip(300)], 90, 30)  # 36.3 frames of the film
    assert edit.shots[0].frames == 36


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=100))
def test_a05_the_scenes_of_a_video_cover_it_without_gaps_or_overlaps(lengths):
    places = layout_scenes(lengths)
    assert total_coverage(at.range for at in places) == Duration(sum(lengths)) == Duration(places[-1].end)
    assert [at.frames for at in places] == lengths


def test_a02_clips_within_their_sources_pass():
    check_clips([clip(60), clip(90, in_frame=30)])
    check_clips([])


def test_a02_every_fault_of_every_clip_is_reported():
    bad = clip(60).model_copy(update={"in_frame": 70, "out_frame": 65})
    with pytest.raises(PermanentError) as failure:
        check_clips([clip(60), bad, clip(60).model_copy(update={"out_frame": 61})])
    assert failure.value.code == "invalid_message"
    assert failure.value.message.split("; ") == [
        "clip 2: out_point: must be after the in-point (got: 65, expected: >70)",
        "clip 2: in_point: must be inside the source (got: 70, expected: <60)",
        "clip 2: out_point: must be inside the source (got: 65, expected: <=60)",
        "clip 3: out_point: must be inside the source (got: 61, expected: <=60)",
    ]


@given(st.integers(1, 40), st.integers(1, 2_000), frame_rates)
def test_a03_the_last_shot_covers_the_time_that_the_clips_leave_uncovered(length, frames, frame_rate):
    edit = edit_clips([clip(length)], frames, frame_rate)
    room = [(shot.start, min(shot.start + length, shot.start + shot.frames)) for shot in edit.shots[:-1]]
    assert all(end - start <= length for start, end in room)
    assert find_uncovered(layout_scenes([frames])[0].range, [shot.range for shot in edit.shots]) == []


@pytest.mark.parametrize(
    ("shots", "bare"),
    [
        ([(0, 40), (50, 40)], "[40, 50)"),
        ([(5, 85)], "[0, 5)"),
        ([(0, 80)], "[80, 90)"),
        ([(0, 10), (20, 10), (40, 50)], "[10, 20), [30, 40)"),
        ([(0, 100)], "none"),
        ([(5, 90)], "[0, 5)"),
    ],
)
def test_a05_shots_that_do_not_cover_their_scene_exactly_are_refused(shots, bare):
    with pytest.raises(PermanentError) as failure:
        check_cover([Shot(0, start, frames) for start, frames in shots], 90)
    assert failure.value.code == "render_failed"
    covered = len({frame for start, frames in shots for frame in range(start, start + frames)})
    assert failure.value.message == (
        f"the shots cover {covered} frames instead of 90; frames without a picture: {bare}"
    )


def test_a05_overlaps_of_fading_shots_count_once():
    check_cover([Shot(0, 0, 50), Shot(1, 40, 50)], 90)
