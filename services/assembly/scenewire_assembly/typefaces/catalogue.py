"""The fonts that themes name, and the packages that hold them. Pure data.

Packages carry variable fonts, whose weights libass cannot select. Each font here is one weight, cut into a file with a
family name of its own: `Playfair Display` is a reserved name, and no font of the system may take its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["FONTS", "FontSource"]


@dataclass(frozen=True)
class FontSource:
    """Where a static font comes from.

    Attributes:
        package: import name of the package that holds the variable font; it contains files and no code.
        file: its file there.
        axes: the place on its axes.
        lining: whether digits are mapped to figures of capital height; libass cannot ask a font for them.
    """

    package: str
    file: str
    axes: Mapping[str, float] = field(default_factory=dict)
    lining: bool = False


def _inter(weight: int, optical_size: int) -> FontSource:
    return FontSource("fontpkg_inter", "Inter[opsz,wght].ttf", {"opsz": optical_size, "wght": weight})


def _serif(file: str, optical_size: int) -> FontSource:
    return FontSource("fontpkg_source_serif_4", f"{file}[opsz,wght].ttf", {"opsz": optical_size, "wght": 400})


def _one_axis(package: str, file: str, weight: int, *, lining: bool = False) -> FontSource:
    return FontSource(package, f"{file}[wght].ttf", {"wght": weight}, lining)


FONTS: Final[Mapping[str, FontSource]] = {
    "Inter 500": _inter(500, 20),
    "Inter 700": _inter(700, 24),
    "Oswald 500": _one_axis("fontpkg_oswald", "Oswald", 500),
    "Oswald 600": _one_axis("fontpkg_oswald", "Oswald", 600),
    "Source Serif 400": _serif("SourceSerif4", 30),
    "Source Serif Italic 400": _serif("SourceSerif4-Italic", 36),
    "Montserrat 600": _one_axis("fontpkg_montserrat", "Montserrat", 600),
    "Montserrat 800": _one_axis("fontpkg_montserrat", "Montserrat", 800),
    "Space Grotesk 500": _one_axis("fontpkg_space_grotesk", "SpaceGrotesk", 500),
    "Space Grotesk 700": _one_axis("fontpkg_space_grotesk", "SpaceGrotesk", 700),
    "JetBrains Mono 500": _one_axis("fontpkg_jetbrains_mono", "JetBrainsMono", 500),
    "Playfair 800": _one_axis("fontpkg_playfair_display", "PlayfairDisplay", 800, lining=True),
    "Playfair Italic 500": _one_axis("fontpkg_playfair_display", "PlayfairDisplay-Italic", 500, lining=True),
    "Libre Franklin 600": _one_axis("fontpkg_libre_franklin", "LibreFranklin", 600),
    "Libre Franklin 700": _one_axis("fontpkg_libre_franklin", "LibreFranklin", 700),
}
"""By the name that themes use."""
