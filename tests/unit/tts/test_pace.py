"""How a scene is fitted to its duration, and when it is not changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire_tts.speech.pace import MAX_SPEED_CHANGE, MIN_SPEED_CHANGE, Pace, correction

OWN = Pace(1.0, 0.35)

seconds = st.floats(0.5, 120)


def lasts(pace: Pace, speech: float) -> float:
    return speech / pace.speed + pace.pause


@pytest.mark.parametrize("speech", [11.4, 11.65, 11.9])
def test_b04_a_scene_near_its_length_keeps_its_pace(speech: float) -> None:
    assert correction(OWN, speech=speech, wanted=12) is None


@pytest.mark.parametrize(("speech", "speed"), [(10.5, 0.9), (12.5, 1.07), (13.0, 1.12)])
def test_b04_a_scene_within_reach_is_brought_to_its_length(speech: float, speed: float) -> None:
    pace = correction(OWN, speech=speech, wanted=12)

    assert pace is not None
    assert pace.speed == speed
    assert lasts(pace, speech) == pytest.approx(12, rel=0.01)


@pytest.mark.parametrize(
    ("speech", "speed", "pause"),
    [(5, MIN_SPEED_CHANGE, 1.0), (20, MAX_SPEED_CHANGE, 0.35), (9.5, MIN_SPEED_CHANGE, 0.82)],
)
def test_b04_what_a_bearable_speed_cannot_do_a_longer_silence_does_up_to_a_second(
    speech: float, speed: float, pause: float
) -> None:
    assert correction(OWN, speech=speech, wanted=12) == Pace(speed, pause)


def test_b04_a_scene_that_is_a_little_short_keeps_its_speed_and_gets_a_longer_silence() -> None:
    assert correction(OWN, speech=11.1, wanted=12) == Pace(1.0, 0.9)
    assert correction(Pace(1.2, 0.35), speech=11.1, wanted=12) == Pace(1.2, 0.9)


@pytest.mark.parametrize(("speech", "speed"), [(10.5, 0.86), (13.0, 1.2)])
def test_b04_a_voice_that_follows_only_part_of_a_speed_is_asked_for_more(speech: float, speed: float) -> None:
    pace = correction(
        OWN, speech=speech, wanted=12, speed_for=lambda rate: 1 + (rate - 1) / (0.7 if rate < 1 else 0.58)
    )

    assert pace == Pace(speed, 0.35)


def test_b04_bounds_are_those_of_the_ordered_speed() -> None:
    assert correction(Pace(1.2, 0), speech=5, wanted=12) == Pace(1.02, 1.0)
    assert correction(Pace(1.2, 2.5), speech=5, wanted=12) == Pace(1.02, 2.5)  # no silence is made shorter


@given(speech=seconds, wanted=seconds, pause=st.floats(0, 10))
def test_b04_a_correction_brings_a_scene_nearer_and_keeps_to_its_bounds(
    speech: float, wanted: float, pause: float
) -> None:
    own = Pace(1.0, round(pause, 2))
    pace = correction(own, speech=speech, wanted=wanted)
    if pace is not None:
        assert MIN_SPEED_CHANGE <= pace.speed <= MAX_SPEED_CHANGE
        assert own.pause <= pace.pause <= max(1.0, own.pause)
        assert abs(lasts(pace, speech) - wanted) <= abs(lasts(own, speech) - wanted) + 0.01
