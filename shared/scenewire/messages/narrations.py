"""Narrations that no speech engine speaks: none at all, and recordings of the customer."""

from typing import Final

from pydantic import Field

from scenewire.messages.artifacts import ArtifactRef
from scenewire.messages.base import MAX_SCENES, WireModel

__all__ = ["NO_VOICE", "OWN_NARRATION", "OwnNarration", "PlacedNarration"]

NO_VOICE: Final = "none"
"""The voice of orders and scenes that are silent; also the engine of their narrations."""

OWN_NARRATION: Final = "recording"
"""The engine of narrations that came with an order."""


class OwnNarration(WireModel):
    """A recording of the text of a scene."""

    file: ArtifactRef = Field(description="mp3, wav, flac, ogg or m4a.")
    creator: str = Field(default="", max_length=500, description="Who speaks, for the credits.")


class PlacedNarration(OwnNarration):
    """A recording of a whole order, with the scene that it narrates."""

    scene_number: int = Field(ge=1, le=MAX_SCENES)
