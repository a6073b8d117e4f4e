"""Footage that a customer chooses."""

from typing import Final, Self

from pydantic import Field, model_validator

from scenewire.messages.artifacts import ArtifactRef
from scenewire.messages.base import MAX_SCENES, Name, WireModel

__all__ = ["MAX_MEDIA", "OWN_MEDIA", "OwnMedia", "PlacedMedia"]

MAX_MEDIA: Final = 12
"""Of one scene."""

_MAX_S: Final = 1_000_000

OWN_MEDIA: Final = "order"
"""The provider that credits name for files that came with an order."""


class OwnMedia(WireModel):
    """A clip or a picture for a scene: a stored file, or an item of a footage server."""

    file: ArtifactRef | None = Field(
        default=None, description="A clip: mp4, mov, mkv or webm; or a picture: jpg, png, webp, gif or avif."
    )
    provider: Name | None = Field(default=None, description="Name of the footage server that has the item.")
    id: str | None = Field(default=None, min_length=1, max_length=300, description="Id of the item at that server.")
    start: float = Field(default=0, ge=0, le=_MAX_S, description="Where a clip begins, seconds. May be written `in`.")
    end: float | None = Field(
        default=None, gt=0, le=_MAX_S, description="Where a clip ends, seconds. May be written `out`."
    )
    title: str = Field(default="", max_length=500)
    creator: str = Field(default="", max_length=500)
    licence: str = Field(default="", max_length=500)
    source_url: str = Field(default="", max_length=2_000)

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if (self.file is None) == (self.id is None) or (self.provider is None) != (self.id is None):
            message = "must have either a file, or a provider and an id"
            raise ValueError(message)
        if self.end is not None and self.end <= self.start:
            message = f"must end after its start at {self.start:g} s, not at {self.end:g} s"
            raise ValueError(message)
        return self


class PlacedMedia(OwnMedia):
    """Media of a whole order, with the scene that shows it."""

    scene_number: int | None = Field(
        default=None, ge=1, le=MAX_SCENES, description="None: scenes without media of their own share these in order."
    )
