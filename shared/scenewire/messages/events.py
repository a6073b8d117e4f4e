"""All messages of the pipeline except orders, in pipeline order, and the registry of messages."""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal, Self, TypeVar
from uuid import UUID

from pydantic import (
    Field,
    model_validator,
)
from typing_extensions import override

from scenewire.messages.artifacts import ArtifactRef
from scenewire.messages.base import MAX_SCENES, RequestedBy, Revision, Sha256, WireModel
from scenewire.messages.ids import derive_message_id
from scenewire.messages.orders import ScriptRequested
from scenewire.messages.values import Brief, Footage, Loudness, Narration, RemadeStage, Scene, Segment
from scenewire.messages.work import Accounted

__all__ = [
    "MESSAGES",
    "AudioRendered",
    "FootageSourced",
    "Message",
    "NarrationRequested",
    "Progress",
    "ProjectCancelled",
    "ProjectDeleted",
    "ProjectFailed",
    "RedrivenStage",
    "SceneMessage",
    "ScenesScripted",
    "SegmentRendered",
    "VideoAssembled",
    "message_model",
]


class Message(WireModel):
    """Base of the messages in the stream."""

    SUBJECT: ClassVar[str]

    schema_version: Literal[1] = 1
    project_id: UUID
    revision: Revision = Field(default=0, description="Raised by a deliberate rerun, never by a redelivery.")

    @property
    def subject(self) -> str:
        """The subject that it is published to."""
        return self.SUBJECT

    @property
    def message_id(self) -> str:
        """Its `Nats-Msg-Id`: derived, so that the server drops a repetition."""
        return derive_message_id(str(self.project_id), self.SUBJECT, self.revision)


class ScenesScripted(Accounted, Message):
    """The script of a video: all its scenes."""

    SUBJECT: ClassVar[str] = "scenes.scripted"

    brief: Brief
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=MAX_SCENES)
    writer: str = Field(description="Name of the provider that wrote the script.")
    requested_by: RequestedBy = ""
    edit: Sha256 | None = Field(
        default=None, description="Fingerprint of the edit that made this revision; None for the script of an order."
    )

    @model_validator(mode="after")
    def _is_numbered(self) -> Self:
        if [scene.scene_number for scene in self.scenes] != list(range(1, self.brief.scene_count + 1)):
            message = f"scenes must be numbered from 1 to {self.brief.scene_count} in order"
            raise ValueError(message)
        return self


RedrivenStage = Literal["narration", "footage", "segment"]

_Following = TypeVar("_Following", bound="SceneMessage")


class SceneMessage(Message):
    """Base of the messages about one scene."""

    brief: Brief
    scene: Scene
    redriven: tuple[RedrivenStage, ...] = Field(
        default=(),
        max_length=3,
        description="Stages that have made a lost or damaged file of this scene again, once each.",
    )

    def next(self, kind: type[_Following], **result: object) -> _Following:
        """Builds the scene's next message: this one's envelope and contents without its work, and a stage's result.

        Args:
            kind: the class of the message.
            **result: fields that this message lacks or that change.
        """
        shared = type(self).model_fields.keys() & kind.model_fields.keys() - Accounted.model_fields.keys()
        return kind(**{name: getattr(self, name) for name in shared} | result)

    def rerun_of(self, stage: RemadeStage) -> dict[str, str]:
        """Returns what a stage adds to the fingerprints of its results; nothing unless it was asked to work anew."""
        since = getattr(self.brief.remade, stage)
        return {"rerun": f"{self.project_id}:{since}"} if since else {}

    @property
    @override
    def message_id(self) -> str:
        again = "".join(f":again:{stage}" for stage in self.redriven)
        return derive_message_id(f"{self.project_id}:{self.scene.scene_number}", self.SUBJECT + again, self.revision)


class NarrationRequested(SceneMessage):
    """Requests the narration of one scene. Internal to tts."""

    SUBJECT: ClassVar[str] = "narration.requested"


