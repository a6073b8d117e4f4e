"""`storyboards.edit`: a request to change the storyboard of a project, which makes its next revision."""

import hashlib
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from scenewire.messages.artifacts import ArtifactRef
from scenewire.messages.base import (
    MAX_PAUSE_S,
    MAX_SCENES,
    MAX_TEXT_CHARACTERS,
    Name,
    RequestedBy,
    Revision,
    SceneNumber,
    Text,
    WireModel,
)
from scenewire.messages.media import MAX_MEDIA, OwnMedia
from scenewire.messages.orders import look_of_shape
from scenewire.messages.values import Look, OrderedMusic, RemadeStage

__all__ = ["AddedScene", "EditedOptions", "SceneEdit", "StoryboardEdit"]

_EditText = Annotated[Text, Field(max_length=MAX_TEXT_CHARACTERS)]


class _EditModel(WireModel):
    """Base of the parts of an edit: an unknown field is an error, because a misspelt change would be lost."""

    model_config = ConfigDict(extra="forbid")


class SceneEdit(_EditModel):
    """Changes of a scene. A field that is not given stays as it is; `model_fields_set` has those that are."""

    scene: SceneNumber = Field(description="Number of the scene.")
    text: _EditText | None = Field(default=None, description="New narration.")
    voice: Name | None = Field(default=None, description="Voice; null: the voice of the video.")
    media: tuple[OwnMedia, ...] = Field(
        default=(), max_length=MAX_MEDIA, description="Clips and pictures that it shows; empty: footage is searched."
    )
    footage_query: str | None = Field(default=None, min_length=1, max_length=500, description="What to search for.")
    picture: Literal["footage", "design"] | None = Field(
        default=None, description="Whether it shows footage, or its designs without a search."
    )
    pause: float | None = Field(default=None, ge=0, le=MAX_PAUSE_S, description="Silence after it, seconds.")


class AddedScene(_EditModel):
    """A new scene."""

    after: int = Field(ge=0, le=MAX_SCENES, description="Number of the scene that it follows; 0: it is the first.")
    text: _EditText
    voice: Name | None = None


class EditedOptions(_EditModel):
    """Changes of options of the whole video. A field that is not given stays as it is."""

    voice: Name | None = Field(default=None, description="Voice; null: the default voice.")
    look: Annotated[Look | None, BeforeValidator(look_of_shape)] = Field(
        default=None, description="Only the fields that change; or the name of a shape."
    )
    speed: float | None = Field(default=None, ge=0.5, le=2, description="Speed of the speech; null: the setting.")
    music: OrderedMusic | None = Field(default=None, description="Music; null: none.")
    footage_providers: tuple[Name, ...] | None = Field(
        default=None, max_length=20, description="Footage servers for scenes whose footage is chosen again; null: all."
    )


class StoryboardEdit(_EditModel):
    """Changes of a storyboard. All numbers of scenes refer to the storyboard of `expected_revision`.

    An edit without changes makes a revision like the one before, of a project that has failed or was cancelled for
    instance; with `approve`, one whose pictures are made.
    """

    project_id: UUID
    expected_revision: Revision = Field(description="The revision that is changed; it must be the latest.")
    scenes: tuple[SceneEdit, ...] = Field(default=(), max_length=MAX_SCENES)
    added: tuple[AddedScene, ...] = Field(default=(), max_length=MAX_SCENES)
    order: tuple[SceneNumber, ...] | None = Field(
        default=None,
        max_length=MAX_SCENES,
        description="Numbers of the scenes that stay, in their new order; the others are dropped. Null: all stay.",
    )
    options: EditedOptions = EditedOptions()
    approve: bool = Field(default=False, description="Whether a storyboard that awaits approval is approved.")
    remake_from: RemadeStage | None = Field(
        default=None,
        description="The stage that works anew, with those after it, even for scenes that do not change; media that the "
        "customer chose stay.",
    )
    selections: dict[SceneNumber, ArtifactRef] = Field(
        default={},
        max_length=MAX_SCENES,
        description="Footage by scene, as `footage.sourced` named it; scenes that do not change keep theirs.",
    )
    requested_by: RequestedBy = ""

    @model_validator(mode="after")
    def _names_scenes_once(self) -> Self:
        for what, numbers in (("scenes", [edit.scene for edit in self.scenes]), ("order", list(self.order or ()))):
            if twice := sorted(number for number in set(numbers) if numbers.count(number) > 1):
                message = f"{what} names scene {twice[0]} twice"
                raise ValueError(message)
        return self

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is changed: equal for a repetition, which may know of more selections."""
        content = self.model_dump_json(exclude={"selections", "requested_by"}, exclude_unset=True)
        return hashlib.sha256(content.encode()).hexdigest()
