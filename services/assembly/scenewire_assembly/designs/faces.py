"""The typefaces of a theme, with what takes their place in other writing systems."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from scenewire_assembly.captions.fallback_fonts import is_symbol
from scenewire_assembly.captions.fonts import BUNDLED_FAMILY, BUNDLED_FONT
from scenewire_assembly.themes.theme import Theme
from scenewire_assembly.typefaces.cutting import cut, family
from scenewire_assembly.typefaces.face import Face

__all__ = ["Faces", "Role", "faces_of", "faces_over_footage"]

Role = Literal["heading", "number", "text", "quotation", "label", "caption"]

_SUBSTITUTES: Final[Mapping[Role, str]] = {
    "heading": "Inter 700",
    "number": "Inter 700",
    "text": "Inter 500",
    "quotation": "Inter 500",
    "label": "Inter 500",
    "caption": "Inter 700",
}
"""They have Greek and Cyrillic, which some typefaces lack."""


@dataclass(frozen=True, eq=False)
class Faces:
    """The faces of each role, the theme's own first.

    Attributes:
        by_role: at least one face for each role; libass draws with the last one whatever it can.
    """

    by_role: Mapping[Role, tuple[Face, ...]] = field(repr=False)

    def of(self, role: Role, text: str) -> Face:
        """The first face of a role that has every letter of a text: a text is never set in two. Emoji are no letters."""
        *able, last = self.by_role[role]
        letters = "".join(character for character in text if not is_symbol(character))
        return next((face for face in able if face.covers(letters)), last)

    @property
    def files(self) -> tuple[Path, ...]:
        """The font files, each once."""
        return tuple(dict.fromkeys(face.path for faces in self.by_role.values() for face in faces))


@lru_cache(maxsize=8)
def faces_of(theme: Theme, cache: Path) -> Faces:
    """Opens the faces of a theme. Blocks: cuts fonts that the cache lacks, which takes seconds.

    Raises:
        PermanentError: `font_missing`, a package of fonts is not installed.
    """
    bundled = Face(BUNDLED_FAMILY, BUNDLED_FONT, bold=True)

    def opened(role: Role) -> tuple[Face, ...]:
        names = dict.fromkeys([getattr(theme.typefaces, role), _SUBSTITUTES[role]])
        return (*(Face(family(name), cut(name, cache)) for name in names), bundled)

    return Faces({role: opened(role) for role in _SUBSTITUTES})


def faces_over_footage(name: str, cache: Path) -> tuple[Face, ...]:
    """Opens the faces of captions over footage, the preferred one first. Blocks like `faces_of`.

    Raises:
        PermanentError: `font_missing`, the package of the font is not installed.
    """
    return Face(family(name), cut(name, cache)), Face(BUNDLED_FAMILY, BUNDLED_FONT, bold=True)
