"""Designs by the events that libass draws: places, sizes and frames."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewire.messages import (
    Bar,
    Chapter,
    Comparison,
    Design,
    DesignedSentence,
    Enumeration,
    Look,
    NamedPlace,
    Opening,
    Place,
    Quantity,
    Quotation,
    Statement,
    YearOnLine,
)
from scenewire_assembly.captions.word_times import SpokenWord
from scenewire_assembly.designs.kinds.registry import draw
from scenewire_assembly.designs.motion import COUNT, IN_OUT, OUT
from scenewire_assembly.designs.scene import draw_scene
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.themes.theme import THEMES, contrast, theme_of
from tests.support.boards import Drawn, board, drawn, letters, show
from tests.support.builders import brief, options, scene

LOCKS = "It has no locks, because the two seas at its ends stand at nearly the same level."
STATEMENT = Statement(
    head="It has no locks,",
    rest="because the two seas at its ends stand at nearly the same level.",
    emphasis="no locks,",
)
LONG = "Today it is about 193 kilometres long, and a passage takes half a day."
NUMBER = Quantity(lead="Today it is about", number="193", unit="kilometres long")
OPENED = "The canal opened to ships in November 1869, with celebrations."
YEAR = YearOnLine(year=1869, before="November", clause="The canal opened to ships", years=(1859, 1869, 1956, 2021))
SHIPS = "Most ships carry oil, gas, grain and containers."
LIST = Enumeration(title="Most ships carry", items=("oil", "gas", "grain", "containers"))
CLOSED = "A war closed it for eight years, and a ship for six days."
BARS = Comparison(
    bars=(Bar(value=2922, text="eight years", label="A war closed it"), Bar(value=6, text="six days", label="a ship"))
)
SEA = "The sea is everything, said Jules Verne."
QUOTE = Quotation(words="The sea is everything", author="Jules Verne")
STRIP = "The canal joins the Mediterranean to the Red Sea across a narrow strip of Egypt."
PLACE = Place(
    name="Egypt",
    place="country.eg",
    others=(
        NamedPlace(name="Mediterranean", place="sea.mediterranean-sea"),
        NamedPlace(name="Red Sea", place="sea.red-sea"),
    ),
)

ALL = [
    (STATEMENT, LOCKS),
    (NUMBER, LONG),
    (YEAR, OPENED),
    (LIST, SHIPS),
    (BARS, CLOSED),
    (QUOTE, SEA),
    (PLACE, STRIP),
    (Opening(title="The Suez Canal"), LOCKS),
    (Chapter(heading="A canal at war", number=2, years="1956 to 2021"), LOCKS),
]
SHAPES = [(1920, 1080), (1080, 1920), (1080, 1080)]


def standing(found: list[Drawn], text: str) -> Drawn:
    """The event in which a word stands until the end."""
    return max((event for event in found if event.text == text), key=lambda event: event.end)


def numbers(found: list[Drawn], frame: int) -> str:
    return "".join(text for text in letters(found, frame) if re.fullmatch(r"[\d,]", text))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("width", "height"), SHAPES)
@pytest.mark.parametrize(("design", "text"), ALL, ids=lambda value: getattr(value, "kind", ""))
def test_all_letters_stay_in_the_zone_of_every_shape_and_theme(design, text, width, height, theme):
    made = board(text, look=Look(width=width, height=height, theme=theme))
    assert draw(made, design)
    zones = Zones(width, height)
    for event in drawn(made):
        if event.is_shape:
            continue
        face = next(
            face for faces in made.faces.by_role.values() for face in faces if f"\\fn{face.family}" in event.tags
        )
        em = event.size / face.font_size(1)
        wide = face.width(event.text, em)
        left = {7: event.x, 8: event.x - wide / 2, 9: event.x - wide}[event.anchor]
        assert left >= zones.left - 0.04 * width, event
        assert left + wide <= zones.right + 0.045 * width, event
        baseline = event.y + em - face.top(em, em)
        assert baseline - face.capital(em) >= 0.09 * height, event
        assert baseline <= height * (0.64 if zones.upright else 0.9), event


@pytest.mark.parametrize(("design", "text"), ALL, ids=lambda value: getattr(value, "kind", ""))
def test_no_picture_is_empty_at_its_first_frame(design, text):
    made = board(text)
    assert draw(made, design)
    assert [event for event in drawn(made) if event.start == 0] or made.maps


@pytest.mark.parametrize(("design", "text"), ALL, ids=lambda value: getattr(value, "kind", ""))
def test_a_brief_board_is_complete_from_its_first_frame(design, text):
    found = show(design, text, frames=30, each=2)
    assert {(event.start, event.end) for event in found if not event.is_shape} == {(0, 30)}


def test_each_word_of_a_statement_comes_two_frames_before_it_is_spoken_and_never_leaves():
    found = show(STATEMENT, LOCKS)
    for index, word in enumerate(LOCKS.split()):
        events = [event for event in found if event.text == word]
        assert 15 + 12 * index - 2 in {event.start for event in events}, word
        assert max(event.end for event in events) == 300
    assert letters(found, 299) == LOCKS.split()


def test_a_word_rises_on_the_curve_and_stands_still_afterwards():
    found = sorted((event for event in show(STATEMENT, LOCKS) if event.text == "It"), key=lambda event: event.start)
    stands = found[-1]
    for frame, event in enumerate(found[:-1]):
        way = 0.32 * stands.size * 0.588  # Oswald's em is this share of its line height
        assert event.y - stands.y == pytest.approx((1 - OUT.at((frame + 1) / 12)) * way, abs=1)
        assert event.opacity == pytest.approx(min(1, (frame + 1) / 5), abs=0.01)
        assert event.end == event.start + 1
    assert stands.end == 300


def test_the_true_number_shows_exactly_from_its_word_on():
    word = 15 + 12 * 4
    found = show(NUMBER, LONG)
    assert numbers(found, word - 1) != "193"
    assert {numbers(found, frame) for frame in range(word, 300)} == {"193"}
    counted = [int(numbers(found, frame) or 0) for frame in range(word - 20, word + 1)]
    assert counted == sorted(counted)
    assert counted[0] == int(193 * COUNT.at(1 / 21))


def test_digits_keep_their_places_while_the_number_counts():
    found = [event for event in show(NUMBER, LONG) if re.fullmatch(r"\d", event.text)]
    last = sorted({event.x for event in found if event.end == 300})
    still = {event.x for event in found if event.start < 15 + 12 * 4}
    assert still <= set(last)


def test_thousands_keep_their_separators_while_the_number_counts():
    text = "Some 12,450 ships pass it each year."
    found = show(Quantity(lead="Some", number="12,450", unit="ships"), text, first=30, each=20)
    counted = [numbers(found, frame) for frame in range(31, 50)]
    assert all(re.fullmatch(r"\d{1,2},\d{3}|\d{1,3}", number) for number in counted if number)
    assert numbers(found, 60) == "12,450"


def test_a_number_that_is_written_as_a_word_is_not_counted():
    found = show(Quantity(lead="It stayed shut for", number="eight", unit="years"), "It stayed shut for eight years.")
    assert not any(re.fullmatch(r"\d+", event.text) for event in found)
    assert standing(found, "eight").end == 300


def test_bars_have_their_true_proportion():
    wide = Zones(1920, 1080).across
    standing = [event for event in show(BARS, CLOSED) if event.is_shape and event.end == 300]
    paths = [re.search(r"m 0 0 l ([\d.]+) 0 \1 140", event.text) for event in standing]
    widths = [float(path[1]) for path in paths if path]
    assert widths == [pytest.approx(wide, abs=0.1), 6.0]  # six days of eight years are less than a visible bar


def test_the_marker_of_a_year_slides_from_the_year_before_and_arrives_as_it_is_spoken():
    said = 15 + 12 * 7
    zones = Zones(1920, 1080)
    inset = 12
    place = {year: zones.left + inset + (year - 1859) / 162 * (zones.across - 2 * inset) for year in (1859, 1869)}
    marker = [event for event in show(YEAR, OPENED) if event.is_shape and event.layer == 5]
    at = {event.start: event.x + 22 for event in marker}
    assert at[0] == pytest.approx(place[1859], abs=0.1)
    assert at[said + 2] == pytest.approx(place[1869], abs=0.1)
    middle = said + 2 - 7
    share = IN_OUT.at((middle - (said + 2 - 14)) / 14)
    assert at[middle] == pytest.approx(place[1859] + (place[1869] - place[1859]) * share, abs=0.1)


def test_a_line_of_one_year_is_refused():
    lonely = YearOnLine(year=1869, clause="The canal opened to ships", years=(1869,))
    assert not draw(board(OPENED), lonely)


def test_the_band_of_a_list_is_on_the_row_that_is_spoken():
    found = show(LIST, SHIPS)
    rows = [standing(found, item) for item in LIST.items]
    assert [row.y for row in rows] == sorted(row.y for row in rows)
    bands = [event for event in found if event.is_shape and "&H4AA8E3&" in event.tags]
    for index, item in enumerate(LIST.items):
        word = board(SHIPS).spoken(item)[0].frame
        (band,) = [event for event in bands if event.start <= word + 6 < event.end]
        on_band = min(rows, key=lambda row: abs(row.y - band.y))
        assert on_band is rows[index]


def test_a_quotation_shows_its_author_after_the_last_word():
    found = show(QUOTE, SEA)
    assert standing(found, "Jules Verne").start == 15 + 12 * 3 + 12


def test_what_a_design_says_is_left_to_it_and_not_to_captions():
    made = board(LOCKS)
    draw(made, STATEMENT)
    assert "".join(LOCKS[start:end] for start, end in made.shown).split() == "".join(LOCKS.split(", ")).split() or (
        sum(end - start for start, end in made.shown) >= len(LOCKS) - 1
    )
    counted = board(LONG)
    draw(counted, NUMBER)
    assert [LONG[start:end] for start, end in counted.shown] == ["Today it is about", "193", "kilometres long"]


def test_a_design_that_does_not_fit_draws_nothing():
    made = board("word")
    assert not draw(made, Quantity(number="9" * 40, unit="words"))
    assert made.drawing.events == []
    assert made.shown == []


def test_text_that_runs_from_the_right_is_mirrored_and_comes_by_the_line():
    text = "הספינה עברה בתעלה בלילה"
    found = show(Statement(rest=text), text)
    stands = [event for event in found if event.end == 300 and not event.is_shape]
    assert [event.anchor for event in stands] == [9]
    (mark,) = [event for event in found if event.is_shape]
    assert mark.x + 96 == pytest.approx(Zones(1920, 1080).right, abs=0.01)
    assert stands[0].x == pytest.approx(Zones(1920, 1080).right, abs=0.01)


def test_text_without_spaces_breaks_between_characters():
    text = "運河は地中海と紅海をつなぎ、毎日多くの船がそこを通って世界の貿易を支えています。"
    found = show(Statement(rest=text), text)
    assert "".join(letters(found, 299)) == text
    assert len(letters(found, 299)) > 1


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=300),
    st.sampled_from(SHAPES),
    st.sampled_from(THEMES),
)
def test_any_text_is_drawn_as_it_is_or_refused(text, shape, theme):
    text = " ".join(text.split())
    if not text:
        return
    made = board(text, look=Look(width=shape[0], height=shape[1], theme=theme), each=2)
    for design in (Statement(head=text), Statement(rest=text), Quantity(number=text[:40]), Opening(title=text)):
        draw(made, design)
    for event in made.drawing.events:
        blocks = re.findall(r"(?<!\\)\{([^}]*)\}", event.text)
        assert all(block.startswith("\\") for block in blocks)
        own = [block for block in blocks[1:] if not re.fullmatch(r"\\fs[\d.]+", block)]  # sizes of emoji
        assert len(own) == (1 if r"\p1" in event.text else 0)


def draw_whole(text: str, *designs: Design, number: int = 2, frames: int = 300, each: int = 12, **looks: object):
    """Draws a scene of one sentence, the second of three unless another number is given."""
    look = Look.model_validate(looks)
    made = board(text, look=look)
    ordered = brief(3, options=options(look=look))
    spoken = [SpokenWord(word, 15 + each * index, 15 + each * (index + 1)) for index, word in enumerate(text.split())]
    sentence = DesignedSentence(text=text, designs=designs)
    planned = scene(number, text=text).model_copy(update={"sentences": (sentence,)})
    result = draw_scene(ordered, planned, spoken, frames, theme=made.theme, faces=made.faces, ground=made.theme.ground)
    made.drawing.events.extend(result.events)
    return drawn(made), result


def test_the_title_stands_until_the_fourth_word_and_the_sentence_follows():
    found, _ = draw_whole(LOCKS, Opening(title="The Suez Canal"), STATEMENT, number=1)
    fourth = max(60, 15 + 12 * 3)
    assert {(event.start, event.end) for event in found if event.text == "The Suez Canal"} == {(0, fourth)}
    assert min(event.start for event in found if event.text == "It") == fourth


def test_words_that_are_spoken_over_the_title_are_left_to_captions():
    _, result = draw_whole(LOCKS, Opening(title="The Suez Canal"), STATEMENT, number=1)
    spoken_over = sum(15 + 12 * index < 60 for index in range(len(LOCKS.split())))
    assert sorted(result.shown) == list(range(spoken_over, len(LOCKS.split())))


def test_words_before_a_late_number_stand_first():
    text = "Another war closed it again in 1967, and this time it stayed shut for eight years."
    found, _ = draw_whole(text, Quantity(lead="this time it stayed shut for", number="eight", unit="years"))
    lead = 15 + 12 * 8 - 4
    assert letters(found, lead - 1) == ["Another", "war", "closed", "it", "again", "in", "1967,", "and"]
    assert standing(found, "eight").start > lead


def test_what_is_shown_is_told_by_word():
    _, result = draw_whole(LONG, NUMBER)
    assert sorted(result.shown) == list(range(7))  # captions show the rest of the sentence


@pytest.mark.parametrize("theme", THEMES)
def test_a_scene_uncovers_its_beginning_and_covers_its_end(theme):
    found, _ = draw_whole(LOCKS, STATEMENT, theme=theme)
    covers = [event for event in found if event.layer >= 20]
    assert min(event.start for event in covers) == 0
    assert max(event.end for event in covers) == 300
    assert all(event.end <= 12 or event.start >= 288 for event in covers)


@pytest.mark.parametrize("closing", [True, False])
def test_the_first_scene_begins_complete_and_the_last_one_is_covered_before_a_closing(closing):
    first, _ = draw_whole(LOCKS, STATEMENT, number=1)
    last, _ = draw_whole(LOCKS, STATEMENT, number=3, closing=closing)
    assert all(event.start >= 288 for event in first if event.layer >= 20)
    assert any(event.start >= 288 for event in last if event.layer >= 20) == closing


def test_a_scene_without_designs_shows_its_words():
    made = board(LOCKS)
    spoken = [SpokenWord(word, 15 + 12 * index, 27 + 12 * index) for index, word in enumerate(LOCKS.split())]
    result = draw_scene(
        brief(3), scene(2, text=LOCKS), spoken, 300, theme=made.theme, faces=made.faces, ground=made.theme.ground
    )
    made.drawing.events.extend(result.events)
    assert letters(drawn(made), 280) == LOCKS.split()


def test_a_title_that_does_not_fit_leaves_its_time_to_the_sentence():
    found, _ = draw_whole(LOCKS, Opening(title="x" * 400), STATEMENT, number=1)
    assert min(event.start for event in found if event.text == "It") == 13
    assert letters(found, 280) == LOCKS.split()


def test_text_that_runs_from_the_right_is_shown_as_a_statement():
    text = "وطولها 193 كيلومترا في مصر"
    made = board(text)
    assert not draw(made, Quantity(lead="وطولها", number="193", unit="كيلومترا"))
    assert draw(made, Statement(rest=text, emphasis="مصر"))
    opening = show(Opening(title="قناة السويس"), text)
    (line,) = [event for event in opening if event.is_shape]
    assert line.x > 1000


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_few_faint_shapes_drift_slowly_over_the_ground_and_never_below_the_letters_contrast(theme, shape):
    look = {"width": shape[0], "height": shape[1], "theme": theme}
    colours, unit = theme_of(Look.model_validate(look)), min(shape) / 1080
    found, _ = draw_whole(LOCKS, STATEMENT, **look)
    moving = [re.findall(r"\\move\(([\d.,-]+)\)", event.tags) for event in found]
    ways = [list(map(float, places[0].split(","))) for places in moving if places]
    assert len(ways) == colours.drifting
    for x, y, to_x, to_y in ways:
        assert 29 * unit <= math.hypot(to_x - x, to_y - y) <= 121 * unit
    for code in (colours.text, colours.muted, colours.accent):
        for ground in colours.grounds:
            mixed = bytes(
                (a + b) // 2
                for a, b in zip(
                    bytes.fromhex(ground),
                    bytes.fromhex("FFFFFF" if colours.more_grounds else colours.line),
                    strict=True,
                )
            ).hex()
            assert contrast(code, mixed) >= 4


def test_no_shape_drifts_over_a_map():
    found, result = draw_whole("The canal runs through Egypt.", Place(name="Egypt", place="country.eg"))
    assert result.maps
    over = [(span.start, span.end) for span, _ in result.maps]
    assert not any(
        event.start < end and start < event.end for event in found if r"\move" in event.tags for start, end in over
    )


def test_a_quotation_counts_its_first_word_with_the_mark_before_it_as_shown():
    _, result = draw_whole("“The sea is everything,” said Jules Verne.", QUOTE)
    assert set(range(4)) <= result.shown


def test_between_two_years_of_a_row_the_line_stays_and_nothing_covers_it():
    row = [YearOnLine(year=1859, clause="work began", years=(1859, 1869), goes_on=True)]
    row.append(YearOnLine(year=1869, clause="the canal opened", years=(1859, 1869), row=1))
    drawings = [
        draw_whole(f"In {year.year} {year.clause}.", year, number=number)[0] for number, year in enumerate(row, 1)
    ]
    covers = [[event for event in found if event.layer >= 20] for found in drawings]
    assert [bool(events) for events in covers] == [False, True]
    assert min(event.start for event in covers[1]) > 200, "only its end"
    lines = [
        {(event.x, event.y, event.text) for event in found if event.is_shape and event.layer == 2 and event.start == 0}
        for found in drawings
    ]
    assert lines[0] & lines[1], "the line is in the same place"
