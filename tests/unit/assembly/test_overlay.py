import re
from collections.abc import Sequence

import numpy as np
import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import Look
from scenewire_assembly.captions.ass import Canvas, escaped
from scenewire_assembly.captions.cues import Cue, cues_of
from scenewire_assembly.captions.word_times import SpokenWord
from scenewire_assembly.designs.drawing import Span
from scenewire_assembly.designs.faces import faces_of
from scenewire_assembly.picture.overlays.caption_styles import STYLES, CaptionLayout, ink_over_ground
from scenewire_assembly.picture.overlays.overlay import overlay_script
from scenewire_assembly.picture.overlays.scrim import scrim_of
from scenewire_assembly.picture.overlays.title import Title, title_of
from scenewire_assembly.themes.theme import THEMES, theme_of
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from tests.support.builders import brief, scene
from tests.support.captions import inked, layout_of, spoken

LOOK = Look()
MARKUP = re.compile(r"(?<!\\)\{[^}]*\}")


def overlay(
    look: Look, frames: int, cues: Sequence[Cue], title: Title | None, undrawable: frozenset[str] = frozenset()
) -> str:
    canvas = Canvas(look, frames, undrawable)
    text = canvas.drawable("".join(text for cue in cues for text in cue.texts))
    return overlay_script(canvas, cues, inked(look, text), title)


def title_in(text: str, theme: str = "atlas") -> Title:
    """A title in the heading typeface of a theme."""
    chosen = theme_of(Look(theme=theme))
    face = faces_of(chosen, TYPEFACES_DIR).of("heading", text)
    return Title(text, face, chosen.text, chosen.accent, size=chosen.number_size, line=chosen.heading_line)


def letters(script: str) -> list[pysubs2.SSAEvent]:
    """The letters of captions, without shadows and plates."""
    return [event for event in events(script) if event.style.startswith("Caption") and r"\1a&HFF&" not in event.text]


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
    found = letters(overlay(LOOK, 60, [Cue((words("one two three"),), 0, 40)], None))
    assert [(event.start, event.end) for event in found] == [(0, 330), (330, 660), (660, 1330)]
    assert {shown(event) for event in found} == {"one two three"}
    assert [re.findall(r"\{\\1c&H\w+&\}(\w+)\{\\1c&H\w+&\}", event.text) for event in found] == [
        ["one"],
        ["two"],
        ["three"],
    ]


def test_a_line_that_runs_from_the_right_is_coloured_word_by_word_in_the_order_of_its_text():
    found = letters(overlay(LOOK, 60, [Cue((words("مرحبا بالعالم"),), 0, 40)], None))
    assert {shown(event) for event in found} == {"مرحبا بالعالم"}
    assert [re.findall(r"\{\\1c&H\w+&\}(\w+)\{\\1c&H\w+&\}", event.text) for event in found] == [["مرحبا"], ["بالعالم"]]


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


SHAPES = [(1920, 1080), (1080, 1920), (1080, 1080), (320, 180), (3840, 2160)]
LONG = "In March 2021 a container ship, the Ever Given, ran aground and blocked the way for six days."


@pytest.mark.parametrize(("width", "height"), SHAPES)
@pytest.mark.parametrize("style", STYLES)
def test_the_letters_of_each_style_have_the_ordered_size_in_every_picture(style, width, height):
    look = Look(width=width, height=height, caption_style=style)
    face = inked(look).face
    script = pysubs2.SSAFile.from_string(overlay(look, 60, [Cue((words("one"),), 0, 40)], None), "ass")
    assert (script.info["PlayResX"], script.info["PlayResY"]) == (str(width), str(height))
    expected = {"clean": (54, 65), "pop": (88, 112), "box": (50, 60), "karaoke": (58, 70), "minimal": (44, 53)}
    em = expected[style][height > width] * min(width, height) / 1080
    assert script.styles["Caption"].fontsize == pytest.approx(face.font_size(em), abs=0.01)
    assert script.styles["Caption"].fontname == ("SW Inter 500" if style == "minimal" else "SW Inter 700")


