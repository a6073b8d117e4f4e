"""`script.requested`: the one message that other people write by hand."""

from typing import ClassVar, Literal, Self
from uuid import UUID

from pydantic import (
    AliasChoices,
    Field,
    model_validator,
)

from scenewire.messages.base import (
    DEFAULT_DURATION,
    MAX_SCENES,
    MAX_TEXT_CHARACTERS,
    Name,
    Revision,
    Text,
    Topic,
    WireModel,
)
from scenewire.messages.ids import derive_message_id
from scenewire.messages.values import Look, Music, Options

__all__ = ["SceneOrder", "ScriptRequested"]


class SceneOrder(WireModel):
    """A scene that the customer wrote; also accepts the keys of the prior system's script files."""

    text: Text
    scene_number: int | None = Field(
        default=None, ge=1, le=MAX_SCENES, validation_alias=AliasChoices("scene_number", "sceneNumber")
    )
    footage_query: str | None = Field(
        default=None, max_length=500, validation_alias=AliasChoices("footage_query", "footageQuery")
    )
    keywords: tuple[str, ...] = Field(default=(), max_length=50)


class ScriptRequested(WireModel):
    """An order. A topic alone is valid; text or scenes take precedence over it.

    The only message that people write by hand: the project id may be missing (`derive_project_id`), and options are
    fields next to the topic.
    """

    SUBJECT: ClassVar[str] = "script.requested"

    schema_version: Literal[1] = 1
    project_id: UUID | None = None
    revision: Revision = 0
    topic: Topic | None = None
    text: str | None = Field(default=None, max_length=MAX_TEXT_CHARACTERS, description="The narration, word for word.")
    scenes: tuple[SceneOrder, ...] | None = Field(default=None, min_length=1, max_length=MAX_SCENES)
    target_duration: float | None = Field(
        default=None,
        gt=0,
        le=14_400,
        description="Target length, seconds; None means 300 for a topic, and as long as it takes for a text or scenes.",
    )
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    voice: Name | None = None
    speed: float | None = Field(default=None, ge=0.5, le=2)
    look: Look = Look()
    footage_providers: tuple[Name, ...] | None = Field(default=None, max_length=20)
    music: Music | None = None

    @model_validator(mode="after")
    def _has_content(self) -> Self:
        if self.topic is None and not (self.text and self.text.strip()) and not self.scenes:
            message = "an order needs a topic, a text or scenes"
            raise ValueError(message)
        numbers = [scene.scene_number for scene in self.scenes or () if scene.scene_number is not None]
        if numbers and sorted(numbers) != list(range(1, len(self.scenes or ()) + 1)):
            message = f"scene numbers must run from 1 to {len(self.scenes or ())} without gaps or repetitions"
            raise ValueError(message)
        return self

    @property
    def options(self) -> Options:
        """The options that later messages carry."""
        return Options(
            target_duration=DEFAULT_DURATION if self.target_duration is None else self.target_duration,
            language=self.language,
            voice=self.voice,
            speed=self.speed,
            look=self.look,
            footage_providers=self.footage_providers,
            music=self.music,
        )

    @property
    def message_id(self) -> str:
        """Its `Nats-Msg-Id`.

        Raises:
            ValueError: it has no project id.
        """
        if self.project_id is None:
            message = "an order without a project id has no message id"
            raise ValueError(message)
        return derive_message_id(str(self.project_id), self.SUBJECT, self.revision)
