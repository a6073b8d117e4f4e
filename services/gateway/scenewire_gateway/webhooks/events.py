"""Events of webhooks, from messages of the stream."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import (
    ProjectCancelled,
    ProjectFailed,
    StoredMessage,
    VideoAssembled,
    describe_faults,
)

__all__ = ["Event", "EventType", "event_of"]

EventType = Literal["video.assembled", "project.failed", "project.cancelled"]
"""What endpoints can be told; also the subjects of these messages."""

_ID_CHARACTERS: Final = 32

_Ended = VideoAssembled | ProjectFailed | ProjectCancelled

_MODELS: Final[Mapping[str, type[_Ended]]] = {
    "video.assembled": VideoAssembled,
    "project.failed": ProjectFailed,
    "project.cancelled": ProjectCancelled,
}


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened, as it is sent.

    Attributes:
        key: the same for the same event, whenever and by whom it is sent; hexadecimal.
        body: JSON.
    """

    type: str
    key: str
    body: str

    def id_for(self, endpoint: str) -> str:
        """Returns the id that an endpoint recognises repetitions by."""
        return "msg_" + hashlib.sha256(f"{self.key} {endpoint}".encode()).hexdigest()[:_ID_CHARACTERS]


def event_of(message: StoredMessage, *, public_url: str) -> Event | None:
    """Returns the event that a message of the stream is; None for one that nobody is told of.

    Args:
        message: a message of the stream.
        public_url: address of the gateway for others; links are relative if it is empty.

    Raises:
        PermanentError: `invalid_message`.
    """
    model = _MODELS.get(message.subject)
    if model is None:
        return None
    try:
        ended = model.model_validate_json(message.body)
    except ValidationError as error:
        raise PermanentError(
            FailureCode.INVALID_MESSAGE,
            f"a message on {message.subject} cannot be understood: {describe_faults(error)}",
            hint="its publisher has another version",
        ) from error
    project = f"{public_url}/v1/projects/{ended.project_id}"
    data: dict[str, Any] = {"project_id": str(ended.project_id), "revision": ended.revision}
    links = {"self": project, "page": f"{public_url}/#/projects/{ended.project_id}"}
    match ended:
        case VideoAssembled():
            data |= {"title": ended.brief.title, "duration": ended.duration}
            version = f"{project}/versions/{ended.revision}"
            links |= {name: f"{version}/{name}" for name in ("video", "thumbnail")}
            links["captions"] = f"{version}/captions.vtt"
        case ProjectFailed():
            data |= ended.model_dump(mode="json", include={"stage", "scene_number", "code", "message", "hint"})
        case ProjectCancelled():
            data["reason"] = ended.reason
    published = datetime.fromtimestamp(message.published_at_ns / 1e9, UTC)
    document = {
        "type": message.subject,
        "timestamp": published.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": data | {"links": links},
    }
    return Event(
        type=message.subject,
        key=hashlib.sha256(ended.message_id.encode()).hexdigest(),
        body=json.dumps(document, ensure_ascii=False),
    )
