"""How many scenes and words fill an ordered duration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import MAX_SCENES
from scenewire_script.writers.language_model.token_budget import Budget, count, measure, parts

RATE = 2.3


@pytest.mark.parametrize(
    ("seconds", "scenes"),
    [(5, 3), (30, 3), (60, 5), (179, 15), (180, 15), (300, 25), (450, 38), (600, 50), (900, 75), (14_400, MAX_SCENES)],
)
def test_a_scene_lasts_about_twelve_seconds_and_a_film_has_three_at_least(seconds: float, scenes: int) -> None:
    assert Budget(seconds, RATE).scenes == scenes


@pytest.mark.parametrize("seconds", [60, 180, 300, 450, 600, 900])
def test_b04_as_many_words_are_asked_for_as_fill_the_time_with_room_on_both_sides(seconds: float) -> None:
    budget = Budget(seconds, RATE)
    length = budget.length("en")

    assert length.about * budget.scenes / RATE == pytest.approx(seconds, rel=0.03)
    assert length.at_least < length.about < length.at_most
    assert length.at_most - length.about == pytest.approx(length.about - length.at_least, abs=1)
    assert length.at_least * budget.scenes < budget.total < length.at_most * budget.scenes


@given(st.floats(0.1, 14_400))
def test_every_length_that_may_be_ordered_has_a_budget(seconds: float) -> None:
    length = Budget(seconds, RATE).length("en", bias=0.5)

    assert 1 <= length.at_least <= length.about <= length.at_most


def test_languages_without_spaces_are_counted_in_characters() -> None:
    budget = Budget(60, RATE)

    assert budget.length("ja").unit == budget.length("zh-Hant").unit == "characters"
    assert budget.length("de").unit == "words"
    assert measure(["水" * budget.length("ja").about] * budget.scenes) == pytest.approx(budget.total, rel=0.03)
    assert count("水は青い", "ja") == 4
    assert count("Water is blue", "en") == 3


@pytest.mark.parametrize(("words", "fits"), [(124, False), (125, True), (138, True), (151, True), (152, False)])
def test_a_tenth_more_or_less_fits(words: int, fits: bool) -> None:
    assert Budget(60, RATE).fits(["word " * words]) is fits


@pytest.mark.parametrize(("words", "bias"), [(138, 1.0), (69, 2.0), (10, 2.0), (276, 0.5), (0, 2.0), (100, 1.38)])
def test_the_bias_compensates_for_short_texts_within_bounds(words: int, bias: float) -> None:
    assert Budget(60, RATE).bias(["word " * words]) == pytest.approx(bias, rel=1e-6)


@given(st.lists(st.integers(), max_size=200), st.integers(1, 30))
def test_parts_are_the_whole_in_runs_of_about_the_same_length(things: list[int], most: int) -> None:
    runs = parts(things, most)

    assert [thing for run in runs for thing in run] == things
    assert all(1 <= len(run) <= most for run in runs)
    assert not runs or max(map(len, runs)) - min(map(len, runs)) <= 1
