"""How long and how much the streams keep: the topology's limits, unless settings say otherwise."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from pydantic import ByteSize, Field

from scenewire.settings import Seconds, Settings
from scenewire.topology import DEAD_LETTERS, INTERRUPTIONS, PIPELINE, Stream

__all__ = ["StreamSettings", "limited_streams"]

_MIN_AGE: Final = timedelta(days=2)
"""Ids of messages count for a day, and a message in flight waits for as long when bus or storage are down."""

_MIN_SIZE: Final = 8 << 20


class StreamSettings(Settings):
    """Limits of the streams. Read by whatever provisions the bus."""

    max_age: Seconds = Field(
        default=PIPELINE.max_age,
        ge=_MIN_AGE,
        validation_alias="STREAM_MAX_AGE",
        description="How long the stream keeps messages, such as `P60D`: longer than any project waits for a worker, a "
        "repair or an approval, because then its messages are gone.",
    )
    max_size: ByteSize = Field(
        default=ByteSize(PIPELINE.max_bytes),
        ge=_MIN_SIZE,
        validation_alias="STREAM_MAX_SIZE",
        description="Size limit of the stream; a full one refuses new messages.",
    )
    dead_letters_max_age: Seconds = Field(
        default=DEAD_LETTERS.max_age,
        ge=_MIN_AGE,
        validation_alias="DEAD_LETTERS_MAX_AGE",
        description="How long dead letters are kept.",
    )
    dead_letters_max_size: ByteSize = Field(
        default=ByteSize(DEAD_LETTERS.max_bytes),
        ge=_MIN_SIZE,
        validation_alias="DEAD_LETTERS_MAX_SIZE",
        description="Size limit of all dead letters; when it is reached, new ones are only logged.",
    )


def limited_streams(settings: StreamSettings) -> tuple[Stream, ...]:
    """Returns all streams with the limits of the settings."""
    return (
        replace(PIPELINE, max_age=settings.max_age, max_bytes=settings.max_size),
        replace(DEAD_LETTERS, max_age=settings.dead_letters_max_age, max_bytes=settings.dead_letters_max_size),
        replace(INTERRUPTIONS, max_age=settings.max_age),  # counts are needed as long as their messages
    )