@pytest.mark.parametrize(("width", "height"), SHAPES)
@pytest.mark.parametrize("style", STYLES)
def test_lines_of_each_style_are_within_their_zone_and_stand_on_its_base_line(style, width, height):
    look = Look(width=width, height=height, caption_style=style)
    cues = cues_of(LONG, spoken(LONG), 30, layout_of(look).limits)
    layout = layout_of(look)
    base = {16 / 9: 0.905, 9 / 16: 0.638, 1: 0.895}[width / height]
    for cue in cues:
        found = letters(overlay(look, 600, [cue], None))
        assert {word for event in found for word in shown(event).split()} == set(" ".join(cue.texts).split())
        places = [tuple(map(float, re.findall(r"\\pos\(([\d.]+),([\d.]+)\)", event.text)[0])) for event in found]
        sizes = [
            float((re.findall(r"\\fs([\d.]+)", event.text) or [layout.ink.face.font_size(layout.em)])[0])
            for event in found
        ]
        lowest = max(places, key=lambda place: place[1])
        index = places.index(lowest)
        em = sizes[index] / layout.ink.face.font_size(1)
        below = 0.05 * layout.em if style == "pop" else 0.01  # the spoken word is larger
        assert lowest[1] - layout.ink.face.top(0, em) == pytest.approx(base * height, abs=below + 0.02)
        side = 0.12 if height > width else 0.07
        for (x, _), size, event in zip(places, sizes, found, strict=True):
            wide = layout.ink.face.width(shown(event), size / layout.ink.face.font_size(1))
            assert x - wide / 2 >= side * width
            assert x + wide / 2 <= (1 - side) * width


@pytest.mark.parametrize(("width", "height"), SHAPES[:3])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("position", ["top", "middle"])
def test_captions_stand_where_they_were_ordered_over_footage(position, style, width, height):
    look = Look(width=width, height=height, caption_style=style, caption_position=position)
    cue = Cue((words("In May"), words("a ship", 20)), 0, 60)
    layout = layout_of(look)
    em = layout.em
    places = sorted(
        {
            round(float(re.findall(r"\\pos\([\d.]+,([\d.]+)\)", event.text)[0]) - layout.ink.face.top(0, em))
            for event in letters(overlay(look, 600, [cue], None))
            if r"\p1" not in event.text and "0E0A08" not in event.text
        }
    )
    upper, lower = places[0] - layout.ink.face.capital(em), places[-1]
    assert lower > upper + em
    if position == "top":
        assert upper == pytest.approx(height * (0.16 if height > width else 0.085), abs=1)
        assert lower < 0.45 * height
    else:
        assert (upper + lower) / 2 == pytest.approx(height / 2, abs=1)


@pytest.mark.parametrize(("width", "height"), SHAPES[:3])
@pytest.mark.parametrize("style", STYLES)
def test_captions_at_the_top_stand_below_the_title_and_credit_tags_as_long_as_they_show(style, width, height):
    look = Look(width=width, height=height, caption_style=style, caption_position="top")
    layout, title = (
        layout_of(look),
        Title("The canal that joins two seas", layout_of(look).ink.face, "FFFFFF", "FFD23F"),
    )
    canvas = Canvas(look, 600)
    cues = [Cue((words("In May", start), words("a ship", start + 20)), start, start + 60) for start in (0, 150, 300)]
    tag = (Span(170, 245), 0.3 * height)

    script = overlay_script(canvas, cues, layout.ink, title, taken=[tag])

    def highest(cue: Cue) -> float:
        """Where the capitals, plates and pills of a caption begin."""
        found = [
            float(re.findall(r"\\pos\([\d.]+,(-?[\d.]+)\)", event.text)[0])
            - (0 if r"\p1" in event.text else layout.ink.face.top(layout.ink.face.capital(layout.em), layout.em))
            for event in pysubs2.SSAFile.from_string(script, "ass").events
            if event.style in {"Caption", "CaptionPlate", "Design"} and event.start // 10 == cue.start * 100 // 30
        ]
        return min(found)

    assert highest(cues[0]) > title.bottom(canvas)
    assert highest(cues[1]) > tag[1]
    assert highest(cues[2]) < tag[1]


def test_captions_over_designs_stay_below_them():
    look = Look(caption_position="top")
    theme = theme_of(look)
    ink = ink_over_ground(faces_of(theme, TYPEFACES_DIR).of("caption", "x"), theme, theme.ground, "x")
    layout = CaptionLayout(Canvas(look, 1), ink)
    assert layout.baselines(1, layout.em) == [0.905 * 1080]


@pytest.mark.parametrize(("width", "height"), SHAPES[:3])
@pytest.mark.parametrize("position", ["bottom", "top", "middle"])
def test_the_shade_of_small_captions_is_dark_where_they_stand_and_has_no_edge(position, width, height):
    look = Look(width=width, height=height, caption_style="minimal", caption_position=position)
    scrim = scrim_of(look)
    assert scrim is not None
    rows = scrim.shade(np.full((height, 2, 3), 255, np.uint8))[:, 0, 0].astype(int)
    layout = layout_of(look)
    assert all(rows[min(height - 1, round(base))] < 0.62 * 255 for base in layout.baselines(2, layout.em))
    assert rows.min() == round(0.34 * 255)
    assert rows.max() == 255
    assert np.abs(np.diff(rows)).max() <= 2


