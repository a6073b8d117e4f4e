"""Every message on the wire, in pipeline order.

Producers are strict, consumers ignore fields they do not know. A message repeats what its consumer needs, so that
workers look nothing up. Times are integer frames or samples; seconds appear only where a person gave or reads them.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from typing_extensions import override

from scenewire import timeline

__all__ = [
    "DEFAULT_DURATION",
    "MESSAGES",
    "ArtifactRef",
    "AudioRendered",
    "Brief",
    "Candidate",
    "Clip",
    "Credit",
    "Footage",
    "FootageSourced",
    "Look",
    "Loudness",
    "Message",
    "Music",
    "Narration",
    "NarrationRequested",
    "Options",
    "Progress",
    "ProjectCancelled",
    "ProjectFailed",
    "Scene",
    "SceneMessage",
    "SceneOrder",
    "ScenesScripted",
    "ScriptRequested",
    "Segment",
    "SegmentRendered",
    "SourceFacts",
    "VideoAssembled",
    "Word",
    "check_key",
    "derive_project_id",
    "derive_scene_id",
    "message_model",
    "named_project",
    "named_revision",
    "named_scene",
    "project_of",
    "read_fields",
]

MAX_TEXT_CHARACTERS: Final = 200_000
"""About a day's narration; far below the bus's payload limit even as four-byte characters."""

MAX_SCENES: Final = 1_000
DEFAULT_DURATION: Final = 300.0
"""Seconds that a video about a topic lasts when its order names no length."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Topic = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_SceneNumber = Annotated[int, Field(ge=1, le=MAX_SCENES)]
_Revision = Annotated[int, Field(ge=0, lt=1 << 31)]
_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


# --- ids ---------------------------------------------------------------------------------------


def _uuid4_from(seed: str) -> UUID:
    """A UUID of version 4's shape from a hash: the database and its readers accept no other version."""
    return UUID(bytes=hashlib.sha256(seed.encode()).digest()[:16], version=4)


def derive_project_id(stream_sequence: int, published_at_ns: int) -> UUID:
    """The project id of an order that named none, the same for everybody who reads that order.

    Args:
        stream_sequence: the order's sequence in the stream.
        published_at_ns: the server's timestamp of the order, nanoseconds since the epoch.
    """
    return _uuid4_from(f"scenewire:project:{stream_sequence}:{published_at_ns}")


def derive_scene_id(project_id: UUID, scene_number: int) -> UUID:
    """The id of a scene: the same again when the order is delivered twice."""
    return _uuid4_from(f"scenewire:scene:{project_id}:{scene_number}")


# --- what a message says of itself, valid or not -----------------------------------------------

T = TypeVar("T")

_PROJECT: Final = TypeAdapter(UUID)
_REVISION: Final[TypeAdapter[int]] = TypeAdapter(_Revision)
_SCENE: Final[TypeAdapter[int]] = TypeAdapter(_SceneNumber)


def read_fields(data: bytes) -> dict[str, Any]:
    """The unchecked fields of a body; empty when it is not a JSON object."""
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def named_project(fields: Mapping[str, Any]) -> UUID | None:
    """The project id in the fields of a body, or None where there is no valid one."""
    return _valid(_PROJECT, fields.get("project_id"))


def named_revision(fields: Mapping[str, Any]) -> int:
    """The revision in the fields of a body, 0 where there is no valid one."""
    return _valid(_REVISION, fields.get("revision")) or 0


def named_scene(fields: Mapping[str, Any]) -> int | None:
    """The scene number in the fields of a body, or None where there is no valid one."""
    scene = fields.get("scene")
    return _valid(_SCENE, scene.get("scene_number")) if isinstance(scene, dict) else None


