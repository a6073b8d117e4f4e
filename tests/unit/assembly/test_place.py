"""The design of a place: its point, its plate, and the names beside it."""

import re

import pytest

from scenewire.messages import Look, NamedPlace, Place
from scenewire_assembly.designs.kinds.registry import draw
from scenewire_assembly.designs.map_view import spot_of
from scenewire_assembly.themes.theme import THEMES
from tests.support.boards import board, drawn, letters, show

STRIP = "The canal joins the Mediterranean to the Red Sea across a narrow strip of Egypt."
PLACE = Place(
    name="Egypt",
    place="country.eg",
    others=(
        NamedPlace(name="Mediterranean", place="sea.mediterranean-sea"),
        NamedPlace(name="Red Sea", place="sea.red-sea"),
    ),
)
SHAPES = [(1920, 1080), (1080, 1920), (1080, 1080)]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("width", "height"), SHAPES)
@pytest.mark.parametrize(
    "place", ["country.ch", "country.cl", "country.fj", "country.ru", "country.va", "capital.de", "sea.pacific-ocean"]
)
def test_the_point_of_a_place_is_where_its_map_has_it_and_no_plate_covers_it(place, width, height, theme):
    made = board("They came to Someplace at last.", look=Look(width=width, height=height, theme=theme))
    assert draw(made, Place(name="Someplace", place=place))
    ((span, view),) = made.maps
    assert (span.start, span.end) == (0, 300)
    spot = spot_of(place)
    assert spot is not None
    x, y = view.at(spot.longitude, spot.latitude, width, height)
    assert made.zones.left < x < made.zones.right
    assert 0.06 * height < y < made.zones.bottom
    unit = made.zones.unit
    point = next(event for event in drawn(made) if event.end == 300 and event.layer == 5)
    assert (point.x + 13 * unit, point.y + 13 * unit) == pytest.approx((x, y), abs=0.02)
    plate = next(event for event in made.drawing.events if event.layer == 6)
    corners = [float(number) for number in re.findall(r"-?[\d.]+", plate.text.partition("\\p1}")[2])]
    left, top = map(float, re.findall(r"pos\(([-\d.]+),([-\d.]+)", plate.text)[0])
    assert not (left < x < left + max(corners[::2]) and top < y < top + max(corners[1::2]))


def test_a_place_shows_four_frames_before_it_is_spoken_and_its_point_when_the_line_arrives():
    text = "They came to Egypt at last."
    found = show(Place(name="Egypt", place="country.eg"), text)
    said = 15 + 12 * 3
    assert {event.start for event in found if event.layer == 6} == {said - 4}
    assert min(event.start for event in found if event.text == "Egypt") == said - 4
    line = [event for event in found if event.layer == 4 and event.opacity == 1]
    assert min(event.start for event in line) == said - 4
    points = sorted((event for event in found if event.layer == 5), key=lambda event: event.start)
    assert points[0].start == said + 4
    assert max(event.end for event in found if event.layer == 3 and event.is_shape) == said + 4 + 20
    assert letters(found, said - 5) == []


def test_further_places_are_named_as_they_are_spoken():
    found = show(PLACE, STRIP)
    for name, word in (("Mediterranean", 4), ("Red Sea", 7), ("Egypt", 14)):
        assert min(event.start for event in found if event.text == name) == 15 + 12 * word - 4, name


@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_names_on_a_map_keep_clear_of_each_other(width, height):
    made = board(STRIP, look=Look(width=width, height=height))
    assert draw(made, PLACE)
    boxes = []
    for event in drawn(made):
        if event.end == 300 and not event.is_shape:
            face = next(
                face for faces in made.faces.by_role.values() for face in faces if f"\\fn{face.family}" in event.tags
            )
            em = event.size / face.font_size(1)
            baseline = event.y + em - face.top(em, em)
            boxes.append((event.x, baseline - face.capital(em), event.x + face.width(event.text, em), baseline))
    assert len(boxes) >= 2
    for index, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert right < other[0] or other[2] < left or bottom < other[1] or other[3] < top


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_a_long_name_breaks_and_stays_whole(width, height, theme):
    made = board("It is in the Democratic Republic of the Congo.", look=Look(width=width, height=height, theme=theme))
    assert draw(made, Place(name="Democratic Republic of the Congo", place="country.cd"))
    assert " ".join(letters(drawn(made), 299)) == "Democratic Republic of the Congo"


def test_a_continent_has_a_name_and_no_point():
    found = show(Place(name="Africa", place="continent.africa"), "They came from Africa.")
    assert letters(found, 299) == ["Africa"]
    assert not [event for event in found if event.layer in (4, 5)]


def test_a_place_that_is_not_known_is_refused_and_leaves_no_map():
    made = board("They came to Atlantis.")
    assert not draw(made, Place(name="Atlantis", place="country.zz"))
    assert made.maps == []
    long = "W" * 90
    assert not draw(made, Place(name=long, place="country.eg"))
    assert made.maps == []
    assert made.drawing.events == []


@pytest.mark.parametrize("name", ["Ελλάδα", "Україна", "日本", "ประเทศไทย"])
def test_a_place_in_another_script_is_written_in_a_face_that_has_it(name):
    made = board(f"{name} {name}", look=Look(theme="grid"))
    assert draw(made, Place(name=name, place="country.gr"))
    written = next(event for event in drawn(made) if not event.is_shape)
    family = re.search(r"\\fn([^\\]+)", written.tags)
    assert family is not None
    assert family[1] in {"SW Inter 700", "DejaVu Sans"}


def test_a_place_that_is_written_from_the_right_is_mirrored():
    made = board("عاش في مصر طويلا", look=Look(width=1920, height=1080))
    assert draw(made, Place(name="مصر", place="country.eg"))
    ((_, view),) = made.maps
    assert view.x == pytest.approx(0.4)
    plate = next(event for event in drawn(made) if event.layer == 6)
    point = next(event for event in drawn(made) if event.layer == 5)
    assert plate.x > point.x


def test_a_canal_has_a_point_and_a_sea_does_not():
    text = "It runs from Egypt to the Suez Canal and the Red Sea."
    made = board(text)
    others = (
        NamedPlace(name="Suez Canal", place="sea.suez-canal"),
        NamedPlace(name="Red Sea", place="sea.red-sea"),
    )
    assert draw(made, Place(name="Egypt", place="country.eg", others=others))
    small = [
        event
        for event in drawn(made)
        if event.layer == 4 and event.is_shape and event.opacity == 1 and event.end == 300
    ]
    text_colour = made.theme.text
    points = [event for event in small if f"{text_colour[4:]}{text_colour[2:4]}{text_colour[:2]}" in event.tags]
    ((_, view),) = made.maps
    assert [(event.x + 7, event.y + 7) for event in points] == [
        pytest.approx(view.at(32.35, 30.4, 1920, 1080), abs=0.1)
    ]
    assert {"Suez Canal", "Red Sea"} <= set(letters(drawn(made), 299))
