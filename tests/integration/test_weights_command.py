"""`scenewire weights check`, over folders made on the spot."""

import importlib.util
import json
import os
from pathlib import Path

import pytest

from scenewire_cli.commands import weights
from tests.support.weights import write_onnx_folder

needs_onnx = pytest.mark.skipif(importlib.util.find_spec("onnxruntime") is None, reason="onnxruntime is not installed")


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([ours, os.environ.get("PYTHONPATH", "")]))


async def test_a_complete_folder_is_shown_file_by_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = await weights._check(write_onnx_folder(tmp_path), speak=False, as_json=False)

    said = capsys.readouterr().out
    assert code == 0
    assert "voices   af_heart, af_sky, bf_emma" in said
    assert "kokoro-onnx: complete" in said
    assert "kokoro: cannot speak from this folder\n         *.pth is missing" in said


async def test_a_folder_that_is_good_for_nothing_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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


@needs_onnx
async def test_on_demand_every_complete_engine_speaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_onnx_folder(tmp_path)

    assert await weights._check(folder, speak=True, as_json=False) == 0
    assert "af_heart spoke" in capsys.readouterr().out

    graph = folder / "kokoro.onnx"
    graph.write_bytes(graph.read_bytes().replace(b"ReduceSum", b"ReduceSam"))
    assert await weights._check(folder, speak=True, as_json=True) == 1
    trial = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (trial["event"], trial["ok"]) == ("trial", False)
    assert "cannot be loaded" in trial["result"]