def project_of(
    subject: str,
    fields: Mapping[str, Any],
    headers: Mapping[str, str] | None,
    *,
    stream_sequence: int,
    published_at_ns: int,
) -> UUID | None:
    """The project of a stored message, the same for everybody who reads it.

    The body's id counts first. An order without a valid one has the derived id, whatever its headers say. The header
    `correlation_id` counts only where the body names no project at all: clients of others send random ones.

    Args:
        subject: where the message was published.
        fields: `read_fields` of its body.
        headers: its headers.
        stream_sequence: its sequence in the stream.
        published_at_ns: the server's timestamp, nanoseconds since the epoch.
    """
    if (project_id := named_project(fields)) is not None:
        return project_id
    if subject == ScriptRequested.SUBJECT:
        return derive_project_id(stream_sequence, published_at_ns)
    if fields.get("project_id") is not None:
        return None
    return _valid(_PROJECT, (headers or {}).get("correlation_id"))


def _valid(adapter: TypeAdapter[T], value: object) -> T | None:
    try:
        return adapter.validate_python(value)
    except ValidationError:
        return None


# --- values that messages share ------------------------------------------------------------------

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


_Key = Annotated[str, StringConstraints(max_length=1_024), AfterValidator(check_key)]


class ArtifactRef(_Value):
    """A stored file: where it lies and how a reader knows that it is intact."""

    key: _Key = Field(description="Path inside the artifact store, `/`-separated.")
    sha256: _Sha256
    size: int = Field(ge=0, description="Bytes.")
    media_type: str = Field(description="Such as video/mp4.")


class Look(_Value):
    """What the finished picture is."""

    width: int = Field(default=1920, ge=128, le=3840, multiple_of=2, description="Pixels.")
    height: int = Field(default=1080, ge=128, le=3840, multiple_of=2, description="Pixels.")
    frame_rate: Literal[24, 25, 30, 50, 60] = Field(
        default=30, description="Whole frames a second, so that a frame is a whole number of 48 kHz samples."
    )
    captions: bool = Field(default=True, description="Burn the narration into the picture.")
    caption_style: Literal["highlight", "plain", "box", "karaoke", "bold"] = Field(
        default="highlight",
        description="How captions look: the spoken word coloured, plain letters, letters on a dark box, words filled "
        "with colour as they are spoken, or a few big words at a time.",
    )
    fit: Literal["cover", "pad", "blur"] = Field(
        default="cover",
        description="Footage of another shape is cropped, stands on black, or stands on a blurred copy of itself.",
    )
    title: bool = Field(default=True, description="Show the film's title over the footage of its first scene.")


class Music(_Value):
    """A piece that plays under the narration, again and again until the film ends."""

    file: ArtifactRef = Field(description="mp3, wav, flac, ogg or m4a.")
    gain: float = Field(
        default=-10, ge=-40, le=10, description="How much louder than the narration it is while nobody speaks, LU."
    )
    duck: float = Field(default=10, ge=0, le=40, description="By how much it is lowered while somebody speaks, dB.")
    title: str = Field(default="", max_length=500)
    creator: str = Field(default="", max_length=500)
    licence: str = Field(default="", max_length=500)
    source_url: str = Field(default="", max_length=2_000)


class Options(_Value):
    """What the order asked for beyond its words; a snapshot travels with every message."""

    target_duration: float = Field(default=DEFAULT_DURATION, gt=0, le=14_400, description="Wanted length, seconds.")
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="Language tag.")
    voice: _Name | None = Field(default=None, description="The engine's name of a voice; None takes its default.")
    speed: float | None = Field(
        default=None, ge=0.5, le=2, description="Of the speech, 1 being the voice's own; None takes the setting."
    )
    look: Look = Look()
    footage_providers: tuple[_Name, ...] | None = Field(
        default=None, max_length=20, description="Names of footage servers in order of preference; None takes all."
    )
    music: Music | None = Field(default=None, description="What plays under the narration.")


class Brief(_Value):
    """What the whole film is; repeated in every message of its scenes."""

    topic: _Topic
    title: _Topic
    scene_count: int = Field(ge=1, le=MAX_SCENES)
    options: Options
    notes: tuple[str, ...] = Field(default=(), description="What the script service changed or left out, for people.")


