"""Streams, subjects, durables and retries as data; `scenewire.bus.provisioning.provision` applies them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    NarrationRequested,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    SegmentRendered,
    VideoAssembled,
)

__all__ = [
    "ALL_PROGRESS",
    "ASSEMBLY",
    "ASSEMBLY_DELETIONS",
    "DEAD_LETTERS",
    "DURABLES",
    "EDIT_STORYBOARD",
    "INTERRUPTIONS",
    "LIST_FOOTAGE",
    "LIST_MOODS",
    "LIST_VOICES",
    "MAKE_ORDER",
    "MAX_BODY",
    "MAX_PAYLOAD",
    "PIPELINE",
    "PLAN_ORDER",
    "RECORDER",
    "RETRY",
    "SAMPLE_VOICE",
    "SCRIPT",
    "SOURCING",
    "STREAMS",
    "TTS",
    "TTS_FANOUT",
    "WEBHOOKS",
    "WEBHOOK_RETRY",
    "Durable",
    "Retry",
    "Stream",
    "dead_letter_subject",
    "encoder_subject",
    "interruption_subject",
    "news_subject",
    "progress_subject",
]


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A stream on disk.

    When full, it refuses new messages instead of dropping old ones. If it `holds_last_only`, it keeps the last message of
    each subject, and drops the oldest messages when full. If it `announces`, the server publishes the headers of each message
    that it has stored; see `news_subject`.
    """

    name: str
    subjects: tuple[str, ...]
    max_age: timedelta
    max_bytes: int
    duplicate_window: timedelta
    holds_last_only: bool = False
    announces: bool = False


@dataclass(frozen=True, kw_only=True)
class Durable:
    """A durable pull consumer with explicit acknowledgement.

    `heartbeat` is the interval of in-progress acks; None for batches, which end well within `ack_wait`.
    `max_ack_pending` limits the messages in flight of all replicas together. `is_work` tells whether its messages are
    work for their project: such messages are dropped once the project has ended, and one that cannot be handled fails it.
    """

    name: str
    stream: str
    subjects: tuple[str, ...]
    ack_wait: timedelta = timedelta(seconds=30)
    heartbeat: timedelta | None = timedelta(seconds=7)
    max_ack_pending: int = 1_000
    is_work: bool = True


@dataclass(frozen=True, kw_only=True)
class Retry:
    """When a failed message is redelivered.

    The delay doubles from `base` to `cap`. `max_tries` leaves room for naks at deployments, which count too.
    """

    max_tries: int
    base: timedelta
    cap: timedelta

    def delay(self, delivery: int) -> float:
        """Returns the seconds to wait after a delivery, counted from 1."""
        return float(min(self.cap.total_seconds(), self.base.total_seconds() * 2 ** (delivery - 1)))


MEBIBYTE: Final = 1 << 20

MAX_PAYLOAD: Final = MEBIBYTE
"""Limit of a message in `deploy/nats.conf`, bytes, headers included; also the default of NATS."""

MAX_BODY: Final = MAX_PAYLOAD * 7 // 8
"""Limit of a published body, bytes: its dead letter still fits whole, with all its headers."""

PIPELINE: Final = Stream(
    name="PIPELINE",
    subjects=(
        ScriptRequested.SUBJECT,
        ScenesScripted.SUBJECT,
        NarrationRequested.SUBJECT,
        AudioRendered.SUBJECT,
        FootageSourced.SUBJECT,
        f"{SegmentRendered.SUBJECT}.>",
        VideoAssembled.SUBJECT,
        ProjectFailed.SUBJECT,
        ProjectCancelled.SUBJECT,
        ProjectDeleted.SUBJECT,
    ),
    max_age=timedelta(days=30),
    max_bytes=1024 * MEBIBYTE,
    duplicate_window=timedelta(days=1),
    announces=True,
)

# When full, it refuses new dead letters: an evicted one would vanish silently, while a refused one is logged and
# counted, and its message stays in PIPELINE for `max_age`.
DEAD_LETTERS: Final = Stream(
    name="DLQ",
    subjects=("dlq.>",),
    max_age=timedelta(days=90),
    max_bytes=256 * MEBIBYTE,
    duplicate_window=timedelta(days=1),
)

