"""`scenewire doctor` reports what the services find out about themselves."""

import shutil
from pathlib import Path

import pytest

from scenewire.findings import Finding
from scenewire_cli.commands import doctor
from scenewire_cli.stack.data_folder import DataFolder
from scripts.doubles.language_model import KEY
from tests.support.weights import write_onnx_folder, write_voice


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


async def test_writing_systems_of_captions_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    (finding,) = await doctor._captions()
    assert finding.ok
    assert finding.uses.startswith("captions in Latin, Cyrillic, Greek, Arabic")  # the font that comes with it

    monkeypatch.setenv("ASSEMBLY_FONTS_DIR", "/nowhere")
    (finding,) = await doctor._captions()
    assert not finding.ok


async def test_the_engine_is_reported_with_what_the_others_require(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("TTS_ENGINE", "TTS_WEIGHTS", "TTS_DEVICE"):
        monkeypatch.delenv(name, raising=False)

    speaks, *others = await doctor._speech(DataFolder(tmp_path / "data"))

    assert speaks.ok
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

    speaks, espeak, *_ = await doctor._speech(folder)
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


async def test_a_service_whose_packages_are_missing_is_a_finding() -> None:
    async def check() -> list[Finding]:
        raise ModuleNotFoundError("No module named 'numpy'")

    ((subject, finding),) = await doctor._service("speech", check)

    assert (subject, finding.ok) == ("speech", False)
    assert "No module named 'numpy'" in finding.uses
    assert finding.hint == "install scenewire[all]"
