"""What a message that cannot be handled leaves: a failure in plain words and the headers of its dead letter."""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scenewire.bus.received import Delivery
from scenewire.errors import FailureCode, PermanentError, PipelineError
from scenewire.messages import ScriptRequested
from scenewire.messages.headers import (
    LETTER_DELIVERIES,
    LETTER_DETAIL,
    LETTER_DURABLE,
    LETTER_REASON,
    LETTER_SEQUENCE,
    LETTER_SHA256,
    LETTER_SIZE,
    LETTER_SUBJECT,
    MESSAGE_ID,
)

__all__ = ["as_pipeline_error", "is_invalid_input", "letter_headers", "one_line", "readable"]

MAX_DETAIL_CHARACTERS: Final = 900


_KEPT_HEADERS: Final = 32
"""Headers of a message that its dead letter keeps at most, each with `MAX_DETAIL_CHARACTERS` of its value."""


_KEPT_NAME: Final = re.compile(r"(?!(?i:nats-|scenewire-(?!schema$)))[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
"""What nats-py sends as a name, but for orders to the server and for what a dead letter says itself."""


UNREADABLE: Final = (ValueError, RecursionError)
"""What decoding and validation raise: no JSON, no UTF-8, nested without end, fields of the wrong shape."""


def letter_headers(delivery: Delivery, failure: PipelineError) -> dict[str, str]:
    """Returns the headers of a dead letter: what failed, where the message is, and the headers it had."""
    about = delivery.raw.metadata
    return _kept_headers(delivery.raw.headers or {}) | {
        MESSAGE_ID: f"dlq:{about.stream}:{about.consumer}:{about.sequence.stream}",
        LETTER_SUBJECT: delivery.raw.subject,
        LETTER_REASON: failure.code,
        LETTER_DETAIL: one_line(failure),
        LETTER_DURABLE: about.consumer,
        LETTER_SEQUENCE: str(about.sequence.stream),
        LETTER_DELIVERIES: str(about.num_delivered),
        LETTER_SIZE: str(len(delivery.raw.data)),
        LETTER_SHA256: hashlib.sha256(delivery.raw.data).hexdigest(),
    }


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What a dead letter keeps of the headers of its message: what can be sent again, bounded."""
    names = [name for name in headers if _KEPT_NAME.fullmatch(name)]
    return {name: one_line(headers[name]) for name in names[:_KEPT_HEADERS]}


def is_invalid_input(delivery: Delivery, error: BaseException) -> bool:
    """Whether the message itself is invalid: decoding or validation failed before the handler ran."""
    return not delivery.handler_entered and isinstance(error, UNREADABLE)


def as_pipeline_error(delivery: Delivery, error: BaseException) -> PipelineError:
    """Returns any exception as an error with code, message and hint."""
    if isinstance(error, PipelineError):
        return error
    if is_invalid_input(delivery, error):
        is_order = delivery.raw.subject == ScriptRequested.SUBJECT
        return PermanentError(
            FailureCode.INVALID_ORDER if is_order else FailureCode.INVALID_MESSAGE,
            f"a message on {delivery.raw.subject} cannot be understood: {_complaint(error)}",
            hint="correct the order and publish it again" if is_order else "its publisher speaks another version",
        )
    return PermanentError(
        FailureCode.RETRIES_EXHAUSTED,
        f"gave up after {delivery.raw.metadata.num_delivered} deliveries: {type(error).__name__}: {one_line(error)}",
        hint="the service's log has the traceback",
    )


def _complaint(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(_fault(one) for one in error.errors(include_url=False, include_input=False))
    return one_line(error)


def _fault(one: ErrorDetails) -> str:
    where = ".".join(str(part) for part in one["loc"][1:])
    said = "it is not a JSON object" if one["type"] == "model_type" else one["msg"].removeprefix("Value error, ")
    return f"{where}: {said}" if where else said


def one_line(text: object) -> str:
    """Text for a header: one line of printable ASCII, bounded."""
    line = " ".join(str(text).split())[:MAX_DETAIL_CHARACTERS]
    return "".join(one if one.isascii() and one.isprintable() else "?" for one in line)


def readable(text: str) -> str:
    """Text for a message: bounded, and without lone surrogates, which JSON can hold and UTF-8 cannot."""
    return text[:MAX_DETAIL_CHARACTERS].encode("utf-8", "replace").decode()
