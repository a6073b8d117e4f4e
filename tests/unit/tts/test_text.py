import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scenewire_tts.speech.spoken_text import clean, is_speakable, split_words


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("It is **very** *far* and _cold_.", "It is very far and cold."),
        ("It is ***so*** far, ~~no~~ __yes__.", "It is so far, no yes."),
        ("See [the page](https://example.org/a_b) now.", "See the page now."),
        ('See [the page](https://example.org "A page") now.', "See the page now."),
        ("See <https://example.org> now.", "See https://example.org now."),
        ("Before ![a picture](moon.png) after.", "Before after."),
        ("The `code` is here.", "The code is here."),
        ("It was dug.[12] It holds.[^3]", "It was dug. It holds."),
        ("Line and <em>stress</em> &amp; <b class='x'>more</b>&nbsp;here.", "Line and stress & more here."),
        ("Before <!-- a note --> after.", "Before after."),
        (r"A \*star\* stays.", "A *star* stays."),
        ("It is a **bold\nword** here.", "It is a bold word here."),
        ("> Quoted words.\n> and more.", "Quoted words. and more."),
        ("Well done 🎉👩‍🚀 to 👍🏽 all.", "Well done to all."),
        ("so\u00adft hy\u200bphen\u202e \x00\x07bell\tand\r\nline", "soft hyphen bell and line"),
        ("cafe\u0301", "café"),
    ],
)
def test_marks_for_the_eye_are_not_spoken(written: str, spoken: str) -> None:
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


@pytest.mark.parametrize(
    ("written", "blocks"),
    [
        ("# The Moon #\nIt is far.", ["The Moon", "It is far."]),
        ("The Moon\n========\nIt is far.", ["The Moon", "It is far."]),
        ("- Water\n- Salt\n  and sand\n", ["Water", "Salt and sand"]),
        ("One.\n\n* * *\n\nTwo.", ["One.", "Two."]),
        ("```python\nprint\n```\nDone.", ["print", "Done."]),
        ("<p>One.</p><p>Two.<br/>Three.</p>", ["One.", "Two.", "Three."]),
    ],
)
def test_headings_items_and_paragraphs_are_parted_so_that_the_voice_pauses(written: str, blocks: list[str]) -> None:
    assert clean(written).split("\n\n") == blocks


@pytest.mark.parametrize("text", ["…", "***", "# \n---\n", "🎉", " \t\n", "![a](b.png)", "?!", "\ud800"])
def test_a_text_without_letter_or_digit_is_nothing(text: str) -> None:
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


@pytest.mark.parametrize(
    "piece", ["*a ", "**a ", "[a](", "<b ", "_a ", "`a ", "# ", "> ", "![a] ", "- ", "<!-- ", "&", "-", "「"]
)
def test_no_long_text_takes_long(piece: str) -> None:
    started = time.process_time()

    split_words(clean(piece * (10_000 // len(piece))))

    assert time.process_time() - started < 5, "a pattern backtracks without bound"
