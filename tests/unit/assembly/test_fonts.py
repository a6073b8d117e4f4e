"""Fonts for scripts that the bundled one lacks."""

import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pydantic import ValidationError

from scenewire_assembly.captions.fonts import Fonts, installed_fonts
from scenewire_assembly.settings import AssemblySettings


def test_a_job_always_has_the_bundled_font(tmp_path: Path):
    assert Fonts().prepare(tmp_path, "en") == {}
    assert [path.name for path in (tmp_path / "fonts").iterdir()] == ["DejaVuSans-Bold.ttf"]


def test_fontconfig_gets_a_folder_of_fonts_with_any_valid_name(tmp_path: Path):
    further = tmp_path / 'fonts & <more> of "mine"'
    further.mkdir()
    (tmp_path / "job").mkdir()
    environment = Fonts((further,)).prepare(tmp_path / "job", "en")
    root = ET.parse(environment["FONTCONFIG_FILE"]).getroot()  # noqa: S314 - our own file
    assert [found.text for found in root.findall("dir")] == [str(further)]
    assert root.findall("include")  # the system's fonts stay


@pytest.mark.parametrize("name", ["a\x01b", "a\nb", os.fsdecode(b"gr\xf6sse")])
def test_a_folder_of_fonts_with_a_name_that_xml_cannot_represent_is_refused(name: str, tmp_path: Path):
    (tmp_path / name).mkdir()
    with pytest.raises(ValidationError, match="control characters"):
        AssemblySettings(artifacts_url="file:///a", fonts_dir=tmp_path / name)


def test_other_fonts_change_the_key_of_the_segment(tmp_path: Path):
    assert Fonts().facts("en") == Fonts((tmp_path,)).facts("en") == []
    (tmp_path / "a.ttf").write_bytes(b"1")
    (tmp_path / "readme.txt").write_bytes(b"1")
    first = Fonts((tmp_path,)).facts("en")
    (tmp_path / "a.ttf").write_bytes(b"12")
    assert ("a.ttf", 1) in first
    assert first != Fonts((tmp_path,)).facts("en")


def test_chinese_characters_get_the_forms_of_the_language(tmp_path: Path):
    (tmp_path / "a.ttf").write_bytes(b"1")
    fonts = Fonts((tmp_path,))
    families = {tag: fonts.facts(tag)[-1][0] for tag in ("zh", "zh-CN", "zh-TW", "zh-Hant-HK", "ja", "ko-KR", "en")}
    assert families == {
        "zh": "Noto Sans CJK SC",
        "zh-CN": "Noto Sans CJK SC",
        "zh-TW": "Noto Sans CJK TC",
        "zh-Hant-HK": "Noto Sans CJK TC",
        "ja": "Noto Sans CJK JP",
        "ko-KR": "Noto Sans CJK KR",
        "en": "Noto Sans CJK SC",
    }


def test_the_extra_is_found_where_it_is_installed():
    pytest.importorskip("manimgx_fonts")
    pytest.importorskip("manimgx_fonts_cjk")
    assert len(installed_fonts(None).folders) == 2
