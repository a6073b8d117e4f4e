import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewire_assembly.sound.ducking import Ducking, merge_speech
from scenewire_assembly.sound.music import write_music_bed

SECOND = 48_000


def ducking(speech=(), *, samples=60 * SECOND, music_samples=600 * SECOND) -> Ducking:
    return Ducking(speech=tuple(speech), gain_db=-6, duck_db=12, samples=samples, music_samples=music_samples)


def decibels(course: Ducking, second: float) -> float:
    at = round(second * SECOND)
    return float(20 * np.log10(course.gain_envelope(at, at + 1)[0]))


def test_music_is_down_before_a_word_begins_and_rises_after_the_last():
    course = ducking([(10 * SECOND, 20 * SECOND)])
    assert decibels(course, 9.0) == decibels(course, 21.0) == pytest.approx(-6)
    assert decibels(course, 9.95) == decibels(course, 15.0) == decibels(course, 20.15) == pytest.approx(-18)
    assert decibels(course, 9.8) == pytest.approx(-12)
    assert decibels(course, 20.4) == pytest.approx(-12)


def test_music_stays_down_in_pauses_that_are_too_short_to_rise_in():
    words = [
        (SECOND, 2 * SECOND),
        (2 * SECOND + 47_999, 4 * SECOND),
        (5 * SECOND, 6 * SECOND),
        (6 * SECOND, 6 * SECOND),
    ]
    assert merge_speech(words) == [(SECOND, 4 * SECOND), (5 * SECOND, 6 * SECOND)]


def test_music_fades_in_and_out_and_where_it_starts_again():
    course = ducking(samples=30 * SECOND, music_samples=20 * SECOND)
    assert course.gain_envelope(0, 1)[0] == 0
    assert decibels(course, 1.0) == decibels(course, 28.0) == pytest.approx(-6)
    assert decibels(course, 29.999) < -60
    assert decibels(course, 19.5) == decibels(course, 20.5) == pytest.approx(-6, abs=0.01)
    assert course.gain_envelope(20 * SECOND, 20 * SECOND + 1)[0] == 0


WORDS = st.lists(st.integers(0, 3 * SECOND), max_size=12).map(
    lambda edges: list(zip(*[iter(sorted(edges))] * 2, strict=False))
)


@settings(max_examples=25)
@given(WORDS, st.integers(1, 3 * SECOND), st.integers(1, 5 * SECOND))
def test_the_gain_does_not_depend_on_the_parts_in_which_it_is_computed(words, cut, music_samples):
    course = ducking(merge_speech(words), samples=3 * SECOND, music_samples=music_samples)
    whole = course.gain_envelope(0, course.samples)
    parts = [course.gain_envelope(0, cut), course.gain_envelope(cut, course.samples)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert whole.min() >= 0
    assert whole.max() <= 10 ** (-6 / 20) + 1e-9
    for start, end in merge_speech(words):
        assert whole[start:end].max(initial=0) <= 10 ** (-18 / 20) + 1e-9


def test_a_music_bed_repeats_the_music_to_the_sample(tmp_path):
    music = np.random.default_rng(3).integers(-9_000, 9_000, (100_003, 2)).astype("<i2")
    with wave.open(str(tmp_path / "music.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SECOND)
        file.writeframes(music.tobytes())
    course = Ducking(speech=((0, 9_000),), gain_db=3, duck_db=10, samples=350_000, music_samples=100_003)
    write_music_bed(tmp_path / "bed.wav", tmp_path / "music.wav", course)
    with wave.open(str(tmp_path / "bed.wav")) as file:
        assert file.getparams()[:4] == (2, 2, SECOND, 350_000)
        bed = np.frombuffer(file.readframes(350_000), "<i2").reshape(-1, 2)
    endless = np.tile(music, (4, 1))[:350_000]
    assert np.array_equal(bed, np.rint(endless * course.gain_envelope(0, 350_000)[:, None]).astype("<i2"))
