"""Voices and languages on the command line: which are installed, and orders for one that is not."""

import wave
from pathlib import Path

import pytest

from scenewire.text.writings import LANGUAGES
from scenewire_assembly.languages import LETTERS
from tests.support.product import run, run_on_a_terminal
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
    assert [voice["name"] for voice in neural if voice["is_default"]] == ["af_heart", "bf_emma"]
    others = {voice["name"]: voice["is_default"] for voice in listed.events[len(neural) :]}
    assert (others["de"], others["fr"], others["en-US"], others["en"]) == (True, True, False, False)
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


@pytest.mark.parametrize("command", [("script",), ("make", "--script"), ("voices", "try")])
@pytest.mark.parametrize("voice", ["nosuch", "af_hart", "en-usa"])
async def test_every_command_refuses_a_voice_that_no_engine_has_alike(
    command: tuple[str, ...], voice: str, tmp_path: Path
):
    pytest.importorskip("onnxruntime")
    data, text = tmp_path / "data", tmp_path / "talk.txt"
    write_onnx_folder(data / "weights")
    text.write_text("The canal joins two seas.")

    words = text.read_text() if command[0] == "voices" else str(text)
    ended = await run(*command, words, "--language", "en", "--voice", voice, data=data, cwd=tmp_path)

    assert ended.returncode == 1
    message, hint = ended.err.splitlines()
    engine = "kokoro-onnx: there is" if voice == "af_hart" else "espeak-ng has"
    assert message == f"error: {engine} no voice '{voice}'"
    similar = {"af_hart": "similar names: af_heart; ", "en-usa": "similar names: en-US, en-Shaw, en-US-nyc; "}
    assert hint == f"  {similar.get(voice, '')}`scenewire voices --language en` lists the voices for en"


async def test_every_voice_of_a_script_is_checked_and_a_replaced_one_is_noted(tmp_path: Path):
    pytest.importorskip("onnxruntime")
    data, scenes = tmp_path / "data", tmp_path / "scenes.json"
    write_onnx_folder(data / "weights")
    scenes.write_text('{"scenes": [{"text": "Der Kanal.", "voice": "de"}, {"text": "Zwei Meere.", "voice": "nosuch"}]}')

    refused = await run("script", str(scenes), "--language", "de", data=data, cwd=tmp_path)
    scenes.write_text(scenes.read_text().replace("nosuch", "af_heart"))
    noted = await run("script", str(scenes), "--language", "de", data=data, cwd=tmp_path)

    assert (refused.returncode, "espeak-ng has no voice 'nosuch'" in refused.err) == (1, True)
    assert noted.returncode == 0, noted.err
    assert "note: espeak speaks German with its default voice instead of af_heart, because" in noted.out


async def test_a_sample_is_spoken_in_the_language_of_its_voice_or_its_text(tmp_path: Path):
    pytest.importorskip("onnxruntime")
    data = tmp_path / "data"
    write_onnx_folder(data / "weights")

    spoken = [
        (await run("voices", "try", *words, "--json", data=data, cwd=tmp_path)).events[-1]
        for words in (
            ("Two seas meet here in 1869.", "--voice", "bf_emma"),
            ("Wie Gezeiten entstehen, weiß jeder Fischer an der Küste.",),
            ("Wie Gezeiten entstehen.", "--voice", "de", "--out", "tides.wav"),
        )
    ]

    told = [(sample["path"], sample["engine"], sample["voice"], len(sample["notes"])) for sample in spoken]
    assert told == [
        ("bf_emma.wav", "kokoro-onnx", "bf_emma", 0),
        ("de.wav", "espeak", "de", 1),
        ("tides.wav", "espeak", "de", 0),
    ]
    for sample in spoken:
        with wave.open(str(tmp_path / sample["path"])) as file:
            assert file.getnframes() / file.getframerate() == pytest.approx(sample["seconds"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("...",), "error: the text contains no letters or digits"),
        (("Hello.", "--voice", "nobody"), "error: espeak-ng has no voice 'nobody'"),
        (("Hello.", "--out", "nowhere/a.wav"), "error: cannot write nowhere/a.wav: No such file or directory"),
    ],
)
async def test_a_sample_that_cannot_be_spoken_or_written_is_an_error(
    arguments: tuple[str, ...], message: str, tmp_path: Path
):
    ended = await run("voices", "try", *arguments, data=tmp_path / "data", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.err.splitlines()[0] == message


async def test_a_voice_is_installed_listed_and_removed(tmp_path: Path):
    pytest.importorskip("onnxruntime")
    data, own = tmp_path / "data", str(write_onnx_folder(tmp_path / "own"))

    installed = await run("voices", "install", "--from", own, "--json", data=data, cwd=tmp_path)
    assert (installed.returncode, installed.events[-1]["event"]) == (0, "installed"), installed.err
    listed = await run("voices", "list", "--language", "en", "--json", data=data, cwd=tmp_path)
    assert [voice["name"] for voice in listed.events if voice["is_default"]] == ["af_heart", "bf_emma"]
    doctor = await run("doctor", "--json", data=data, cwd=tmp_path)
    speaks = next(event for event in doctor.events if event["what"] == "speech")
    assert speaks["uses"] == f"kokoro-onnx with kokoro.onnx and 3 voices, because {data / 'weights'} is complete for it"
    checked = await run("weights", "check", data=data, cwd=tmp_path)
    assert (checked.returncode, "kokoro-onnx: complete" in checked.out) == (0, True)

    asked = await run("voices", "remove", data=data, cwd=tmp_path)
    assert (asked.returncode, "add --yes" in asked.err) == (1, True)
    removed = await run("voices", "remove", "--yes", data=data, cwd=tmp_path)
    assert (removed.returncode, (data / "weights").exists()) == (0, False)
    assert "espeak, bundled" in (await run("doctor", data=data, cwd=tmp_path)).out


async def test_on_a_terminal_progress_is_drawn_and_a_removal_is_confirmed(tmp_path: Path):
    data, own = tmp_path / "data", str(write_onnx_folder(tmp_path / "own"))

    code, shown = await run_on_a_terminal("voices", "install", "--from", own, data=data, cwd=tmp_path)
    assert code == 0, shown
    assert "kokoro.onnx" in shown
    code, shown = await run_on_a_terminal("voices", "remove", data=data, cwd=tmp_path, answer="n\n")
    assert (code, f"Remove the natural voice in {data / 'weights'}?" in shown) == (1, True)
    assert (data / "weights" / "kokoro.onnx").exists()
    code, shown = await run_on_a_terminal("voices", "remove", data=data, cwd=tmp_path, answer="y\n")
    assert (code, (data / "weights").exists()) == (0, False), shown


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
