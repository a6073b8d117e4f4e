import re
from collections.abc import Sequence

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import Look
from scenewire_assembly.captions.ass import Canvas, escaped
from scenewire_assembly.captions.cues import Cue, cues_of
from scenewire_assembly.captions.styles import Captions, Ink
from scenewire_assembly.captions.word_times import SpokenWord
from scenewire_assembly.designs.faces import faces_of
from scenewire_assembly.picture.overlay import overlay_script
from scenewire_assembly.picture.title import Title, title_of
from scenewire_assembly.themes.theme import THEMES, theme_of
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from tests.support.builders import brief, narration, scene

LOOK = Look()
MARKUP = re.compile(r"(?<!\\)\{[^}]*\}")


def overlay(
    look: Look, frames: int, cues: Sequence[Cue], title: Title | None, undrawable: frozenset[str] = frozenset()
) -> str:
    return overlay_script(Canvas(look, frames, undrawable), cues, title)


def title_in(text: str, theme: str = "atlas") -> Title:
    """A title in the heading typeface of a theme."""
    chosen = theme_of(Look(theme=theme))
    face = faces_of(chosen, TYPEFACES_DIR).of("heading", text)
    return Title(text, face, chosen.text, chosen.accent, size=chosen.number_size, line=chosen.heading_line)


def caption_columns(look: Look) -> int:
    return Captions(Canvas(look, 1)).columns


def events(script: str) -> list[pysubs2.SSAEvent]:
    return list(pysubs2.SSAFile.from_string(script, "ass"))


def words(text: str, start: int = 0, each: int = 10) -> tuple[SpokenWord, ...]:
    return tuple(
        SpokenWord(word, start + index * each, start + (index + 1) * each) for index, word in enumerate(text.split())
    )


def shown(event: pysubs2.SSAEvent) -> str:
    """The text that libass draws, without override blocks and escapes."""
    plain = MARKUP.sub("", event.text)
    return plain.replace(r"\{", "{").replace(r"\}", "}").replace("\\\u2060", "\\")


def test_the_spoken_word_has_its_own_colour_and_the_line_does_not_move():
    found = events(overlay(LOOK, 60, [Cue((words("one two three"),), 0, 40)], None))
    assert [(event.start, event.end) for event in found] == [(0, 330), (330, 660), (660, 1330)]
    assert {shown(event) for event in found} == {"one two three"}
    assert [re.findall(r"\{\\1c&H\w+&\}(\w+)\{\\1c\}", event.text) for event in found] == [["one"], ["two"], ["three"]]


def test_a_line_that_runs_from_the_right_is_coloured_word_by_word_in_the_order_of_its_text():
    found = events(overlay(LOOK, 60, [Cue((words("مرحبا بالعالم"),), 0, 40)], None))
    assert {shown(event) for event in found} == {"مرحبا بالعالم"}
    assert [re.findall(r"\{\\1c&H\w+&\}(\w+)\{\\1c\}", event.text) for event in found] == [["مرحبا"], ["بالعالم"]]


@given(st.integers(0, 100_000), st.integers(1, 100), st.sampled_from((24, 25, 30, 50, 60)))
def test_a_cue_shows_on_exactly_its_frames(start, frames, rate):
    look = Look(frame_rate=rate)
    event = events(overlay(look, start + frames, [Cue((words("x", start),), start, start + frames)], None))[0]
    # libass shows an event from its start up to and without its end, at each frame's own time.
    assert (start - 1) * 1000 / rate < event.start <= start * 1000 / rate
    assert (start + frames - 1) * 1000 / rate < event.end <= (start + frames) * 1000 / rate


