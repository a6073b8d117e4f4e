"""Time in whole frames: nothing drifts, nothing is lost between ranges, every fault of a clip is told."""

from dataclasses import astuple
from fractions import Fraction
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.timeline import (
    Clip,
    ClipValidationError,
    Duration,
    FrameRate,
    Position,
    Rounding,
    TimeRange,
    describe_faults,
    find_gaps,
    find_uncovered,
    merge_ranges,
    total_coverage,
    validate_clip,
    validate_clips,
)

FPS_30, FPS_29_97 = FrameRate(30), FrameRate(30_000, 1_001)
WHOLE_RATES = (FrameRate(24), FrameRate(25), FPS_30, FrameRate(50), FrameRate(60))
RATES = (FrameRate(24_000, 1_001), FPS_29_97, FrameRate(60_000, 1_001), *WHOLE_RATES)

rates = st.sampled_from(RATES) | st.builds(FrameRate, st.integers(1, 10**6), st.integers(1, 10**6))
frames = st.integers(0, 10**9)
ranges = st.builds(lambda start, length: TimeRange.of(start, start + length), st.integers(0, 60), st.integers(1, 20))
lists = st.lists(ranges, max_size=12)


def of(*bounds: tuple[int, int]) -> list[TimeRange]:
    return [TimeRange.of(start, end) for start, end in bounds]


def covered(found: list[TimeRange]) -> set[int]:
    """The frames of some ranges, one by one: the plain truth that the operations are held against."""
    return {frame for one in found for frame in range(one.start.frames, one.end.frames)}


def clip(path: str = "tea.mp4", first: int = 0, after: int = 10, source: int | None = 10) -> Clip:
    return Clip(path, Position(first), Position(after), None if source is None else Duration(source))


# --- A01, A02: clips ---------------------------------------------------------------------------------


def test_a01_a_clip_has_four_fields_that_are_read_back():
    made = clip("tea.mp4", 3, 10, 12)
    assert (made.source_path, made.in_point, made.out_point) == ("tea.mp4", Position(3), Position(10))
    assert made.source_duration == Duration(12)
    assert clip(source=None).source_duration is None


@pytest.mark.parametrize(("first", "after", "lasts"), [(3, 10, Duration(7)), (3, 3, Duration(0)), (4, 3, None)])
def test_a01_a_clip_lasts_from_its_in_point_to_its_out_point(first, after, lasts):
    assert clip(first=first, after=after).duration() == lasts


def test_a02_a_good_clip_has_no_faults():
    assert validate_clip(clip()) == []
    assert validate_clip(clip(first=5, after=10**9, source=None)) == []


@pytest.mark.parametrize(
    ("wrong", "field", "actual", "expected"),
    [
        (clip(path=""), "source_path", '""', "a path"),
        (clip(first=5, after=5), "out_point", "5", ">5"),
        (clip(first=10, after=11, source=10), "in_point", "10", "<10"),
        (clip(after=11, source=10), "out_point", "11", "<=10"),
    ],
)
def test_a02_each_rule_says_field_message_actual_and_expected(wrong, field, actual, expected):
    found = validate_clip(wrong)[0]
    assert (found.field, found.actual, found.expected) == (field, actual, expected)
    assert str(found) == f"{field}: {found.message} (got: {actual}, expected: {expected})"


def test_a02_a_fault_is_plain_data_and_tells_what_it_knows():
    assert not isinstance(ClipValidationError("f", "m"), Exception)
    assert str(ClipValidationError("f", "m")) == "f: m"
    assert astuple(ClipValidationError("f", "m", "1")) == ("f", "m", "1", None)
    assert str(ClipValidationError("f", "m", "1")) == "f: m (got: 1)"


def test_a02_all_faults_of_a_clip_are_collected():
    found = validate_clip(clip("", 20, 15, 10))
    assert [(one.field, one.expected) for one in found] == [
        ("source_path", "a path"),
        ("out_point", ">20"),
        ("in_point", "<10"),
        ("out_point", "<=10"),
    ]


def test_a02_all_clips_are_checked_and_faults_have_the_index_of_theirs():
    found = validate_clips([clip(), clip(path="", after=11), clip(), clip(first=4, after=2)])
    assert [(index, one.field) for index, one in found] == [(1, "source_path"), (1, "out_point"), (3, "out_point")]
    assert describe_faults(found[1:]) == (
        "clip 2: out_point: must be inside the source (got: 11, expected: <=10); "
        "clip 4: out_point: must be after the in-point (got: 2, expected: >4)"
    )
    assert validate_clips([]) == []


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30) | st.none(), st.sampled_from(["", "a"]))
def test_a02_a_clip_without_faults_is_one_whose_frames_all_exist(first, after, source, path):
    good = bool(path) and first < after and (source is None or after <= source)
    assert (validate_clip(clip(path, first, after, source)) == []) is good


