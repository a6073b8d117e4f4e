"""Themes that orders can name, and those of one's own."""

from pathlib import Path

from scenewire.errors import FailureCode, PermanentError
from scenewire_assembly.themes.theme import THEMES, parse_theme

__all__ = ["THEMES", "read_theme"]


def read_theme(path: Path) -> str:
    """Reads and checks a theme of one's own. Blocks.

    Returns:
        Its text, for `Look.own_theme`.

    Raises:
        PermanentError: `invalid_order`, the file cannot be read; `invalid_settings`, with every fault of the theme.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PermanentError(
            FailureCode.INVALID_ORDER, f"the theme {path} cannot be read: {error}", hint="docs/looks.md has an example"
        ) from error
    parse_theme(text, path.name)
    return text
