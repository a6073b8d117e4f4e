import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scenewire.text.markup import is_speakable
from scenewire_tts.speech.spoken_text import clean, split_words


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Well done 🎉👩‍🚀 to 👍🏽 all.", "Well done to all."),
        ("so\u00adft hy\u200bphen\u202e \x00\x07bell\tand\r\nline", "soft hyphen bell and line"),
        ("cafe\u0301", "café"),
    ],
)
def test_invisible_characters_and_emoji_are_not_spoken(written: str, spoken: str) -> None:
    assert clean(written) == spoken


@pytest.mark.parametrize(
    "text",
    [
        "Two * three * four is snake_case_word.",
        "If a < b and c > d, stop.",
        "At -5 °C, 50% of “them” don't — really? Yes… (all) #1 & co. cost $1,234.50!",
        "1969. A year that nobody forgot.",
        "می‌خواهم بروم",
        "AT&T and R&D stay.",
        "2 + 2 = 4; x = y",
    ],
)
def test_plain_text_is_spoken_as_it_stands(text: str) -> None:
    assert clean(text) == text


def test_paragraphs_stay_apart_so_that_the_voice_pauses() -> None:
    assert clean("The Moon\n\nIt is\nfar.\n \n🎉\n\nEnd.").split("\n\n") == ["The Moon", "It is far.", "End."]


def test_plain_text_that_looks_like_markup_is_spoken() -> None:
    assert clean("The tag <b> and &lt; and *stars* stay.") == "The tag <b> and &lt; and *stars* stay."


@pytest.mark.parametrize("text", ["…", "***", "🎉", " \t\n", "?!", "\ud800"])
def test_a_text_without_letters_and_digits_is_empty(text: str) -> None:
    assert clean(text) == ""


MARKUP = st.sampled_from([*"*_`#[]()<>&;!-=~|\\/.:?\n\r\t \u2028\x1c\x00\u200b\u200d\ufeff🎉aé1海я ", "&#0;", "<b>"])


@given(st.text() | st.lists(MARKUP, max_size=60).map("".join))
@example("&#0;\ud800a")
@example("&#x202e;a")
def test_what_is_spoken_is_composed_visible_and_singly_spaced(text: str) -> None:
    spoken = clean(text)

    assert spoken == "" or is_speakable(spoken)
    assert all(block == " ".join(block.split()) for block in spoken.split("\n\n"))
    assert not {unicodedata.category(character) for character in spoken} & {"Cs", "Co", "Cn"}
    assert {character for character in spoken if unicodedata.category(character) == "Cc"} <= {"\n"}
    assert all(unicodedata.is_normalized("NFC", block) for block in spoken.split("\n\n"))


WORDS = st.lists(st.from_regex(r"[a-zà-öø-ÿа-я0-9]{1,8}[.,!?;:]?", fullmatch=True), min_size=1, max_size=30)


@given(WORDS, st.sampled_from([" ", "\n", "\t", "  ", "\n\n"]))
def test_no_plain_word_is_lost_or_changed(words: list[str], gap: str) -> None:
    assert clean(gap.join(words)).split() == words


@given(st.text(), st.text())
def test_words_are_the_text_without_its_spaces(text: str, more: str) -> None:
    spoken = clean(text + " " + more)
    words = split_words(spoken)

    assert "".join(word.text for word in words) == "".join(spoken.split())
    assert all(spoken[word.start : word.end] == word.text for word in words)


def test_a_word_has_its_punctuation_and_unspaced_scripts_give_characters() -> None:
    assert [word.text for word in split_words("“Well-known,” he said…")] == ["“Well-known,”", "he", "said…"]
    assert [word.text for word in split_words("「海」は、ソー。 mp3")] == ["「海」", "は、", "ソー。", "mp3"]


@pytest.mark.no_cover  # counting lines takes several times as long
@pytest.mark.parametrize(
    "piece", ["*a ", "**a ", "[a](", "<b ", "_a ", "`a ", "# ", "> ", "![a] ", "- ", "<!-- ", "&", "-", "「"]
)
def test_no_long_text_takes_long(piece: str) -> None:
    started = time.process_time()

    split_words(clean(piece * (10_000 // len(piece))))

    assert time.process_time() - started < 5, "a pattern backtracks without bound"
