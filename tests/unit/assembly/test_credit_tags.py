"""Who is named over footage, where and when."""

import pytest

from scenewire.messages import Credit, Look
from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.credit_lines import in_public_domain, licence_name, shown_title
from scenewire_assembly.designs.faces import faces_of
from scenewire_assembly.edit import Shot
from scenewire_assembly.picture.overlays.credit_tags import credit_tags, has_tag
from scenewire_assembly.themes.theme import THEMES, theme_of
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from tests.support.boards import Drawn, read_events
from tests.support.clips import clip

CREDIT = Credit(provider="commons", title="Suez Canal", creator="J. Example", licence="CC BY 4.0")


def credit(**changes: str) -> Credit:
    return CREDIT.model_copy(update=changes)


def tags(*named: Credit, shots: list[Shot] | None = None, look: Look | None = None, clear: int = 0) -> list[Drawn]:
    look = look or Look()
    clips = [clip(200).model_copy(update={"credit": each}) for each in named]
    shots = shots or [Shot(index, 150 * index, 150) for index in range(len(named))]
    canvas = Canvas(look, shots[-1].start + shots[-1].frames)
    theme = theme_of(look)
    drawn = credit_tags(canvas, clips, shots, theme=theme, faces=faces_of(theme, TYPEFACES_DIR), clear=clear)
    return read_events(drawn.events, look.frame_rate)


def times(found: list[Drawn]) -> list[tuple[str, int, int]]:
    return [(event.text, event.start, event.end) for event in found if not event.is_shape]


def test_a_tag_names_title_creator_and_licence_for_75_frames_from_the_shots_tenth():
    assert times(tags(CREDIT)) == [("“Suez Canal”", 10, 85), ("J. Example · CC BY 4.0", 10, 85)]


def test_each_source_is_named_once_in_a_scene_and_only_where_there_is_time_to_read():
    other = credit(title="A ship")
    shots = [Shot(0, 0, 60), Shot(1, 60, 50), Shot(0, 110, 90), Shot(1, 200, 90)]
    found = times(tags(CREDIT, other, shots=shots))
    assert [entry for entry in found if entry[0].startswith("“")] == [("“Suez Canal”", 10, 60), ("“A ship”", 210, 285)]


def test_a_tag_waits_for_the_title():
    assert times(tags(CREDIT, clear=100))[0][1:] == (100, 150)
    assert tags(CREDIT, clear=106) == []


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, True),
        ({"creator": ""}, False),
        ({"licence": ""}, False),
        ({"licence": "CC0"}, False),
        ({"licence": "CC0 1.0"}, False),
        ({"licence": "Public Domain"}, False),
        ({"licence": "https://creativecommons.org/publicdomain/mark/1.0/"}, False),
        ({"licence": "https://creativecommons.org/licenses/by-sa/4.0/"}, True),
        ({"licence": "Pexels License"}, True),
    ],
)
def test_only_footage_that_asks_for_attribution_gets_a_tag(changes: dict[str, str], *, shown: bool):
    assert has_tag(credit(**changes)) == shown
    assert bool(tags(credit(**changes))) == shown


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("CC BY 4.0", "CC BY 4.0"),
        ("https://creativecommons.org/licenses/by-sa/3.0/deed.de", "CC BY-SA 3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0"),
        ("Free to use (https://example.org/terms)", "Free to use"),
    ],
)
def test_licences_have_short_names_and_no_addresses(written: str, name: str):
    assert licence_name(written) == name


def test_file_names_and_addresses_are_no_titles():
    assert [shown_title(title) for title in ("IMG_20.mov", "see www.example.org", " ", "Vol. 3, No. 2")] == [
        *("", "", ""),
        "“Vol. 3, No. 2”",
    ]
    assert in_public_domain("Public domain in the United States unless marked otherwise.")


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080), (320, 180)])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("title", ["Suez", "A very long title of a film about ships in the canal of Suez " * 3])
def test_tags_stand_on_a_plate_at_the_upper_left_clear_of_captions(size: tuple[int, int], theme: str, title: str):
    width, height = size
    found = tags(credit(title=title), look=Look(width=width, height=height, theme=theme))
    assert len(found) == 4
    for event in found:
        assert 0.04 * width <= event.x < 0.15 * width
        assert 0.03 * height < event.y < 0.25 * height
    assert max(event.size for event in found) > 0.02 * min(size)