class Scene(_Value):
    """One unit of work from fan-out to fan-in."""

    id: UUID
    scene_number: _SceneNumber
    text: _Text = Field(description="The words to be spoken: plain text; empty lines part its paragraphs.")
    footage_query: str = Field(description="What to search footage for.")
    keywords: tuple[str, ...] = Field(default=(), description="Most telling words, best first.")
    estimated_duration: float = Field(gt=0, description="Seconds, before anything was spoken.")
    wanted_duration: float | None = Field(
        default=None,
        gt=0,
        description="Seconds that its narration is to last, silence included, so that the film is as long as ordered; "
        "None: as long as it takes.",
    )


class Word(_Value):
    """A spoken word and when, in samples of its narration."""

    text: str
    start_sample: int = Field(ge=0)
    end_sample: int = Field(ge=0)


class Narration(_Value):
    """The speech of one scene: mono 16-bit WAV."""

    audio: ArtifactRef
    samples: int = Field(gt=0, description="Exact length of the audio.")
    sample_rate: int = Field(gt=0, description="Hertz.")
    words: tuple[Word, ...]
    text: str = Field(default="", description="What was spoken, as it is written; empty lines part its paragraphs.")
    engine: str
    voice: str
    speed: float = Field(default=1.0, gt=0, description="Of the speech; 1 is the voice's own.")
    notes: tuple[str, ...] = Field(default=(), description="What speech changed or left out, for people.")


class Credit(_Value):
    """Who made a clip and under which terms it is used."""

    provider: str
    title: str
    creator: str = ""
    licence: str = ""
    source_url: str = ""
    notice: str = Field(default="", description="What the terms want said where the film is shown.")
    review: str = Field(default="", description="Why a person should look at its rights before it is published.")


class SourceFacts(_Value):
    """What a probe measured of a source file."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    frame_rate_numerator: int = Field(gt=0)
    frame_rate_denominator: int = Field(gt=0)
    duration_frames: int = Field(gt=0)
    video_codec: str
    transfer: int = Field(default=2, ge=0, le=255, description="As H.273 counts them: 16 is PQ, 18 HLG, 2 not said.")
    matrix: int = Field(default=2, ge=0, le=255, description="Of the colours, as H.273 counts them: 2 is not said.")

    @property
    def rate(self) -> timeline.FrameRate:
        """Its frames a second, exactly."""
        return timeline.FrameRate(self.frame_rate_numerator, self.frame_rate_denominator)


class Clip(_Value):
    """A stretch of a source file, half-open in the source's own frames."""

    file: ArtifactRef
    in_frame: int = Field(ge=0)
    out_frame: int = Field(gt=0)
    facts: SourceFacts
    source_id: str = Field(description="The provider's id of the file.")
    credit: Credit

    @model_validator(mode="after")
    def _lies_in_its_source(self) -> Self:
        if faults := timeline.validate_clip(self.stretch):
            raise ValueError(f"clip {self.source_id}: " + "; ".join(str(fault) for fault in faults))
        return self

    @property
    def stretch(self) -> timeline.Clip:
        """The same, to be checked and reckoned with."""
        return timeline.Clip(
            source_path=self.file.key,
            in_point=timeline.Position(self.in_frame),
            out_point=timeline.Position(self.out_frame),
            source_duration=timeline.Duration(self.facts.duration_frames),
        )


class Candidate(_Value):
    """A clip that was considered, and why it was or was not taken."""

    provider: str
    source_id: str
    title: str
    score: float
    reason: str
    chosen: bool = False
    source_url: str = ""
    duration: float | None = Field(default=None, ge=0, description="Seconds, where the provider says so.")


