import re

from hypothesis import given
from hypothesis import strategies as st

from scenewire_assembly.captions.line_breaking import columns
from scenewire_assembly.edit import layout_scenes
from scenewire_assembly.video.chapters import Chapter, chapter_title, chapters, ffmetadata
from tests.support.builders import scene


def title(text: str) -> str:
    return chapter_title(scene(3, text))


def test_a_chapter_has_the_first_sentence_of_its_scene_as_title():
    assert title("Tea is made from leaves. It is a drink.") == "Tea is made from leaves"
    assert title("Is it tea? It is.") == "Is it tea? It is"
    assert title("What is green tea? It is steamed.") == "What is green tea?"
    assert title("Tea") == "Tea"


def test_a_long_sentence_is_cut_between_words():
    assert title(
        "Tea is made from the leaves of one plant, which is called Camellia sinensis and grows as a shrub."
    ) == ("Tea is made from the leaves of one plant, which is…")
    assert title("日本" * 40) == "日本" * 13 + "日…"
    assert title("x" * 100) == "x" * 55 + "…"


@given(st.text(min_size=1).filter(str.strip))
def test_every_chapter_title_is_one_short_line(text):
    name = title(text)
    assert name.strip()
    assert columns(name) <= 57
    assert not re.search(r"[\0-\x1f]", name)


def test_chapters_follow_the_frames_of_their_scenes_and_the_last_one_includes_the_closing():
    scenes = [scene(1, "One."), scene(2, "Two.")]
    assert chapters(scenes, layout_scenes([31, 7]), 50) == [Chapter("One", 0, 31), Chapter("Two", 31, 50)]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_no_text_becomes_another_tag_or_a_chapter(text):
    written = ffmetadata({"comment": text, "title": ""}, [Chapter(text, 0, 1)], 30)
    lines = re.split(r"(?<!\\)(?:\\\\)*\n", written)
    assert len([line for line in lines if line.startswith("[CHAPTER]")]) == 1
    value = re.sub(r"\\(.)", r"\1", written.split("\n[CHAPTER]\n")[0].partition("comment=")[2], flags=re.DOTALL)
    assert value == text
