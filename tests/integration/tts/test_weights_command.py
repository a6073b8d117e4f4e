"""`scenewire weights check`, over folders made on the spot."""

import importlib.util
import json
from pathlib import Path

import pytest

from scenewire.errors import PermanentError
from scenewire_cli.commands.resources import weights
from scenewire_tts.installation.installer import install
from tests.integration.tts.test_voice_installation import Shown
from tests.support.weights import write_onnx_folder, write_voice

needs_onnx = pytest.mark.skipif(importlib.util.find_spec("onnxruntime") is None, reason="onnxruntime is not installed")


async def test_a_complete_folder_is_listed_file_by_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = await weights._check(write_onnx_folder(tmp_path), speak=False, as_json=False)

    printed = capsys.readouterr().out
    assert code == 0
    assert "voices   af_heart, af_sky, bf_emma" in printed
    assert "kokoro-onnx: complete" in printed
    assert "kokoro: cannot use this folder\n         *.pth is missing" in printed


async def test_a_damaged_file_is_reported_with_its_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = write_onnx_folder(tmp_path) / "kokoro.onnx"
    graph.write_bytes(graph.read_bytes()[:-300])

    code = await weights._check(tmp_path, speak=False, as_json=True)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (damaged,) = [line for line in lines if line["event"] == "file" and line["state"] == "damaged"]
    assert code == 1
    assert (damaged["path"], damaged["what"]) == ("kokoro.onnx", "model")
    assert "truncated" in damaged["problem"]
    assert {line["engine"]: line["complete"] for line in lines if line["event"] == "engine"} == {
        "kokoro": False,
        "kokoro-onnx": False,
    }


async def test_an_installed_file_with_other_bytes_is_damaged_and_one_of_your_own_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await install(tmp_path / "weights", source=str(write_onnx_folder(tmp_path / "own")), progress=Shown())
    write_voice(tmp_path / "weights" / "voices" / "af_mine.pt", 9)
    model = tmp_path / "weights" / "kokoro.onnx"
    model.write_bytes(model.read_bytes().replace(b"tones", b"tunes"))  # as long, and still a graph

    code = await weights._check(tmp_path / "weights", speak=False, as_json=False)

    printed = capsys.readouterr().out
    assert code == 1
    assert [line.split()[-8:] for line in printed.splitlines() if line.startswith("damaged")] == [
        ["its", "bytes", "are", "not", "those", "that", "were", "installed"]
    ]
    assert "kokoro-onnx: cannot use this folder\n         kokoro.onnx is damaged" in printed


async def test_a_path_that_is_no_folder_is_the_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, problem in (("nowhere", "does not exist"), ("file", "is not a folder")):
        (tmp_path / "file").touch()
        with pytest.raises(PermanentError, match=rf"{tmp_path / name} {problem}"):
            await weights._check(tmp_path / name, speak=False, as_json=False)
    assert capsys.readouterr().out == ""


@needs_onnx
async def test_with_speak_every_complete_engine_must_speak(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_onnx_folder(tmp_path)

    assert await weights._check(folder, speak=True, as_json=False) == 0
    assert "af_heart spoke" in capsys.readouterr().out

    graph = folder / "kokoro.onnx"
    graph.write_bytes(graph.read_bytes().replace(b"ReduceSum", b"ReduceSam"))
    assert await weights._check(folder, speak=True, as_json=True) == 1
    trial = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (trial["event"], trial["ok"]) == ("trial", False)
    assert "cannot be loaded" in trial["message"]
