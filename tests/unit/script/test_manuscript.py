import time

import pytest

from scenewire_script.text.manuscript import read_manuscript


def test_a_markdown_heading_is_the_title_and_later_headings_are_not_spoken() -> None:
    manuscript = read_manuscript("# The Moon #\n\nIt is far.\n\n## Its tides\nThey rise.")

    assert manuscript.title == "The Moon"
    assert manuscript.paragraphs == (("It is far.",), ("They rise.",))


@pytest.mark.parametrize("text", ["The Moon\n========\nIt is far.", "The Moon\n--------\n\nIt is far."])
def test_an_underlined_line_is_the_title(text: str) -> None:
    manuscript = read_manuscript(text)

    assert (manuscript.title, manuscript.paragraphs) == ("The Moon", (("It is far.",),))


def test_a_rule_after_a_paragraph_does_not_make_it_a_heading() -> None:
    manuscript = read_manuscript("It is far.\n---\nIt is cold.")

    assert (manuscript.title, manuscript.paragraphs) == ("", (("It is far.",), ("It is cold.",)))


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n\r\n"])
def test_a_short_first_line_without_a_full_stop_is_the_title(gap: str) -> None:
    manuscript = read_manuscript(f"The Moon{gap}It is far away from everything that we know.")

    assert manuscript.title == "The Moon"
    assert manuscript.paragraphs == (("It is far away from everything that we know.",),)


def test_a_wrapped_first_line_is_no_title() -> None:
    manuscript = read_manuscript("The Moon is a body that\nEarth holds. It is far.")

    assert manuscript.title == ""
    assert manuscript.paragraphs == (("The Moon is a body that Earth holds. It is far.",),)


def test_a_text_of_nothing_but_a_title_is_spoken() -> None:
    assert read_manuscript("The Moon").paragraphs == (("The Moon",),)
    assert read_manuscript("# The Moon\n\n## Tides").paragraphs == (("The Moon",), ("Tides",))


def test_the_first_item_of_a_list_is_no_title() -> None:
    manuscript = read_manuscript("- Water\n- Salt\n  and sand")

    assert (manuscript.title, manuscript.paragraphs) == ("", (("Water", "Salt and sand"),))


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("It is **very** *far* and _cold_.", "It is very far and cold."),
        ("See [the page](https://example.org/a_b) now.", "See the page now."),
        ("Before ![a picture](moon.png) after.", "Before after."),
        ("The `code` is ~~gone~~ here.", "The code is gone here."),
        ("It was dug.[12] It holds.[^3]", "It was dug. It holds."),
        ("Two * three * four is snake_case_word.", "Two * three * four is snake_case_word."),
        ("If a < b and c > d, stop.", "If a < b and c > d, stop."),
        ("Line<br/>break and <em>stress</em>.", "Line break and stress."),
        (r"A \*star\* stays.", "A *star* stays."),
        ("It is a **bold\nword** here.", "It is a bold word here."),
        ("> Quoted words.\n> and more.", "Quoted words. and more."),
        ("```text\nFenced words.\n```", "Fenced words."),
        ("1. The first point.", "The first point."),
        ("Tom &amp; Jerry&#39;s caf&eacute; opens.", "Tom & Jerry's café opens."),
    ],
)
def test_markup_is_not_spoken(marked: str, plain: str) -> None:
    assert read_manuscript(marked).paragraphs == ((plain,),)


def test_rules_and_lines_of_punctuation_part_paragraphs_and_are_not_spoken() -> None:
    assert read_manuscript("One is here.\n\n* * *\n\nTwo is here.\n\n…").paragraphs == (
        ("One is here.",),
        ("Two is here.",),
    )


def test_lines_broken_on_purpose_stay_apart_and_wrapped_ones_are_joined() -> None:
    poem = read_manuscript("The sea is wide and deep and cold,\nand so is sleep.\nGood night.").paragraphs
    wrapped = read_manuscript("A sentence that an editor wrapped\nSomewhere in the middle of itself.").paragraphs

    assert poem == (("The sea is wide and deep and cold, and so is sleep.", "Good night."),)
    assert wrapped == (("A sentence that an editor wrapped Somewhere in the middle of itself.",),)


def test_wrapped_lines_of_an_unspaced_script_are_joined_without_a_space() -> None:
    assert read_manuscript("月は地球を\n回っている。").paragraphs == (("月は地球を回っている。",),)


def test_a_list_below_a_line_of_text_is_a_list() -> None:
    assert read_manuscript("It needs:\n– water\n– salt").paragraphs == (("It needs:", "water", "salt"),)


def test_a_number_that_begins_a_wrapped_line_is_a_word() -> None:
    manuscript = read_manuscript("The answer that they found after all these years was\n42. Nobody was surprised.")

    assert manuscript.paragraphs == (
        ("The answer that they found after all these years was 42. Nobody was surprised.",),
    )


def test_punctuation_alone_is_nothing() -> None:
    manuscript = read_manuscript("...\n\n?!")

    assert (manuscript.title, manuscript.paragraphs) == ("", ())


@pytest.mark.parametrize("piece", ["*a ", "**a ", "[a](", "<b ", "_a ", "`a ", "# ", "> ", "![a] ", "- ", "<!-- "])
def test_no_text_of_the_largest_size_takes_long(piece: str) -> None:
    started = time.process_time()

    read_manuscript(piece * (200_000 // len(piece)))

    assert time.process_time() - started < 10, "a pattern backtracks without bound"
