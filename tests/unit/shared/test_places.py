"""The gazetteer: every name leads to one place, and places are where they should be."""

import pytest

from scenewire.places.gazetteer import LANGUAGES, countries_of, iso_numbers, locations, names_of


@pytest.mark.parametrize(
    ("language", "name", "place"),
    [
        ("en", "Egypt", "country.eg"),
        ("en", "Ivory Coast", "country.ci"),
        ("en", "Britain", "country.gb"),
        ("de", "Ägypten", "country.eg"),
        ("de", "Rote Meer", "sea.red-sea"),
        ("fr", "Égypte", "country.eg"),
        ("fr", "Egypte", "country.eg"),
        ("fr", "Côte d\u2019Ivoire", "country.ci"),
        ("es", "La Habana", "capital.cu"),
        ("it", "Il Cairo", "capital.eg"),
        ("pt", "Vietname", "country.vn"),
        ("en", "Singapore", "country.sg"),
        ("en", "South America", "continent.south-america"),
    ],
)
def test_a_name_leads_to_its_place(language, name, place):
    assert names_of(language)[name] == place


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_whole_and_begin_as_names_do(language):
    for name in names_of(language):
        assert name == name.strip()
        assert "'" not in name
        assert any(map(str.isupper, name)), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_has_a_name_in_nearly_every_language(language):
    everything = set(locations()) | set(iso_numbers().values())
    assert len(everything - set(names_of(language).values())) < 12


def test_an_ordinary_word_is_no_name():
    assert "Granada" not in names_of("es")
    assert "Maurice" not in names_of("fr")


def test_coordinates_are_on_the_globe():
    for place, location in locations().items():
        assert -180 <= location.longitude <= 180, place
        assert -90 < location.latitude < 90, place
        assert (location.span is None) == place.startswith("capital."), place


def test_continents_share_no_country():
    continents = [place for place in locations() if place.startswith("continent.")]
    members = [country for continent in continents for country in countries_of(continent)]
    assert len(members) == len(set(members)) > 190
    assert "country.eg" in countries_of("continent.africa")
