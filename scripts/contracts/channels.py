"""Channels of the bus: subjects, what their messages carry, who sends and who receives them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, Field

from scenewire.errors import FailureCode
from scenewire.messages import (
    MESSAGES,
    Message,
    Progress,
    ProjectFailed,
    ScriptRequested,
    SegmentRendered,
    StoryboardEdit,
    headers,
)
from scenewire.messages.base import Revision
from scenewire.topology import (
    DEAD_LETTERS,
    DURABLES,
    EDIT_STORYBOARD,
    LIST_FOOTAGE,
    LIST_MOODS,
    LIST_VOICES,
    MAKE_ORDER,
    PIPELINE,
    PLAN_ORDER,
    SAMPLE_VOICE,
    dead_letter_subject,
    encoder_subject,
    progress_subject,
)
from scenewire_script.plans import Plan
from scenewire_tts.voice_requests import Sample, SampleRequest, Voices

__all__ = ["Channel", "Refusal", "channels", "message_classes", "require_known", "subject_matches"]

CLIENT: Final = "client"
"""The command, and every other program that orders."""

_GATEWAY: Final = "gateway"
_ASSEMBLY: Final = "assembly"

_SENDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "script.requested": (CLIENT, "script"),
    "scenes.scripted": ("script",),
    "narration.requested": ("tts", _ASSEMBLY),
    "audio.rendered": ("tts", _ASSEMBLY),
    "footage.sourced": ("sourcing", _ASSEMBLY),
    "segment.rendered": (_ASSEMBLY,),
    "video.assembled": (_ASSEMBLY,),
    "project.failed": ("script", "tts", "sourcing", _ASSEMBLY),
    "project.cancelled": (CLIENT, _GATEWAY),
    "project.deleted": (CLIENT, _GATEWAY),
}
"""Who publishes each message. Assembly has lost files made again by their stages."""

_MESSAGE_HEADERS: Final = {
    headers.MESSAGE_ID: "Derived from project, scene, subject and revision: the server drops a repetition.",
    headers.CORRELATION_ID: "The project's id.",
    headers.SCHEMA: "The schema version of the body.",
    headers.CONTENT_TYPE: "application/json",
    headers.TRACE: "W3C Trace Context: the span that published it, in the trace whose id is the project's; missing without traces.",
}
_LETTER_HEADERS: Final = {
    headers.MESSAGE_ID: "`dlq:<stream>:<durable>:<sequence>`",
    headers.LETTER_SUBJECT: "Subject of the message that was given up.",
    headers.LETTER_REASON: "A code of docs/errors.md.",
    headers.LETTER_DETAIL: "What failed, in one line.",
    headers.LETTER_DURABLE: "The durable that gave up.",
    headers.LETTER_SEQUENCE: "The message's sequence in its stream.",
    headers.LETTER_DELIVERIES: "How often it was delivered.",
    headers.LETTER_SIZE: "Size of its body, bytes.",
    headers.LETTER_SHA256: "SHA-256 of its body.",
    headers.LETTER_TRUNCATED: "Bytes of the body that were kept; missing if all were.",
}
_PLAIN_HEADERS: Final = {headers.CONTENT_TYPE: "application/json"}


class Ordered(BaseModel):
    """An order is stored; it is made from now on."""

    project_id: str


class Edited(BaseModel):
    """A new revision of a storyboard is stored."""

    project_id: str
    revision: Revision


class Moods(BaseModel):
    """The moods of music that orders may name."""

    moods: list[str]


class FootageServers(BaseModel):
    """The footage servers, and groups of them, that orders may name."""

    servers: list[str]


class Encoders(BaseModel):
    """The encoders of a worker."""

    encoders: list[str]


class Failure(BaseModel):
    """Why a request was refused."""

    code: FailureCode
    message: str
    hint: str = Field(description="What to do next.")
    retry_after: float | None = Field(default=None, description="Seconds after which the same request may succeed.")


class Refusal(BaseModel):
    """The answer to a request that failed."""

    error: Failure


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A subject, or a pattern of subjects with `{parameters}`.

    Attributes:
        name: its key in the document.
        address: the subject.
        summary: one sentence.
        model: what a message carries; None: its body is not described.
        headers: descriptions by name.
        sent_by: services that publish to it.
        received_by: services that handle its messages.
        stream: where its messages are stored; None: nowhere.
        reply: what a request is answered with; None: nothing.
        is_versioned: whether its messages stay readable for ever, each version by a schema and a stored example.
    """

    name: str
    address: str
    summary: str
    model: type[BaseModel] | None = None
    headers: Mapping[str, str]
    sent_by: tuple[str, ...]
    received_by: tuple[str, ...]
    stream: str | None = None
    reply: type[BaseModel] | None = None
    is_versioned: bool = False


def channels() -> tuple[Channel, ...]:
    """Returns all channels: messages in pipeline order, requests, progress, dead letters.

    Raises:
        ValueError: see `require_known`.
    """
    require_known(message_classes())
    return (*_messages(), *_requests(), _progress(), *_dead_letters())


