"""`script.requested`: the one message that other people write by hand."""

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Self
from uuid import UUID

from pydantic import (
    BeforeValidator,
    Field,
    model_validator,
)

from scenewire.messages.artifacts import ArtifactRef
from scenewire.messages.background import Background
from scenewire.messages.base import (
    DEFAULT_DURATION,
    DEFAULT_LANGUAGE,
    MAX_SCENES,
    MAX_TEXT_CHARACTERS,
    Budget,
    Name,
    RequestedBy,
    Revision,
    Text,
    Topic,
    WireModel,
)
from scenewire.messages.ids import derive_message_id
from scenewire.messages.media import MAX_MEDIA, OwnMedia, PlacedMedia
from scenewire.messages.narrations import OwnNarration, PlacedNarration
from scenewire.messages.values import Look, Music, Options, OrderedMusic

__all__ = ["SCHEMA_VERSION", "SHAPES", "SceneOrder", "ScriptRequested", "look_of_shape"]

SCHEMA_VERSION: Final = 1

SHAPES: Final[Mapping[str, tuple[int, int]]] = {
    "landscape": (1920, 1080),
    "portrait": (1080, 1920),
    "square": (1080, 1080),
}
"""Width and height in pixels of the shapes that an order can name instead of a size."""

_ASPECTS: Final = {"16:9": "landscape", "9:16": "portrait", "1:1": "square"}

_ORDER_ALIASES: Final = {
    "video_subject": "topic",
    "video_script": "text",
    "video_aspect": "look",
    "video_language": "language",
    "voice_name": "voice",
    "duration": "target_duration",
}
_SCENE_ALIASES: Final = {"search_terms": "keywords"}
"""Spellings of other tools. Every key may also be written in camel case."""

_MEDIA_ALIASES: Final = {"in": "start", "out": "end", "license": "licence"}

_SERVICE_KEYS: Final = frozenset({"schema_version", "revision", "requested_by"})
"""Keys that programs write; not suggested to people."""

_OUTPUT_KEYS: Final = frozenset({"estimated_duration", "actual_duration", "audio_file"})
"""Keys of a `script.json`, the product's and the prior system's, which say nothing about a new video."""

_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SCRIPT_SUBTAG: Final = 4
_REGION_SUBTAG: Final = 2
_MAX_FAULTS: Final = 5
_MAX_KEY_CHARACTERS: Final = 60


def _language_tag(value: object) -> object:
    """Spells a language tag as usual: `en_US` and `EN-us` become `en-US`.

    Raises:
        ValueError: it is not a language tag.
    """
    if not isinstance(value, str):
        return value
    tag = value.strip().replace("_", "-")
    if not _LANGUAGE_TAG.fullmatch(tag):
        message = f"must be a language tag such as en, de or pt-BR, not {value[:_MAX_KEY_CHARACTERS]!r}"
        raise ValueError(message)
    language, *subtags = tag.split("-")
    return "-".join([language.lower(), *map(_subtag, subtags)])


def _subtag(subtag: str) -> str:
    if len(subtag) == _REGION_SUBTAG and subtag.isalpha():
        return subtag.upper()
    return subtag.title() if len(subtag) == _SCRIPT_SUBTAG and subtag.isalpha() else subtag.lower()