# --- A03, A04, A05: lists of ranges --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "gaps"),
    [
        ([], []),
        ([(5, 10)], []),
        ([(0, 10), (10, 20)], []),
        ([(0, 10), (5, 20)], []),
        ([(0, 10), (15, 20)], [(10, 15)]),
        ([(30, 40), (0, 10), (15, 20)], [(10, 15), (20, 30)]),
        ([(0, 100), (10, 20), (30, 40)], []),
        ([(0, 50), (10, 20), (60, 70)], [(50, 60)]),
        ([(5, 6), (5, 6)], []),
    ],
)
def test_a03_gaps_lie_between_ranges_only(given_, gaps):
    assert find_gaps(of(*given_)) == of(*gaps)


@given(lists)
def test_a03_gaps_are_the_frames_within_the_span_that_no_range_has(given_):
    frames_ = covered(given_)
    span = set(range(min(frames_), max(frames_) + 1)) if frames_ else set()
    assert covered(find_gaps(given_)) == span - frames_
    assert not any(before.adjacent(after) for before, after in pairwise(find_gaps(given_)))


@given(ranges, lists)
def test_a03_what_is_not_covered_of_a_whole_is_told_at_its_ends_too(whole, given_):
    found = find_uncovered(whole, given_)
    assert covered(found) == covered([whole]) - covered(given_)
    assert found == merge_ranges(found)


@pytest.mark.parametrize(
    ("given_", "merged"),
    [
        ([], []),
        ([(5, 10)], [(5, 10)]),
        ([(0, 10), (10, 20)], [(0, 20)]),
        ([(5, 20), (0, 10)], [(0, 20)]),
        ([(0, 100), (10, 20)], [(0, 100)]),
        ([(20, 30), (0, 10), (11, 15)], [(0, 10), (11, 15), (20, 30)]),
    ],
)
def test_a04_ranges_that_overlap_or_touch_become_one(given_, merged):
    for order in permutations(of(*given_)):
        assert merge_ranges(order) == of(*merged)


@given(lists)
def test_a04_merged_ranges_are_the_same_frames_sorted_and_minimal(given_):
    merged = merge_ranges(given_)
    assert covered(merged) == covered(given_)
    assert all(before.end < after.start for before, after in pairwise(merged))
    assert merge_ranges(merged) == merged


@given(lists)
def test_a05_coverage_counts_every_frame_once(given_):
    assert total_coverage(given_) == Duration(len(covered(given_)))
    assert total_coverage(given_ + given_) == total_coverage(given_)


@given(st.lists(ranges, min_size=1, max_size=12))
def test_a05_coverage_and_gaps_are_the_span(given_):
    span = max(one.end for one in given_).frames - min(one.start for one in given_).frames
    gaps = sum(gap.duration.frames for gap in find_gaps(given_))
    assert total_coverage(given_).frames + gaps == span


def test_a05_nothing_covers_nothing():
    assert total_coverage([]) == Duration(0)


# --- A06: ranges, positions, durations, rates ----------------------------------------------------------


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5)])
def test_a06_a_range_is_never_empty(start, end):
    with pytest.raises(ValueError, match="must end after it starts"):
        TimeRange.of(start, end)


def test_a06_a_range_holds_its_start_and_not_its_end():
    assert TimeRange.of(3, 5).duration == Duration(2)
    assert not TimeRange.of(3, 5).overlaps(TimeRange.of(5, 6))
    assert TimeRange.of(3, 5).adjacent(TimeRange.of(5, 6))
    assert TimeRange.of(3, 5).overlaps(TimeRange.of(4, 6))


def bounds(one: TimeRange | None) -> list[TimeRange]:
    return [] if one is None else [one]


@given(ranges, ranges)
def test_a06_ranges_behave_like_the_sets_of_their_frames(a, b):
    left, right = covered([a]), covered([b])
    assert a.overlaps(b) is bool(left & right)
    assert covered(bounds(a.intersection(b))) == left & right
    assert covered(a.difference(b)) == left - right
    assert len(a.difference(b)) <= 2
    both = left | right
    between = set(range(min(both), max(both) + 1)) - both
    assert covered(bounds(a.gap(b))) == between
    assert (a.union(b) is None) is bool(between)
    assert covered(bounds(a.union(b))) == (set() if between else both)
    assert a.adjacent(b) is (not left & right and not between)


@given(ranges, ranges)
def test_a06_it_does_not_matter_which_of_two_ranges_is_asked(a, b):
    assert a.overlaps(b) == b.overlaps(a)
    assert a.adjacent(b) == b.adjacent(a)
    assert (a.intersection(b), a.gap(b), a.union(b)) == (b.intersection(a), b.gap(a), b.union(a))


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (30, 0), (-30, 1), (30, -1), (-30, -1)])
def test_a06_a_rate_has_two_numbers_above_zero(numerator, denominator):
    with pytest.raises(ValueError, match="is not a frame rate"):
        FrameRate(numerator, denominator)


