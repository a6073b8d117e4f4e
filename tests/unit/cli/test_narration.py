"""Recordings that a script or a folder names become narrations of the order."""

import json
from pathlib import Path
from typing import Any

import pytest

from scenewire.errors import PermanentError
from scenewire_cli.ordering.order import read_order
from scenewire_cli.ordering.order_options import OrderOptions

STORED = {"key": "content/ab/x.wav", "sha256": "0" * 64, "size": 5, "media_type": "audio/wav"}


def script(folder: Path, *scenes: dict[str, Any]) -> Path:
    path = folder / "scenes.json"
    path.write_text(json.dumps(scenes))
    return path


def named(options: OrderOptions) -> list[tuple[int, str, str]]:
    return [
        (item.narration.scene_number, item.path.name, item.narration.creator)
        for item in read_order(options)[1].narrations
    ]


def test_recordings_of_a_script_belong_to_their_scenes(tmp_path: Path) -> None:
    path = script(
        tmp_path,
        {"sceneNumber": 2, "text": "Two.", "narration": "two.wav"},
        {"sceneNumber": 1, "text": "One.", "narration": {"path": "one.mp3", "creator": "Ann"}},
        {"sceneNumber": 3, "text": "Three."},
    )

    assert named(OrderOptions(script=path)) == [(2, "two.wav", ""), (1, "one.mp3", "Ann")]


def test_a_recording_that_is_stored_already_stays_in_the_order(tmp_path: Path) -> None:
    order, files = read_order(OrderOptions(script=script(tmp_path, {"text": "One.", "narration": {"file": STORED}})))

    assert files.narrations == ()
    (scene,) = order.scenes or ()
    assert scene.narration is not None
    assert scene.narration.file.key == STORED["key"]


def test_names_in_a_folder_begin_with_the_number_of_their_scene(tmp_path: Path) -> None:
    for name in ("03 take.wav", "scene1.MP3", "Scene_2.flac", "notes.txt", ".hidden.wav"):
        (tmp_path / name).write_bytes(b"x")

    assert named(OrderOptions(words="Tea", narration=tmp_path)) == [
        (3, "03 take.wav", ""), (1, "scene1.MP3", ""), (2, "Scene_2.flac", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["01.wav", "intro.wav"], "intro.wav does not begin with the number of a scene"),
        (["1a.wav", "1b.wav"], "scene 1 has .*1a.wav and .*1b.wav"),
        (["a.txt"], "has no recordings"),
    ],
)
def test_a_folder_that_leaves_doubts_is_refused(tmp_path: Path, names: list[str], message: str) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"x")

    with pytest.raises(PermanentError, match=f"--narration: .*{message}"):
        read_order(OrderOptions(words="Tea", narration=tmp_path))


@pytest.mark.parametrize(
    ("narration", "message"),
    [
        ({"fil": "a.wav"}, "narration of scene 1 of the script: unknown key 'fil'"),
        (7, "narration of scene 1 of the script: it is neither the name of a file nor an object"),
        ("https://example.org/a.wav", "https://example.org/a.wav is an address"),
        ({"creator": "Ann"}, "scene 1 of the script: narration file"),
        ({"file": {**STORED, "siz": 5}}, "unknown key 'siz' in scene 1, narration.file; did you mean 'size'"),
    ],
)
def test_recordings_that_are_not_usable_are_refused_by_name(tmp_path: Path, narration: object, message: str) -> None:
    with pytest.raises(PermanentError) as refused:
        read_order(OrderOptions(script=script(tmp_path, {"text": "One.", "narration": narration})))

    assert message in refused.value.message