def _keyword_list(value: object) -> object:
    """Splits keywords that are written as one text, `river, sea`."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def look_of_shape(value: object) -> object:
    """Turns the name of a shape, `portrait` or `9:16`, into a look.

    Raises:
        ValueError: there is no such shape.
    """
    if not isinstance(value, str):
        return value
    size = SHAPES.get(_ASPECTS.get(value.strip(), value.strip().lower()))
    if size is None:
        shapes = ", ".join([*SHAPES, *_ASPECTS])
        message = f"must be an object with width and height, or one of {shapes}; not {value[:_MAX_KEY_CHARACTERS]!r}"
        raise ValueError(message)
    return {"width": size[0], "height": size[1]}


class SceneOrder(WireModel):
    """A scene that the customer wrote."""

    text: Text
    scene_number: int | None = Field(default=None, ge=1, le=MAX_SCENES)
    footage_query: str | None = Field(default=None, max_length=500)
    voice: Name | None = None
    keywords: Annotated[tuple[str, ...], BeforeValidator(_keyword_list)] = Field(default=(), max_length=50)
    media: tuple[OwnMedia, ...] = Field(
        default=(), max_length=MAX_MEDIA, description="Clips and pictures that it shows, in order."
    )
    narration: OwnNarration | None = Field(
        default=None, description="A recording of its text; None: a voice speaks it."
    )


class ScriptRequested(WireModel):
    """An order. A topic alone is valid; text or scenes take precedence over it.

    The only message that people write by hand: the project id may be missing (`derive_project_id`), options are
    fields next to the topic, keys of other tools are understood, and unknown keys are errors. Only an order of a newer
    schema may have unknown keys; they are ignored.
    """

    SUBJECT: ClassVar[str] = "script.requested"

    schema_version: int = Field(default=SCHEMA_VERSION, ge=1)
    project_id: UUID | None = None
    revision: Revision = 0
    topic: Topic | None = None
    text: str | None = Field(default=None, max_length=MAX_TEXT_CHARACTERS, description="The narration, word for word.")
    scenes: tuple[SceneOrder, ...] | None = Field(default=None, min_length=1, max_length=MAX_SCENES)
    title: Topic | None = Field(default=None, description="Title of the video; None takes the title of the script.")
    speak_headings: bool = Field(default=False, description="Whether headings of the script are spoken, too.")
    target_duration: float | None = Field(
        default=None,
        gt=0,
        le=14_400,
        description="Target length, seconds; None means 300 for a topic, and as long as it takes for a text or scenes.",
    )
    language: Annotated[str | None, BeforeValidator(_language_tag)] = Field(
        default=None, description="Language tag; None means that the script service detects the language."
    )
    voice: Name | None = None
    voices: dict[Name, Name] | None = Field(
        default=None, max_length=50, description="Voices of the speakers of the script, such as `narrator: af_heart`."
    )
    speed: float | None = Field(default=None, ge=0.5, le=2)
    look: Annotated[Look, BeforeValidator(look_of_shape)] = Look()
    footage_providers: tuple[Name, ...] | None = Field(default=None, max_length=20)
    music: OrderedMusic | None = None
    media: tuple[PlacedMedia, ...] = Field(
        default=(), max_length=MAX_SCENES, description="Clips and pictures that scenes show, in order."
    )
    narrations: tuple[PlacedNarration, ...] = Field(
        default=(),
        max_length=MAX_SCENES,
        description="Recordings of the texts of scenes; others are spoken by a voice.",
    )
    approve: bool = Field(
        default=False, description="Whether the storyboard waits for approval before any picture is made."
    )
    budget: Budget = None
    requested_by: RequestedBy = ""

    @model_validator(mode="before")
    @classmethod
    def _has_known_keys(cls, order: object) -> object:
        if not isinstance(order, dict):
            return order
        version = order.get("schema_version", order.get("schemaVersion", SCHEMA_VERSION))
        reader = _KeyReader(is_newer=isinstance(version, int) and version > SCHEMA_VERSION)
        fields = reader.order(order)
        if reader.faults:
            more = f"; and {len(reader.faults) - _MAX_FAULTS} more" if len(reader.faults) > _MAX_FAULTS else ""
            raise ValueError("; ".join(reader.faults[:_MAX_FAULTS]) + more)
        return fields

    @model_validator(mode="after")
    def _has_content(self) -> Self:
        if self.topic is None and not (self.text and self.text.strip()) and not self.scenes:
            message = "an order needs a topic, a text or scenes"
            raise ValueError(message)
        if self.music is not None and self.music.file is not None and self.music.mood is not None:
            message = "music names a file and a mood; pass only one"
            raise ValueError(message)
        numbers = [scene.scene_number for scene in self.scenes or () if scene.scene_number is not None]
        if numbers and sorted(numbers) != list(range(1, len(self.scenes or ()) + 1)):
            message = f"scene numbers must run from 1 to {len(self.scenes or ())} without gaps or repetitions"
            raise ValueError(message)
        recorded = [scene.scene_number or at for at, scene in enumerate(self.scenes or (), 1) if scene.narration]
        recorded += [narration.scene_number for narration in self.narrations]
        if twice := sorted(number for number in set(recorded) if recorded.count(number) > 1):
            message = f"scene {twice[0]} has more than one narration"
            raise ValueError(message)
        return self

    @property
    def options(self) -> Options:
        """The options that later messages carry; English if the order does not name a language.

        Without music, as long as no piece is chosen for its mood.
        """
        has_piece = self.music is not None and self.music.file is not None
        return Options(
            target_duration=DEFAULT_DURATION if self.target_duration is None else self.target_duration,
            language=self.language or DEFAULT_LANGUAGE,
            voice=self.voice,
            speed=self.speed,
            look=self.look,
            footage_providers=self.footage_providers,
            music=Music.model_validate(self.music.model_dump()) if self.music and has_piece else None,
        )

    @property
    def subject(self) -> str:
        """The subject that it is published to."""
        return self.SUBJECT

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

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is ordered: equal for two orders of the same video, whatever their project ids and senders.

        Defaults are left out, so that a field that a later version adds changes no fingerprint.
        """
        content = self.model_dump_json(exclude={"project_id", "requested_by"}, exclude_defaults=True)
        return hashlib.sha256(content.encode()).hexdigest()


