"""How the duration of a video is divided among its scenes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire_script.timing.scene_durations import divide_duration


@given(texts=st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=40), seconds=st.floats(10, 1_000))
def test_b04_the_whole_duration_is_divided(texts: list[str], seconds: float) -> None:
    assert sum(divide_duration(texts, seconds)) == pytest.approx(seconds, abs=0.01 * len(texts))
    assert all(share > 0 for share in divide_duration(texts, seconds))


def test_b04_equal_scenes_get_equal_durations() -> None:
    assert divide_duration(["The sea rises."] * 4, 10) == [2.5] * 4


@pytest.mark.parametrize(
    ("longer", "shorter"),
    [
        ("Extraordinary circumstances.", "It is so."),
        ("In 1869.", "In May."),
        ("First, second, third.", "First second third."),
        ("The sea. The sky.", "The sea the sky."),
        ("海岸の灯台。", "海の塔。"),
    ],
)
def test_b04_what_takes_longer_to_speak_gets_more(longer: str, shorter: str) -> None:
    more, less = divide_duration([longer, shorter], 10)
    assert more > less
