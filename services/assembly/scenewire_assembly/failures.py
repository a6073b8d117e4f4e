"""Failures of assembly that are the same for segments and videos: which scene, and a full disk."""

from collections.abc import Iterator
from contextlib import contextmanager

from scenewire.errors import about_scene, is_disk_full, storage_failure

__all__ = ["disk_errors", "scene_errors"]


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
