"""Shares and stretches are whole frames that lie within their source."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.errors import PermanentError
from scenewire.messages import SourceFacts
from scenewire.timeline import Clip, Duration, Position, TimeRange, frames_for, merge_ranges, total_coverage
from scenewire_sourcing.selection.trimming import check, clips_for, cut, share_of, stretch


def facts(frames: int, numerator: int = 30, denominator: int = 1) -> SourceFacts:
    return SourceFacts(
        width=640,
        height=360,
        frame_rate_numerator=numerator,
        frame_rate_denominator=denominator,
        duration_frames=frames,
        video_codec="h264",
    )


def test_a_narration_fits_into_the_fewest_whole_frames() -> None:
    assert frames_for(24_000, 24_000, 30) == 30
    assert frames_for(24_001, 24_000, 30) == 31
    assert frames_for(1, 22_050, 25) == 1


@pytest.mark.parametrize(
    ("seconds", "clips"), [(0.1, 1), (4.9, 1), (5, 2), (7.4, 2), (7.5, 3), (12, 3), (17.6, 4), (30, 6), (600, 12)]
)
def test_b16_a_scene_shows_three_clips_and_more_unless_that_would_make_it_hectic(seconds: float, clips: int) -> None:
    assert clips_for(round(seconds * 30), 30) == clips


def test_a_share_is_what_the_longest_shown_clip_needs() -> None:
    assert share_of(100, 3) == 34
    assert share_of(1, 1) == 1


def test_a_clip_that_is_too_short_is_given_whole() -> None:
    assert stretch(facts(20), frames=150, frame_rate=30, turn=3) == (0, 20)


def test_another_turn_shows_another_part() -> None:
    parts = {stretch(facts(3_000), frames=150, frame_rate=30, turn=turn) for turn in range(8)}
    assert len(parts) == 8
    assert stretch(facts(3_000), frames=150, frame_rate=30, turn=0) == (0, 165)


@given(
    duration=st.integers(1, 100_000),
    numerator=st.sampled_from([24_000, 24, 25, 30_000, 50, 60_000, 240]),
    denominator=st.sampled_from([1, 1_001]),
    frames=st.integers(1, 10_000),
    frame_rate=st.sampled_from([24, 25, 30, 50, 60]),
    turn=st.integers(0, 999),
)
def test_a_stretch_lies_within_its_source_and_lasts_as_long_as_it_can(
    duration, numerator, denominator, frames, frame_rate, turn
) -> None:
    start, end = stretch(facts(duration, numerator, denominator), frames=frames, frame_rate=frame_rate, turn=turn)
    assert 0 <= start < end <= duration
    lasts = Fraction((end - start) * denominator, numerator)
    assert lasts >= Fraction(frames, frame_rate) or (start, end) == (0, duration)


@given(
    needed=st.integers(1, 400),
    parts=st.integers(2, 8),
    spare=st.integers(0, 500),
    rounds=st.integers(0, 20),
)
def test_a04_scenes_show_parts_of_a_source_that_were_not_used_while_there_are_some(needed, parts, spare, rounds):
    source = facts(2 * (needed + 15) * parts + spare)
    turns = range(8 * rounds, 8 * rounds + parts)
    shown = [TimeRange.of(*stretch(source, frames=needed, frame_rate=30, turn=turn)) for turn in turns]
    assert total_coverage(shown) == Duration(parts * (needed + 15))


def test_a04_the_second_scene_takes_the_rest_of_a_source_that_suffices_for_two() -> None:
    source = facts(330)
    assert stretch(source, frames=150, frame_rate=30, turn=0) == (0, 165)
    assert stretch(source, frames=150, frame_rate=30, turn=1) == (165, 330)


def test_a04_when_all_of_a_source_was_used_the_in_point_moves_all_the_same() -> None:
    source = facts(330)
    shown = [TimeRange.of(*stretch(source, frames=150, frame_rate=30, turn=turn)) for turn in range(8)]
    assert merge_ranges(shown[:2]) == [TimeRange.of(0, 330)]
    assert len(set(shown[2:])) > 1


def test_a02_the_clips_of_a_scene_are_checked_before_anybody_is_told_of_them() -> None:
    sources = [("content/a", facts(300)), ("", facts(20)), ("content/b", facts(300)), ("", facts(20))]
    with pytest.raises(PermanentError) as failure:
        cut(sources, frames=300, frame_rate=30, scene_number=7)
    assert failure.value.code == "output_invalid"
    assert failure.value.message == (
        'scene 7: its footage is cut wrong: clip 2: source_path: it is empty (got: "", expected: a path); '
        'clip 4: source_path: it is empty (got: "", expected: a path)'
    )


def test_a02_all_faults_of_all_clips_are_told_at_once() -> None:
    clips = [
        Clip("a", Position(5), Position(5), Duration(10)),
        Clip("b", Position(0), Position(9), Duration(9)),
        Clip("c", Position(0), Position(11), Duration(10)),
    ]
    with pytest.raises(PermanentError, match=r"scene 3: .*clip 1: out_point.*got: 5, expected: >5.*clip 3: out_point"):
        check(clips, 3)


def test_a01_the_clips_of_a_scene_share_it_and_know_their_sources() -> None:
    cut_ = cut([("a", facts(3_000)), ("b", facts(50))], frames=300, frame_rate=30, scene_number=1)
    assert cut_ == [
        Clip("a", Position(0), Position(165), Duration(3_000)),
        Clip("b", Position(0), Position(50), Duration(50)),
    ]
    assert cut([], frames=300, frame_rate=30, scene_number=1) == []