def message_classes() -> Iterator[type[Message]]:
    """Yields every class of the product that is published as a message of the pipeline."""
    waiting = [Message]
    while waiting:
        parent = waiting.pop()
        waiting += parent.__subclasses__()
        if hasattr(parent, "SUBJECT") and parent.__module__.partition(".")[0].startswith("scenewire"):
            yield parent


def require_known(classes: Iterable[type[Message]]) -> None:
    """Checks that each message has a name in the registry, a subject in the stream, and a sender.

    Raises:
        ValueError: one of them lacks something.
    """
    for model in classes:
        subject = model.SUBJECT
        if subject not in MESSAGES:
            raise ValueError(f"{model.__name__} ({subject}) is not in MESSAGES of scenewire/messages/events.py")
        example = f"{subject}.x" if issubclass(model, SegmentRendered) else subject
        if not any(subject_matches(pattern, example) for pattern in PIPELINE.subjects):
            raise ValueError(f"no subject of PIPELINE in scenewire/topology.py stores {subject} ({model.__name__})")
        if subject not in _SENDERS:
            raise ValueError(f"scripts/contracts/channels.py does not say who sends {subject} ({model.__name__})")


def subject_matches(pattern: str, subject: str) -> bool:
    """Returns whether a subject matches a pattern of NATS: `*` is one token, `>` at its end all that follow."""
    wanted, tokens = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted, tokens = wanted[:-1], tokens[: len(wanted) - 1] if len(tokens) >= len(wanted) else []
        if not wanted:
            return True
    return len(wanted) == len(tokens) and all(a in ("*", b) for a, b in zip(wanted, tokens, strict=True))


def _messages() -> Iterator[Channel]:
    for subject, model in MESSAGES.items():
        addresses = {subject: subject}
        if model is SegmentRendered:
            addresses = {
                subject: f"{subject}.{{project_id}}.{{scene_number}}",
                f"{subject}.rerun": f"{subject}.{{project_id}}.{{rerun}}.{{scene_number}}",
            }
        for name, address in addresses.items():
            yield Channel(
                name=name,
                address=address,
                summary=_first_sentence(model),
                model=model,
                headers=_MESSAGE_HEADERS,
                sent_by=_SENDERS[subject],
                received_by=_receivers(address),
                stream=PIPELINE.name,
                is_versioned=name == subject,
            )


def _receivers(subject: str) -> tuple[str, ...]:
    durables = (each for each in DURABLES if any(subject_matches(pattern, subject) for pattern in each.subjects))
    return tuple(dict.fromkeys(_service(durable.name) for durable in durables))


def _service(durable: str) -> str:
    return durable.partition("-")[0]


def _requests() -> Iterator[Channel]:
    requests: tuple[tuple[str, str, type[BaseModel] | None, type[BaseModel]], ...] = (
        (MAKE_ORDER, "script", ScriptRequested, Ordered),
        (PLAN_ORDER, "script", ScriptRequested, Plan),
        (EDIT_STORYBOARD, "script", StoryboardEdit, Edited),
        (LIST_MOODS, "script", None, Moods),
        (LIST_VOICES, "tts", None, Voices),
        (SAMPLE_VOICE, "tts", SampleRequest, Sample),
        (LIST_FOOTAGE, "sourcing", None, FootageServers),
    )
    for subject, service, model, reply in requests:
        yield Channel(
            name=subject,
            address=subject,
            summary=f"Requests to {service}; the reply is {reply.__name__} or {Refusal.__name__}.",
            model=model,
            headers={},
            sent_by=(CLIENT, _GATEWAY),
            received_by=(service,),
            reply=reply,
            is_versioned=model is StoryboardEdit,
        )
    yield Channel(
        name="encoders",
        address=encoder_subject("{encoder}"),
        summary="Requests to workers that encode on a graphics card.",
        headers={},
        sent_by=(_ASSEMBLY,),
        received_by=(_ASSEMBLY,),
        reply=Encoders,
    )


def _progress() -> Channel:
    return Channel(
        name="progress",
        address=progress_subject("{stage}"),
        summary=_first_sentence(Progress),
        model=Progress,
        headers=_PLAIN_HEADERS,
        sent_by=_SENDERS[ProjectFailed.SUBJECT],
        received_by=(CLIENT, _GATEWAY),
        is_versioned=True,
    )


def _dead_letters() -> Iterator[Channel]:
    for durable in DURABLES:
        if durable.heartbeat is None:
            continue  # batches are tried until they succeed
        yield Channel(
            name=dead_letter_subject(durable.name),
            address=dead_letter_subject(durable.name),
            summary=f"Messages that {durable.name} dead-lettered, unchanged. Their own headers are kept besides these.",
            headers=_LETTER_HEADERS,
            sent_by=(_service(durable.name),),
            received_by=(),
            stream=DEAD_LETTERS.name,
        )


def _first_sentence(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").partition(". ")[0].partition("\n")[0].rstrip(".") + "."