def test_nothing_is_shaded_without_small_captions():
    assert scrim_of(Look()) is None
    assert scrim_of(Look(caption_style="minimal", captions=False)) is None


def test_the_style_that_is_not_named_follows_the_shape():
    assert [Look(width=width, height=height).style_of_captions for width, height in SHAPES[:3]] == [
        "clean",
        "pop",
        "clean",
    ]


def test_each_style_has_its_own_effect_on_the_spoken_word():
    cue = Cue((words("one two"),), 0, 40)
    texts = {
        style: [event.text for event in letters(overlay(Look(caption_style=style), 60, [cue], None))]
        for style in STYLES
    }
    assert [text.rpartition(")}")[2] for text in texts["minimal"]] == ["one two"]
    assert [text.count(r"{\1c&H3FD2FF&}") for text in texts["clean"] + texts["box"]] == [1, 1, 1, 1]
    assert [text.rpartition(")}")[2] for text in texts["karaoke"]] == [r"{\kf33}one {\kf33}two"]


def test_karaoke_waits_through_pauses_and_fills_words_from_the_right_at_once():
    line = (SpokenWord("one", 15, 30), SpokenWord("שתיים", 45, 60))
    (event,) = letters(overlay(Look(caption_style="karaoke"), 90, [Cue((line,), 0, 90)], None))
    assert event.text.endswith(r"{\k50\kf50}one {\k50\k50}שתיים")


@pytest.mark.parametrize("rate", [24, 30, 60])
def test_the_word_that_pops_grows_on_its_pill_and_nothing_else_moves(rate):
    """Places and sizes on every frame, from the events."""
    look = Look(width=1080, height=1920, frame_rate=rate)
    first, second = (SpokenWord("ran", 0, 20), SpokenWord("aground", 20, 50))
    found = events(overlay(look, 60, [Cue(((first, second),), 0, 50)], None))
    em = layout_of(look).em
    line_height = inked(look).face.font_size(1)

    def at(frame: int) -> dict[str, tuple[float, float, bool]]:
        time = frame * 1000 / rate
        there = [event for event in letters(overlay_of(found)) if event.start <= time + 1e-6 < event.end]
        return {
            shown(event): (
                float(re.findall(r"\\pos\(([\d.]+),", event.text)[0]),
                float(re.findall(r"\\fs([\d.]+)", event.text)[0]) / line_height / em,
                r"\1c&H0E0A08&" in event.text,
            )
            for event in there
            if r"\p1" not in event.text
        }

    def overlay_of(found: list[pysubs2.SSAEvent]) -> str:
        script = pysubs2.SSAFile()
        script.events = found
        return script.to_string("ass")

    two, four = max(2, round(2 * rate / 30)), max(2, round(4 * rate / 30))
    places = [at(frame) for frame in range(50)]
    assert all(set(place) == {"ran", "aground"} for place in places)
    assert {place["ran"][0] for place in places} == {places[0]["ran"][0]}
    assert {place["aground"][0] for place in places} == {places[0]["aground"][0]}
    sizes = [0.92] * two + [1.10] * (four - two) + [1.08] * (20 - four)
    assert [place["ran"][1] for place in places] == pytest.approx([*sizes, *[1] * 30], abs=0.001)
    assert [place["aground"][1] for place in places] == pytest.approx([*[1] * 20, *sizes, *[1.08] * 10], abs=0.001)
    assert [place["ran"][2] for place in places] == [True] * 20 + [False] * 30
    assert [place["aground"][2] for place in places] == [False] * 20 + [True] * 30
    pills = [event for event in found if r"\p1" in event.text]
    for frame in range(50):
        time = frame * 1000 / rate
        assert sum(event.start <= time + 1e-6 < event.end for event in pills) == 1


