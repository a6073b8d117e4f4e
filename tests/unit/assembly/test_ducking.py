import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewire_assembly.sound.ducking import Ducking, stretches
from scenewire_assembly.sound.music import write_bed

SECOND = 48_000


def ducking(spoken=(), *, seconds=60, piece=600, gain=-6.0, duck=12.0) -> Ducking:
    return Ducking(tuple(spoken), gain, duck, seconds * SECOND, piece * SECOND)


def decibels(course: Ducking, second: float) -> float:
    at = round(second * SECOND)
    return float(20 * np.log10(course.factors(at, at + 1)[0]))


def test_it_is_down_before_a_word_begins_and_rises_after_the_last():
    course = ducking([(10 * SECOND, 20 * SECOND)])
    assert decibels(course, 9.0) == decibels(course, 21.0) == pytest.approx(-6)
    assert decibels(course, 9.95) == decibels(course, 15.0) == decibels(course, 20.15) == pytest.approx(-18)
    assert decibels(course, 9.8) == pytest.approx(-12)
    assert decibels(course, 20.4) == pytest.approx(-12)


def test_it_keeps_still_through_pauses_that_are_too_short_to_rise_in():
    words = [
        (SECOND, 2 * SECOND),
        (2 * SECOND + 47_999, 4 * SECOND),
        (5 * SECOND, 6 * SECOND),
        (6 * SECOND, 6 * SECOND),
    ]
    assert stretches(words) == [(SECOND, 4 * SECOND), (5 * SECOND, 6 * SECOND)]


def test_it_fades_in_and_out_and_where_the_piece_begins_anew():
    course = ducking(seconds=30, piece=20)
    assert course.factors(0, 1)[0] == 0
    assert decibels(course, 1.0) == decibels(course, 28.0) == pytest.approx(-6)
    assert decibels(course, 29.999) < -60
    assert decibels(course, 19.5) == decibels(course, 20.5) == pytest.approx(-6, abs=0.01)
    assert course.factors(20 * SECOND, 20 * SECOND + 1)[0] == 0


WORDS = st.lists(st.integers(0, 3 * SECOND), max_size=12).map(
    lambda edges: list(zip(*[iter(sorted(edges))] * 2, strict=False))
)


@settings(max_examples=25)
@given(WORDS, st.integers(1, 3 * SECOND), st.integers(1, 5 * SECOND))
def test_it_is_the_same_in_whatever_parts_it_is_reckoned(words, cut, piece):
    course = Ducking(tuple(stretches(words)), -6.0, 12.0, 3 * SECOND, piece)
    whole = course.factors(0, course.length)
    parts = [course.factors(0, cut), course.factors(cut, course.length)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert whole.min() >= 0
    assert whole.max() <= 10 ** (-6 / 20) + 1e-9
    for start, end in stretches(words):
        assert whole[start:end].max(initial=0) <= 10 ** (-18 / 20) + 1e-9


def test_a_bed_is_the_piece_again_and_again_to_the_sample(tmp_path):
    piece = np.random.default_rng(3).integers(-9_000, 9_000, (100_003, 2)).astype("<i2")
    with wave.open(str(tmp_path / "piece.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SECOND)
        file.writeframes(piece.tobytes())
    course = Ducking(((0, 9_000),), 3.0, 10.0, 350_000, 100_003)
    write_bed(tmp_path / "bed.wav", tmp_path / "piece.wav", course)
    with wave.open(str(tmp_path / "bed.wav")) as file:
        assert file.getparams()[:4] == (2, 2, SECOND, 350_000)
        bed = np.frombuffer(file.readframes(350_000), "<i2").reshape(-1, 2)
    endless = np.tile(piece, (4, 1))[:350_000]
    assert np.array_equal(bed, np.rint(endless * course.factors(0, 350_000)[:, None]).astype("<i2"))
