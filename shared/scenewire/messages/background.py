"""The background that an order can have in place of designs."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from scenewire.messages.artifacts import ArtifactRef
from scenewire.messages.base import WireModel

__all__ = ["COLOURS", "Background", "read_colour"]

COLOURS: Final[Mapping[str, str]] = {
    "black": "000000",
    "white": "FFFFFF",
    "grey": "808080",
    "gray": "808080",
    "silver": "C0C0C0",
    "red": "FF0000",
    "maroon": "800000",
    "orange": "FFA500",
    "yellow": "FFFF00",
    "olive": "808000",
    "lime": "00FF00",
    "green": "008000",
    "aqua": "00FFFF",
    "teal": "008080",
    "blue": "0000FF",
    "navy": "000080",
    "fuchsia": "FF00FF",
    "purple": "800080",
}
"""The basic colours of HTML, with orange and both spellings of grey, as RRGGBB."""

_HEX: Final = re.compile(r"#?([0-9A-Fa-f]{6})")


def read_colour(written: str) -> str | None:
    """Returns a colour as RRGGBB; None if it is neither a known name nor `#RRGGBB`.

    Args:
        written: the `#` may be missing.
    """
    written = written.strip()
    hexadecimal = _HEX.fullmatch(written)
    return hexadecimal[1].upper() if hexadecimal else COLOURS.get(written.lower())


def _colour(written: object) -> object:
    if not isinstance(written, str):
        return written
    colour = read_colour(written)
    if colour is None:
        message = f"must be #RRGGBB or one of {', '.join(COLOURS)}; not {written[:40]!r}"
        raise ValueError(message)
    return colour


class Background(WireModel):
    """What scenes without footage show in place of designs: either a colour or a file."""

    colour: Annotated[str | None, BeforeValidator(_colour)] = Field(
        default=None, description="`#RRGGBB`, or a name such as `navy`; stored as RRGGBB."
    )
    file: ArtifactRef | None = Field(
        default=None,
        description="A picture: jpg, png, webp, gif or avif; or a video, which is repeated: mp4, mov, mkv or webm.",
    )

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.colour is None) == (self.file is None):
            message = "must have a colour or a file, and not both"
            raise ValueError(message)
        return self
