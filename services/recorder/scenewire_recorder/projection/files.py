"""Files that several projects use: one row each, whoever used it first or last."""

from collections.abc import Iterable
from dataclasses import replace

from scenewire.database.videos import Video, VideoRepository

__all__ = ["merged", "save_files"]


def merged(before: Video, after: Video) -> Video:
    """Returns the row of a file that was used twice: named and created by the earliest use, updated by the latest."""
    return replace(
        after,
        id=before.id,
        filename=before.filename if before.created_at < after.created_at else after.filename,
        created_at=min(before.created_at, after.created_at),
        updated_at=max(before.updated_at, after.updated_at),
    )


def save_files(videos: VideoRepository, used: Iterable[Video]) -> None:
    """Records files; those of the same path become one row, with one on record."""
    used = list(used)
    stored = videos.get_by_path({file.path for file in used})
    rows = dict(stored)
    for file in used:
        rows[file.path] = merged(rows[file.path], file) if file.path in rows else file
    if added := [row for path, row in rows.items() if path not in stored]:
        videos.add(added)
    if changed := [row for path, row in rows.items() if path in stored and row != stored[path]]:
        videos.update(changed)
