import re

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assembly.captions import Cue, SpokenWord, cues_of
from services.assembly.lettering import Card, caption_columns, card_of, lettering
from shared.contracts import Brief, Look, Scene
from tests.support.builders import brief, narration, scene

LOOK = Look()
CARD = Card("Heading", "2 / 3", 0.1, "FFCC00")
MARKUP = re.compile(r"(?<!\\)\{[^}]*\}")


def events(script: str) -> list[pysubs2.SSAEvent]:
    return list(pysubs2.SSAFile.from_string(script, "ass"))


def words(text: str, start: int = 0, each: int = 10) -> tuple[SpokenWord, ...]:
    return tuple(
        SpokenWord(word, start + index * each, start + (index + 1) * each) for index, word in enumerate(text.split())
    )


def shown(event: pysubs2.SSAEvent) -> str:
    """What libass draws: without override blocks, escapes resolved."""
    plain = MARKUP.sub("", event.text)
    return plain.replace(r"\{", "{").replace(r"\}", "}").replace("\\\u2060", "\\")


def test_the_word_being_spoken_has_a_colour_of_its_own_and_the_line_stands_still():
    found = events(lettering(LOOK, 60, [Cue((words("one two three"),), 0, 40)], None))
    assert [(event.start, event.end) for event in found] == [(0, 330), (330, 660), (660, 1330)]
    assert {shown(event) for event in found} == {"one two three"}
    assert [re.findall(r"\{\\1c&H\w+&\}(\w+)\{\\1c\}", event.text) for event in found] == [["one"], ["two"], ["three"]]


def test_a_line_that_runs_from_the_right_is_not_parted_by_colours():
    found = events(lettering(LOOK, 60, [Cue((words("مرحبا بالعالم"),), 0, 40)], None))
    assert [(event.start, event.end, "{" in event.text) for event in found] == [(0, 1330, False)]


@given(st.integers(0, 100_000), st.integers(1, 100), st.sampled_from((24, 25, 30, 50, 60)))
def test_a_cue_shows_on_exactly_its_frames(start, frames, rate):
    look = Look(frame_rate=rate)
    event = events(lettering(look, start + frames, [Cue((words("x", start),), start, start + frames)], None))[0]
    # libass shows an event from its start up to and without its end, at each frame's own time.
    assert (start - 1) * 1000 / rate < event.start <= start * 1000 / rate
    assert (start + frames - 1) * 1000 / rate < event.end <= (start + frames) * 1000 / rate


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Z")), min_size=1, max_size=30))
def test_hostile_text_is_drawn_and_not_obeyed(text):
    cue = Cue(((SpokenWord(text, 0, 30),),), 0, 30)
    script = lettering(LOOK, 30, [cue], Card(text, text, 0.1, "FFFFFF"))
    dialogues = [line for line in script.splitlines() if line.startswith("Dialogue:")]
    assert len(dialogues) == 4  # heading, accent line, label, caption
    for event in (event for event in events(script) if event.style in ("Caption", "Label")):
        assert shown(event) == text
        commands = [block for block in MARKUP.findall(event.text) if "\\" in block]
        assert all(re.fullmatch(r"\{(\\1c(&H\w+&)?|\\pos\(.*?\)\\fad\(\d+,\d+\))\}", block) for block in commands)
        assert not re.search(r"\\[Nnh]", MARKUP.sub("", event.text))


def test_characters_no_font_has_are_left_out_and_empty_captions_with_them():
    cues = [Cue((words("Tea 茶 good"), words("🎉")), 0, 30), Cue((words("茶。", 30),), 30, 60)]
    found = events(lettering(LOOK, 60, cues, Card("お茶", "", 0.1, "FFFFFF"), frozenset("茶。🎉お")))
    assert {shown(event) for event in found} == {"Tea good"}


def test_the_first_scene_shows_the_title_and_the_others_what_they_are_about():
    film = Brief(**{**dict(brief(3)), "title": "The story of tea"})
    assert card_of(film, scene(1), "FFFFFF").heading == "The story of tea"
    backwards = scene(2).model_copy(update={"keywords": ("drink", "tea", "x" * 40)})
    second = card_of(film, backwards, "FFFFFF")
    assert (second.heading, second.label) == ("Tea · Drink", "2 / 3")


@pytest.mark.parametrize("text", ["Word", "word " * 60, "x" * 400])
def test_headings_are_bounded(text):
    wordy = Scene(**{**dict(scene(2, text=text)), "keywords": ()})
    assert 1 <= len(card_of(brief(3), wordy, "FFFFFF").heading) <= 34
    film = Brief(**{**dict(brief(3)), "title": text.strip()})
    assert 1 <= len(card_of(film, scene(1), "FFFFFF").heading) <= 110


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (720, 720), (320, 180), (3840, 2160)])
def test_sizes_follow_the_picture(width, height):
    look = Look(width=width, height=height)
    assert 20 <= caption_columns(look) <= 42
    script = pysubs2.SSAFile.from_string(
        lettering(look, 60, cues_of("Tea is good.", narration(), 30, caption_columns(look)), CARD), "ass"
    )
    assert (script.info["PlayResX"], script.info["PlayResY"]) == (str(width), str(height))
    caption = script.styles["Caption"]
    assert 0.03 <= caption.fontsize / height <= 0.06
    assert caption.marginl + caption.marginr < 0.2 * width
