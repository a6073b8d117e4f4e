"""Changes of a storyboard as callers write them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from scenewire.messages import AddedScene, EditedOptions, RemadeStage, SceneEdit

__all__ = ["Edit"]


class Edit(BaseModel):
    """Changes of a storyboard. All numbers of scenes refer to the storyboard of `expected_revision`."""

    model_config = ConfigDict(extra="forbid")

    expected_revision: int = Field(ge=0, description="The revision that you have seen; another one is refused.")
    scenes: tuple[SceneEdit, ...] = Field(default=(), max_length=500)
    added: tuple[AddedScene, ...] = Field(default=(), max_length=500)
    order: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(
        default=None,
        max_length=500,
        description="Numbers of the scenes that stay, in their new order; the others are dropped. Null: all stay.",
    )
    options: EditedOptions = EditedOptions()
    approve: bool = Field(default=False, description="Whether the video is made of it.")
    remake_from: RemadeStage | None = Field(
        default=None, description="The stage that works anew, with those after it, even for scenes that do not change."
    )
