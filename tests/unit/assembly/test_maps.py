"""Maps: outlines, places in the picture, and the land as pixels."""

import numpy as np
import pytest

from scenewire.messages import Look
from scenewire.places.gazetteer import iso_numbers, locations
from scenewire_assembly.designs.map_view import map_of, spot_of
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.maps.land import land_of
from scenewire_assembly.maps.outlines import Outline, all_outlines, outlines_by_place
from scenewire_assembly.maps.projection import MAX_LATITUDE, Map, mercator, unmercator
from scenewire_assembly.maps.raster import fill, stroke
from scenewire_assembly.themes.grounds import Ground
from scenewire_assembly.themes.theme import THEMES, contrast, theme_of

NARROW = {f"sea.{name}" for name in ("bosphorus", "dardanelles", "bab-el-mandeb", "aral-sea", "dead-sea")} | {
    place for place in locations() if "strait" in place or "canal" in place
}
"""Waters that the outlines do not have."""

SHAPES = [(1920, 1080), (1080, 1920), (1080, 1080)]
SQUARE = np.array([[10.0, 10.0], [20.0, 10.0], [20.0, 20.0], [10.0, 20.0], [10.0, 10.0]])


def pixel(theme: str, view: Map, longitude: float, latitude: float, *, width=640, height=360) -> str:
    """The colour of a place on a painted map."""
    ground = Ground(theme_of(Look(theme=theme)), 0, quiet=True, map=view)
    picture = np.frombuffer(ground.paint(width, height), np.uint8).reshape(height, width, 3)
    x, y = view.at(longitude, latitude, width, height)
    around = picture[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2]
    return "".join(f"{round(float(value)):02X}" for value in around.mean(axis=(0, 1)))


def near(found: str, wanted: str, most: int = 5) -> bool:
    pairs = zip(bytes.fromhex(found), bytes.fromhex(wanted), strict=True)
    return all(abs(one - other) <= most for one, other in pairs)


def encloses(outline: Outline, longitude: float, latitude: float, margin: float = 0.0) -> bool:
    for ring in outline.rings:
        (west, south), (east, north) = ring.min(axis=0) - margin, ring.max(axis=0) + margin
        if west <= longitude <= east and south <= latitude <= north:
            return True
    return False


def test_a_square_covers_its_pixels_and_parts_of_those_at_its_edges():
    covered = fill([SQUARE + np.array((0.25, 0.5))], 40, 40)
    assert covered[15, 15] == 1
    assert covered[15, 10] == pytest.approx(0.75)
    assert covered[10, 15] == pytest.approx(0.5)
    assert covered.sum() == pytest.approx(100)
    assert covered[:10].sum() == covered[21:].sum() == covered[:, :10].sum() == covered[:, 21:].sum() == 0


def test_a_hole_stays_open_and_what_leaves_the_picture_is_cut_off():
    hole = (SQUARE[::-1] - 15) / 2 + 15
    assert fill([SQUARE, hole], 40, 40).sum() == pytest.approx(75)
    assert fill([SQUARE - 15], 40, 40).sum() == pytest.approx(25)
    assert fill([SQUARE + np.array((26.0, 0.0))], 40, 40).sum() == pytest.approx(40)
    assert fill([SQUARE + 100], 40, 40).sum() == 0


def test_a_line_is_as_thick_as_wanted_and_has_no_gap_at_bends():
    drawn = stroke([SQUARE + 0.5], 2, 40, 40)
    assert drawn[15].sum() == pytest.approx(4)
    assert drawn.max() == 1
    assert drawn[9:12, 9:12].min() > 0


@pytest.mark.parametrize("place", sorted(set(iso_numbers().values()) - {"country.im"}))
def test_every_country_has_an_outline_around_its_point(place):
    outline = outlines_by_place()[place]
    assert encloses(outline, outline.longitude, outline.latitude, 0.05)
    assert outline.box.west < outline.box.east
    assert outline.box.south < outline.box.north


@pytest.mark.parametrize("place", [place for place in locations() if place.startswith("capital.")])
def test_every_capital_is_in_its_country(place):
    location = locations()[place]
    country = outlines_by_place()[f"country.{place.split('.')[1][:2]}"]
    assert encloses(country, location.longitude, location.latitude, 0.15)


@pytest.mark.parametrize("place", [place for place in locations() if place.startswith("sea.") and place not in NARROW])
def test_every_sea_is_at_sea(place):
    location = locations()[place]
    for longitude, latitude in ((location.longitude, location.latitude), *location.further):
        view = Map(longitude, latitude, 30, 0.5, 0.5)
        assert land_of(view, 120, 120).land[60, 60] < 0.5, (longitude, latitude)


def test_rings_are_closed_and_cross_the_antimeridian_without_a_jump():
    for outline in all_outlines():
        for ring in outline.rings:
            assert (ring[0] == ring[-1]).all()
            assert np.abs(np.diff(ring[:, 0])).max() < 60
    assert outlines_by_place()["country.ru"].box.east > 185


@pytest.mark.parametrize("latitude", [-80, -33.5, 0, 12, 83])
def test_the_projection_has_an_inverse_up_to_its_limit(latitude):
    assert unmercator(mercator(latitude)) == pytest.approx(latitude)
    assert mercator(90) == mercator(MAX_LATITUDE)


def test_the_focus_is_where_it_should_be_and_east_is_right_and_north_is_up():
    view = Map(31, 27, 34, 0.6, 0.43)
    assert view.at(31, 27, 1920, 1080) == pytest.approx((1152, 464.4))
    assert view.at(32, 27, 1920, 1080)[0] == pytest.approx(1152 + 1920 / 34)
    assert view.at(31, 28, 1920, 1080)[1] < 464.4
    assert view.at(31 - 360, 27, 1920, 1080) == pytest.approx((1152, 464.4))


