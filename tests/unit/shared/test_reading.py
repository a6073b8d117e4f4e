"""How long a text stays on the screen to be read."""

import pytest

from scenewire.text.reading import MIN_READING_S, reading_seconds


def test_texts_are_read_at_the_rate_of_subtitles_whatever_their_line_breaks() -> None:
    text = "Tides rise and fall twice a day, on every coast of the world."

    assert reading_seconds(text, "en") == pytest.approx(len(text) / 15)
    assert reading_seconds(text.replace(" ", "\n  "), "en") == reading_seconds(text, "en")


@pytest.mark.parametrize(("language", "seconds"), [("ja", 6.0), ("ko", 3.0), ("zh-Hant", 30 / 7), ("yue", 30 / 7)])
def test_syllables_take_longer_than_letters(language: str, seconds: float) -> None:
    assert reading_seconds("海" * 30, language) == pytest.approx(seconds)
    assert reading_seconds("海" * 30 + " and the sea", language) == pytest.approx(seconds + 12 / 15)


def test_a_word_stays_long_enough_to_be_found() -> None:
    assert reading_seconds("Tea.", "en") == MIN_READING_S
