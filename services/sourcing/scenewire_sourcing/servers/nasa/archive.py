"""The library's interface, and what its answers say of a clip."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from pydantic import ValidationError

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.servers.archive_client import ArchiveClient, ArchiveError
from scenewire_sourcing.servers.nasa.settings import NasaSettings
from scenewire_sourcing.servers.rights import doubt_about

__all__ = ["NasaArchive"]

_ID: Final = re.compile(r"[\w](?:[\w ().,~+&'-]*[\w)~])?")
_WORD: Final = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_MOST_WORDS: Final = 8
_RENDITIONS: Final = ("medium", "large", "orig", "mobile", "small")
"""How the library calls the sizes of a clip, best for a film first: medium has at least 720 lines as a rule."""

_PAGE: Final = "https://images.nasa.gov/details/"


class NasaArchive:
    """Searches the library and names its files.

    Args:
        settings: how it is asked.
    """

    def __init__(self, settings: NasaSettings) -> None:
        self._settings = settings
        self._client = ArchiveClient(
            "NASA",
            settings.url,
            interval=settings.interval.total_seconds(),
            timeout=settings.timeout.total_seconds(),
            keep=settings.keep.total_seconds(),
        )

    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        """Clips for some words, in the library's order. It wants every word to match: with fewer it finds more.

        Raises:
            ArchiveError: the library could not be asked.
        """
        words = _WORD.findall(query)[:_MOST_WORDS]
        found: dict[str, FoundFootage] = {}
        for some in dict.fromkeys((" ".join(words), " ".join(words[:2]))) if words else ():
            answer = await self._client.get("/search", q=some, media_type="video", page_size="50")
            for clip in filter(None, map(self._clip, _items(answer))):
                found.setdefault(clip.id, clip)
            if found:
                break
        return list(found.values())[:limit]

    async def get(self, name: str) -> FootageFile | None:
        """A clip and where its file is; None if there is no such clip.

        Raises:
            ArchiveError: the library could not be asked, or has no file that can be used.
        """
        if not _ID.fullmatch(name) or ".." in name:
            return None
        try:
            described = await self._client.get("/search", nasa_id=name, media_type="video")
            clip = next((clip for clip in filter(None, map(self._clip, _items(described))) if clip.id == name), None)
            if clip is None:
                return None
            files = _items(await self._client.get(f"/asset/{quote(name, safe='')}"))
        except ArchiveError as error:
            if error.status == 404:
                return None
            raise
        chosen = _chosen(
            [file["href"] for file in files if isinstance(file, dict) and isinstance(file.get("href"), str)]
        )
        if chosen is None:
            message = "NASA has no MP4 file of this clip"
            raise ArchiveError(message)
        rendition, url = chosen
        return FootageFile(**clip.model_dump(), url=url, rendition=rendition)

    async def aclose(self) -> None:
        """Ends the connections."""
        await self._client.aclose()

    def _clip(self, item: Any) -> FoundFootage | None:
        """What is said of a clip in our words; None if that makes no sense."""
        data = item.get("data") if isinstance(item, dict) else None
        said: Mapping[str, Any] = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
        name = said.get("nasa_id")
        if not isinstance(name, str) or not _ID.fullmatch(name) or ".." in name:
            return None
        maker = str(said.get("photographer") or said.get("secondary_creator") or "")
        try:
            return FoundFootage(
                id=name,
                title=said.get("title"),
                keywords=said.get("keywords"),
                creator=", ".join(part for part in (maker, str(said.get("center") or "")) if part),
                licence=self._settings.licence,
                notice=self._settings.notice,
                review=doubt_about(
                    maker, str(said.get("description") or ""), own=("courtesy of NASA", "courtesy: NASA")
                ),
                source_url=_PAGE + quote(name, safe=""),
            )
        except ValidationError:
            return None


def _items(answer: Mapping[str, Any]) -> list[Any]:
    collection = answer.get("collection")
    items = collection.get("items") if isinstance(collection, dict) else None
    return items if isinstance(items, list) else []


def _chosen(addresses: Sequence[str]) -> tuple[str, str] | None:
    """The best rendition and its address."""
    for rendition in _RENDITIONS:
        for address in addresses:
            if address.lower().endswith(f"~{rendition}.mp4"):
                return rendition, _mended(address)
    return None


def _mended(address: str) -> str:
    """The library lists addresses with blanks in them and without TLS."""
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    if scheme == "http" and ":" not in host:
        scheme = "https"
    return f"{scheme}{separator}{host}{slash}{quote(path, safe='/%~')}"
