"""Failures of the pipeline: transient ones are retried, permanent ones end the project."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from typing_extensions import override

__all__ = [
    "ConflictError",
    "FailureCode",
    "HandoverError",
    "PermanentError",
    "PipelineError",
    "StalledError",
    "TransientError",
    "about_scene",
    "is_disk_full",
    "storage_failure",
]


class FailureCode(StrEnum):
    """Stable names of failures on the wire; `docs/errors.md` explains each."""

    INVALID_MESSAGE = "invalid_message"
    INVALID_ORDER = "invalid_order"
    MESSAGE_TOO_LARGE = "message_too_large"
    INVALID_SETTINGS = "invalid_settings"
    BUDGET_EXCEEDED = "budget_exceeded"
    PRICE_UNKNOWN = "price_unknown"
    CRASH_LOOP = "crash_loop"
    RETRIES_EXHAUSTED = "retries_exhausted"
    ARTIFACT_MISSING = "artifact_missing"
    ARTIFACT_CORRUPT = "artifact_corrupt"
    STORAGE_FULL = "storage_full"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    PROGRAM_MISSING = "program_missing"
    PROGRAM_FAILED = "program_failed"
    PROGRAM_TIMEOUT = "program_timeout"
    PROVIDER_REFUSED = "provider_refused"
    RATE_LIMITED = "rate_limited"
    SCRIPT_FAILED = "script_failed"
    SPEECH_FAILED = "speech_failed"
    VOICE_UNAVAILABLE = "voice_unavailable"
    MEDIA_REFUSED = "media_refused"
    FONT_MISSING = "font_missing"
    RENDER_FAILED = "render_failed"
    OUTPUT_INVALID = "output_invalid"
    BUS_UNAVAILABLE = "bus_unavailable"
    BUS_NOT_PROVISIONED = "bus_not_provisioned"
    DATABASE_UNAVAILABLE = "database_unavailable"
    DATABASE_TOO_NEW = "database_too_new"
    NOT_ON_RECORD = "not_on_record"
    ORDER_CONFLICT = "order_conflict"
    REVISION_CONFLICT = "revision_conflict"
    WEBHOOK_FAILED = "webhook_failed"
    CANCELLED = "cancelled"


class PipelineError(Exception):
    """A failure with a code for programs, a message for people and a hint at what to do next."""

    def __init__(self, code: FailureCode, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    @override
    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class TransientError(PipelineError):
    """The same message may succeed later; the bus redelivers it.

    `retry_after` (seconds) replaces the computed delay.
    """

    def __init__(self, code: FailureCode, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(code, message, hint=hint)
        self.retry_after = retry_after


class StalledError(TransientError):
    """A program did nothing for too long and was killed."""


class HandoverError(TransientError):
    """Another worker must handle the message; the delivery is not counted as a try."""


class PermanentError(PipelineError):
    """A retry cannot help: the message is dead-lettered and its project fails."""


class ConflictError(PermanentError):
    """The message contradicts an earlier one: it is dead-lettered, but its project goes on with the earlier one."""


@contextmanager
def about_scene(number: int) -> Iterator[None]:
    """Prefixes errors with the scene's number."""
    try:
        yield
    except PipelineError as error:
        raise _with_message(error, f"scene {number}: {error.message}") from error


def _with_message(error: PipelineError, message: str) -> PipelineError:
    """Returns the same failure, of the same class, with another message."""
    changed = type(error).__new__(type(error), message)
    changed.__dict__.update(error.__dict__, message=message)
    changed.__dict__.pop("__notes__", None)  # the first one has them
    return changed


def is_disk_full(error: OSError) -> bool:
    """Returns whether the operating system refused a write because the disk or the user's quota is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def storage_failure(error: OSError, message: str) -> TransientError:
    """Returns `storage_full` or `storage_unavailable` for an error of the operating system.

    Args:
        error: what the operating system said.
        message: what could not be done.
    """
    full = is_disk_full(error)
    return TransientError(
        FailureCode.STORAGE_FULL if full else FailureCode.STORAGE_UNAVAILABLE,
        f"{message}: {error.strerror or error}",
        hint="free space on that disk" if full else "check that the folder exists and may be written",
    )
