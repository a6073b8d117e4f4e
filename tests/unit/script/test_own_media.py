"""Media and recordings of an order reach their scenes."""

import pytest

from scenewire.messages import MAX_MEDIA, OwnNarration, PlacedMedia, PlacedNarration, SceneOrder, ScriptRequested
from scenewire_script.orders.own_media import divide_media, divide_narrations
from tests.support.builders import artifact


def item(name: str, scene_number: int | None = None) -> PlacedMedia:
    return PlacedMedia(provider="library", id=name, scene_number=scene_number)


def divided(order: ScriptRequested, scene_count: int) -> list[str]:
    media, _ = divide_media(order, scene_count)
    return ["".join(str(shown.id) for shown in scene) for scene in media]


def test_media_of_scenes_and_numbered_media_are_shown_by_their_scenes() -> None:
    order = ScriptRequested(
        scenes=(
            SceneOrder(text="Two.", scene_number=2, media=(PlacedMedia(provider="library", id="b"),)),
            SceneOrder(text="One.", scene_number=1),
        ),
        media=(item("c", 2), item("a", 1)),
    )

    assert divided(order, 2) == ["a", "bc"]


@pytest.mark.parametrize(
    ("names", "scene_count", "shown"),
    [
        ("abc", 3, ["a", "b", "c"]),
        ("abcdef", 3, ["ab", "cd", "ef"]),
        ("abcd", 3, ["ab", "c", "d"]),
        ("ab", 4, ["a", "a", "b", "b"]),
        ("", 2, ["", ""]),
    ],
)
def test_scenes_share_media_without_a_number_in_order(names: str, scene_count: int, shown: list[str]) -> None:
    assert divided(ScriptRequested(text="Tea.", media=tuple(map(item, names))), scene_count) == shown


def test_scenes_with_media_of_their_own_take_no_part() -> None:
    order = ScriptRequested(text="Tea.", media=(item("x", 2), item("a"), item("b")))

    assert divided(order, 3) == ["a", "x", "b"]


def test_media_that_no_scene_can_show_are_noted() -> None:
    order = ScriptRequested(text="Tea.", media=(item("a", 5), *(item(str(n), 1) for n in range(MAX_MEDIA + 1))))

    media, notes = divide_media(order, 2)

    assert len(media[0]) == MAX_MEDIA
    assert notes == [
        "Media of scene 5 are not shown: the script has 2 scenes.",
        "Scene 1 shows the first 12 of its 13 media.",
    ]


def test_recordings_reach_their_scenes_whatever_their_order() -> None:
    order = ScriptRequested(
        scenes=(
            SceneOrder(text="Two.", scene_number=2, narration=OwnNarration(file=artifact("two"))),
            SceneOrder(text="One.", scene_number=1),
            SceneOrder(text="Three.", scene_number=3),
        ),
        narrations=(PlacedNarration(file=artifact("three"), scene_number=3, creator="Ann"),),
    )

    narrations, notes = divide_narrations(order, 3)

    assert narrations == [
        None, OwnNarration(file=artifact("two")), OwnNarration(file=artifact("three"), creator="Ann"),
    ]  # fmt: skip
    assert notes == []


def test_a_recording_of_a_scene_that_is_not_there_is_noted() -> None:
    order = ScriptRequested(text="Tea.", narrations=(PlacedNarration(file=artifact(), scene_number=2),))

    assert divide_narrations(order, 1) == (
        [None],
        ["The narration of scene 2 is not heard: the script has 1 scene."],
    )
