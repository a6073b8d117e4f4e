"""Names of the headers that messages and dead letters carry."""

from typing import Final

__all__ = [
    "CONTENT_TYPE",
    "CORRELATION_ID",
    "LETTER_DELIVERIES",
    "LETTER_DETAIL",
    "LETTER_DURABLE",
    "LETTER_PREFIX",
    "LETTER_REASON",
    "LETTER_SEQUENCE",
    "LETTER_SHA256",
    "LETTER_SIZE",
    "LETTER_SUBJECT",
    "LETTER_TRUNCATED",
    "MESSAGE_ID",
    "SCHEMA",
    "SERVER_PREFIX",
    "TRACE",
]

SERVER_PREFIX: Final = "Nats-"
"""Prefix of the headers that the server acts on or adds."""

MESSAGE_ID: Final = "Nats-Msg-Id"
"""The server drops a message whose id it has stored within the stream's duplicate window."""

CORRELATION_ID: Final = "correlation_id"
"""The project's id, for readers that do not decode the body."""

CONTENT_TYPE: Final = "content-type"

SCHEMA: Final = "scenewire-schema"
"""The message's schema version."""

TRACE: Final = "traceparent"
"""The span that published the message, in the form of W3C Trace Context; missing without traces."""

LETTER_PREFIX: Final = "scenewire-"
"""Prefix of the headers that a dead letter adds, and of `SCHEMA`."""

LETTER_SUBJECT: Final = "scenewire-subject"
LETTER_REASON: Final = "scenewire-reason"
LETTER_DETAIL: Final = "scenewire-detail"
LETTER_DURABLE: Final = "scenewire-durable"
LETTER_SEQUENCE: Final = "scenewire-sequence"
LETTER_DELIVERIES: Final = "scenewire-deliveries"
LETTER_SIZE: Final = "scenewire-size"
LETTER_SHA256: Final = "scenewire-sha256"
LETTER_TRUNCATED: Final = "scenewire-truncated"
"""Bytes that a dead letter keeps of a body that is too large for it."""
