import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire_script.manuscript.reader import read_manuscript

SCRIPTS = Path(__file__).parents[2] / "data" / "scripts"


def lines(text: str, **options: object) -> list[tuple[str, ...]]:
    return [passage.lines for passage in read_manuscript(text, **options).passages]  # type: ignore[arg-type]


def headings(text: str) -> list[str]:
    return [section.heading for section in read_manuscript(text).sections]


def test_a_heading_above_everything_is_the_title_and_later_ones_begin_sections() -> None:
    text = "# The Moon #\n\nIt is far.\n\n## Its tides\nThey rise."

    assert read_manuscript(text).title == "The Moon"
    assert lines(text) == [("It is far.",), ("They rise.",)]
    assert headings(text) == ["", "Its tides"]


def test_headings_of_the_same_level_are_sections_and_none_is_the_title() -> None:
    text = "# Water\n\nIt falls.\n\n# Ice\n\nIt stays."

    assert (read_manuscript(text).title, headings(text)) == ("", ["Water", "Ice"])


def test_a_heading_without_words_of_its_own_is_kept_with_the_next_one() -> None:
    assert headings("# T\n\nA.\n\n## Part one\n\n### Morning\n\nIt rains.") == ["", "Part one · Morning"]


def test_headings_are_spoken_on_request_and_where_the_text_has_no_other_words() -> None:
    assert lines("# T\n\nA.\n\n## Part\n\nB.", speak_headings=True) == [("T",), ("A.",), ("Part",), ("B.",)]
    assert lines("# The Moon\n\n## Tides") == [("The Moon",), ("Tides",)]


def test_double_hyphens_make_a_heading_and_single_ones_part_paragraphs() -> None:
    assert (read_manuscript("The Moon\n========\nIt is far.").title, lines("The Moon\n========\nIt is far.")) == (
        "The Moon",
        [("It is far.",)],
    )
    assert lines("Good evening\n---\nNext thing.") == [("Good evening",), ("Next thing.",)]


@pytest.mark.parametrize(
    "text",
    [
        "The Moon",
        "The Moon\n\nIt is far away from everything that we know.",
        "यह पहला है।\n\nयह दूसरा है।",
        "یہ پہلا ہے۔\n\nیہ دوسرا ہے۔",
        "هل هذا صحيح؟\n\nنعم.",
        "Ready? 🛑\n\nGo.",
        "And then –\n\nnothing.",
        "ทะเลขึ้นและลง\n\nวันละสองครั้ง",
    ],
)
def test_an_unmarked_first_line_is_spoken_in_every_script(text: str) -> None:
    manuscript = read_manuscript(text)

    assert manuscript.title == ""
    assert [passage.lines[0] for passage in manuscript.passages] == text.split("\n\n")


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
        ("It costs 5*3*2, or 30.", "It costs 5*3*2, or 30."),
        ("Line<br/>break and <em>stress</em>.", "Line break and stress."),
        (r"A \*star\* stays.", "A *star* stays."),
        ("It is a **bold\nword** here.", "It is a bold word here."),
        ("> Quoted words.\n> and more.", "Quoted words. and more."),
        ("```text\nFenced words.\n```", "Fenced words."),
        ("1. The first point.", "The first point."),
        ("1969. A year that nobody forgot.", "1969. A year that nobody forgot."),
        ("Tom &amp; Jerry&#39;s caf&eacute; opens.", "Tom & Jerry's café opens."),
    ],
)
def test_markup_is_not_spoken_and_words_that_resemble_it_are(marked: str, plain: str) -> None:
    assert " ".join(" ".join(passage) for passage in lines(marked)) == plain


def test_rules_and_lines_of_punctuation_part_paragraphs_and_are_not_spoken() -> None:
    assert lines("One is here.\n\n* * *\n\nTwo is here.\n\n…") == [("One is here.",), ("Two is here.",)]


def test_lines_broken_on_purpose_stay_apart_and_wrapped_ones_are_joined() -> None:
    poem = "The sea is wide and deep and cold,\nand so is sleep.\nGood night."
    wrapped = "A sentence that an editor wrapped\nSomewhere in the middle of itself."

    assert lines(poem) == [("The sea is wide and deep and cold, and so is sleep.", "Good night.")]
    assert lines(wrapped) == [("A sentence that an editor wrapped Somewhere in the middle of itself.",)]


def test_short_lines_are_beats_even_without_capitals_and_full_stops() -> None:
    assert lines("stop reading this\nyour coffee is cold\nwarm it up") == [
        ("stop reading this", "your coffee is cold", "warm it up")
    ]


def test_a_hard_wrapped_text_has_no_beats() -> None:
    text = "The ships of the canal wait for the pilot who\nknows every bend of it, and who never\nsleeps."

    assert lines(text) == [(text.replace("\n", " "),)]


def test_wrapped_lines_of_an_unspaced_script_are_joined_without_a_space() -> None:
    assert lines("月は地球を\n回っている。") == [("月は地球を回っている。",)]


@pytest.mark.parametrize("mark", ["–", "·", "◦", "▪", "✅", "➡", "-", "*", "•", "👉"])
def test_every_mark_of_a_list_begins_an_item(mark: str) -> None:
    assert lines(f"It needs:\n{mark} water\n{mark} salt\nand sand") == [("It needs:", "water", "salt and sand")]


def test_a_number_that_begins_a_wrapped_line_is_a_word() -> None:
    text = "The answer that they found after all these years was\n42. Nobody was surprised."

    assert lines(text) == [(text.replace("\n", " "),)]


def test_punctuation_alone_is_nothing() -> None:
    assert (read_manuscript("...\n\n?!").title, lines("...\n\n?!")) == ("", [])