@pytest.mark.parametrize(("width", "height"), SHAPES)
@pytest.mark.parametrize("place", ["country.eg", "country.ch", "country.cl", "country.ru", "country.us", "country.fj"])
def test_a_country_fits_the_picture(place, width, height):
    spot = spot_of(place)
    assert spot is not None
    view = map_of([spot], Zones(width, height))
    for longitude, latitude in ((spot.box.west, spot.box.south), (spot.box.east, spot.box.north)):
        x = view.x * width + (longitude - view.longitude) * width / view.span
        _, y = view.at(longitude, latitude, width, height)
        assert 0 < x < width
        assert 0 < y < 0.9 * height


@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_a_small_country_and_a_capital_are_shown_with_their_surroundings(width, height):
    for place in ("country.ch", "country.va", "capital.de"):
        spot = spot_of(place)
        assert spot is not None
        view = map_of([spot], Zones(width, height))
        assert view.span == (21 if height > width else 34)
        shares = {(1920, 1080): (0.6, 0.43), (1080, 1920): (0.5, 0.34), (1080, 1080): (0.74, 0.43)}[width, height]
        assert view.at(spot.longitude, spot.latitude, width, height) == pytest.approx(
            (shares[0] * width, shares[1] * height)
        )


@pytest.mark.parametrize(("width", "height"), SHAPES)
@pytest.mark.parametrize(
    "places", [("capital.fr", "capital.ru"), ("capital.nz", "capital.us"), ("country.jp", "country.cn")]
)
def test_all_places_are_in_the_picture_even_across_the_antimeridian(places, width, height):
    spots = [spot for place in places if (spot := spot_of(place))]
    view = map_of(spots, Zones(width, height))
    for spot in spots:
        x, y = view.at(spot.longitude, spot.latitude, width, height)
        assert 0.04 * width < x < 0.96 * width
        assert 0.04 * height < y < 0.9 * height


def test_an_unknown_place_has_no_spot():
    assert spot_of("country.zz") is None


def test_a_large_water_is_named_where_it_is_nearest_to_the_focus():
    egypt = spot_of("country.eg")
    assert egypt is not None
    beside = spot_of("sea.mediterranean-sea", near=egypt)
    alone = spot_of("sea.mediterranean-sea")
    assert beside is not None
    assert alone is not None
    assert (beside.longitude, alone.longitude) == (30, 17.5)


EGYPT = Map(30, 27, 34, 0.6, 0.43, ("country.eg",))


@pytest.mark.parametrize("theme", THEMES)
def test_land_and_the_marked_country_have_their_colours(theme):
    colours = theme_of(Look(theme=theme)).map_colours
    assert near(pixel(theme, EGYPT, 27, 25), colours.marked)
    assert near(pixel(theme, EGYPT, 20, 27), colours.land)
    sea = pixel(theme, EGYPT, 25, 33.5)
    assert not near(sea, colours.land)
    assert colours.sea is None or near(sea, colours.sea)


@pytest.mark.parametrize("theme", THEMES)
def test_names_on_land_and_sea_have_enough_contrast(theme):
    colours = theme_of(Look(theme=theme))
    for land in (colours.map_colours.land, colours.map_colours.marked):
        assert contrast(colours.text, land) >= 4.5
    assert contrast(colours.muted, colours.map_colours.sea or colours.ground) >= 4.5


def test_an_own_theme_without_colours_of_maps_has_mixed_ones():
    theme = theme_of(Look()).model_copy(update={"map": None})
    assert theme.map_colours.land != theme.ground
    assert contrast(theme.text, theme.map_colours.marked) >= 4.5


def test_a_map_is_the_same_whenever_it_is_painted():
    ground = Ground(theme_of(Look()), 1, quiet=True, map=EGYPT)
    assert ground.paint(320, 180) == ground.paint(320, 180) != Ground(ground.theme, 1, quiet=True).paint(320, 180)


@pytest.mark.parametrize(
    ("continent", "inside", "outside"),
    [
        ("europe", (37.6, 55.7), (82.9, 55.0)),
        ("asia", (82.9, 55.0), (37.6, 55.7)),
        ("africa", (20, 10), (45, 25)),
        ("south-america", (-55, -10), (-100, 40)),
    ],
)
def test_the_land_of_a_continent_is_marked_and_russia_is_divided(continent, inside, outside):
    spot = spot_of(f"continent.{continent}")
    assert spot is not None
    view = Map(spot.longitude, spot.latitude, 200, 0.5, 0.5, (spot.place,))
    marked = land_of(view, 800, 800).marked
    for (longitude, latitude), share in ((inside, 1), (outside, 0)):
        x, y = view.at(longitude, latitude, 800, 800)
        assert marked[int(y), int(x)] == pytest.approx(share, abs=0.01)


def test_a_country_at_the_antimeridian_is_whole():
    fiji, russia = spot_of("country.fj"), spot_of("country.ru")
    assert fiji is not None
    assert russia is not None
    view = map_of([russia], Zones(640, 360))
    marked = land_of(view, 640, 360).marked
    x, y = view.at(-172, 66, 640, 360)  # the far end of Chukotka
    assert marked[int(y), int(x)] == pytest.approx(1, abs=0.01)
    near_fiji = land_of(map_of([fiji], Zones(640, 360)), 640, 360)
    x, y = map_of([fiji], Zones(640, 360)).at(-179.85, -16.8, 640, 360)
    assert near_fiji.land[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4].max() > 0