INTERRUPTIONS: Final = Stream(
    name="INTERRUPTIONS",
    subjects=("interruptions.*.*",),
    max_age=PIPELINE.max_age,
    max_bytes=16 * MEBIBYTE,
    duplicate_window=timedelta(minutes=2),
    holds_last_only=True,
)
"""How many deliveries of a message were interrupted through no fault of its own."""

STREAMS: Final = (PIPELINE, DEAD_LETTERS, INTERRUPTIONS)

SCRIPT: Final = Durable(name="script", stream=PIPELINE.name, subjects=(ScriptRequested.SUBJECT,))
TTS_FANOUT: Final = Durable(name="tts-fanout", stream=PIPELINE.name, subjects=(ScenesScripted.SUBJECT,))
TTS: Final = Durable(name="tts", stream=PIPELINE.name, subjects=(NarrationRequested.SUBJECT,))
SOURCING: Final = Durable(name="sourcing", stream=PIPELINE.name, subjects=(AudioRendered.SUBJECT,))
ASSEMBLY: Final = Durable(name="assembly", stream=PIPELINE.name, subjects=(FootageSourced.SUBJECT,))
ASSEMBLY_DELETIONS: Final = Durable(
    name="assembly-deletions", stream=PIPELINE.name, subjects=(ProjectDeleted.SUBJECT,), is_work=False
)
"""Deleted projects, whose files assembly removes."""

RECORDER: Final = Durable(
    name="recorder",
    stream=PIPELINE.name,
    subjects=(">",),
    ack_wait=timedelta(seconds=60),
    heartbeat=None,
    max_ack_pending=5_000,
    is_work=False,
)

WEBHOOKS: Final = Durable(
    name="gateway-webhooks",
    stream=PIPELINE.name,
    subjects=(VideoAssembled.SUBJECT, "project.*"),
    max_ack_pending=5_000,  # events that wait for a dead endpoint must not keep others back
    is_work=False,
)
"""How projects end, for those who asked to be notified."""

DURABLES: Final = (SCRIPT, TTS_FANOUT, TTS, SOURCING, ASSEMBLY, ASSEMBLY_DELETIONS, RECORDER, WEBHOOKS)

RETRY: Final = Retry(max_tries=8, base=timedelta(seconds=1), cap=timedelta(seconds=60))

WEBHOOK_RETRY: Final = Retry(max_tries=12, base=timedelta(seconds=5), cap=timedelta(hours=1))
"""Goes on for about two hours and a half."""

MAKE_ORDER: Final = "orders.make"
"""Subject of requests that are answered with a project id or an error: core NATS, not stored."""

PLAN_ORDER: Final = "orders.plan"
"""Subject of requests that are answered with what an order would make; nothing is made."""

EDIT_STORYBOARD: Final = "storyboards.edit"
"""Subject of requests that are answered with the number of a project's next revision, or an error."""

LIST_VOICES: Final = "voices.list"
"""Subject of requests that are answered with the voices that orders may name."""

SAMPLE_VOICE: Final = "voices.sample"
"""Subject of requests that are answered with a spoken sentence, or an error."""

LIST_MOODS: Final = "music.list"
"""Subject of requests that are answered with the moods of music that orders may name."""

LIST_FOOTAGE: Final = "footage.list"
"""Subject of requests that are answered with the footage servers that orders may name."""

ALL_PROGRESS: Final = "progress.*"
"""Subjects of all progress; see `progress_subject`."""


def progress_subject(stage: str) -> str:
    """Returns the subject of a stage's progress: core NATS, not stored."""
    return f"progress.{stage}"


def news_subject(subject: str) -> str:
    """Returns the subject on which the server announces what it has stored on a subject: core NATS, headers only."""
    return f"stored.{subject}"


def encoder_subject(encoder: str) -> str:
    """Returns the subject of requests that workers with an encoder answer: core NATS, not stored."""
    return f"encoders.{encoder}"


def dead_letter_subject(durable: str) -> str:
    """Returns the subject of a durable's dead letters."""
    return f"dlq.{durable}"


def interruption_subject(durable: str, sequence: int) -> str:
    """Returns the subject of the count of a message's interrupted deliveries.

    Args:
        durable: the consumer.
        sequence: the message's stream sequence.
    """
    return f"interruptions.{durable}.{sequence}"
