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
    """Returns the artifact key unchanged.

    Raises:
        ValueError: the key could lead out of the store or to a hidden file.
    """
    if not all(_is_segment(segment) for segment in key.split("/")):
        message = f"not an artifact key: {key!r}"
        raise ValueError(message)
    return key


def _is_segment(segment: str) -> bool:
    """Returns whether it consists of letters with their marks, digits, `_`, `-` and `.`, and starts with neither - nor a dot."""
    return 0 < len(segment) <= _MAX_SEGMENT_CHARACTERS and all(
        character.isalnum()
        or character == "_"
        or (at > 0 and (character in ".-" or unicodedata.category(character) in ("Mn", "Mc")))
        for at, character in enumerate(segment)
    )


ArtifactKey = Annotated[str, StringConstraints(max_length=1_024), AfterValidator(check_key)]


class ArtifactRef(WireModel):
    """A reference to a stored file, with its hash and size for verification."""

    key: ArtifactKey = Field(description="Path in the artifact store, with slashes.")
    sha256: Sha256
    size: int = Field(ge=0, description="Bytes.")
    media_type: str = Field(description="Such as video/mp4.")