class Footage(_Value):
    """The pictures of one scene. Without clips the assembly paints a background."""

    clips: tuple[Clip, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    fallback: bool = Field(description="True when nothing fitted and a background is painted instead.")
    reason: str = Field(default="", description="Why it is a fallback.")
    notes: tuple[str, ...] = Field(default=(), description="Clips that were left out and why, for people.")


class Segment(_Value):
    """One scene's finished picture, without sound."""

    video: ArtifactRef
    frames: int = Field(gt=0)
    parameters: str = Field(default="", description="SHA-256 of its decoder parameters: equal ones join by copying.")
    notes: tuple[str, ...] = Field(default=(), description="What the picture lacks, for people.")


class Loudness(_Value):
    """As measured on the finished film, ITU-R BS.1770 through EBU R 128."""

    integrated_lufs: float
    true_peak_dbtp: float


# --- messages --------------------------------------------------------------------------------------


class Message(_Value):
    """Base of what is stored in the stream."""

    SUBJECT: ClassVar[str]

    schema_version: Literal[1] = 1
    project_id: UUID
    revision: _Revision = Field(default=0, description="Raised by a deliberate re-run, never by a redelivery.")

    @property
    def subject(self) -> str:
        """The subject it is published to."""
        return self.SUBJECT

    @property
    def message_id(self) -> str:
        """Its `Nats-Msg-Id`: deterministic, so that a repetition is dropped."""
        return self._message_id(str(self.project_id))

    def _message_id(self, owner: str) -> str:
        rerun = f":r{self.revision}" if self.revision else ""
        return f"{owner}:{self.SUBJECT}{rerun}"


class SceneOrder(_Value):
    """A scene that the customer wrote. Accepts the keys of the prior system's script files too."""

    text: _Text
    scene_number: int | None = Field(
        default=None, ge=1, le=MAX_SCENES, validation_alias=AliasChoices("scene_number", "sceneNumber")
    )
    footage_query: str | None = Field(
        default=None, max_length=500, validation_alias=AliasChoices("footage_query", "footageQuery")
    )
    keywords: tuple[str, ...] = Field(default=(), max_length=50)


class ScriptRequested(_Value):
    """An order. The topic alone is valid; text or scenes take precedence over it.

    The one message that others write by hand: the project id may be missing (`derive_project_id`) and the options
    lie flat beside the topic.
    """

    SUBJECT: ClassVar[str] = "script.requested"

    schema_version: Literal[1] = 1
    project_id: UUID | None = None
    revision: _Revision = 0
    topic: _Topic | None = None
    text: str | None = Field(default=None, max_length=MAX_TEXT_CHARACTERS, description="The narration, word for word.")
    scenes: tuple[SceneOrder, ...] | None = Field(default=None, min_length=1, max_length=MAX_SCENES)
    target_duration: float | None = Field(
        default=None,
        gt=0,
        le=14_400,
        description="Wanted length, seconds; None means 300 for a topic, and as long as they take for own words.",
    )
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    voice: _Name | None = None
    speed: float | None = Field(default=None, ge=0.5, le=2)
    look: Look = Look()
    footage_providers: tuple[_Name, ...] | None = Field(default=None, max_length=20)
    music: Music | None = None

    @model_validator(mode="after")
    def _says_what_to_make(self) -> Self:
        if self.topic is None and not (self.text and self.text.strip()) and not self.scenes:
            message = "an order needs a topic, a text or scenes"
            raise ValueError(message)
        numbers = [scene.scene_number for scene in self.scenes or () if scene.scene_number is not None]
        if numbers and sorted(numbers) != list(range(1, len(self.scenes or ()) + 1)):
            message = f"scene numbers must run from 1 to {len(self.scenes or ())} without gap or repetition"
            raise ValueError(message)
        return self

    @property
    def options(self) -> Options:
        """The snapshot that later messages carry."""
        return Options(
            target_duration=DEFAULT_DURATION if self.target_duration is None else self.target_duration,
            language=self.language,
            voice=self.voice,
            speed=self.speed,
            look=self.look,
            footage_providers=self.footage_providers,
            music=self.music,
        )

    def message_id_for(self, project_id: UUID) -> str:
        """Its `Nats-Msg-Id` when the publisher chose the project id."""
        rerun = f":r{self.revision}" if self.revision else ""
        return f"{project_id}:{self.SUBJECT}{rerun}"


class ScenesScripted(Message):
    """The script: every scene of the film."""

    SUBJECT: ClassVar[str] = "scenes.scripted"

    brief: Brief
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=MAX_SCENES)
    writer: str = Field(description="The provider that wrote it.")

    @model_validator(mode="after")
    def _is_numbered(self) -> Self:
        if [scene.scene_number for scene in self.scenes] != list(range(1, self.brief.scene_count + 1)):
            message = f"scenes must be numbered 1 to {self.brief.scene_count} in order"
            raise ValueError(message)
        return self


