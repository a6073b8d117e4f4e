import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import MAX_SCENES, ScriptRequested
from scenewire.text.markup import is_speakable
from scenewire_script.manuscript.reader import read_manuscript
from scenewire_script.text.division import divide
from scenewire_script.text.lengths import count_words
from scenewire_script.writers.base import Script
from scenewire_script.writers.outline import OutlineWriter

EXAMPLE = Path(__file__).parents[3] / "examples" / "suez-canal.txt"


async def write(**order: object) -> Script:
    return await OutlineWriter().write(ScriptRequested.model_validate(order))


def divided(text: str) -> list[str]:
    return [part.text for part in divide(read_manuscript(text))]


async def test_the_shipped_example_makes_at_least_eight_scenes_of_natural_length() -> None:
    script = await write(text=EXAMPLE.read_text())

    assert script.title == script.topic == "The Suez Canal"
    assert len(script.scenes) >= 8
    assert all(5 <= count_words(scene.text) <= 25 for scene in script.scenes)
    assert all(len(scene.footage_query.split()) >= 2 and scene.keywords for scene in script.scenes)


def test_very_short_neighbours_are_joined() -> None:
    assert divided("It rose. It fell. It rose again. Then the sea was quiet for a very long time.") == [
        "It rose. It fell. It rose again.",
        "Then the sea was quiet for a very long time.",
    ]
    assert divided("It rose and fell twice. Nobody saw it. The sea was quiet for a very long time.") == [
        "It rose and fell twice. Nobody saw it.",
        "The sea was quiet for a very long time.",
    ]


def test_short_sentences_about_different_things_keep_their_own_pictures() -> None:
    assert divided("A cat sleeps on the warm stove. Cyclists race through rain.") == [
        "A cat sleeps on the warm stove.",
        "Cyclists race through rain.",
    ]
    assert divided("A cat sleeps on the stove. The cat dreams of another cat.") == [
        "A cat sleeps on the stove. The cat dreams of another cat."
    ]


def test_a_short_last_sentence_joins_the_one_before() -> None:
    assert divided("The sea was quiet for a very long time that day. Then it rose.") == [
        "The sea was quiet for a very long time that day. Then it rose."
    ]


def test_paragraphs_are_never_joined() -> None:
    assert divided("It rose.\n\nIt fell.") == ["It rose.", "It fell."]


def test_items_of_a_list_that_are_joined_get_a_full_stop() -> None:
    assert divided("- Water\n- Salt\n- Sand") == ["Water. Salt. Sand"]
    assert divided("- 水\n- 塩") == ["水。塩"]


def test_a_very_long_sentence_becomes_several_scenes_at_its_clauses() -> None:
    clause = "the water rose over the old stone walls of the town"
    scenes = divided(f"{', '.join([clause] * 8)}.")

    assert len(scenes) >= 2
    assert all(8 <= count_words(scene) <= 45 for scene in scenes)
    assert all(scene.endswith((",", ".")) for scene in scenes)


def test_too_many_sentences_make_longer_scenes_and_not_too_many() -> None:
    scenes = divided("This sentence has eight words and is plain. " * 1_500)

    assert len(scenes) <= MAX_SCENES


def test_more_paragraphs_than_scenes_are_refused_with_advice() -> None:
    with pytest.raises(PermanentError) as refused:
        divided("A paragraph.\n\n" * (MAX_SCENES + 1))

    assert refused.value.code is FailureCode.INVALID_ORDER
    assert "several orders" in refused.value.hint


@given(st.text(st.sampled_from(list("abcXYZ09 .,!?:;—\"'()…。，月 é\n")), max_size=400))
def test_no_word_is_lost_added_or_moved(text: str) -> None:
    def letters(value: str) -> str:
        return "".join(re.findall(r"[^\W_]", value))

    manuscript = read_manuscript(text)
    scenes = [part.text for part in divide(manuscript)]

    assert letters("".join(scenes)) == letters(
        "".join(line for passage in manuscript.passages for line in passage.lines)
    )
    assert all(is_speakable(scene) and scene == scene.strip() for scene in scenes)


