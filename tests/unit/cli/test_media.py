"""Clips and pictures that a script or a folder names become media of the order."""

import json
from pathlib import Path
from typing import Any

import pytest

from scenewire.errors import PermanentError
from scenewire_cli.ordering.order import read_order
from scenewire_cli.ordering.order_options import OrderOptions


def script(folder: Path, *scenes: dict[str, Any], **order: Any) -> Path:
    path = folder / "scenes.json"
    path.write_text(json.dumps({**order, "scenes": scenes}))
    return path


def named(options: OrderOptions) -> list[tuple[int | None, str | None]]:
    return [
        (item.media.scene_number, item.path.name if item.path else item.media.id)
        for item in read_order(options)[1].media
    ]


def test_media_of_scenes_keep_their_order_and_begin_at_the_folder_of_the_script(tmp_path: Path) -> None:
    path = script(
        tmp_path,
        {
            "text": "One.",
            "media": ["a.mp4", {"provider": "library", "id": "7"}, {"path": "b.jpg", "in": 1, "out": 2.5}],
        },
        {"text": "Two.", "media": "c.png"},
        media=["d.webp"],
    )

    order, files = read_order(OrderOptions(script=path))

    assert [item.path for item in files.media] == [
        tmp_path / "a.mp4", None, tmp_path / "b.jpg", tmp_path / "c.png", tmp_path / "d.webp",
    ]  # fmt: skip
    assert [item.media.scene_number for item in files.media] == [1, 1, 1, 2, None]
    assert (files.media[2].media.start, files.media[2].media.end, files.media[2].media.title) == (1, 2.5, "b")
    assert order.media == ()
    assert [scene.media for scene in order.scenes or ()] == [(), ()]


def test_numbers_of_scenes_count_and_not_their_places(tmp_path: Path) -> None:
    path = script(
        tmp_path,
        {"sceneNumber": 2, "text": "Two.", "media": "b.mp4"},
        {"sceneNumber": 1, "text": "One.", "media": "a.mp4"},
    )

    assert named(OrderOptions(script=path)) == [(2, "b.mp4"), (1, "a.mp4")]


def test_names_in_a_folder_begin_with_the_number_of_their_scene(tmp_path: Path) -> None:
    names = ["03 harbour.jpg", "3b.MP4", "photo.png", "2020 trip.gif", "notes.txt", ".hidden.jpg", "0.webp", "3D.avif"]
    for name in (*names, "img10.png", "img2.png", "0007.gif"):
        (tmp_path / name).write_bytes(b"x")

    assert named(OrderOptions(words="Tea", media=tmp_path)) == [
        (None, "0.webp"), (3, "03 harbour.jpg"), (3, "3b.MP4"), (None, "3D.avif"), (7, "0007.gif"), (None, "2020 trip.gif"),
        (None, "img2.png"), (None, "img10.png"), (None, "photo.png"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("media", "message"),
    [
        ({"fil": "a.mp4"}, "scene 1 of the script, media 1: unknown key 'fil'"),
        (7, "scene 1 of the script, media 1: it is neither the name of a file nor an object"),
        (
            {"file": "a.mp4", "in": 3, "out": 2},
            "scene 1 of the script, media 1: must end after its start at 3 s, not at 2 s",
        ),
        ({"file": "a.mp4", "in": -1}, "scene 1 of the script, media 1: start must be at least 0"),
        ({"file": "a.mp4", "in": 1e308}, "scene 1 of the script, media 1: start must be at most"),
        (
            {"file": "a.mp4", "in": 1, "start": 2},
            "scene 1 of the script, media 1: two of file, in, start mean the same",
        ),
        ({"provider": "library"}, "scene 1 of the script, media 1: must have either a file, or a provider and an id"),
        ("https://example.org/a.mp4", "scene 1 of the script, media 1: https://example.org/a.mp4 is an address"),
    ],
)
def test_media_that_are_not_usable_are_refused_by_name(tmp_path: Path, media: object, message: str) -> None:
    with pytest.raises(PermanentError) as refused:
        read_order(OrderOptions(script=script(tmp_path, {"text": "One.", "media": [media]})))

    assert message in refused.value.message


def test_a_file_that_somebody_may_expect_to_see_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"x")
    (tmp_path / "2.heic").write_bytes(b"x")
    with pytest.raises(PermanentError, match=r"2\.heic cannot be used"):
        read_order(OrderOptions(words="Tea", media=tmp_path))


def test_a_scene_whose_number_is_null_is_counted(tmp_path: Path) -> None:
    path = script(tmp_path, {"text": "One."}, {"text": "Two.", "scene_number": None, "media": ["p.jpg"]})
    assert named(OrderOptions(script=path)) == [(2, "p.jpg")]


def test_a_folder_without_media_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="has no clips or pictures"):
        read_order(OrderOptions(words="Tea", media=tmp_path))
    with pytest.raises(PermanentError, match="cannot read"):
        read_order(OrderOptions(words="Tea", media=tmp_path / "nowhere"))
