"""What the thumbnail says, and where its letters stand."""

from itertools import pairwise

import pytest

from scenewire.messages import DesignedSentence, Look, Opening, Quantity, Statement, YearOnLine
from scenewire_assembly.designs.faces import faces_of
from scenewire_assembly.themes.theme import THEMES, theme_of
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from scenewire_assembly.video.plan import VideoPlan
from scenewire_assembly.video.thumbnail.letters import draw_letters
from scenewire_assembly.video.thumbnail.picture import strongest_number
from tests.support.boards import Drawn, read_events
from tests.support.builders import segment_rendered

SHAPES = {"wide": (1280, 720), "upright": (720, 1280), "square": (1280, 1280)}
LENGTH = Quantity(number="193", unit="kilometres")
SHIPS = Quantity(number="12,369", unit="ships a year")
OPENED = YearOnLine(year=1869, clause="The canal opened", years=(1859, 1869))


def plan(*designs) -> VideoPlan:
    """A video whose scene has a sentence for each design or tuple of them."""
    made = segment_rendered(number=1, scene_count=1)
    sentences = tuple(
        DesignedSentence(text="x", designs=design if isinstance(design, tuple) else (design,)) for design in designs
    )
    scene = made.scene.model_copy(update={"sentences": sentences})
    return VideoPlan((made.model_copy(update={"scene": scene}),))


def letters(title: str, number: str = "", *, shape: str = "wide", theme: str = "atlas", over=False) -> list[Drawn]:
    width, height = SHAPES[shape]
    look = Look(width=width, height=height, theme=theme)
    chosen = theme_of(look)
    faces = faces_of(chosen, TYPEFACES_DIR)
    return read_events(draw_letters(title, number, look, theme=chosen, faces=faces, over_footage=over), 30)


@pytest.mark.parametrize(
    ("designs", "number"),
    [
        ((), ""),
        ((Statement(rest="x"),), ""),
        ((LENGTH, SHIPS, OPENED), "12,369 ships a year"),
        ((OPENED, LENGTH), "193 kilometres"),
        ((OPENED, Quantity(number="10", unit="")), "1869"),
        (((Opening(title="x"), LENGTH),), "193 kilometres"),
        (((Statement(rest="x"), LENGTH),), ""),
        ((Quantity(number="900", unit="hours of unpaid overtime work"), LENGTH), "193 kilometres"),
        ((Quantity(number="eight", unit="years"), LENGTH), "193 kilometres"),
    ],
)
def test_the_number_is_the_largest_with_a_unit_or_else_the_first_year(designs, number: str):
    assert strongest_number(plan(*designs)) == number


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("number", ["", "193 kilometres"])
@pytest.mark.parametrize(
    "title",
    [
        "Tea",
        "The Suez Canal",
        "A narrow ditch in the desert: the story of the Suez Canal",
        "Donaudampfschifffahrtsgesellschaft",
        "How a narrow ditch in the desert came to carry a tenth of the world's trade, and what happens when one ship turns, "
        * 3,
        "うみはとてもひろくて、ふかくて、あおいのでみんながすきです",
    ],
)
def test_letters_stand_in_their_part_large_enough_and_without_overlap(title: str, number: str, theme: str, shape: str):
    width, height = SHAPES[shape]
    unit = min(width, height) / 1080
    found = letters(title, number, shape=shape, theme=theme)
    lines = [event for event in found if not event.is_shape and event.text != number]
    assert lines
    chosen = theme_of(Look(theme=theme))
    face = faces_of(chosen, TYPEFACES_DIR).of("heading", title)
    for line in lines:
        em = line.size / face.font_size(1, line.text)
        assert em >= 60 * unit
        assert (
            line.x + face.width(line.text, em, chosen.letter_spacing * em)
            <= (0.63 if shape == "wide" else 0.91) * width
        )
        assert line.y >= -0.05 * height
    assert max(event.y + event.size for event in found if not event.is_shape) < height
    rows = sorted(line.y for line in lines)
    assert all(after - before >= lines[0].size / face.font_size(1, lines[0].text) for before, after in pairwise(rows))
    assert (number in [event.text for event in found]) == bool(number)
    shown = "".join(line.text for line in lines).replace(" ", "")
    assert title.replace(" ", "").startswith(shown)
    assert not shown.endswith("…")


def test_over_footage_letters_are_white_with_a_dark_edge():
    found = letters("Tea", over=True)
    assert [r"\blur" in event.tags for event in found] == [True, False]
    assert all(r"\1c&HFFFFFF&" in event.tags for event in found)
    assert not any(r"\blur" in event.tags for event in letters("Tea"))