async def test_scenes_of_the_customer_keep_their_words_and_lose_their_markup() -> None:
    script = await write(
        topic="Tides",
        scenes=[
            {"text": "Second  scene, *as is*.", "sceneNumber": 2},
            {"text": "First.", "sceneNumber": 1, "footageQuery": "harbour", "keywords": ["sea"]},
        ],
    )

    assert [scene.text for scene in script.scenes] == ["First.", "Second scene, as is."]
    assert (script.scenes[0].footage_query, script.scenes[0].keywords) == ("harbour", ("sea",))
    assert "scene" in script.scenes[1].footage_query.casefold()
    assert script.title == "Tides"


async def test_scenes_take_precedence_over_text_and_text_over_the_topic() -> None:
    assert [scene.text for scene in (await write(scenes=[{"text": "S."}], text="T.", topic="P")).scenes] == ["S."]
    assert [scene.text for scene in (await write(text="T.", topic="P")).scenes] == ["T."]


async def test_a_bare_topic_gives_an_outline_that_says_what_it_is() -> None:
    script = await write(topic="Black\nholes")
    narration = " ".join(scene.text for scene in script.scenes)

    assert len(script.scenes) >= 3
    assert "Its topic is: Black holes." in narration
    assert "only an outline" in narration
    assert "writer" in narration
    assert any("is a placeholder" in note for note in script.notes)
    assert (script.topic, script.title) == ("Black holes", "Black holes")
    assert {scene.footage_query for scene in script.scenes} == {"Black holes"}


async def test_an_outline_for_another_language_notes_that_it_is_english() -> None:
    script = await write(topic="Gezeiten", language="de")

    assert script.language == "en"
    assert any("not German" in note for note in script.notes)


async def test_the_longest_topic_still_makes_scenes_of_bearable_length() -> None:
    script = await write(topic=("word " * 100).strip())

    assert all(count_words(scene.text) <= 45 for scene in script.scenes)


@pytest.mark.parametrize("order", [{"topic": "{topic} {0} %s"}, {"text": "{topic} stays."}])
async def test_braces_are_words_like_any_other(order: dict[str, str]) -> None:
    assert "{topic}" in " ".join(scene.text for scene in (await write(**order)).scenes)


@pytest.mark.parametrize(
    "order",
    [
        {"text": "... ?!"},
        {"topic": "?!"},
        {"text": "—", "topic": "Tides"},
        {"scenes": [{"text": "Fine."}, {"text": "…"}]},
    ],
)
async def test_an_order_without_a_word_is_refused_with_advice(order: dict[str, object]) -> None:
    with pytest.raises(PermanentError) as refused:
        await write(**order)

    assert refused.value.code is FailureCode.INVALID_ORDER
    assert refused.value.hint


async def test_a_refused_scene_is_named() -> None:
    with pytest.raises(PermanentError, match="scene 2"):
        await write(scenes=[{"text": "Fine."}, {"text": "…"}])


async def test_a_missing_topic_is_the_title_and_a_missing_title_is_what_is_spoken_of() -> None:
    titled = await write(text="# Tides\n\nThe sea rises.")
    untitled = await write(
        text="The sea rises and falls twice a day, because the Moon pulls at it and the Earth turns below it."
    )

    several = await write(text="The sea rises. The sea falls. Nobody can stop it.")

    assert titled.topic == "Tides"
    assert several.title == "The sea rises"
    assert untitled.title == untitled.topic == "The sea"


async def test_a_first_line_without_a_mark_is_the_title_and_no_name_crosses_paragraphs() -> None:
    heading = await write(text="Tea\n\nTea is made from leaves.\n\nGreen tea is not fermented.")
    paragraphs = await write(
        text="Everybody likes Tea\n\nTea is made from leaves. " + "It grows in the hills of Assam. " * 3
    )
    sentence = await write(text="Everybody drinks it.\n\nGreen Tea is made from leaves, and so is black tea.")

    assert heading.title == "Tea"
    assert paragraphs.title == "Everybody likes Tea"
    assert "Tea Tea" not in sentence.title


async def test_an_ordered_topic_stays_the_topic_beside_the_text_s_own_title() -> None:
    script = await write(topic="The sea", text="# Tides\n\nThe sea rises.")

    assert (script.topic, script.title) == ("The sea", "Tides")


async def test_a_script_of_nothing_but_directions_is_refused_with_what_was_left_out():
    with pytest.raises(PermanentError, match=r"all of the text is left out\. Not spoken: 1 scene or time mark"):
        await OutlineWriter().write(ScriptRequested(text="Shot 3 - Wide: the harbour at dawn."))