class AudioRendered(Accounted, SceneMessage):
    """The narration of one scene is rendered."""

    SUBJECT: ClassVar[str] = "audio.rendered"

    narration: Narration


class FootageSourced(Accounted, SceneMessage):
    """The footage of one scene is selected."""

    SUBJECT: ClassVar[str] = "footage.sourced"

    narration: Narration
    footage: Footage
    selection: ArtifactRef | None = Field(
        default=None, description="The footage as a stored document, which a later revision may keep."
    )


class SegmentRendered(Accounted, SceneMessage):
    """One scene's segment is encoded. Internal to assembly; one subject per scene, so that the stream can count them."""

    SUBJECT: ClassVar[str] = "segment.rendered"

    narration: Narration
    footage: Footage
    segment: Segment
    selection: ArtifactRef | None = Field(default=None, description="As in `footage.sourced`.")

    @property
    @override
    def subject(self) -> str:
        return f"{self.subjects_of(self.project_id, self.revision)[:-1]}{self.scene.scene_number}"

    @classmethod
    def subjects_of(cls, project_id: UUID, revision: int) -> str:
        """Returns the pattern of the subjects of one revision, which match those of no other revision."""
        rerun = f"r{revision}." if revision else ""
        return f"{cls.SUBJECT}.{project_id}.{rerun}*"


class VideoAssembled(Accounted, Message):
    """The video is finished and verified."""

    SUBJECT: ClassVar[str] = "video.assembled"

    brief: Brief
    video: ArtifactRef
    captions_srt: ArtifactRef
    captions_vtt: ArtifactRef
    thumbnail: ArtifactRef
    credits_json: ArtifactRef
    credits_txt: ArtifactRef
    script_json: ArtifactRef
    frames: int = Field(gt=0)
    duration: float = Field(gt=0, description="Seconds, as measured in the file.")
    video_codec: str
    encoder: str = Field(default="", description="ffmpeg's name of the encoder of the picture.")
    device: str = Field(default="", description="The cards that encoded the picture; `cpu` for x264.")
    audio_codec: str
    loudness: Loudness
    notes: tuple[str, ...] = Field(default=(), description="Everything that stages changed or left out, for people.")


class ProjectFailed(Accounted, Message):
    """The project has failed; a dead letter keeps the message that could not be handled."""

    SUBJECT: ClassVar[str] = "project.failed"

    stage: str = Field(description="The durable that gave up.")
    scene_number: int | None = None
    code: str = Field(description="One of the codes in docs/errors.md.")
    message: str
    hint: str = Field(default="", description="What to do next.")


class ProjectCancelled(Message):
    """The project was cancelled."""

    SUBJECT: ClassVar[str] = "project.cancelled"

    reason: str = ""
    requested_by: RequestedBy = ""


class ProjectDeleted(ProjectCancelled):
    """The project was deleted, whatever its revision: no message about it counts any more."""

    SUBJECT: ClassVar[str] = "project.deleted"


MESSAGES: Final[Mapping[str, type[ScriptRequested | Message]]] = {
    model.SUBJECT: model
    for model in (
        ScriptRequested,
        ScenesScripted,
        NarrationRequested,
        AudioRendered,
        FootageSourced,
        SegmentRendered,
        VideoAssembled,
        ProjectFailed,
        ProjectCancelled,
        ProjectDeleted,
    )
}
"""Class of each message by its `SUBJECT`."""


def message_model(subject: str) -> type[ScriptRequested | Message] | None:
    """Returns the class of the messages on a subject; None for subjects that are not of the pipeline."""
    if subject.startswith(f"{SegmentRendered.SUBJECT}."):
        return SegmentRendered
    return None if subject == SegmentRendered.SUBJECT else MESSAGES.get(subject)


class Progress(WireModel):
    """Progress of a stage. It is sent with core NATS: not stored, and it may be lost."""

    project_id: UUID
    stage: str
    scene_number: int | None = None
    state: Literal["started", "working", "retrying"]
    fraction: float | None = Field(default=None, ge=0, le=1)
    detail: str = ""