_Following = TypeVar("_Following", bound="SceneMessage")


class SceneMessage(Message):
    """Base of the messages about one scene."""

    brief: Brief
    scene: Scene

    def next(self, kind: type[_Following], **result: object) -> _Following:
        """Builds the scene's next message: this one's envelope and contents, and a stage's result.

        Args:
            kind: the class of the message.
            **result: fields that this message lacks or that change.
        """
        shared = type(self).model_fields.keys() & kind.model_fields.keys()
        return kind(**{name: getattr(self, name) for name in shared} | result)

    @property
    @override
    def message_id(self) -> str:
        return self._message_id(f"{self.project_id}:{self.scene.scene_number}")


class NarrationRequested(SceneMessage):
    """One scene to be spoken. Internal to tts."""

    SUBJECT: ClassVar[str] = "narration.requested"


class AudioRendered(SceneMessage):
    """One scene was spoken."""

    SUBJECT: ClassVar[str] = "audio.rendered"

    narration: Narration


class FootageSourced(SceneMessage):
    """Pictures for one scene were chosen."""

    SUBJECT: ClassVar[str] = "footage.sourced"

    narration: Narration
    footage: Footage


class SegmentRendered(SceneMessage):
    """One scene's picture is encoded. Internal to assembly; one subject per scene, so that the stream can count."""

    SUBJECT: ClassVar[str] = "segment.rendered"

    narration: Narration
    footage: Footage
    segment: Segment

    @property
    @override
    def subject(self) -> str:
        return f"{self.SUBJECT}.{self.project_id}.{self.scene.scene_number}"


class VideoAssembled(Message):
    """The film is finished and verified."""

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
    duration: float = Field(gt=0, description="Seconds, measured on the file.")
    video_codec: str
    audio_codec: str
    loudness: Loudness
    notes: tuple[str, ...] = Field(default=(), description="Everything that any stage changed or left out, for people.")


class ProjectFailed(Message):
    """The project cannot finish; its dead letter keeps the message that could not be handled."""

    SUBJECT: ClassVar[str] = "project.failed"

    stage: str = Field(description="The durable that gave up.")
    scene_number: int | None = None
    code: str = Field(description="One of the codes in docs/errors.md.")
    message: str
    hint: str = Field(default="", description="What to do next.")


class ProjectCancelled(Message):
    """Somebody called the project off."""

    SUBJECT: ClassVar[str] = "project.cancelled"

    reason: str = ""


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
    )
}
"""Class of each message by its `SUBJECT`."""


def message_model(subject: str) -> type[ScriptRequested | Message] | None:
    """Returns the class of the messages on a subject; None for subjects that are not of the pipeline."""
    if subject.startswith(f"{SegmentRendered.SUBJECT}."):
        return SegmentRendered
    return None if subject == SegmentRendered.SUBJECT else MESSAGES.get(subject)


class Progress(_Value):
    """Telemetry on `progress.<stage>`: core NATS, not stored, may be lost."""

    project_id: UUID
    stage: str
    scene_number: int | None = None
    state: Literal["started", "working", "retrying"]
    fraction: float | None = Field(default=None, ge=0, le=1)
    detail: str = ""
