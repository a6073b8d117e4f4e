"""The repository of `scenewire.database.videos` in memory, for footage libraries without a database and for tests."""

from dataclasses import replace

from scenewire.database.search import words
from scenewire.database.videos import Video, require_natural, taken, unknown

__all__ = ["InMemoryVideoRepository"]


class InMemoryVideoRepository:
    """Keeps media files in memory. Gives the same results as the database; audits nothing."""

    def __init__(self) -> None:
        self._videos: dict[str, Video] = {}
        self._words: dict[str, tuple[list[str], list[str]]] = {}

    async def add(self, video: Video) -> Video:
        """See `VideoRepository`."""
        if video.id in self._videos or await self.get_by_path(video.path) is not None:
            raise taken(video)
        return self._keep(video)

    async def get(self, video_id: str) -> Video | None:
        """See `VideoRepository`."""
        return self._videos.get(video_id)

    async def get_by_path(self, path: str) -> Video | None:
        """See `VideoRepository`."""
        return next((video for video in self._videos.values() if video.path == path), None)

    async def list_videos(self, *, limit: int = 100, offset: int = 0) -> list[Video]:
        """See `VideoRepository`."""
        require_natural(limit, offset)
        by_id = sorted(self._videos.values(), key=lambda video: video.id)
        newest_first = sorted(by_id, key=lambda video: video.created_at, reverse=True)
        return newest_first[offset : offset + limit]

    async def search(self, query: str, *, limit: int = 100) -> list[Video]:
        """See `VideoRepository`."""
        require_natural(limit)
        wanted = words(query)
        found = [self._videos[key] for key, texts in self._words.items() if any(_has(text, wanted) for text in texts)]
        return sorted(found, key=lambda video: (len(video.path), video.path))[:limit]

    async def update(self, video: Video) -> Video:
        """See `VideoRepository`."""
        before = self._videos.get(video.id)
        if before is None:
            raise unknown(video)
        other = await self.get_by_path(video.path)
        if other is not None and other.id != video.id:
            raise taken(video)
        return self._keep(replace(video, created_at=before.created_at))

    async def delete(self, video_id: str) -> bool:
        """See `VideoRepository`."""
        self._words.pop(video_id, None)
        return self._videos.pop(video_id, None) is not None

    async def count(self) -> int:
        """See `VideoRepository`."""
        return len(self._videos)

    def _keep(self, video: Video) -> Video:
        self._videos[video.id] = video
        self._words[video.id] = (words(video.filename), words(video.path))
        return video


def _has(text: list[str], wanted: list[str]) -> bool:
    """Returns whether a text contains words in sequence, the last one as a prefix."""
    *whole, begun = wanted or [""]
    size = len(wanted)
    return size > 0 and any(
        text[at : at + size - 1] == whole and text[at + size - 1].startswith(begun)
        for at in range(len(text) - size + 1)
    )
