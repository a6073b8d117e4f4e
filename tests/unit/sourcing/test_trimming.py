"""Trimmed ranges are whole frames within their source."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire import timeline
from scenewire.errors import PermanentError
from scenewire.messages import Clip, Credit, SourceFacts
from scenewire.timeline import Duration, Position, TimeRange, frames_for, merge_ranges, total_coverage
from scenewire_sourcing.selection.trimming import InPoints, check, clip_counts, frames_per_clip, source_range, trim
from tests.support.builders import artifact


def facts(frames: int, numerator: int = 30, denominator: int = 1) -> SourceFacts:
    return SourceFacts(
        width=640,
        height=360,
        frame_rate_numerator=numerator,
        frame_rate_denominator=denominator,
        duration_frames=frames,
        video_codec="h264",
    )


def test_a_scene_has_the_fewest_frames_that_hold_its_narration() -> None:
    assert frames_for(24_000, 24_000, 30) == 30
    assert frames_for(24_001, 24_000, 30) == 31
    assert frames_for(1, 22_050, 25) == 1


@pytest.mark.parametrize(
    ("seconds", "clips"), [(0.1, 1), (4.9, 1), (5, 2), (7.4, 2), (7.5, 3), (12, 3), (17.6, 4), (30, 6), (600, 12)]
)
def test_b16_a_scene_shows_three_clips_and_more_unless_that_would_make_it_hectic(seconds: float, clips: int) -> None:
    assert clip_counts([round(seconds * 30)], 30) == [clips]


def test_frames_per_clip_round_up() -> None:
    assert frames_per_clip(100, 3) == 34
    assert frames_per_clip(1, 1) == 1


def test_a_clip_that_is_too_short_is_used_whole() -> None:
    assert source_range(facts(20), frames=150, frame_rate=30, turn=3) == (0, 20)


def test_another_turn_shows_another_part() -> None:
    parts = {source_range(facts(3_000), frames=150, frame_rate=30, turn=turn) for turn in range(8)}
    assert len(parts) == 8
    assert source_range(facts(3_000), frames=150, frame_rate=30, turn=0) == (0, 165)


@given(
    duration=st.integers(1, 100_000),
    numerator=st.sampled_from([24_000, 24, 25, 30_000, 50, 60_000, 240]),
    denominator=st.sampled_from([1, 1_001]),
    frames=st.integers(1, 10_000),
    frame_rate=st.sampled_from([24, 25, 30, 50, 60]),
    turn=st.integers(0, 999),
)
def test_a_range_lies_within_its_source_and_is_as_long_as_possible(
    duration, numerator, denominator, frames, frame_rate, turn
) -> None:
    start, end = source_range(facts(duration, numerator, denominator), frames=frames, frame_rate=frame_rate, turn=turn)
    assert 0 <= start < end <= duration
    seconds = Fraction((end - start) * denominator, numerator)
    assert seconds >= Fraction(frames, frame_rate) or (start, end) == (0, duration)


@given(
    needed=st.integers(1, 400),
    parts=st.integers(2, 8),
    spare=st.integers(0, 500),
    rounds=st.integers(0, 20),
)
def test_a04_scenes_show_parts_of_a_source_that_were_not_used_while_there_are_some(needed, parts, spare, rounds):
    source = facts(2 * (needed + 15) * parts + spare)
    turns = range(8 * rounds, 8 * rounds + parts)
    shown = [TimeRange.of(*source_range(source, frames=needed, frame_rate=30, turn=turn)) for turn in turns]
    assert total_coverage(shown) == Duration(parts * (needed + 15))


def test_a04_the_second_scene_takes_the_rest_of_a_source_that_suffices_for_two() -> None:
    source = facts(330)
    assert source_range(source, frames=150, frame_rate=30, turn=0) == (0, 165)
    assert source_range(source, frames=150, frame_rate=30, turn=1) == (165, 330)


def test_a04_when_all_of_a_source_was_used_the_in_point_moves_all_the_same() -> None:
    source = facts(330)
    shown = [TimeRange.of(*source_range(source, frames=150, frame_rate=30, turn=turn)) for turn in range(8)]
    assert merge_ranges(shown[:2]) == [TimeRange.of(0, 330)]
    assert len(set(shown[2:])) > 1


def whole_clip(path: str, source: SourceFacts) -> Clip:
    file = artifact().model_copy(update={"key": path})  # not validated
    credit = Credit(provider="p", title=path)
    return Clip.model_construct(
        file=file, in_frame=0, out_frame=source.duration_frames, facts=source, source_id=path, credit=credit
    )


def test_a02_the_clips_of_a_scene_are_validated_before_they_are_published() -> None:
    clips = [
        whole_clip("content/a", facts(300)), whole_clip("", facts(20)), whole_clip("content/b", facts(300)), whole_clip("", facts(20)),
    ]  # fmt: skip
    with pytest.raises(PermanentError) as failure:
        trim(clips, [0, 75, 150, 225], [InPoints()] * 4, frames=300, frame_rate=30, scene_number=7)
    assert failure.value.code == "output_invalid"
    assert failure.value.message == (
        'scene 7: invalid clip ranges: clip 2: source_path: must not be empty (got: "", expected: a path); '
        'clip 4: source_path: must not be empty (got: "", expected: a path)'
    )


def test_a02_all_faults_of_all_clips_are_reported_at_once() -> None:
    clips = [
        timeline.Clip("a", Position(5), Position(5), Duration(10)),
        timeline.Clip("b", Position(0), Position(9), Duration(9)),
        timeline.Clip("c", Position(0), Position(11), Duration(10)),
    ]
    with pytest.raises(PermanentError, match=r"scene 3: .*clip 1: out_point.*got: 5, expected: >5.*clip 3: out_point"):
        check(clips, 3)


def test_a01_the_clips_of_a_scene_divide_it_and_keep_their_sources() -> None:
    clips = [whole_clip("a", facts(3_000)), whole_clip("b", facts(50))]
    trimmed = trim(clips, [0, 150], [InPoints()] * 2, frames=300, frame_rate=30, scene_number=1)
    assert [(clip.in_frame, clip.out_frame, clip.start_frame) for clip in trimmed] == [(0, 165, 0), (0, 50, 150)]
    assert [(clip.file, clip.facts, clip.credit) for clip in trimmed] == [
        (clip.file, clip.facts, clip.credit) for clip in clips
    ]
    assert trim([], [], [], frames=300, frame_rate=30, scene_number=1) == []


@pytest.mark.parametrize(
    ("points", "turn", "start"),
    [
        (InPoints(), 0, 0),
        (InPoints(opening=40), 0, 40),
        (InPoints(opening=40, key_frames=(0, 50, 100)), 0, 50),
        (InPoints(opening=40, key_frames=(0, 30)), 0, 40),  # a key frame before the opening is over is none
        (InPoints(key_frames=(0, 250, 500, 750)), 1, 250),  # the turn's own place is 318
        (InPoints(opening=1_000), 0, 835),  # where the room ends
    ],
)
def test_a_range_begins_after_the_opening_and_at_a_key_frame_where_there_is_room(
    points: InPoints, turn: int, start: int
) -> None:
    assert source_range(facts(1_000), frames=150, frame_rate=30, turn=turn, points=points) == (start, start + 165)


@given(
    duration=st.integers(1, 2_000),
    opening=st.integers(0, 2_000),
    keys=st.lists(st.integers(0, 2_000), max_size=20),
    frames=st.integers(1, 600),
    turn=st.integers(0, 40),
)
def test_in_points_never_lead_out_of_the_source(duration, opening, keys, frames, turn) -> None:
    points = InPoints(min(opening, duration - 1), tuple(sorted(key for key in set(keys) if key < duration)))
    start, end = source_range(facts(duration), frames=frames, frame_rate=30, turn=turn, points=points)
    assert 0 <= start < end <= duration
    assert (start, end) == (0, duration) or end - start == frames + 15
