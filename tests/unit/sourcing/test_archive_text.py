"""Values of archives' answers, whatever their types, as text and numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire_sourcing.servers.archive.text import pixels, positive, text_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Plain", "Plain"),
        (None, ""),
        (True, ""),
        ({"a": 1}, ""),
        (1936, "1936"),
        (["Ann", None, " Bob "], "Ann, Bob"),
        ('<a href="//commons.wikimedia.org/wiki/User:Ann" title="User:Ann">Ann &amp; Bob</a>', "Ann & Bob"),
        ("one<br>two<p>three</p>", "one two three"),
        ("<script>alert(1)</script>safe<style>x{}</style>", "safe"),
        ('<span style="display: none;">hidden<span>deeper</span>still</span>shown', "shown"),
        ("a < b and c > d", "a < b and c > d"),
        ("<b>unclosed", "unclosed"),
        ("&#60;i&#62;", "<i>"),
        ("<!-- a comment -->shown", "shown"),
        ('<div class="a>b">odd</div>', 'b">odd'),
    ],
)
def test_html_becomes_the_words_that_a_browser_shows(value: object, expected: str) -> None:
    assert text_of(value) == expected


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_any_value_becomes_one_line(value: object) -> None:
    assert "\n" not in text_of(value)
    assert positive(value) is None or positive(value) > 0  # type: ignore[operator]


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<a b='", "</", "&#", "<p style='display:", "<script>"])
def test_hostile_html_is_read_in_time_that_grows_with_its_length(piece: str) -> None:
    """A parser that looks back would take minutes for this many."""
    for _ in range(100):
        assert text_of(piece * 50_000) is not None


def test_long_html_is_cut_before_it_is_parsed() -> None:
    assert len(text_of("<b>" * 1_000_000 + "x")) < 30_000


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1280", 1280), (720, 720), ("12.5", 12), (0, None), ("-1", None), ("nan", None), ([], None)],
)
def test_sizes_are_positive_pixels_or_nothing(value: object, expected: int | None) -> None:
    assert pixels(value) == expected
