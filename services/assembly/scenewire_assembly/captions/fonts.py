"""Fonts for libass: the bundled one, and others for writing systems that it lacks."""

import importlib.util
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from scenewire_assembly.job_files import FONTS

__all__ = ["BUNDLED_FAMILY", "BUNDLED_FONT", "FONTS_HINT", "Fonts", "has_extra_fonts", "installed_fonts"]

FONTS_HINT: Final = "run `scenewire fonts install`, or put a font for this writing system into ASSEMBLY_FONTS_DIR"

_FONT_FILES: Final = frozenset({".ttf", ".otf", ".ttc", ".otc"})
BUNDLED_FAMILY: Final = "DejaVu Sans"
BUNDLED_FONT: Final = Path(__file__).parent / "font_files" / "DejaVuSans-Bold.ttf"
_CONFIGURATION: Final = "fonts.conf"
_CACHE: Final = "fonts-cache"
_SYSTEM: Final = "/etc/fonts/fonts.conf"

_PACKAGES: Final = ("manimgx_fonts", "manimgx_fonts_cjk")
"""Packages of the extra `fonts`; they hold font files and no code."""

_CHINESE_FORMS: Final = {
    "ja": "JP",
    "ko": "KR",
    "zh": "SC",
    "cmn": "SC",
    "zh-Hant": "TC",
    "zh-TW": "TC",
    "zh-HK": "HK",
    "yue": "HK",
}
"""Languages write some Chinese characters differently; the font has a family for each."""


@dataclass(frozen=True)
class Fonts:
    """Fonts for characters that the bundled one lacks, used together with the system's.

    Attributes:
        folders: where they are.
    """

    folders: tuple[Path, ...] = ()

    def prepare(self, folder: Path, language: str) -> dict[str, str]:
        """Puts the bundled font into a job's folder. Without a font, libass draws nothing and reports no error.

        Args:
            folder: of the job.
            language: tag of the language of the text.

        Returns:
            Environment variables with which ffmpeg finds the fonts.
        """
        (folder / FONTS).mkdir()
        (folder / FONTS / BUNDLED_FONT.name).symlink_to(BUNDLED_FONT)
        if not self.folders:
            return {}
        configuration = folder / _CONFIGURATION
        directories = "".join(f"<dir>{escape(str(path.absolute()))}</dir>" for path in self.folders)
        configuration.write_text(
            '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
            f"<fontconfig>{directories}<cachedir>{escape(str((folder / _CACHE).absolute()))}</cachedir>"
            f'<match target="pattern"><edit name="family" mode="append_last"><string>{_chinese_family(language)}</string>'
            f'</edit></match><include ignore_missing="yes">{_SYSTEM}</include></fontconfig>\n',
            encoding="utf-8",
        )
        return {"FONTCONFIG_FILE": str(configuration.absolute())}

    def facts(self, language: str) -> list[tuple[str, int]]:
        """What shapes the letters, as part of the key of what is drawn: names and sizes of fonts. Blocks."""
        return [*self._files, (_chinese_family(language), 0)] if self._files else []

    @cached_property
    def _files(self) -> list[tuple[str, int]]:
        found = [
            (str(path.relative_to(folder)), path.stat().st_size)
            for folder in self.folders
            for path in folder.rglob("*")
            if path.suffix.lower() in _FONT_FILES
        ]
        return sorted(found)


def installed_fonts(*folders: Path | None) -> Fonts:
    """Returns the fonts of the extra `fonts`, where it is installed, and those of the folders that exist."""
    return Fonts((*_extra_folders(), *(folder for folder in folders if folder and folder.is_dir())))


def has_extra_fonts() -> bool:
    """Whether the extra `fonts` is installed."""
    return len(_extra_folders()) == len(_PACKAGES)


def _extra_folders() -> list[Path]:
    specs = map(importlib.util.find_spec, _PACKAGES)
    return [Path(path) for spec in specs if spec for path in spec.submodule_search_locations or ()]


def _chinese_family(language: str) -> str:
    tag = language
    while tag and tag not in _CHINESE_FORMS:
        tag = tag.rpartition("-")[0]
    return f"Noto Sans CJK {_CHINESE_FORMS.get(tag, 'SC')}"
