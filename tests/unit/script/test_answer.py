"""Parsing and validation of model answers."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from scenewire_script.designs.hints import Hint
from scenewire_script.writers.language_model.answer import (
    SCENES,
    TEXTS,
    Answer,
    AnsweredScene,
    UnreadableError,
    flaws,
    read_answer,
)

SCENE = {"scene_number": 1, "text": "The sea rises.", "footage_query": "sea tide", "keywords": ["sea", "tide"]}
WHOLE = json.dumps({"title": "Tides", "scenes": [SCENE]})
ARRAY = json.dumps([SCENE])


def scene(text: str, number: int = 1) -> AnsweredScene:
    return AnsweredScene(scene_number=number, text=text)


def read_scene(**changes: object) -> AnsweredScene:
    return read_answer(json.dumps({"title": "t", "scenes": [{**SCENE, **changes}]})).scenes[0]


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"```json\n{WHOLE}\n```",
        f"Here is your [short] script:\n\n{WHOLE}\n\nI hope you like it!",
        WHOLE.replace("]}]", "],}],"),
        ARRAY,
        f"```\n{ARRAY}\n```",
        ARRAY.replace("scene_number", "sceneNumber").replace("footage_query", "footageQuery"),
        WHOLE.replace("rises.", "rises.\n"),
    ],
    ids=["plain", "fence", "talk", "commas", "array", "array in a fence", "keys of the prior system", "line break"],
)
def test_b05_a_script_is_found_in_what_models_put_around_it(text: str) -> None:
    assert read_answer(text).scenes == (
        AnsweredScene(scene_number=1, text="The sea rises.", footage_query="sea tide", keywords=("sea", "tide")),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("I'm sorry, but I can't help with that.", "not JSON"),
        (WHOLE[:60], "ends before"),
        ("[" * 100_000, "ends before"),
        ('{"title": "x"}', "scenes: Field required"),
        ('{"title": "x", "scenes": [{"text": "a"}]}', "scenes.0.scene_number"),
        ('{"title": "x", "scenes": [{"scene_number": 1, "text": null}]}', "scenes.0.text"),
        ('{"title": "x", "scenes": [{"scene_number": 1e9, "text": "a"}]}', "scenes.0.scene_number"),
        ('{"title": "x", "scenes": "none"}', "scenes"),
    ],
)
def test_row_59_an_answer_that_is_no_script_is_told_so_in_words_for_the_model(text: str, complaint: str) -> None:
    with pytest.raises(UnreadableError, match=complaint):
        read_answer(text)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("The **great** canal of *Suez*.", "The great canal of Suez."),
        ("One.\n\nTwo.", "One. Two."),
        ("A\u202e\u200b\x07 ship 🚢 sails\ue000.\ufeff", "A ship sails."),
        ("क्‍ष is written with a joiner.", "क्‍ष is written with a joiner."),
        ("<b>Bold</b> and `code`.", "Bold and code."),
        ("lone \ud800 surrogate", "lone surrogate"),
    ],
)
def test_markup_is_removed_from_the_text(written: str, spoken: str) -> None:
    assert read_scene(text=written).text == spoken


def test_queries_and_keywords_keep_the_marks_of_their_script() -> None:
    answer = read_answer(json.dumps({"scenes": [{**SCENE, "footage_query": "हिन्दी भाषा", "keywords": ["தமிழ்"]}]}))

    assert (answer.scenes[0].footage_query, answer.scenes[0].keywords) == ("हिन्दी भाषा", ("தமிழ்",))


def test_queries_and_keywords_are_words_and_never_addresses_or_operators() -> None:
    cleaned = read_scene(
        footage_query='https://evil.example/?q="canal" OR site:x --all the ships of the sea',
        keywords=["  Suez   Canal ", "", "{}", "x" * 500, "Suez Canal", "été", *map(str, range(20))],
    )

    assert cleaned.footage_query == "https evil example q canal OR"
    assert cleaned.keywords[:3] == ("Suez Canal", "x" * 40, "été")
    assert len(cleaned.keywords) == 8


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", "nothing to say"),
        ("… — !", "nothing to say"),
        ("word " * 300, "far too long: 300"),
        ("[pause] The sea rises.", "brackets"),
        ("The sea (music swells) rises.", "brackets"),
        ('{"text": "The sea rises."}', "brackets"),
        ("<speak>The sea rises.</speak>", "brackets"),
        ("Scene 3: The sea rises.", "a label"),
        ("Szene 3 – Das Meer steigt.", "a label"),
        ("Narrator: The sea rises.", "a label"),
        ("See https://example.org for more.", "an address"),
        ("See www.example.org for more.", "an address"),
        ("| a | b |", "markup"),
        ("#tides are high", "markup"),
        ("C:\\> format", "markup"),
    ],
)
def test_row_59_text_that_must_not_be_spoken_is_a_flaw_that_names_the_scene(text: str, flaw: str) -> None:
    found = flaws(Answer(scenes=(scene(text, 4),)), [4], words=28)

    assert found
    assert all(complaint.startswith("scene 4: ") for complaint in found)
    assert any(flaw in complaint for complaint in found)


@pytest.mark.parametrize(
    "text",
    [
        "In 1869: ten years after the first cut, ships sailed (slowly) through C# and A&B at 20 °C, for 5 % more.",
        "Das Meer steigt – und fällt; wer „Ebbe“ sagt, meint beides!",
        "水は青い。",
        "The scene of 1912 was the narrator's own.",
    ],
)
def test_natural_text_has_no_flaws(text: str) -> None:
    assert flaws(Answer(scenes=(scene(text),)), [1], words=28) == []


@pytest.mark.parametrize("numbers", [[], [1], [1, 2, 2], [2, 3, 4], [1, 2, 3, 4]])
def test_b05_scenes_are_those_that_were_asked_for_without_gap_or_repetition(numbers: list[int]) -> None:
    answer = Answer(scenes=tuple(scene(f"Text {index}.", number) for index, number in enumerate(numbers)))

    assert len(flaws(answer, [1, 2, 3], words=28)) == 1


def test_scenes_in_another_order_are_sorted_and_a_repeated_text_is_a_flaw() -> None:
    answer = read_answer(json.dumps([{"scene_number": 2, "text": "Same."}, {"scene_number": 1, "text": "same."}]))

    assert [scene.scene_number for scene in answer.scenes] == [1, 2]
    assert flaws(answer, [1, 2], words=28) == ["scene 2: repeats scene 1"]


def test_complaints_are_few_enough_to_be_read() -> None:
    answer = Answer(scenes=tuple(scene("", number) for number in range(1, 100)))

    assert len(flaws(answer, range(1, 100), words=28)) == 8


@given(st.text())
def test_row_59_whatever_a_model_says_is_a_script_or_a_complaint(text: str) -> None:
    try:
        answer = read_answer(text)
    except UnreadableError:
        return
    flaws(answer, [1], words=28)


@given(st.text(alphabet=st.characters(), min_size=1), st.text(alphabet=st.characters()), st.text())
def test_row_59_hidden_characters_reach_neither_words_nor_queries(text: str, query: str, title: str) -> None:
    answer = read_answer(json.dumps({"title": title, "scenes": [{**SCENE, "text": text, "footage_query": query}]}))

    for cleaned in (answer.scenes[0].text, answer.scenes[0].footage_query, answer.title):
        assert not {unicodedata.category(c) for c in cleaned} & {"Cc", "Cn", "Co", "Cs"}
        assert cleaned == " ".join(cleaned.split())


def test_the_schema_that_is_asked_for_is_the_one_that_is_read() -> None:
    def check(schema: dict[str, Any]) -> None:
        if schema["type"] == "object":
            assert schema["additionalProperties"] is False
            assert schema["required"] == list(schema["properties"])
            for inner in schema["properties"].values():
                check(inner)
        elif schema["type"] == "array":
            check(schema["items"])
        else:
            assert set(schema) == {"type"}

    for asked in (SCENES, TEXTS):
        check(asked)
    read = TypeAdapter(Answer).json_schema(by_alias=False)
    assert SCENES["properties"].keys() == read["properties"].keys()
    assert SCENES["properties"]["scenes"]["items"]["properties"].keys() == AnsweredScene.model_fields.keys()


@pytest.mark.parametrize(
    ("section", "heading"),
    [
        ("The Locks", "The Locks"),
        ("## **The** Locks 🚢\n", "The Locks"),
        (None, ""),
        ("", ""),
        ("long " * 40, ("long " * 12).strip()),
    ],
)
def test_the_heading_of_a_section_is_one_short_line_without_markup(section: str | None, heading: str) -> None:
    answer = read_answer(json.dumps({"scenes": [{"scene_number": 1, "section": section, "text": "Ships pass."}]}))

    assert answer.scenes[0].section == heading


def test_an_answer_without_sections_is_read() -> None:
    assert read_answer('{"scenes": [{"scene_number": 1, "text": "Ships pass."}]}').scenes[0].section == ""


def test_proposals_of_a_design_are_read_and_bad_ones_are_dropped() -> None:
    proposal = {
        "design": " Number",
        "emphasis": None,
        "number": 193,
        "unit": "**kilometres**\n",
        "items": ["tea", None, "silk 🚢"],
        "quote": "“The sea rises.”",
        "author": {"name": "x"},
    }

    assert read_scene(**proposal).hint == Hint(
        design="number", number="193", unit="kilometres", items=("tea", "silk"), quote="The sea rises."
    )
    assert read_scene(items="tea, silk").hint == Hint()
