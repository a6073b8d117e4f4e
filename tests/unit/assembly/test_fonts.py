"""Fonts for scripts that the bundled one lacks."""

import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pydantic import ValidationError

from scenewire_assembly.captions.fonts import font_facts, prepare_fonts
from scenewire_assembly.settings import AssemblySettings


def test_a_job_always_has_the_bundled_font(tmp_path: Path):
    assert prepare_fonts(tmp_path) == {}
    assert [path.name for path in (tmp_path / "fonts").iterdir()] == ["DejaVuSans-Bold.ttf"]


def test_fontconfig_gets_a_folder_of_fonts_with_any_valid_name(tmp_path: Path):
    further = tmp_path / 'fonts & <more> of "mine"'
    further.mkdir()
    (tmp_path / "job").mkdir()
    environment = prepare_fonts(tmp_path / "job", further)
    root = ET.parse(environment["FONTCONFIG_FILE"]).getroot()  # noqa: S314 - our own file
    assert [found.text for found in root.findall("dir")] == [str(further)]
    assert root.findall("include")  # the system's fonts stay


@pytest.mark.parametrize("name", ["a\x01b", "a\nb", os.fsdecode(b"gr\xf6sse")])
def test_a_folder_of_fonts_with_a_name_that_xml_cannot_represent_is_refused(name: str, tmp_path: Path):
    (tmp_path / name).mkdir()
    with pytest.raises(ValidationError, match="control characters"):
        AssemblySettings(artifacts_url="file:///a", fonts_dir=tmp_path / name)


def test_other_fonts_change_the_key_of_the_segment(tmp_path: Path):
    assert font_facts(None) == font_facts(tmp_path) == []
    (tmp_path / "a.ttf").write_bytes(b"1")
    (tmp_path / "readme.txt").write_bytes(b"1")
    first = font_facts(tmp_path)
    (tmp_path / "a.ttf").write_bytes(b"12")
    assert first == [("a.ttf", 1)] != font_facts(tmp_path)
