"""`scenewire doctor` reports what the services find out about themselves."""

import shutil
from pathlib import Path

import pytest

from scenewire.findings import Finding
from scenewire_cli.commands import doctor
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_tts import diagnostics
from scenewire_tts.engines.selection import EngineSelection
from scenewire_tts.settings import TtsSettings
from scripts.doubles.language_model import KEY
from tests.support.onnx_graph import graph
from tests.support.weights import write_onnx_folder, write_voice
from tests.unit.tts.test_weights import write_torch_model


async def test_footage_servers_are_reported_by_the_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SOURCING_SERVERS", "DVIDS_API_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LIBRARY_DIR", str(tmp_path))
    monkeypatch.setenv("DVIDS_API_KEY", KEY)

    found = await doctor._footage()

    assert [finding.uses.partition(",")[0] for finding in found[:2]] == ["library", "dvids"]
    assert all(finding.ok for finding in found)
    assert KEY not in str(found)

    monkeypatch.setenv("SOURCING_SERVERS", "nowhere")
    (finding,) = await doctor._footage()
    assert not finding.ok


async def test_the_engine_is_reported_with_what_the_others_require(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("TTS_ENGINE", "TTS_WEIGHTS", "TTS_DEVICE"):
        monkeypatch.delenv(name, raising=False)

    speaks, details, *others = await doctor._speech(DataFolder(tmp_path / "data"))

    assert speaks.ok
    assert details == Finding("word times: exact, reported by espeak-ng")
    assert speaks.uses == "espeak, bundled, because no natural voice is installed"
    assert "scenewire voices install" in speaks.hint
    engines = ("kokoro", "kokoro-onnx", "openai-compatible")
    assert [finding.uses for finding in others] == [f"{engine} is not used" for engine in engines]
    assert all("no natural voice is installed" in finding.hint for finding in others[:2])
    assert "TTS_MODEL_URL" in others[2].hint

    monkeypatch.setenv("TTS_WEIGHTS", str(tmp_path))
    (missing,) = await doctor._speech(DataFolder(tmp_path / "data"))
    assert not missing.ok
    assert "*.onnx is missing" in missing.uses
    assert f"weights check {tmp_path}" in missing.hint

    monkeypatch.setenv("TTS_ENGINE", "oracle")
    (wrong,) = await doctor._speech(DataFolder(tmp_path / "data"))
    assert not wrong.ok
    assert wrong.uses.startswith("TTS_ENGINE: ")


async def test_an_installed_voice_is_reported_and_english_by_a_japanese_voice_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("TTS_ENGINE", "TTS_WEIGHTS", "TTS_DEVICE", "TTS_VOICE", "SCENEWIRE_DATA"):
        monkeypatch.delenv(name, raising=False)
    pytest.importorskip("onnxruntime")
    folder = DataFolder(tmp_path)
    write_onnx_folder(folder.weights)

    speaks, _, espeak, *_ = await doctor._speech(folder)
    assert speaks == Finding(f"kokoro-onnx with kokoro.onnx and 3 voices, because {folder.weights} is complete for it")
    assert espeak.uses == "espeak, bundled, for languages that kokoro-onnx lacks"

    monkeypatch.setenv("TTS_VOICE", "+f3")
    speaks, *_ = await doctor._speech(folder)
    assert speaks.hint == "orders without a voice are spoken by espeak, because TTS_VOICE is +f3"

    monkeypatch.delenv("TTS_VOICE")
    shutil.rmtree(folder.weights / "voices")
    write_voice(folder.weights / "voices" / "jm_kumo.pt", 1)
    speaks, *_ = await doctor._speech(folder)
    assert speaks.ok
    assert speaks.hint.startswith("English is read by jm_kumo, a voice for Japanese, with an accent")


@pytest.mark.parametrize(
    ("kind", "hides", "told"),
    [
        (1, False, "precision: fp32; runs on: CPU, CPUExecutionProvider; word times: exact, read from the graph"),
        (3, False, "precision: int8; runs on: CPU, CPUExecutionProvider; word times: exact, read from the graph"),
        (10, True, "precision: fp16; runs on: CPU, CPUExecutionProvider; word times: estimates, up to 0.4 s off"),
    ],
)
async def test_precision_device_and_word_times_are_those_of_the_graph_that_is_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: int, hides: bool, told: str
) -> None:
    for name in ("TTS_ENGINE", "TTS_WEIGHTS", "TTS_DEVICE", "TTS_VOICE", "SCENEWIRE_DATA"):
        monkeypatch.delenv(name, raising=False)
    pytest.importorskip("onnxruntime")
    folder = DataFolder(tmp_path)
    write_onnx_folder(folder.weights)  # a smaller graph, which is not loaded
    model = graph(weights=(kind, 9000), tells_durations=not hides, rounding="Ceil" if hides else "Round")
    (folder.weights / "model.onnx").write_bytes(model)

    speaks, details, *_ = await doctor._speech(folder)

    assert speaks.uses.startswith("kokoro-onnx with model.onnx and 3 voices")
    assert (details.ok, details.uses.startswith(told)) == (True, True)


async def test_the_device_of_pytorch_is_a_gpu_if_there_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = write_onnx_folder(tmp_path / "weights")
    write_torch_model(folder / "kokoro.pth")
    selection = EngineSelection("kokoro", "", {}, folder)
    settings = TtsSettings(artifacts_url="file:///")

    told = []
    for gpu in (True, False):
        monkeypatch.setattr(diagnostics, "has_gpu", lambda gpu=gpu: gpu)
        told.append(diagnostics._details(settings, selection).uses)

    word_times = "word times: exact, reported by the model"
    assert told == [f"precision: fp32; runs on: {device}, PyTorch; {word_times}" for device in ("GPU", "CPU")]


async def test_a_service_whose_packages_are_missing_is_a_finding() -> None:
    async def check() -> list[Finding]:
        raise ModuleNotFoundError("No module named 'numpy'")

    ((subject, finding),) = await doctor._service("speech", check)

    assert (subject, finding.ok) == ("speech", False)
    assert "No module named 'numpy'" in finding.uses
    assert finding.hint == "install scenewire[all]"
