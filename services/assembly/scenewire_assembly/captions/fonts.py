"""The fonts that libass may take: the product's own, and those for scripts that it lacks."""

from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from scenewire_assembly.job_files import FONTS

__all__ = ["FONT_FILES", "font_facts", "prepare_fonts"]

FONT_FILES: Final = frozenset({".ttf", ".otf", ".ttc", ".otc"})

_FONT: Final = Path(__file__).parent / "font_files" / "DejaVuSans-Bold.ttf"
_CONFIGURATION: Final = "fonts.conf"
_SYSTEM: Final = "/etc/fonts/fonts.conf"


def prepare_fonts(folder: Path, further: Path | None = None) -> dict[str, str]:
    """Puts the product's font into a job's folder: without one, libass would draw nothing and not say so.

    Args:
        folder: the job's.
        further: a folder of fonts for letters that the product's lacks. They are taken beside the system's.

    Returns:
        The environment in which ffmpeg finds them.
    """
    (folder / FONTS).mkdir()
    (folder / FONTS / _FONT.name).symlink_to(_FONT)
    if further is None:
        return {}
    configuration = folder / _CONFIGURATION
    configuration.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        f"<fontconfig><dir>{escape(str(further.absolute()))}</dir>"
        f'<include ignore_missing="yes">{_SYSTEM}</include></fontconfig>\n',
        encoding="utf-8",
    )
    return {"FONTCONFIG_FILE": str(configuration.absolute())}


def font_facts(further: Path | None) -> list[tuple[str, int]]:
    """Names and sizes of further fonts: what was drawn with others is not taken for what they draw. Blocks."""
    if further is None:
        return []
    found = (path for path in further.rglob("*") if path.suffix.lower() in FONT_FILES)
    return sorted((str(path.relative_to(further)), path.stat().st_size) for path in found)
