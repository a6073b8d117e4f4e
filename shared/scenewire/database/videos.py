"""The repository of media files: the only SQL that reads or writes rows of the table `videos` by themselves.

The recorder writes with it and the record searches with it, each within a transaction of its own. Calls block.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Protocol

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import IntegrityError

from scenewire.database import models
from scenewire.database.audit import Change, audit, differences
from scenewire.database.bulk import insert, upsert
from scenewire.database.search import video_search

__all__ = ["SqlVideoRepository", "Video", "VideoRepository", "require_natural", "taken", "unknown"]

_VIDEOS: Final = models.Video.__table__


@dataclass(frozen=True, kw_only=True)
class Video:
    """A media file.

    Attributes:
        id: a UUID of version 4.
        path: where it is stored, `/`-separated; no two have the same.
        filename: its name; that of a source clip is the name at its source.
        file_size: bytes.
        thumbnail_path: where its still picture is stored.
        created_at: ISO-8601 in UTC.
        updated_at: the same.
    """

    id: str
    path: str
    filename: str
    duration_frames: int
    frame_rate_numerator: int
    frame_rate_denominator: int
    width: int
    height: int
    video_codec: str
    audio_codec: str | None = None
    file_size: int
    thumbnail_path: str | None = None
    created_at: str
    updated_at: str

    @property
    def duration_seconds(self) -> float:
        """Length in seconds."""
        return self.duration_frames * self.frame_rate_denominator / self.frame_rate_numerator


_COLUMNS: Final = tuple(field.name for field in fields(Video))


class VideoRepository(Protocol):
    """Media files on record. A call that is refused changes nothing."""

    def add(self, videos: Iterable[Video]) -> None:
        """Adds files.

        Raises:
            ValueError: another has the id or the path of one of them.
        """
        ...

    def get(self, ids: Iterable[str]) -> dict[str, Video]:
        """Returns the files with these ids, by id."""
        ...

    def get_by_path(self, paths: Iterable[str]) -> dict[str, Video]:
        """Returns the files at these paths, by path."""
        ...

    def list_videos(self, *, folder: str = "", limit: int = 100, offset: int = 0) -> list[Video]:
        """Lists files whose paths begin with a folder's, newest first.

        Raises:
            ValueError: a negative limit or offset.
        """
        ...

    def search(self, query: str, *, limit: int = 100) -> list[Video]:
        """Finds files whose name or path contains the words of a query in sequence, the last one as a prefix; best match first.

        Raises:
            ValueError: a negative limit.
        """
        ...

    def update(self, videos: Iterable[Video]) -> None:
        """Replaces the rows of files; of two creation times, the earlier stays.

        Raises:
            ValueError: there is none with the id of one of them, or another has its path.
        """
        ...

    def delete(self, ids: Iterable[str]) -> set[str]:
        """Removes files from the record; returns the ids of those that were there. The files themselves stay."""
        ...


class SqlVideoRepository:
    """Stores media files in the database. Every change is audited in the same transaction.

    Args:
        connection: in a transaction; one that may write, for changes.
        context: returns what the audit log is to say about the cause of a change, by the id of the file.
    """

    def __init__(self, connection: Connection, *, context: Callable[[str], str | None] = lambda _: None) -> None:
        self._connection = connection
        self._context = context

    def add(self, videos: Iterable[Video]) -> None:
        """See `VideoRepository`."""
        added = list(videos)
        with self._attempt(added):
            insert(self._connection, models.Video.__tablename__, _COLUMNS, _rows(added))
        audit(self._connection, [Change("INSERT", "video", video.id, {}, self._context(video.id)) for video in added])

    def get(self, ids: Iterable[str]) -> dict[str, Video]:
        """See `VideoRepository`."""
        return {video.id: video for video in self._all(select(_VIDEOS).where(_VIDEOS.c.id.in_(list(ids))))}

    def get_by_path(self, paths: Iterable[str]) -> dict[str, Video]:
        """See `VideoRepository`."""
        return {video.path: video for video in self._all(select(_VIDEOS).where(_VIDEOS.c.path.in_(list(paths))))}

    def list_videos(self, *, folder: str = "", limit: int = 100, offset: int = 0) -> list[Video]:
        """See `VideoRepository`."""
        require_natural(limit, offset)
        below = select(_VIDEOS).where(_VIDEOS.c.path.startswith(folder, autoescape=True))
        newest_first = below.order_by(*_newest_first(self._connection.dialect.name))
        return self._all(newest_first.limit(limit).offset(offset))

    def search(self, query: str, *, limit: int = 100) -> list[Video]:
        """See `VideoRepository`."""
        require_natural(limit)
        return self._all(video_search(query, self._connection.dialect.name).limit(limit))

    def update(self, videos: Iterable[Video]) -> None:
        """See `VideoRepository`."""
        wanted = list(videos)
        before = self.get(video.id for video in wanted)
        if missing := [video for video in wanted if video.id not in before]:
            raise unknown(missing[0])
        after = [replace(video, created_at=min(video.created_at, before[video.id].created_at)) for video in wanted]
        changed = [video for video in after if video != before[video.id]]
        with self._attempt(changed):
            upsert(self._connection, models.Video.__tablename__, _COLUMNS, _rows(changed), key=("id",))
        audit(
            self._connection,
            [
                Change(
                    "UPDATE",
                    "video",
                    video.id,
                    differences(vars(before[video.id]), vars(video)),
                    self._context(video.id),
                )
                for video in changed
            ],
        )

    def delete(self, ids: Iterable[str]) -> set[str]:
        """See `VideoRepository`."""
        before = self.get(ids)
        self._connection.execute(delete(models.Video).where(_VIDEOS.c.id.in_(list(before))))
        audit(
            self._connection,
            [Change("DELETE", "video", key, _lost(video), self._context(key)) for key, video in before.items()],
        )
        return set(before)

    @contextmanager
    def _attempt(self, videos: Sequence[Video]) -> Iterator[None]:
        """Undoes what the block wrote if an id or a path is taken; the transaction can go on."""
        try:
            with self._connection.begin_nested():
                yield
        except IntegrityError as error:
            raise taken(videos) from error

    def _all(self, query: Any) -> list[Video]:
        return [Video(**row) for row in self._connection.execute(query).mappings()]


def _rows(videos: Sequence[Video]) -> list[tuple[Any, ...]]:
    return [tuple(vars(video)[name] for name in _COLUMNS) for video in videos]


def _lost(video: Video) -> dict[str, dict[str, Any]]:
    return {name: {"old": value, "new": None} for name, value in vars(video).items() if value is not None}


def _newest_first(dialect: str) -> tuple[Any, Any]:
    if dialect == "sqlite":
        return _VIDEOS.c.created_at.desc(), _VIDEOS.c.id
    return _VIDEOS.c.created_at.collate("C").desc(), _VIDEOS.c.id.collate("C")  # as bytes, whatever its locale


def require_natural(*numbers: int) -> None:
    """Raises ValueError for a negative limit or offset."""
    if min(numbers) < 0:
        message = "limit and offset count from 0"
        raise ValueError(message)


def taken(videos: Sequence[Video]) -> ValueError:
    """Returns the error for an id or a path that is taken."""
    which = "; ".join(f"{video.id} at {video.path}" for video in videos[:5])
    return ValueError(f"another video with the id or the path of one of these is on record: {which}")


def unknown(video: Video) -> ValueError:
    """Returns the error for a file that is not on record."""
    return ValueError(f"no video with the id {video.id} is on record")
