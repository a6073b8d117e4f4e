"""Repository of media files in the table `videos`. The recorder writes its rows in bulk; footage libraries use this one.

Blocking calls run in a thread.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Protocol, TypeVar
from uuid import uuid4

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from scenewire.database import models
from scenewire.database.audit import Change, audit, differences
from scenewire.database.engine import reading, transaction
from scenewire.database.search import video_search

__all__ = ["SqlVideoRepository", "Video", "VideoRepository", "require_natural", "taken", "unknown"]

_VIDEOS: Final = models.Video.__table__
_Result = TypeVar("_Result")


@dataclass(frozen=True, kw_only=True)
class Video:
    """A media file.

    Attributes:
        id: a UUID of version 4.
        path: where it lies, `/`-separated; no two have the same.
        file_size: bytes.
        thumbnail_path: where its still picture lies.
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

    @staticmethod
    def new_id() -> str:
        """Returns a new id."""
        return str(uuid4())

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.frame_rate_numerator / self.frame_rate_denominator

    @property
    def duration_seconds(self) -> float:
        """Length in seconds."""
        return self.duration_frames * self.frame_rate_denominator / self.frame_rate_numerator


class VideoRepository(Protocol):
    """Media files on record."""

    async def add(self, video: Video) -> Video:
        """Adds a file.

        Raises:
            ValueError: another has its id or its path.
        """
        ...

    async def get(self, video_id: str) -> Video | None:
        """Returns the file with this id, None if there is none."""
        ...

    async def get_by_path(self, path: str) -> Video | None:
        """Returns the file at this path, None if there is none."""
        ...

    async def list_videos(self, *, limit: int = 100, offset: int = 0) -> list[Video]:
        """Lists files, newest first.

        Raises:
            ValueError: a negative limit or offset.
        """
        ...

    async def search(self, query: str, *, limit: int = 100) -> list[Video]:
        """Finds files whose name or path contains the words of a query in sequence, the last one as a prefix; best match first.

        Raises:
            ValueError: a negative limit.
        """
        ...

    async def update(self, video: Video) -> Video:
        """Replaces a file's row except for its creation time; returns the new row.

        Raises:
            ValueError: there is none with its id, or another has its path.
        """
        ...

    async def delete(self, video_id: str) -> bool:
        """Removes a file from the record; returns whether it was there. The file itself stays."""
        ...

    async def count(self) -> int:
        """Returns the number of files."""
        ...


class SqlVideoRepository:
    """Stores media files in the database. Every change is audited in its transaction.

    Args:
        engine: a writing engine.
        context: what the audit log is to say of who changes.
    """

    def __init__(self, engine: Engine, *, context: str | None = None) -> None:
        self._engine = engine
        self._context = context

    async def add(self, video: Video) -> Video:
        """See `VideoRepository`."""

        def work(connection: Connection) -> Video:
            connection.execute(insert(models.Video).values(**asdict(video)))
            audit(connection, [Change("INSERT", "video", video.id, {}, self._context)])
            return video

        return await self._write(work, video)

    async def get(self, video_id: str) -> Video | None:
        """See `VideoRepository`."""
        return await self._read(lambda connection: _one(connection, _VIDEOS.c.id == video_id))

    async def get_by_path(self, path: str) -> Video | None:
        """See `VideoRepository`."""
        return await self._read(lambda connection: _one(connection, _VIDEOS.c.path == path))

    async def list_videos(self, *, limit: int = 100, offset: int = 0) -> list[Video]:
        """See `VideoRepository`."""
        require_natural(limit, offset)
        newest_first = select(_VIDEOS).order_by(*_newest_first(self._engine.dialect.name))
        return await self._read(lambda connection: _all(connection, newest_first.limit(limit).offset(offset)))

    async def search(self, query: str, *, limit: int = 100) -> list[Video]:
        """See `VideoRepository`."""
        require_natural(limit)
        found = video_search(query, self._engine.dialect.name).limit(limit)
        return await self._read(lambda connection: _all(connection, found))

    async def update(self, video: Video) -> Video:
        """See `VideoRepository`."""

        def work(connection: Connection) -> Video:
            before = _one(connection, _VIDEOS.c.id == video.id)
            if before is None:
                raise unknown(video)
            after = replace(video, created_at=before.created_at)
            changes = differences(asdict(before), asdict(after))
            if changes:
                connection.execute(update(models.Video).where(_VIDEOS.c.id == video.id).values(**asdict(after)))
                audit(connection, [Change("UPDATE", "video", video.id, changes, self._context)])
            return after

        return await self._write(work, video)

    async def delete(self, video_id: str) -> bool:
        """See `VideoRepository`."""

        def work(connection: Connection) -> bool:
            before = _one(connection, _VIDEOS.c.id == video_id)
            if before is None:
                return False
            connection.execute(delete(models.Video).where(_VIDEOS.c.id == video_id))
            lost = {name: {"old": value, "new": None} for name, value in asdict(before).items() if value is not None}
            audit(connection, [Change("DELETE", "video", video_id, lost, self._context)])
            return True

        return await self._write(work)

    async def count(self) -> int:
        """See `VideoRepository`."""
        return await self._read(lambda connection: connection.execute(select(func.count(_VIDEOS.c.id))).scalar_one())

    async def _read(self, work: Callable[[Connection], _Result]) -> _Result:
        def read() -> _Result:
            with reading(self._engine) as connection:
                return work(connection)

        return await asyncio.to_thread(read)

    async def _write(self, work: Callable[[Connection], _Result], video: Video | None = None) -> _Result:
        def write() -> _Result:
            try:
                with transaction(self._engine) as connection:
                    return work(connection)
            except IntegrityError as error:
                raise (taken(video) if video else error) from error

        return await asyncio.to_thread(write)


def _one(connection: Connection, condition: Any) -> Video | None:
    row = connection.execute(select(_VIDEOS).where(condition)).mappings().one_or_none()
    return None if row is None else Video(**row)


def _all(connection: Connection, query: Any) -> list[Video]:
    return [Video(**row) for row in connection.execute(query).mappings()]


def _newest_first(dialect: str) -> tuple[Any, Any]:
    if dialect == "sqlite":
        return _VIDEOS.c.created_at.desc(), _VIDEOS.c.id
    return _VIDEOS.c.created_at.collate("C").desc(), _VIDEOS.c.id.collate("C")  # as bytes, whatever its locale


def require_natural(*numbers: int) -> None:
    """Raises ValueError for a negative limit or offset."""
    if min(numbers) < 0:
        message = "limit and offset count from 0"
        raise ValueError(message)


def taken(video: Video) -> ValueError:
    """Returns the error for an id or a path that is taken."""
    return ValueError(f"another video with the id {video.id} or the path {video.path} is on record")


def unknown(video: Video) -> ValueError:
    """Returns the error for a file that is not on record."""
    return ValueError(f"no video with the id {video.id} is on record")
