"""Failures of assembly that are the same for segments and videos: which scene, a full disk, and a program that stalls."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog

from scenewire.errors import PermanentError, StalledError, about_scene, is_disk_full, storage_failure

__all__ = ["disk_errors", "scene_errors", "tried_again_after_stall"]

T = TypeVar("T")

log = structlog.get_logger(__name__)


async def tried_again_after_stall(work: Callable[[], Awaitable[T]]) -> T:
    """Does work, once more if a program stalls in it.

    Raises:
        PermanentError: `program_timeout`, a program stalled both times: what it was given makes it hang.
    """
    try:
        return await work()
    except StalledError as error:
        log.warning("program_stalled", error=str(error))
    try:
        return await work()
    except StalledError as error:
        raise PermanentError(
            error.code, f"{error.message}, twice", hint="order again with other footage or other music"
        ) from error


@contextmanager
def scene_errors(scene_number: int) -> Iterator[None]:
    """Names the scene in every failure, including a full disk."""
    with about_scene(scene_number), disk_errors():
        yield


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turns a full disk into a failure that is retried. Job folders are on the disk of the artifacts.

    Raises:
        TransientError: `storage_full`.
    """
    try:
        yield
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise storage_failure(error, "the folder of the job cannot be written") from error
