"""What a theme consists of, and reads it from its file."""

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Look, describe_faults
from scenewire_assembly.typefaces.catalogue import FONTS

__all__ = ["THEMES", "Theme", "contrast", "parse_theme", "theme_of"]

THEMES: Final = ("atlas", "poster", "grid", "press")

_MIN_CONTRAST: Final = 4.5
"""Between letters and what is behind them, as WCAG 2.2 asks for text; `second` and lines carry no letters."""


_BLACK: Final = "000000"
_WHITE: Final = "FFFFFF"

_PAINTING_COLOURS: Final = {"plain": 0, "contours": 2, "discs": 2, "grid": 2, "paper": 0}
"""The least number of colours that each painter takes."""


def _hex_colour(code: str) -> str:
    if len(code) != 6 or any(digit not in "0123456789abcdefABCDEF" for digit in code):
        message = "must be six hexadecimal digits, such as E3A84A"
        raise ValueError(message)
    return code.upper()


def _known_typeface(name: str) -> str:
    if name not in FONTS:
        message = f"must be one of {', '.join(FONTS)}, not {name!r}"
        raise ValueError(message)
    return name


Colour = Annotated[str, AfterValidator(_hex_colour)]
Typeface = Annotated[str, AfterValidator(_known_typeface)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Typefaces(_Data):
    """The typeface of each role."""

    heading: Typeface
    number: Typeface
    text: Typeface
    quotation: Typeface
    label: Typeface
    caption: Typeface


class Motion(_Data):
    """How words come."""

    word_frames: int = Field(ge=1, le=30, description="Frames that a word moves, at 30 frames a second.")
    curve: Literal["out", "back"] = "out"
    rise: float = Field(default=0.32, ge=0, le=1, description="How far a word of a heading rises, ems.")


class Painting(_Data):
    """The painter of the ground and its colours."""

    name: Literal["plain", "contours", "discs", "grid", "paper"] = "plain"
    colours: tuple[Colour, ...] = ()


class MapColours(_Data):
    """Colours of maps; nothing is read from them alone."""

    land: Colour
    marked: Colour = Field(description="The country that is spoken of.")
    sea: Colour | None = Field(default=None, description="A flat colour; without one, the sea is the painted ground.")


class Theme(_Data):
    """One theme. Colours are RRGGBB."""

    ground: Colour
    more_grounds: tuple[Colour, ...] = Field(default=(), max_length=3, description="Used in turn with `ground`.")
    text: Colour
    muted: Colour
    accent: Colour
    second: Colour = Field(description="For shapes, never for letters.")
    on_accent: Colour = Field(description="Letters on the accent colour.")
    line: Colour = Field(description="Hairlines; nothing is read from them alone.")
    axis: Colour = Field(description="Rulers and time lines.")
    number_colour: Literal["accent", "text"] = "accent"
    number_size: float = Field(default=1.0, ge=0.5, le=1.2, description="Size of headings and numbers.")
    letter_spacing: float = Field(default=0.0, ge=-0.1, le=0.2, description="Of headings, ems.")
    heading_line: float = Field(default=1.12, ge=1, le=1.6, description="Distance of base lines, ems.")
    quotation_size: float = Field(default=1.0, ge=0.5, le=1.2)
    mark: Literal["bar", "pill", "square", "rules"] = Field(default="bar", description="Above headings.")
    emphasis: Literal["underline", "thin_underline", "pill", "colour"] = "underline"
    ruler: Literal["ticks", "round", "rule"] = "ticks"
    corner: float = Field(default=0, ge=0, le=60, description="Radius of plates, thousandths of the shorter side.")
    transition: Literal["dip", "wipe", "bars", "curtain"] = "dip"
    typefaces: Typefaces
    motion: Motion
    painting: Painting = Painting()
    drifting: int = Field(default=5, ge=0, le=9, description="Small shapes that drift over the ground.")
    map: MapColours | None = Field(default=None, description="Mixed from the other colours if it is missing.")

    @property
    def grounds(self) -> tuple[str, ...]:
        """The colours of grounds, in turn."""
        return self.ground, *self.more_grounds

    @property
    def of_numbers(self) -> str:
        """The colour of large numbers."""
        return self.accent if self.number_colour == "accent" else self.text

    @property
    def map_colours(self) -> MapColours:
        """The colours of maps."""
        return self.map or MapColours(
            land=_mixed(self.ground, self.text, 0.13), marked=_mixed(self.ground, self.accent, 0.35)
        )

    @model_validator(mode="after")
    def _check_painting(self) -> Self:
        needed = _PAINTING_COLOURS[self.painting.name]
        if len(self.painting.colours) < needed:
            message = f"painting.colours: {self.painting.name} needs {needed} colours"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _check_contrast(self) -> Self:
        pairs = [(name, getattr(self, name), ground) for ground in self.grounds for name in ("text", "muted", "accent")]
        pairs.append(("on_accent", self.on_accent, self.accent))
        for name, letters, behind in pairs:
            if (ratio := contrast(letters, behind)) < _MIN_CONTRAST:
                message = f"{name} {letters} on {behind} has a contrast of {ratio:.1f}; letters need {_MIN_CONTRAST}"
                raise ValueError(message)
        return self


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, from 1 to 21, by the formula of WCAG 2.2."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def theme_of(look: Look) -> Theme:
    """The theme of a look, on the ordered background where that is a colour.

    Raises:
        PermanentError: `invalid_settings`, the order's own theme has faults.
    """
    theme = _parsed(look.own_theme, "of the order") if look.own_theme else _shipped(look.theme)
    return theme if look.background is None or look.background.colour is None else _on(theme, look.background.colour)


@lru_cache(maxsize=8)
def _on(theme: Theme, ground: str) -> Theme:
    """A theme on a plain ground. Colours whose letters could not be read there become black or white."""
    plain = max(_BLACK, _WHITE, key=lambda code: contrast(code, ground))

    def readable(colour: str) -> str:
        return colour if contrast(colour, ground) >= _MIN_CONTRAST else plain

    accent = readable(theme.accent)
    return theme.model_copy(
        update={
            "ground": ground,
            "more_grounds": (),
            "painting": Painting(),
            "text": readable(theme.text),
            "muted": readable(theme.muted),
            "accent": accent,
            "on_accent": theme.on_accent if accent == theme.accent else ground,
        }
    )


@cache
def _shipped(name: str) -> Theme:
    return parse_theme((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


@lru_cache(maxsize=8)
def _parsed(text: str, name: str) -> Theme:
    return parse_theme(text, name)


def parse_theme(text: str, name: str) -> Theme:
    """Reads a theme.

    Args:
        text: in TOML.
        name: of the theme or its file, for errors.

    Raises:
        PermanentError: `invalid_settings`, with every fault.
    """
    try:
        return Theme.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS, f"the theme {name} is not TOML: {error}", hint="docs/looks.md has an example"
        ) from error
    except ValidationError as error:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"the theme {name}: {describe_faults(error)}",
            hint="docs/looks.md has an example",
        ) from error


def _mixed(first: str, second: str, share: float) -> str:
    pairs = zip(bytes.fromhex(first), bytes.fromhex(second), strict=True)
    return bytes(round(one + (other - one) * share) for one, other in pairs).hex().upper()


def _luminance(code: str) -> float:
    channels = [value / 255 for value in bytes.fromhex(code)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