def test_pills_touch_no_other_word():
    look = Look(width=1080, height=1920)
    cue = Cue((words("i saw it"),), 0, 30)
    layout = layout_of(look)
    drawn = events(overlay(look, 60, [cue], None))
    still = [
        event
        for event in letters(overlay(look, 60, [cue], None))
        if r"\p1" not in event.text and "0E0A08" not in event.text
    ]
    extents = {}
    for event in still:
        x = float(re.findall(r"\\pos\(([\d.]+),", event.text)[0])
        wide = layout.ink.face.width(shown(event), layout.em)
        extents[shown(event)] = (x - wide / 2, x + wide / 2)
    for event in drawn:
        if r"\p1" in event.text:
            left = float(re.findall(r"\\pos\(([\d.]+),", event.text)[0])
            right = left + max(float(x) for x in re.findall(r"([\d.]+) [\d.]+", shown(event)))
            touched = [word for word, (begin, end) in extents.items() if begin < right and end > left]
            assert len(touched) == 1


def test_a_word_wider_than_its_line_is_drawn_smaller_and_fine_scripts_larger():
    look = Look(width=1080, height=1920, caption_style="pop")
    long = letters(overlay(look, 30, [Cue((words("internationalisation"),), 0, 30)], None))[-1]
    full = inked(look).face.font_size(layout_of(look).em)
    assert 0.4 < float(re.findall(r"\\fs([\d.]+)", long.text)[0]) / full < 0.75
    still = Look(caption_style="minimal")
    latin = layout_of(still).ink.face.font_size(layout_of(still).em)
    for text, share in (
        ("水は命", 1.01),
        ("जल", 1.33),
        ("น้ำ", 0.97),
        ("ماء", 0.91),
    ):  # fonts have lines of several heights
        (event,) = letters(overlay(still, 30, [Cue((words(text),), 0, 30)], None))
        assert float(re.findall(r"\\fs([\d.]+)", event.text)[0]) / latin == pytest.approx(share, abs=0.01)
    (event,) = letters(overlay(still, 30, [Cue((words("The Chinese letter 水 is one of many"),), 0, 30)], None))
    assert float(re.findall(r"\\fs([\d.]+)", event.text)[0]) <= 1.01 * latin  # no larger than its line allows


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
        assert {shown(event) for event in found if event.style.startswith("Caption")} == {text}
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
    em = style.fontsize / title.face.font_size(1, text)
    for event in lines:
        x, y = map(float, re.findall(r"\\move\([^,]+,[^,]+,([^,]+),([^,]+)", event.text)[0])
        assert x + title.face.width(shown(event), em) <= 0.95 * width
        assert 0 < y < 0.4 * height


def test_captions_over_a_painted_ground_have_the_colours_of_its_theme_and_no_outline():
    theme = theme_of(LOOK)
    ink = ink_over_ground(faces_of(theme, TYPEFACES_DIR).of("caption", "one two"), theme, theme.ground, "one two")
    script = overlay_script(Canvas(LOOK, 60), [Cue((words("one two"),), 0, 40)], ink)
    caption = pysubs2.SSAFile.from_string(script, "ass").styles["Caption"]
    assert (caption.fontname, caption.outline, caption.shadow) == ("SW Inter 700", 0, 0)
    assert (caption.primarycolor.r, caption.primarycolor.g, caption.primarycolor.b) == (0xF5, 0xF1, 0xE8)
    assert r"{\1c&H4AA8E3&}one" in script
    assert not any(r"\blur" in event.text for event in events(script))


def test_captions_are_drawn_above_designs():
    design = pysubs2.SSAEvent(0, 1000, "x", style="Design", layer=7)
    script = overlay_script(Canvas(LOOK, 60), [Cue((words("one"),), 0, 40)], inked(LOOK), designs=[design])
    found = sorted(events(script), key=lambda event: event.layer)
    assert [event.style for event in found] == ["Design", "Caption", "Caption"]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("text", ["one two", "مرحبا بالعالم"])
def test_captions_over_a_map_stand_on_a_plate_of_ground_in_every_style(text, style):
    look = Look(caption_style=style)
    theme = theme_of(look)
    ink = ink_over_ground(faces_of(theme, TYPEFACES_DIR).of("caption", text), theme, theme.ground, text)
    cues = [Cue((words(text),), 0, 40), Cue((words(text, 40),), 40, 80)]
    script = overlay_script(Canvas(look, 90), cues, ink, plated=[Span(30, 40)])
    ground = f"\\1c&H{theme.ground[4:6]}{theme.ground[2:4]}{theme.ground[:2]}&"
    found = events(script)
    if text == "one two":
        plates = [event for event in found if ground in event.text and r"\p1" in event.text]
        assert plates[0].layer < min(event.layer for event in letters(script) if r"\p1" not in event.text)
    else:  # only libass knows the size
        plates = [event for event in found if event.style == "CaptionPlate"]
    shown_until = 2660 if style == "box" else 1330
    assert (min(event.start for event in plates), max(event.end for event in plates)) == (0, shown_until)
