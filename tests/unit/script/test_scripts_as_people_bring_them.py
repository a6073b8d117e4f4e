"""Scripts of the kinds that people bring: what is spoken, what the pictures show, and what people are told."""

import json
from pathlib import Path
from typing import Any

import pytest

from scenewire.messages import ScriptRequested
from scenewire.text.decoding import decode
from scenewire_script.writers.outline import OutlineWriter

DATA = Path(__file__).parents[2] / "data"
EXPECTED: dict[str, dict[str, Any]] = json.loads((DATA / "scripts.json").read_text(encoding="utf-8"))


def test_every_script_has_its_expectation():
    assert sorted(EXPECTED) == sorted(path.name for path in (DATA / "scripts").iterdir())
    assert len(EXPECTED) >= 22


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_script_gives_its_words_and_only_them(name: str):
    text = decode((DATA / "scripts" / name).read_bytes())
    language = EXPECTED[name].get("language", "en")

    script = await OutlineWriter().write(ScriptRequested(text=text, language=language))

    expected = EXPECTED[name]
    assert script.title == expected["title"]
    assert [scene.text for scene in script.scenes] == [scene["text"] for scene in expected["scenes"]]
    assert [scene.footage_query for scene in script.scenes] == [scene["footage_query"] for scene in expected["scenes"]]
    for key, absent in (("section", ""), ("duration", None), ("pause", 0)):
        assert [getattr(scene, key) for scene in script.scenes] == [
            scene.get(key, absent) for scene in expected["scenes"]
        ]
    assert list(script.notes) == expected["notes"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_files_of_the_usual_encodings_are_read(encoding: str):
    text = "Größe – “quoted” café.\nZweite Zeile."

    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "raw", [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"PK\x03\x04\x14\x00\x06\x00", b"\x81\x8d\x8f"]
)
def test_binary_files_are_no_text(raw: bytes):
    assert decode(raw) is None


async def test_speakers_of_a_script_get_their_voices():
    order = ScriptRequested(
        text="NARRATOR: It was late.\nHOST: Was it?", voices={"narrator": "af_heart", "Host": "am_adam"}
    )

    assert [scene.voice for scene in (await OutlineWriter().write(order)).scenes] == ["af_heart", "am_adam"]


@pytest.mark.parametrize(
    ("order", "named"),
    [
        ({"text": "NARRATOR: It was late.\nHOST: Was it?"}, "its speakers are NARRATOR, HOST"),
        ({"text": "It was late."}, "it names no speakers"),
        (
            {"scenes": [{"text": "NARRATOR: It was late."}, {"text": "HOST: Was it?"}]},
            "its speakers are NARRATOR, HOST",
        ),
        ({"topic": "Tea"}, "it names no speakers"),
    ],
)
async def test_voices_for_speakers_that_a_script_lacks_are_noted_once(order: dict[str, Any], named: str):
    voices = {"narrator": "af_sky", "narator": "af_sky", "Anna": "af_heart"} if "NARRATOR" in named else {"Anna": "x"}
    missing = "narator, Anna" if "NARRATOR" in named else "Anna"

    notes = (await OutlineWriter().write(ScriptRequested.model_validate({**order, "voices": voices}))).notes

    assert [note for note in notes if "no such speaker" in note] == [
        f"Voices not used, because the script has no such speaker: {missing}; {named}."
    ]


async def test_the_ordered_title_goes_before_the_title_of_the_script():
    order = ScriptRequested(text="# Tides\n\nThe sea rises.", title="The **sea**")

    assert (await OutlineWriter().write(order)).title == "The sea"


async def test_directions_in_ordered_scenes_are_not_spoken():
    order = ScriptRequested.model_validate({"scenes": [{"text": "[a harbour] NARRATOR: Boats leave. (beat)"}]})

    (scene,) = (await OutlineWriter().write(order)).scenes
    assert (scene.text, scene.footage_query, scene.pause) == ("Boats leave.", "a harbour", 0.7)