def test_undrawable_characters_and_empty_captions_are_left_out():
    cues = [Cue((words("Tea 茶 good"), words("🎉")), 0, 30), Cue((words("茶。", 30),), 30, 60)]
    found = events(overlay(LOOK, 60, cues, title_in("お茶"), frozenset("茶。🎉お")))
    assert {shown(event) for event in found} == {"Tea good"}


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (720, 720), (320, 180), (3840, 2160)])
def test_sizes_follow_the_picture(width, height):
    look = Look(width=width, height=height)
    assert 20 <= caption_columns(look) <= 42
    script = pysubs2.SSAFile.from_string(
        overlay(look, 60, cues_of("Tea is good.", narration(), 30, caption_columns(look)), None), "ass"
    )
    assert (script.info["PlayResX"], script.info["PlayResY"]) == (str(width), str(height))
    caption = script.styles["Caption"]
    assert 0.03 <= caption.fontsize / height <= 0.06
    assert caption.marginl + caption.marginr < 0.2 * width


STYLES = ("highlight", "plain", "box", "karaoke", "bold")
SHAPES = [(1920, 1080), (1080, 1920), (1080, 1080)]


@pytest.mark.parametrize(("width", "height"), SHAPES)
@pytest.mark.parametrize("style", STYLES)
def test_each_style_shows_the_same_words_within_the_margins_of_each_look(style, width, height):
    look = Look(width=width, height=height, caption_style=style)
    cues = cues_of("Tea is the most consumed drink after water.", narration(), 30, caption_columns(look))
    script = pysubs2.SSAFile.from_string(overlay(look, 60, cues, None), "ass")
    assert {shown(event).replace(r"\N", " ") for event in script} == {" ".join(cue.texts) for cue in cues}
    caption = script.styles["Caption"]
    letters = caption_columns(look) * caption.fontsize * 0.55
    assert letters <= width - caption.marginl - caption.marginr + caption.fontsize
    assert caption.marginv + 2.2 * caption.fontsize < height * 0.45
    if height > width:
        assert caption.marginv >= 0.15 * height  # players of upright films cover what is below


def test_each_style_has_its_own_effect_on_the_spoken_word():
    cue = Cue((words("one two"),), 0, 40)
    texts = {
        style: [event.text for event in events(overlay(Look(caption_style=style), 60, [cue], None))] for style in STYLES
    }
    assert texts["plain"] == texts["box"] == ["one two"]
    assert texts["karaoke"] == [r"{\kf33}one {\kf33}two"]
    assert [text.count(r"\1c&") for text in texts["highlight"]] == [1, 1, 1][: len(texts["highlight"])]
    assert r"\t(0,90" in texts["bold"][0]
    assert not any(r"\t(" in text for text in texts["bold"][1:])


def test_karaoke_waits_through_pauses_and_fills_words_from_the_right_at_once():
    line = (SpokenWord("one", 15, 30), SpokenWord("שתיים", 45, 60))
    (event,) = events(overlay(Look(caption_style="karaoke"), 90, [Cue((line,), 0, 90)], None))
    assert event.text.endswith(r"{\k50\kf50}one {\k50\k50}שתיים")


def test_a_word_wider_than_its_line_is_drawn_smaller_and_fine_scripts_larger():
    look = Look(width=1080, height=1920, caption_style="bold")
    long = Cue((words("internationalisation"),), 0, 30)
    assert 50 < int(re.findall(r"\\fscx(\d+)", events(overlay(look, 30, [long], None))[-1].text)[-1]) < 80
    plain = Look(caption_style="plain")
    for text, share in (("水は命", "140"), ("जल", "120"), ("น้ำ", "130"), ("ماء", "112")):
        (event,) = events(overlay(plain, 30, [Cue((words(text),), 0, 30)], None))
        assert event.text.startswith(f"{{\\fscx{share}\\fscy{share}}}")
    (event,) = events(overlay(plain, 30, [Cue((words("The Chinese letter 水 is one of many"),), 0, 30)], None))
    assert event.text.startswith((r"{\fscx10", "The"))  # no larger than its line allows


