"""What `doctor` reports of real programs."""

from pathlib import Path

import pytest

from scenewire_cli.commands import doctor
from scenewire_cli.stack.data_folder import DataFolder


async def test_writing_systems_of_captions_are_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (finding,) = await doctor._captions(DataFolder(tmp_path))
    assert finding.ok
    assert finding.uses.startswith("captions in Latin, Cyrillic, Greek, Arabic")  # the font that comes with it

    monkeypatch.setenv("ASSEMBLY_FONTS_DIR", "/nowhere")
    (finding,) = await doctor._captions(DataFolder(tmp_path))
    assert not finding.ok
