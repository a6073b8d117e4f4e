"""Fonts for libass: the bundled one, and others for scripts that it lacks."""

from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from scenewire_assembly.job_files import FONTS

__all__ = ["FONT_FILES", "font_facts", "prepare_fonts"]

FONT_FILES: Final = frozenset({".ttf", ".otf", ".ttc", ".otc"})

_FONT: Final = Path(__file__).parent / "font_files" / "DejaVuSans-Bold.ttf"
_CONFIGURATION: Final = "fonts.conf"
_SYSTEM: Final = "/etc/fonts/fonts.conf"


def prepare_fonts(folder: Path, extra_fonts: Path | None = None) -> dict[str, str]:
    """Puts the bundled font into a job's folder. Without a font, libass draws nothing and reports no error.

    Args:
        folder: of the job.
        extra_fonts: folder of fonts for characters that the bundled one lacks, used together with the system's.

    Returns:
        Environment variables with which ffmpeg finds the fonts.
    """
    (folder / FONTS).mkdir()
    (folder / FONTS / _FONT.name).symlink_to(_FONT)
    if extra_fonts is None:
        return {}
    configuration = folder / _CONFIGURATION
    configuration.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        f"<fontconfig><dir>{escape(str(extra_fonts.absolute()))}</dir>"
        f'<include ignore_missing="yes">{_SYSTEM}</include></fontconfig>\n',
        encoding="utf-8",
    )
    return {"FONTCONFIG_FILE": str(configuration.absolute())}


def font_facts(extra_fonts: Path | None) -> list[tuple[str, int]]:
    """Names and sizes of extra fonts, as part of the key of what is drawn with them. Blocks."""
    if extra_fonts is None:
        return []
    found = (path for path in extra_fonts.rglob("*") if path.suffix.lower() in FONT_FILES)
    return sorted((str(path.relative_to(extra_fonts)), path.stat().st_size) for path in found)
