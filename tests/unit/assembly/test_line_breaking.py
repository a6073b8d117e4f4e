"""Line breaking, script by script."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.text.markup import one_line
from scenewire_assembly.captions.cues import CueLimits, cues_of
from scenewire_assembly.captions.line_breaking import columns, split_unbreakable
from tests.unit.assembly.test_captions import narration


def split(text: str, widest: int = 42) -> list[str]:
    return [part for part, _ in split_unbreakable(text, widest)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tea is old.", ["Tea", "is", "old."]),
        ("\u304a\u8336\u306e\u8a71\u3002", ["\u304a", "\u8336", "\u306e", "\u8a71\u3002"]),
        (
            "\u91ce\u751f\u306e\u30c1\u30e3\u30ce\u30ad\u3067",
            ["\u91ce", "\u751f", "\u306e", "\u30c1\u30e3\u30ce\u30ad", "\u3067"],
        ),
        ("\u300c\u6c34\u300d\u3068", ["\u300c\u6c34\u300d", "\u3068"]),
        ("\u5b66\u6821\u3078\u884c\u3063\u305f", ["\u5b66", "\u6821", "\u3078", "\u884c\u3063", "\u305f"]),
        ("2026\u5e74BBC", ["2026", "\u5e74", "BBC"]),
        (
            "\u0e1b\u0e23\u0e30\u0e40\u0e17\u0e28\u0e44\u0e17\u0e22",
            ["\u0e1b\u0e23\u0e30", "\u0e40\u0e17\u0e28", "\u0e44\u0e17\u0e22"],
        ),
        ("\u0e19\u0e49\u0e33\u0e43\u0e08", ["\u0e19\u0e49\u0e33", "\u0e43\u0e08"]),
    ],
    ids=["spaces", "kana", "katakana", "brackets", "small kana", "digits", "thai", "thai am"],
)
def test_a_line_may_end_after_every_unbreakable_part(text, expected):
    assert split(text) == expected


@pytest.mark.parametrize(
    "cluster",
    [
        "\u0915\u094d\u0937\u0924\u094d\u0930\u093f",
        "\u0e01\u0e33",
        "\u0e40\u0e01",
        "e\u0323\u0302",
        "\U0001f469\u200d\U0001f680",
        "\U0001f44d\U0001f3fd",
    ],
)
def test_a_word_that_is_too_long_is_cut_between_grapheme_clusters(cluster):
    for part in split(cluster * 30, 10):
        first = part[0]
        assert unicodedata.category(first)[0] != "M"
        assert first not in "\u0e33\u200d\U0001f3fd"
        assert unicodedata.combining(part[-1]) != 9
        assert part[-1] not in "\u0e40\u200d"


@given(st.text(max_size=200), st.integers(2, 50))
def test_no_text_is_lost_and_positions_are_right(text, widest):
    text = one_line(text)
    found = split_unbreakable(text, widest)
    assert "".join(piece for piece, _ in found) == text.replace(" ", "")
    assert all(text[at : at + len(piece)] == piece for piece, at in found)


def test_combining_marks_take_no_column():
    assert columns("\u0e17\u0e35\u0e48") == 1
    assert columns("\u0915\u094d\u0937") == 2
    assert columns("\u6c34") == 2


def test_thai_breaks_at_spaces_and_never_before_a_mark():
    text = "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22\u0e40\u0e1b\u0e47\u0e19\u0e20\u0e32\u0e29\u0e32 " * 6
    for cue in cues_of(text, narration(24_000 * 20), 30, CueLimits(24)):
        assert all(unicodedata.category(line[0])[0] != "M" for line in cue.texts)
        assert all(columns(line) <= 24 for line in cue.texts)


def test_a_word_wider_than_a_narrow_line_stays_whole_on_its_own_line():
    text = "The internationalisation of tea."
    shown = [line for cue in cues_of(text, narration(24_000 * 8), 30, CueLimits(14)) for line in cue.texts]
    assert "internationalisation" in shown
    assert all(columns(line) <= 14 for line in shown if line != "internationalisation")