class _KeyReader:
    """Replaces aliases by the names of fields and collects unknown keys.

    Args:
        is_newer: whether a newer schema wrote the order; its unknown keys are left out.
    """

    def __init__(self, *, is_newer: bool) -> None:
        self._is_newer = is_newer
        self.faults: list[str] = []

    def order(self, order: Mapping[object, object]) -> dict[str, object]:
        """Returns an order with the names of fields on all its levels."""
        fields = self._fields(order, ScriptRequested, "", _ORDER_ALIASES)
        if isinstance(scenes := fields.get("scenes"), (list, tuple)):
            fields["scenes"] = [self._scene(scene, number) for number, scene in enumerate(scenes, 1)]
        if isinstance(look := fields.get("look"), dict):
            fields["look"] = look = self._fields(look, Look, " in look")
            if isinstance(background := look.get("background"), dict):
                look["background"] = self._with_file(background, Background, " in look.background")
        if isinstance(music := fields.get("music"), dict):
            fields["music"] = self._with_file(music, OrderedMusic, " in music")
        if isinstance(media := fields.get("media"), (list, tuple)):
            fields["media"] = self._media(media, PlacedMedia, " in media")
        if isinstance(narrations := fields.get("narrations"), (list, tuple)):
            fields["narrations"] = self._media(narrations, PlacedNarration, " in narrations")
        return fields

    def _media(self, media: Sequence[object], model: type[WireModel], where: str) -> list[object]:
        return [
            self._with_file(item, model, f"{where} {number}", _MEDIA_ALIASES) if isinstance(item, dict) else item
            for number, item in enumerate(media, 1)
        ]

    def _with_file(
        self,
        written: Mapping[object, object],
        model: type[WireModel],
        where: str,
        aliases: Mapping[str, str] = {},
    ) -> dict[str, Any]:
        fields = self._fields(written, model, where, aliases)
        if isinstance(file := fields.get("file"), dict):
            fields["file"] = self._fields(file, ArtifactRef, f"{where}.file")
        return fields

    def _scene(self, scene: object, number: int) -> object:
        if isinstance(scene, str):
            return {"text": scene}
        if not isinstance(scene, dict):
            return scene
        fields = self._fields(scene, SceneOrder, f" in scene {number}", _SCENE_ALIASES, _OUTPUT_KEYS)
        if isinstance(media := fields.get("media"), (list, tuple)):
            fields["media"] = self._media(media, OwnMedia, f" in scene {number}, media")
        if isinstance(narration := fields.get("narration"), dict):
            fields["narration"] = self._with_file(narration, OwnNarration, f" in scene {number}, narration")
        return fields

    def _fields(
        self,
        written: Mapping[object, object],
        model: type[WireModel],
        where: str,
        aliases: Mapping[str, str] = {},
        ignored: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        names: dict[str, object] = {}
        fields: dict[str, Any] = {}
        for key, value in written.items():
            spelling = _CAPITAL.sub("_", str(key)).lower()
            name = aliases.get(spelling, spelling)
            if name in ignored:
                continue
            if name not in model.model_fields:
                if not self._is_newer:
                    self.faults.append(f"unknown key {_quoted(key)}{where}{_suggestion(spelling, model, aliases)}")
            elif name in fields and fields[name] != value:
                self.faults.append(f"{_quoted(names[name])} and {_quoted(key)}{where} mean the same; pass only one")
            else:
                names[name], fields[name] = key, value
        return fields


def _suggestion(spelling: str, model: type[WireModel], aliases: Mapping[str, str]) -> str:
    """Names the nearest known key, or all of them if none is near."""
    near = difflib.get_close_matches(spelling[:_MAX_KEY_CHARACTERS], [*model.model_fields, *aliases], n=1, cutoff=0.61)
    return f"; did you mean {near[0]!r}?" if near else f"; known keys are {', '.join(_public(model))}"


def _public(model: type[WireModel]) -> Iterator[str]:
    return (name for name in model.model_fields if name not in _SERVICE_KEYS)


def _quoted(key: object) -> str:
    return repr(str(key)[:_MAX_KEY_CHARACTERS])
