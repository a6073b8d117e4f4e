"""Queries the API of NASA's library and converts its answers.

Documentation: https://images.nasa.gov/docs/images.nasa.gov_api_docs.pdf
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import quote

from typing_extensions import override

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.servers.archive.archive import HttpArchive, Kind, described, dicts
from scenewire_sourcing.servers.archive.client import ArchiveClient, ArchiveError
from scenewire_sourcing.servers.archive.doubts import doubt_about
from scenewire_sourcing.servers.archive.text import text_of
from scenewire_sourcing.servers.nasa.settings import NasaSettings

__all__ = ["NasaArchive"]

_MEDIA_TYPES: Final[Mapping[Kind, str]] = {"clip": "video", "still": "image"}
_RENDITIONS: Final[Mapping[Kind, Sequence[str]]] = {
    "clip": ("medium.mp4", "large.mp4", "orig.mp4", "mobile.mp4", "small.mp4"),
    "still": ("large.jpg", "orig.jpg", "medium.jpg"),
}
"""The library's names for files, in order of preference: medium videos usually have at least 720 lines, large pictures 1080."""

_PAGE: Final = "https://images.nasa.gov/details/"


class NasaArchive(HttpArchive):
    """Searches the library, in its order, and locates its files.

    Args:
        settings: the settings of the server.
    """

    id_pattern: ClassVar[re.Pattern[str]] = re.compile(r"(?!.*\.\.)\w(?:[\w ().,~+&'-]*[\w)~])?")

    def __init__(self, settings: NasaSettings) -> None:
        super().__init__(ArchiveClient(settings.api("NASA")))
        self._settings = settings

    @override
    async def results(self, kind: Kind, words: Sequence[str]) -> Iterable[FoundFootage | None]:
        query = {"q": " ".join(words), "media_type": _MEDIA_TYPES[kind], "page_size": "50"}
        answer = await self._client.get("/search", **query)
        return [self._described(kind, item) for item in dicts(answer, "collection", "items")]

    @override
    async def file(self, kind: Kind, own_id: str) -> FootageFile | None:
        answer = await self._client.get("/search", nasa_id=own_id, media_type=_MEDIA_TYPES[kind])
        described_items = (self._described(kind, item) for item in dicts(answer, "collection", "items"))
        found = next((item for item in described_items if item and item.id == f"{kind}:{own_id}"), None)
        if found is None:
            return None
        files = dicts(await self._client.get(f"/asset/{quote(own_id, safe='')}"), "collection", "items")
        best = _best_file(kind, [file["href"] for file in files if isinstance(file.get("href"), str)])
        if best is None:
            message = f"NASA has no {'MP4' if kind == 'clip' else 'JPEG'} file of this {kind}"
            raise ArchiveError(message)
        rendition, url = best
        return FootageFile(**found.model_dump(), url=url, rendition=rendition)

    def _described(self, kind: Kind, item: Mapping[str, Any]) -> FoundFootage | None:
        data = next(iter(dicts(item, "data")), {})
        own_id = data.get("nasa_id")
        if not isinstance(own_id, str) or not self.id_pattern.fullmatch(own_id):
            return None
        maker = text_of(data.get("photographer")) or text_of(data.get("secondary_creator"))
        description = text_of(data.get("description"))
        return described(
            kind,
            own_id,
            title=text_of(data.get("title")),
            keywords=data.get("keywords"),
            creator=", ".join(filter(None, (maker, text_of(data.get("center"))))),
            licence=self._settings.licence,
            notice=self._settings.notice,
            review=doubt_about(maker, description, own=("courtesy of NASA", "courtesy: NASA")),
            source_url=_PAGE + quote(own_id, safe=""),
        )


def _best_file(kind: Kind, urls: Sequence[str]) -> tuple[str, str] | None:
    """Returns the best rendition and its URL."""
    for rendition in _RENDITIONS[kind]:
        for url in urls:
            if url.lower().endswith(f"~{rendition}"):
                return rendition.partition(".")[0], _corrected(url)
    return None


def _corrected(url: str) -> str:
    """Corrects the library's URLs, which contain spaces and use plain HTTP."""
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if scheme == "http" and ":" not in host:
        scheme = "https"
    return f"{scheme}{separator}{host}{slash}{quote(path, safe='/%~')}"
