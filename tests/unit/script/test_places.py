"""Places that sentences name, and what only looks like one."""

import pytest

from scenewire.messages import NamedPlace, Place
from scenewire_script.designs.choice import SceneWords, choose_designs
from scenewire_script.designs.languages.tables import VOCABULARIES
from scenewire_script.designs.places import find_places, map_of

PLACES = [
    ("en", "The canal joins the Mediterranean to the Red Sea across Egypt.", "Mediterranean, Red Sea, Egypt"),
    ("en", "Ancient scribes worked in Egypt for centuries.", "Egypt"),
    ("en", "Egypt's king closed the canal.", "Egypt"),
    ("en", "In Turkey the snow fell early.", "Turkey"),
    ("en", "Turkey and Greece signed it.", "Turkey, Greece"),
    ("en", "Greece, Georgia and Chad voted against it.", "Greece, Georgia, Chad"),
    ("en", "They marched from Jordan to Syria.", "Jordan, Syria"),
    ("en", "Ships between Europe and India no longer sailed round Africa.", "Europe, India, Africa"),
    ("en", "The wall fell in Berlin, the capital of Germany.", "Berlin, Germany"),
    ("en", "South Sudan left Sudan in 2011.", "South Sudan, Sudan"),
    ("en", "The plane flew over the Pacific in silence.", "Pacific"),
    ("en", "The Pacific Ocean covers a third of the globe.", "Pacific Ocean"),
    ("en", "It came from Papua New Guinea.", "Papua New Guinea"),
    ("en", "The army left Washington, D.C. at dawn.", "Washington, D.C."),
    ("en", "The Ivory Coast grows most of it.", "Ivory Coast"),
    ("en", "When France fell, London burned.", "France, London"),
    ("en", "Goods came from the US in crates.", "US"),
    ("de", "Die Pyramiden stehen in Ägypten.", "Ägypten"),
    ("de", "In Ägypten Pyramiden zu bauen, dauerte lange.", "Ägypten"),
    ("de", "Das Rote Meer liegt zwischen Afrika und Asien.", "Rote Meer, Afrika, Asien"),
    ("fr", "Le canal traverse l'Égypte jusqu'à la mer Rouge.", "Égypte, mer Rouge"),
    ("fr", "Il vient de Côte d'Ivoire.", "Côte d'Ivoire"),
    ("es", "El canal de Suez está en Egipto.", "canal de Suez, Egipto"),
    ("it", "Le navi partivano dall'Egitto verso il mar Rosso.", "Egitto, mar Rosso"),
    ("pt", "Os navios saíam do Egito para a Índia.", "Egito, Índia"),
]
TRAPS = [
    ("en", "Turkey is eaten at Thanksgiving."),
    ("en", "Turkey sandwiches are cheap."),
    ("en", "Michael Jordan scored twice."),
    ("en", "Jordan laughed and left."),
    ("en", "Chad flew home alone."),
    ("en", "Georgia painted flowers all her life."),
    ("en", "Guinea pigs eat hay."),
    ("en", "She fed it to Guinea pigs."),
    ("en", "The Polish army marched."),
    ("en", "Polish the table well."),
    ("en", "Jack London wrote of dogs."),
    ("en", "Books by J. London sold well."),
    ("en", "Paris Hilton came, too."),
    ("en", "He came from New Mexico."),
    ("en", "Northern Ireland voted."),
    ("en", "The Duke of Wellington won."),
    ("en", "Queen Victoria wore black."),
    ("en", "George Washington crossed the river."),
    ("en", "Victoria reigned long."),
    ("en", "The Mediterranean diet is rich in oil."),
    ("en", "US troops landed."),
    ("en", "He loved china and old turkey rugs."),
    ("en", "Brazil nuts float."),
    ("en", "A Berlin-based firm made it."),
    ("en", "Tom Holland smiled."),
    ("en", "They met in Paris, Texas."),
    ("en", "The band comes from Athens, Georgia."),
    ("en", "The storm hit towns in Georgia and Alabama."),
    ("de", "Königin Victoria trug Schwarz."),
    ("de", "Der Chilene Pablo schrieb viel."),
    ("fr", "Anatole France écrivait bien."),
    ("es", "Santiago caminaba despacio."),
    ("it", "I mali del mondo sono molti."),
    ("it", "Colombo partì con tre navi."),
    ("pt", "Praia é o que não falta."),
    ("pt", "Peru assado é bom."),
]


def found(sentence: str, language: str = "en") -> list[NamedPlace]:
    return find_places(sentence, language, VOCABULARIES[language])


@pytest.mark.parametrize(("language", "sentence", "names"), PLACES)
def test_places_are_found_as_they_are_written(language, sentence, names):
    named = found(sentence, language)
    assert ", ".join(place.name for place in named) == names
    assert all(place.name in sentence for place in named)


@pytest.mark.parametrize(("language", "sentence"), TRAPS)
def test_what_only_looks_like_a_place_is_none(language, sentence):
    assert found(sentence, language) == []


def test_a_person_beside_a_place_is_not_a_place():
    assert [place.name for place in found("Chad flew to Greece.")] == ["Greece"]


def test_a_name_leads_to_the_same_place_in_every_language():
    sentences = {
        "en": "in Egypt",
        "de": "in Ägypten",
        "fr": "en Egypte",
        "es": "en Egipto",
        "it": "in Egitto",
        "pt": "no Egito",
    }
    assert {found(text, language)[0].place for language, text in sentences.items()} == {"country.eg"}


def test_a_place_named_twice_counts_once_with_its_first_name():
    (place,) = found("From Britain it spread through the United Kingdom.")
    assert (place.name, place.place) == ("Britain", "country.gb")


def test_a_language_without_names_has_no_places():
    assert find_places("Het ligt in Egypte.", "nl", VOCABULARIES["en"]) == []


def test_the_map_points_at_the_smallest_place_and_names_the_others():
    design = map_of(found("The canal joins the Mediterranean to the Red Sea across Egypt."), ())
    assert design is not None
    assert (design.name, [other.name for other in design.others]) == ("Egypt", ["Mediterranean", "Red Sea"])


def test_the_map_points_at_a_place_that_had_none():
    places = found("Egypt and Syria signed it.")
    second = map_of(places, {"country.eg"})
    assert second is not None
    assert (second.name, second.others[0].name) == ("Syria", "Egypt")
    assert map_of(places, {"country.eg", "country.sy"}) is None


def kinds(*texts: str) -> list[str]:
    scenes = [SceneWords(text) for text in texts]
    designed = choose_designs(scenes, title=None, language="en", words_per_second=2.3)
    return [sentence.designs[0].kind for sentences in designed for sentence in sentences]


def test_a_sentence_with_a_place_shows_its_map_once_in_a_video():
    assert kinds(
        "The old pyramids stand in Egypt.", "They are very old indeed.", "Many people visit them in Egypt."
    ) == [
        "place",
        "statement",
        "statement",
    ]


def test_a_number_comes_before_a_place_and_the_place_stands_in_for_it():
    ((sentence,),) = choose_designs(
        [SceneWords("It is 193 kilometres long and lies in Egypt.")], title=None, language="en", words_per_second=2.3
    )
    assert [design.kind for design in sentence.designs] == ["number", "place", "statement", "statement"]
    assert isinstance(sentence.designs[1], Place)
