"""References to stored files."""

import unicodedata
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
)

from scenewire.messages.base import Sha256, WireModel

__all__ = ["ArtifactKey", "ArtifactRef", "check_key"]

_MAX_SEGMENT_CHARACTERS: Final = 200


def check_key(key: str) -> str:
    """Returns the artifact key itself.

    Raises:
        ValueError: it could lead out of the store or to a hidden file.
    """
    if not all(_is_segment(segment) for segment in key.split("/")):
        message = f"not an artifact key: {key!r}"
        raise ValueError(message)
    return key


def _is_segment(segment: str) -> bool:
    """Whether it is letters with their marks, digits, `_`, `-` and `.` of any script; the first a letter, digit or `_`."""
    return 0 < len(segment) <= _MAX_SEGMENT_CHARACTERS and all(
        character.isalnum()
        or character == "_"
        or (at > 0 and (character in ".-" or unicodedata.category(character) in ("Mn", "Mc")))
        for at, character in enumerate(segment)
    )


ArtifactKey = Annotated[str, StringConstraints(max_length=1_024), AfterValidator(check_key)]


class ArtifactRef(WireModel):
    """A stored file: where it lies and how a reader knows that it is intact."""

    key: ArtifactKey = Field(description="Path inside the artifact store, `/`-separated.")
    sha256: Sha256
    size: int = Field(ge=0, description="Bytes.")
    media_type: str = Field(description="Such as video/mp4.")
