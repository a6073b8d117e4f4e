"""Voices and languages on the command line: which are installed, and orders for one that is not."""

from pathlib import Path

import pytest

from scenewire.text.writings import LANGUAGES
from scenewire_assembly.languages import LETTERS
from tests.support.product import run
from tests.support.weights import write_onnx_folder


async def test_voices_lists_names_languages_engine_and_default(tmp_path: Path):
    listed = await run("voices", "list", "--json", data=tmp_path / "data", cwd=tmp_path)
    assert listed.returncode == 0, listed.err
    voices = {voice["name"]: voice for voice in listed.events}
    assert len(voices) > 100
    assert voices["de"] == {
        "event": "voice",
        "name": "de",
        "label": "German",
        "languages": ["de"],
        "engine": "espeak",
        "is_default": True,
    }
    assert (voices["pt"]["is_default"], voices["pt-BR"]["is_default"]) == (True, False)
    alone = await run("voices", "--language", "pt", data=tmp_path / "data", cwd=tmp_path)
    assert [line.split("\t")[:4] for line in alone.out.splitlines()] == [
        ["pt", "pt, pt-pt", "espeak", "default"],
        ["pt-BR", "pt-br, pt", "espeak", ""],
    ]


async def test_voices_of_a_folder_of_weights_come_first_and_are_checked(tmp_path: Path):
    pytest.importorskip("onnxruntime")
    settings = {"TTS_WEIGHTS": str(write_onnx_folder(tmp_path / "weights"))}
    listed = await run("voices", "--json", data=tmp_path / "data", cwd=tmp_path, **settings)
    assert listed.returncode == 0, listed.err
    neural = [voice for voice in listed.events if voice["engine"] == "kokoro-onnx"]
    assert neural == listed.events[: len(neural)] != []
    assert [voice["name"] for voice in neural if voice["is_default"]] == ["af_sky", "bf_emma"]
    assert not any(voice["is_default"] for voice in listed.events[len(neural) :])
    ended = await run("make", "Tea", "--voice", "af_ski", data=tmp_path / "data", cwd=tmp_path, **settings)
    assert (ended.returncode, "similar names: af_sky" in ended.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("--language", "xx"), "espeak-ng does not speak 'xx'", "`scenewire languages` lists"),
        (("--voice", "en-usa"), "espeak-ng has no voice 'en-usa'", "similar names: en-US"),
        (("--language", "de", "--voice", "+x9"), "espeak-ng has no variant 'x9'", "`scenewire voices --language de`"),
    ],
)
async def test_a_voice_that_is_missing_is_found_before_anything_is_ordered(
    arguments: tuple[str, ...], message: str, hint: str, tmp_path: Path
):
    data = tmp_path / "data"
    ended = await run("make", "Tea", *arguments, "--json", data=data, cwd=tmp_path)
    assert ended.returncode == 1
    (error,) = ended.events
    assert (error["code"], error["message"]) == ("speech_failed", message)
    assert hint in error["hint"]
    assert not list((data / "orders").iterdir())
    assert not (data / "nats").exists()


async def test_languages_lists_engines_and_caption_fonts(tmp_path: Path):
    listed = await run("languages", "--json", data=tmp_path / "data", cwd=tmp_path)
    assert listed.returncode == 0, listed.err
    found = {row["language"]: row for row in listed.events}
    german = {"event": "language", "language": "de", "name": "German", "engines": ["espeak"], "captions": True}
    assert found["de"] == german
    assert (found["zh"]["engines"], found["bo"]["engines"]) == (["espeak"], [])
    assert set(LETTERS) == set(LANGUAGES)


@pytest.mark.parametrize("command", ["voices", "languages"])
async def test_an_invalid_setting_is_named(command: str, tmp_path: Path):
    ended = await run(command, data=tmp_path / "data", cwd=tmp_path, TTS_ENGINE="parrot")
    assert ended.returncode == 1
    assert "error: TTS_ENGINE: must be" in ended.err