@pytest.mark.parametrize(
    "prose",
    [
        "It was built (1869) by many hands.",
        "They said it was theirs [sic] and left.",
        "Here [the old] harbour begins.",
        "[The] harbour begins here.",
        "Music: a language that everybody speaks.",
        "The rule is simple: never look down.",
        "The war (1914-1918) changed it.",
        "(And yes, it works.)",
        "Note: this is important. Note: this is not.",
        "At 3:45 pm the train left.",
        "It costs $ 5 or less.",
        "Title fights: the best of them.",
        "Scenes like this are rare.",
        "Voice: a tool of power.",
        "He left. (Music is my life.) Then he sang.",
        "---\nRemember: smile.\n---\nAlways.",
        "$ make money fast",
        "INT. is short for interior.",
    ],
)
def test_prose_that_resembles_a_direction_is_spoken(prose: str) -> None:
    assert " ".join(" ".join(passage) for passage in lines(prose)) == prose.replace("---\n", "").replace("\n", " ")


def test_a_direction_before_or_behind_its_narration_is_what_the_picture_shows() -> None:
    before, behind = "[A harbour] Boats leave. [A net] They return.", "Boats leave. [a harbour]\n\nThey return."

    assert [(passage.lines, passage.visual) for passage in read_manuscript(before).passages] == [
        (("Boats leave.",), "A harbour"),
        (("They return.",), "A net"),
    ]
    assert [passage.visual for passage in read_manuscript(behind).passages] == ["a harbour", ""]


def test_a_scene_mark_gives_its_setting_to_everything_below_it() -> None:
    passages = read_manuscript("SCENE 1: a harbour\nBoats leave.\n\nThey return.\n\nSCENE 2\nNight.").passages

    assert [passage.visual for passage in passages] == ["a harbour", "a harbour", ""]


def test_pauses_become_silence() -> None:
    text = 'One. <break time="1500ms"/> Two.\n\n[pause 2s]\n\nThree. (beat)\n\nFour.'

    assert [(passage.lines[0], passage.pause) for passage in read_manuscript(text).passages] == [
        ("One.", 1.5),
        ("Two.", 2.0),
        ("Three.", 0.7),
        ("Four.", 0.0),
    ]


def test_the_duration_of_a_mark_is_divided_among_its_passages() -> None:
    passages = read_manuscript("[0-10s] One short line.\n\nAnother short line.\n\n[10-12s] Two.").passages

    assert sum(passage.duration or 0 for passage in passages[:2]) == pytest.approx(10, abs=0.02)
    assert passages[2].duration == 2


def test_names_that_label_most_lines_are_speakers_and_lists_are_none() -> None:
    talk = "Alice: Is it late?\n\nBob: It is.\n\nAlice: Then go.\n\nBob: I will."
    myths = "Myth: It is flat.\n\nFact: It is round.\n\nMyth: It is still.\n\nFact: It turns."

    assert lines(talk) == [("Is it late?",), ("It is.",), ("Then go.",), ("I will.",)]
    assert lines(myths)[0] == ("Myth: It is flat.",)


def test_footnotes_are_not_spoken() -> None:
    assert lines("It was dug.[^1]\n\n[^1]: See the archive.") == [("It was dug.",)]


def test_names_with_a_voice_are_speakers_wherever_they_label_a_line() -> None:
    text = "Anna: Is it late?\n\nBen: It is."

    assert lines(text) == [("Anna: Is it late?",), ("Ben: It is.",)]
    assert [
        (passage.lines[0], passage.speaker)
        for passage in read_manuscript(text, voices={"anna": "a", "BEN": "b"}).passages
    ] == [
        ("Is it late?", "Anna"),
        ("It is.", "Ben"),
    ]


_WORDS = st.lists(st.text("abcdefghij", min_size=2, max_size=8), min_size=3, max_size=8).map(" ".join)
_SENTENCES = _WORDS.map(lambda words: f"{words.capitalize()}.")
_DIRECTIONS = st.sampled_from(
    [
        "[A wide shot of the sea]",
        "(beat)",
        "SFX: thunder",
        "VISUAL: a map",
        "SCENE 4",
        "[12-15s]",
        "CUT TO:",
        "---",
        "## Heading",
        "```sh\nrm x\n```",
        "[pause]",
    ]
)


@given(st.lists(st.tuples(_SENTENCES, _DIRECTIONS), min_size=1, max_size=8))
def test_of_prose_between_marks_exactly_the_prose_is_spoken_in_order(pieces: list[tuple[str, str]]) -> None:
    text = "\n\n".join(part for pair in pieces for part in pair)

    spoken = re.findall(r"\w+", " ".join(" ".join(passage) for passage in lines(text)))

    assert spoken == re.findall(r"\w+", " ".join(sentence for sentence, _ in pieces))


@given(st.lists(_SENTENCES, min_size=1, max_size=12), st.sampled_from(["\n", " ", "\n\n", "\n- "]))
def test_of_prose_without_marks_every_word_is_spoken_in_order(sentences: list[str], gap: str) -> None:
    text = gap.join(sentences)

    assert re.findall(r"\w+", " ".join(" ".join(passage) for passage in lines(text))) == re.findall(r"\w+", text)


@pytest.mark.parametrize(
    "piece",
    ["*a ", "**a ", "[a](", "<b ", "_a ", "`a ", "# ", "> ", "![a] ", "- ", "<!-- ", "[a", "(a) ", "A: ", "1 ", "| a "],
)
def test_no_text_of_the_largest_size_takes_long(piece: str) -> None:
    started = time.process_time()

    read_manuscript(piece * (200_000 // len(piece)))
    read_manuscript(f"{piece}\n" * (100_000 // len(piece)))

    assert time.process_time() - started < 10, "a pattern backtracks without bound"
