"""The repository of `scenewire.database.videos` in memory: the double for tests of code that uses one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scenewire.database.search import words
from scenewire.database.videos import Video, require_natural, taken, unknown

__all__ = ["InMemoryVideoRepository"]


class InMemoryVideoRepository:
    """Keeps media files in memory. Gives the same results as the database; audits nothing."""

    def __init__(self) -> None:
        self._videos: dict[str, Video] = {}

    def add(self, videos: Iterable[Video]) -> None:
        """See `VideoRepository`."""
        added = list(videos)
        if len({video.id for video in added}) < len(added) or any(video.id in self._videos for video in added):
            raise taken(added)
        self._keep(added)

    def get(self, ids: Iterable[str]) -> dict[str, Video]:
        """See `VideoRepository`."""
        return {key: self._videos[key] for key in ids if key in self._videos}

    def get_by_path(self, paths: Iterable[str]) -> dict[str, Video]:
        """See `VideoRepository`."""
        wanted = set(paths)
        return {video.path: video for video in self._videos.values() if video.path in wanted}

    def list_videos(self, *, folder: str = "", limit: int = 100, offset: int = 0) -> list[Video]:
        """See `VideoRepository`."""
        require_natural(limit, offset)
        by_id = sorted(self._videos.values(), key=lambda video: video.id)
        newest_first = sorted(by_id, key=lambda video: video.created_at, reverse=True)
        return [video for video in newest_first if video.path.startswith(folder)][offset : offset + limit]

    def search(self, query: str, *, limit: int = 100) -> list[Video]:
        """See `VideoRepository`."""
        require_natural(limit)
        wanted = words(query)
        found = [
            video
            for video in self._videos.values()
            if any(_has(words(text), wanted) for text in (video.filename, video.path))
        ]
        return sorted(found, key=lambda video: (len(video.path), video.path))[:limit]

    def update(self, videos: Iterable[Video]) -> None:
        """See `VideoRepository`."""
        wanted = list(videos)
        if missing := [video for video in wanted if video.id not in self._videos]:
            raise unknown(missing[0])
        self._keep(
            [replace(video, created_at=min(video.created_at, self._videos[video.id].created_at)) for video in wanted]
        )

    def delete(self, ids: Iterable[str]) -> set[str]:
        """See `VideoRepository`."""
        gone = {key for key in ids if key in self._videos}
        for key in gone:
            del self._videos[key]
        return gone

    def _keep(self, videos: Sequence[Video]) -> None:
        after = self._videos | {video.id: video for video in videos}
        if len({video.path for video in after.values()}) < len(after):
            raise taken(videos)
        self._videos = after


def _has(text: list[str], wanted: list[str]) -> bool:
    """Returns whether a text contains words in sequence, the last one as a prefix."""
    *whole, begun = wanted or [""]
    size = len(wanted)
    return size > 0 and any(
        text[at : at + size - 1] == whole and text[at + size - 1].startswith(begun)
        for at in range(len(text) - size + 1)
    )
