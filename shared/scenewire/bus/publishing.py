"""Size limits of published messages, and publish failures as product errors.

The server closes the connection of a client that sends more than `max_payload` bytes, headers included. nats-py compares
the body alone, so every publish checks its size here before anything is sent.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import nats
from nats.js.errors import APIError, NoStreamResponseError

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import Message, ScriptRequested
from scenewire.messages.headers import CONTENT_TYPE, CORRELATION_ID, MESSAGE_ID, SCHEMA
from scenewire.topology import MAX_BODY, MAX_PAYLOAD

__all__ = [
    "PUBLISH_TIMEOUT_S",
    "body_limit",
    "is_full",
    "message_headers",
    "publish_errors",
    "require_body_fits",
    "room_for_body",
]

PUBLISH_TIMEOUT_S: Final = 5.0
"""For the server's acknowledgement. FastStream's default of 0.5 s is short for a server that syncs every write."""

_INSUFFICIENT_RESOURCES: Final = 10023
_STORAGE_EXCEEDED: Final = 10047
_STORE_FAILED: Final = 10077
"""The stream is at its `max_bytes`, or its disk is full."""

_HEADER_OVERHEAD: Final = 1_024
"""Bytes for the version line and the header of the expected stream, which the client adds."""


def body_limit(max_payload: int) -> int:
    """Returns the limit of bodies that services publish, bytes: headers, also those of a dead letter, still fit.

    Args:
        max_payload: the server's limit for a message, bytes.
    """
    return min(MAX_BODY, max_payload * MAX_BODY // MAX_PAYLOAD)


def message_headers(message: ScriptRequested | Message) -> dict[str, str]:
    """Returns the headers that a message is published with.

    Raises:
        ValueError: an order without a project id.
    """
    return {
        MESSAGE_ID: message.message_id,
        CORRELATION_ID: str(message.project_id),
        SCHEMA: str(message.schema_version),
        CONTENT_TYPE: "application/json",
    }


def require_body_fits(subject: str, body: bytes, limit: int) -> None:
    """Checks the size of a body before it is sent.

    Args:
        subject: the subject, for the error.
        body: the encoded message.
        limit: bytes.

    Raises:
        PermanentError: `message_too_large`.
    """
    if len(body) > limit:
        raise PermanentError(
            FailureCode.MESSAGE_TOO_LARGE,
            f"a message on {subject} has {len(body):,} bytes; the limit is {limit:,} bytes",
            hint="shorten the text, or split it into several orders",
        )


def room_for_body(headers: Mapping[str, str], max_payload: int) -> int:
    """Returns the bytes that these headers leave for a body."""
    used = sum(len(name.encode()) + len(value.encode()) + len(": \r\n") for name, value in headers.items())
    return max(0, max_payload - used - _HEADER_OVERHEAD)


def is_full(error: BaseException) -> bool:
    """Returns whether the server refused a message because its stream or its disk is full."""
    return isinstance(error, APIError) and error.err_code in (_INSUFFICIENT_RESOURCES, _STORAGE_EXCEEDED, _STORE_FAILED)


@contextmanager
def publish_errors(subject: str) -> Iterator[None]:
    """Translates failures of a publish to a stream.

    Raises:
        TransientError: `storage_full`, `bus_not_provisioned` or `bus_unavailable`.
    """
    try:
        yield
    except NoStreamResponseError as error:
        raise TransientError(
            FailureCode.BUS_NOT_PROVISIONED,
            f"no stream stores {subject}",
            hint="run `python -m scenewire.bus provision`",
        ) from error
    except (OSError, nats.errors.Error) as error:  # TimeoutError is an OSError
        if is_full(error):
            raise TransientError(
                FailureCode.STORAGE_FULL,
                f"the NATS server cannot store a message on {subject}: its stream or its disk is full",
                hint="free disk space or raise the stream's limit, then run the same command again",
            ) from error
        raise TransientError(
            FailureCode.BUS_UNAVAILABLE,
            f"the NATS server did not confirm a message on {subject}: {error!r}",
            hint="check the server, then run the same command again",
        ) from error
