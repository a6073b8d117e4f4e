"""Shares and stretches are whole frames that lie within their source."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sourcing.cutting import clips_for, film_frames, share_of, stretch
from shared.contracts import SourceFacts


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
    assert film_frames(24_000, 24_000, 30) == 30
    assert film_frames(24_001, 24_000, 30) == 31
    assert film_frames(1, 22_050, 25) == 1


@pytest.mark.parametrize(("seconds", "clips"), [(0.1, 1), (5, 1), (7, 1), (8, 2), (10, 2), (30, 6), (600, 12)])
def test_a_clip_shows_for_about_five_seconds(seconds: float, clips: int) -> None:
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
