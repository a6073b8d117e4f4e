"""What `scenewire doctor` says about who writes, who speaks and where footage comes from."""

import os
from pathlib import Path

import pytest

from scenewire_cli.commands import doctor
from scripts.doubles.language_model import KEY


@pytest.mark.parametrize(
    ("variables", "ok", "says"),
    [
        ({}, True, "outline, because there is no GROQ_API_KEY"),
        ({"SCRIPT_PROVIDER": "outline", "GROQ_API_KEY": KEY}, True, "outline, because SCRIPT_PROVIDER says so"),
        ({"GROQ_API_KEY": KEY}, True, "groq, because GROQ_API_KEY is set"),
        ({"GROQ_API_KEY": KEY, "GROQ_MODEL": "a/b"}, True, "a/b writes"),
        ({"GROQ_API_KEY": KEY, "SCRIPT_PROVIDER": "groq"}, True, "groq, because SCRIPT_PROVIDER says so"),
        ({"GROQ_API_KEY_FILE": __file__}, True, "groq, because GROQ_API_KEY_FILE is set"),
        ({"GROQ_API_KEY_FILE": "/nowhere/key"}, False, "GROQ_API_KEY_FILE names no file"),
        ({"SCRIPT_PROVIDER": "groq"}, False, "no key"),
        ({"SCRIPT_PROVIDER": "groq", "GROQ_API_KEY": " "}, False, "no key"),
        ({"SCRIPT_PROVIDER": "oracle"}, False, "SCRIPT_PROVIDER is oracle"),
    ],
)
def test_the_active_writer_is_named_with_the_reason_and_never_with_the_key(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], ok: bool, says: str
) -> None:
    for name in ("SCRIPT_PROVIDER", "GROQ_API_KEY", "GROQ_API_KEY_FILE", "GROQ_MODEL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    script = doctor._script()

    assert script.ok is ok
    assert says in script.uses
    assert ok or script.hint
    assert KEY not in script.uses + script.hint


async def test_the_footage_servers_are_named_by_the_service_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("SOURCING_SERVERS", "DVIDS_API_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.setenv("LIBRARY_DIR", str(tmp_path))
    monkeypatch.setenv("DVIDS_API_KEY", KEY)

    found = await doctor._footage()

    assert [finding.uses.partition(",")[0] for finding in found[:2]] == ["library", "dvids"]
    assert all(finding.ok and finding.what == "footage" for finding in found)
    assert KEY not in str(found)

    monkeypatch.setenv("SOURCING_SERVERS", "nowhere")
    (finding,) = await doctor._footage()
    assert not finding.ok


async def test_the_scripts_that_captions_can_have_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    (finding,) = await doctor._asked("fonts", "assembly")
    assert (finding.what, finding.ok) == ("fonts", True)
    assert finding.uses.startswith("captions in Latin, Greek, Cyrillic, Arabic")  # the font that comes with it

    monkeypatch.setenv("ASSEMBLY_FONTS_DIR", "/nowhere")
    (finding,) = await doctor._asked("fonts", "assembly")
    assert not finding.ok


async def test_who_speaks_is_named_by_the_service_itself_with_what_the_others_lack(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("TTS_ENGINE", "TTS_WEIGHTS", "TTS_DEVICE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")])
    )

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