def test_a06_the_usual_rates_are_exact():
    assert FPS_29_97.fraction == Fraction(30_000, 1_001)
    assert Position(30_000).as_seconds(FPS_29_97) == 1_001
    assert (FPS_29_97.numerator, FPS_29_97.denominator) == (30_000, 1_001)


def test_a06_rates_are_equal_when_they_are_written_alike():
    assert FrameRate(60, 2) != FPS_30
    assert FrameRate(60, 2).fraction == FPS_30.fraction
    assert len({FPS_30, FrameRate(30, 1), FrameRate(60, 2)}) == 2


@pytest.mark.parametrize("kind", [Position, Duration])
@given(frames, rates)
def test_a06_frames_come_back_from_seconds_unchanged(kind, count, rate):
    assert kind.from_seconds(kind(count).as_seconds(rate), rate) == kind(count)


@pytest.mark.parametrize("kind", [Position, Duration])
@given(st.floats(0, 10**6), rates)
def test_a06_seconds_go_to_the_nearest_frame(kind, seconds, rate):
    off = kind.from_seconds(seconds, rate).as_seconds(rate) - Fraction(seconds)
    assert abs(off) <= 1 / rate.fraction / 2


def test_a06_half_a_frame_belongs_to_the_later_one():
    assert Position.from_seconds(0.5, FrameRate(1)) == Position(1)
    assert Position.from_seconds(Fraction(3, 2), FrameRate(1)) == Position(2)
    assert Position.from_seconds(0.49, FrameRate(1)) == Position(0)


@pytest.mark.parametrize("kind", [Position, Duration])
@pytest.mark.parametrize("seconds", [-0.001, -1.0, float("nan"), float("inf"), float("-inf")])
def test_d44_a_time_that_is_none_is_refused(kind, seconds):
    with pytest.raises(ValueError, match="seconds"):
        kind.from_seconds(seconds, FPS_30)


@pytest.mark.parametrize("kind", [Position, Duration])
def test_a06_frames_are_never_negative(kind):
    with pytest.raises(ValueError, match="must not be negative"):
        kind(-1)


def test_a06_positions_and_durations_are_ordered_but_not_the_same():
    assert Position(1) < Position(2)
    assert max(Duration(3), Duration(2)) == Duration(3)
    assert len({Position(1), Duration(1)}) == 2
    with pytest.raises(TypeError):
        assert Position(1) < Duration(2)  # type: ignore[operator]


@given(frames, frames)
def test_a06_a_duration_leads_from_one_position_to_another(start, length):
    end = Position(start) + Duration(length)
    assert Duration.between(Position(start), end) == Duration(length)
    if length:
        with pytest.raises(ValueError, match="must not be negative"):
            Duration.between(end, Position(start))


@given(frames, rates, rates)
def test_a06_another_rate_shows_the_same_time_as_nearly_as_its_frames_allow(count, rate, other):
    exact = Duration(count).as_seconds(rate) * other.fraction
    below, near, above = (Duration(count).at_rate(rate, other, rounding).frames for rounding in Rounding)
    assert below <= exact < below + 1
    assert above - 1 < exact <= above
    assert abs(near - exact) <= Fraction(1, 2)


@given(frames, st.sampled_from(WHOLE_RATES), st.sampled_from([24_000, 48_000]))
def test_a06_at_the_rates_of_films_a_frame_is_a_whole_number_of_samples(count, rate, sample_rate):
    samples = Duration(count).as_samples(rate, sample_rate)
    assert samples == count * (sample_rate // rate.numerator)
    for rounding in Rounding:
        assert Duration.from_samples(samples, sample_rate, rate, rounding) == Duration(count)


@given(st.integers(0, 10**12), st.sampled_from([16_000, 22_050, 24_000, 44_100, 48_000]), rates)
def test_a06_samples_rounded_up_are_the_fewest_frames_that_hold_them(samples, sample_rate, rate):
    count = Duration.from_samples(samples, sample_rate, rate, Rounding.UP)
    spoken = Fraction(samples, sample_rate)
    assert spoken <= count.as_seconds(rate) < spoken + 1 / rate.fraction


@given(frames, rates)
def test_a06_samples_stay_within_half_a_sample_at_any_rate(count, rate):
    exact = Position(count).as_seconds(rate) * 48_000
    assert abs(Position(count).as_samples(rate, 48_000) - exact) <= Fraction(1, 2)


def test_a06_sound_of_no_rate_or_of_less_than_no_samples_is_refused():
    with pytest.raises(ValueError, match="not a sample rate"):
        Duration(1).as_samples(FPS_30, 0)
    with pytest.raises(ValueError, match="not a sample rate"):
        Duration.from_samples(1, -1, FPS_30)
    with pytest.raises(ValueError, match="must not be negative"):
        Duration.from_samples(-1, 48_000, FPS_30, Rounding.UP)
