"""Queries the API of NASA's library and converts its answers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from pydantic import ValidationError

from scenewire.text.words import WORD
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.servers.archive.client import ArchiveClient, ArchiveError
from scenewire_sourcing.servers.archive.doubts import doubt_about
from scenewire_sourcing.servers.nasa.settings import NasaSettings

__all__ = ["NasaArchive"]

_ID: Final = re.compile(r"[\w](?:[\w ().,~+&'-]*[\w)~])?")
_MAX_QUERY_WORDS: Final = 8
_RENDITIONS: Final = ("medium", "large", "orig", "mobile", "small")
"""The library's names for file sizes, in order of preference; medium usually has at least 720 lines."""

_PAGE: Final = "https://images.nasa.gov/details/"


class NasaArchive:
    """Searches the library and locates its files.

    Args:
        settings: the settings of the server.
    """

    def __init__(self, settings: NasaSettings) -> None:
        self._settings = settings
        self._client = ArchiveClient(settings.api("NASA"))

    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        """Searches clips, in the library's order. The library requires every word to match: fewer words find more.

        Raises:
            ArchiveError: the library could not be searched.
        """
        words = WORD.findall(query)[:_MAX_QUERY_WORDS]
        found: dict[str, FoundFootage] = {}
        for query_words in dict.fromkeys((" ".join(words), " ".join(words[:2]))) if words else ():
            answer = await self._client.get("/search", q=query_words, media_type="video", page_size="50")
            for clip in filter(None, map(self._clip, _items(answer))):
                found.setdefault(clip.id, clip)
            if found:
                break
        return list(found.values())[:limit]

    async def get(self, name: str) -> FootageFile | None:
        """Returns a clip and its file; None if there is no such clip.

        Raises:
            ArchiveError: the library could not be reached, or has no usable file.
        """
        if not _ID.fullmatch(name) or ".." in name:
            return None
        try:
            answer = await self._client.get("/search", nasa_id=name, media_type="video")
            clip = next((clip for clip in filter(None, map(self._clip, _items(answer))) if clip.id == name), None)
            if clip is None:
                return None
            files = _items(await self._client.get(f"/asset/{quote(name, safe='')}"))
        except ArchiveError as error:
            if error.status == 404:
                return None
            raise
        best = _best_file(
            [file["href"] for file in files if isinstance(file, dict) and isinstance(file.get("href"), str)]
        )
        if best is None:
            message = "NASA has no MP4 file of this clip"
            raise ArchiveError(message)
        rendition, url = best
        return FootageFile(**clip.model_dump(), url=url, rendition=rendition)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    def _clip(self, item: Any) -> FoundFootage | None:
        """Converts the description of a clip; returns None if it is not valid."""
        entries = item.get("data") if isinstance(item, dict) else None
        if not isinstance(entries, list) or not entries or not isinstance(entries[0], dict):
            return None
        data: Mapping[str, Any] = entries[0]
        name = data.get("nasa_id")
        if not isinstance(name, str) or not _ID.fullmatch(name) or ".." in name:
            return None
        maker = str(data.get("photographer") or data.get("secondary_creator") or "")
        try:
            return FoundFootage(
                id=name,
                title=data.get("title"),
                keywords=data.get("keywords"),
                creator=", ".join(part for part in (maker, str(data.get("center") or "")) if part),
                licence=self._settings.licence,
                notice=self._settings.notice,
                review=doubt_about(
                    maker, str(data.get("description") or ""), own=("courtesy of NASA", "courtesy: NASA")
                ),
                source_url=_PAGE + quote(name, safe=""),
            )
        except ValidationError:
            return None


def _items(answer: Mapping[str, Any]) -> list[Any]:
    collection = answer.get("collection")
    items = collection.get("items") if isinstance(collection, dict) else None
    return items if isinstance(items, list) else []


def _best_file(urls: Sequence[str]) -> tuple[str, str] | None:
    """Returns the best rendition and its URL."""
    for rendition in _RENDITIONS:
        for url in urls:
            if url.lower().endswith(f"~{rendition}.mp4"):
                return rendition, _corrected(url)
    return None


def _corrected(url: str) -> str:
    """Corrects the library's URLs, which contain spaces and use plain HTTP."""
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if scheme == "http" and ":" not in host:
        scheme = "https"
    return f"{scheme}{separator}{host}{slash}{quote(path, safe='/%~')}"
