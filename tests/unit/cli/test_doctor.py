"""`scenewire doctor` reports what the services find out about themselves."""

from pathlib import Path

import pytest

from scenewire.findings import Finding
from scenewire_cli.commands import doctor
from scripts.doubles.language_model import KEY


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

    speaks, *others = await doctor._speech()

    assert speaks.ok
    assert speaks.uses == "espeak, bundled, because TTS_WEIGHTS is not set"
    assert [finding.uses for finding in others] == ["kokoro is not used", "kokoro-onnx is not used"]
    assert all("TTS_WEIGHTS is not set" in finding.hint for finding in others)

    monkeypatch.setenv("TTS_WEIGHTS", str(tmp_path))
    (missing,) = await doctor._speech()
    assert not missing.ok
    assert "*.onnx is missing" in missing.uses
    assert f"weights check {tmp_path}" in missing.hint

    monkeypatch.setenv("TTS_ENGINE", "oracle")
    (wrong,) = await doctor._speech()
    assert not wrong.ok
    assert wrong.uses.startswith("TTS_ENGINE: ")


async def test_a_service_whose_packages_are_missing_is_a_finding() -> None:
    async def check() -> list[Finding]:
        raise ModuleNotFoundError("No module named 'numpy'")

    ((subject, finding),) = await doctor._service("speech", check)

    assert (subject, finding.ok) == ("speech", False)
    assert "No module named 'numpy'" in finding.uses
    assert finding.hint == "install scenewire[all]"
