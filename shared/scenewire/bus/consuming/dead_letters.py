"""Dead letters: the failure of a message that cannot be handled, and the headers that keep it."""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from scenewire.bus.consuming.received import Delivery
from scenewire.errors import FailureCode, PermanentError, PipelineError
from scenewire.messages import ScriptRequested, describe_faults
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


MAX_KEPT_HEADERS: Final = 32
"""Most headers that a dead letter keeps of its message, each with `MAX_DETAIL_CHARACTERS` of its value."""


_KEPT_NAME: Final = re.compile(r"(?!(?i:nats-|scenewire-(?!schema$)))[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")
"""Header names that nats-py can send, except the server's own and those of dead letters."""


UNREADABLE: Final = (ValueError, RecursionError)
"""What decoding and validation raise for a body that is not JSON or UTF-8, is nested too deeply, or has wrong fields."""


def letter_headers(delivery: Delivery, failure: PipelineError) -> dict[str, str]:
    """Returns the headers of a dead letter: what failed, where the message is, and the headers it had."""
    metadata = delivery.raw.metadata
    return _kept_headers(delivery.raw.headers or {}) | {
        MESSAGE_ID: f"dlq:{metadata.stream}:{metadata.consumer}:{metadata.sequence.stream}",
        LETTER_SUBJECT: delivery.raw.subject,
        LETTER_REASON: failure.code,
        LETTER_DETAIL: one_line(failure),
        LETTER_DURABLE: metadata.consumer,
        LETTER_SEQUENCE: str(metadata.sequence.stream),
        LETTER_DELIVERIES: str(metadata.num_delivered),
        LETTER_SIZE: str(len(delivery.raw.data)),
        LETTER_SHA256: hashlib.sha256(delivery.raw.data).hexdigest(),
    }


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Returns the headers of a message that its dead letter keeps: valid names, bounded."""
    names = [name for name in headers if _KEPT_NAME.fullmatch(name)]
    return {name: one_line(headers[name]) for name in names[:MAX_KEPT_HEADERS]}


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
            f"a message on {delivery.raw.subject} cannot be understood: {_describe(error)}",
            hint="correct the order and publish it again" if is_order else "its publisher has another version",
        )
    return PermanentError(
        FailureCode.RETRIES_EXHAUSTED,
        f"gave up after {delivery.raw.metadata.num_delivered} deliveries: {type(error).__name__}: {one_line(error)}",
        hint="see the traceback in the service's log",
    )


def _describe(error: BaseException) -> str:
    match error:
        case ValidationError():
            return describe_faults(error, depth=1)  # the first name is the handler's parameter
        case RecursionError():
            return "it is nested too deeply"
        case UnicodeError():
            return "it is not UTF-8"
        case _:
            return "it is not JSON"


def one_line(text: object) -> str:
    """Returns text for a header: one line of printable ASCII, bounded."""
    line = " ".join(str(text).split())[:MAX_DETAIL_CHARACTERS]
    return "".join(character if character.isascii() and character.isprintable() else "?" for character in line)


def readable(text: str) -> str:
    """Returns text for a message: bounded, without lone surrogates, which JSON can hold and UTF-8 cannot."""
    return text[:MAX_DETAIL_CHARACTERS].encode("utf-8", "replace").decode()