def test_the_title_is_over_the_start_of_the_first_scenes_footage():
    film = brief(3, title="The story of tea")
    assert title_of(film, scene(1)) == "The story of tea"
    assert title_of(film, scene(2)) == ""
    silent = film.model_copy(update={"options": film.options.model_copy(update={"look": Look(title=False)})})
    assert title_of(silent, scene(1)) == ""
    title = title_in("The story of tea")
    script = pysubs2.SSAFile.from_string(overlay(LOOK, 300, [], title), "ass")
    found = [event for event in script if event.style == "Title"]
    assert [(event.start, event.end, shown(event)) for event in found] == [(0, 3600, "The story of tea")]
    assert script.styles["Title"].fontname == "SW Oswald 500"
    assert events(overlay(LOOK, 30, [], title)) == []  # too short to be read


def test_a_title_that_the_captions_begin_with_is_not_shown_twice():
    film = brief(1, title="Tea is a drink")
    assert title_of(film, scene(1, text="Tea is a drink. It is old.")) == ""


def test_a_title_that_runs_from_the_right_is_on_the_right():
    script = pysubs2.SSAFile.from_string(overlay(LOOK, 300, [], title_in("قصة الشاي")), "ass")
    assert script.styles["Title"].alignment == pysubs2.Alignment.TOP_RIGHT


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Z")), min_size=1, max_size=30))
def test_hostile_text_is_drawn_and_not_executed_in_any_style(text):
    for style in STYLES:
        look = Look(caption_style=style)
        cue = Cue(((SpokenWord(text, 0, 30),),), 0, 30)
        found = events(overlay(look, 90, [cue], title_in(text)))
        assert {shown(event) for event in found if event.style == "Caption"} == {text}
        # A long word is divided.
        assert "".join(MARKUP.sub("", event.text) for event in found if event.style == "Title") == escaped(text)
        assert not any(re.search(r"\\[Nnh]", MARKUP.sub("", event.text)) for event in found)


@pytest.mark.parametrize(("width", "height"), SHAPES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "text",
    [
        "Tea",
        "How a narrow ditch in the desert came to carry a tenth of the trade of the whole world",
        "うみはとてもひろくて、ふかくて、あおいのでみんながすきです",
    ],
)
def test_a_title_stands_in_lines_within_the_margins_at_the_top(text: str, theme: str, width: int, height: int):
    look = Look(width=width, height=height, theme=theme)
    title = title_in(text, theme)
    script = pysubs2.SSAFile.from_string(overlay(look, 300, [], title), "ass")
    lines = [event for event in script if event.style == "Title"]
    assert "".join(shown(event) for event in lines).replace(" ", "") == text.replace(" ", "")
    style = script.styles["Title"]
    em = style.fontsize / title.face.font_size(1)
    for event in lines:
        x, y = map(float, re.findall(r"\\move\([^,]+,[^,]+,([^,]+),([^,]+)", event.text)[0])
        assert x + title.face.width(shown(event), em) <= 0.95 * width
        assert 0 < y < 0.4 * height


def test_captions_over_a_painted_ground_have_the_colours_of_its_theme_and_no_outline():
    ink = Ink("SW Inter 700", bold=False, line_height=1.43, text="F5F1E8", spoken="E3A84A", plate="0C1622")
    script = overlay_script(Canvas(LOOK, 60), [Cue((words("one two"),), 0, 40)], ink=ink)
    caption = pysubs2.SSAFile.from_string(script, "ass").styles["Caption"]
    assert (caption.fontname, caption.outline, caption.shadow) == ("SW Inter 700", 0, 0)
    assert (caption.primarycolor.r, caption.primarycolor.g, caption.primarycolor.b) == (0xF5, 0xF1, 0xE8)
    assert r"{\1c&H4AA8E3&}one" in script


def test_captions_are_drawn_above_designs():
    design = pysubs2.SSAEvent(0, 1000, "x", style="Design", layer=7)
    script = overlay_script(Canvas(LOOK, 60), [Cue((words("one"),), 0, 40)], designs=[design])
    assert [event.style for event in sorted(events(script), key=lambda event: event.layer)] == ["Design", "Caption"]
