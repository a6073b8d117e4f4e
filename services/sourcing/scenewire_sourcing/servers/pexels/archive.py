"""Queries the Pexels API and converts its answers.

Documentation: https://www.pexels.com/api/documentation/
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from typing_extensions import override

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.renditions import Rendition
from scenewire_sourcing.servers.archive.archive import HttpArchive, Kind, described, dicts, secure
from scenewire_sourcing.servers.archive.client import ArchiveClient
from scenewire_sourcing.servers.archive.text import pixels, positive, text_of
from scenewire_sourcing.servers.pexels.settings import PexelsSettings
from scenewire_sourcing.url_words import words_of_url

__all__ = ["PexelsArchive"]

_SEARCHES: Final[Mapping[Kind, str]] = {"clip": "/v1/videos/search", "still": "/v1/search"}
_ITEMS: Final[Mapping[Kind, str]] = {"clip": "/v1/videos/videos", "still": "/v1/photos"}
_LISTS: Final[Mapping[Kind, str]] = {"clip": "videos", "still": "photos"}
_RESULTS: Final = "40"
_LICENCE: Final = "Pexels License"
_LICENCE_URL: Final = "https://www.pexels.com/license/"

_LARGE: Final = (1_880, 1_300)
"""Bounds of `large2x`, in which a photograph is fitted: 940 by 650 at twice the density."""


class PexelsArchive(HttpArchive):
    """Searches Pexels and locates its files.

    Args:
        settings: the settings of the server.
    """

    def __init__(self, settings: PexelsSettings) -> None:
        api = settings.api("Pexels", secret_headers={"Authorization": settings.key()}, limit_cooldown_s=600)
        super().__init__(ArchiveClient(api), key="PEXELS_API_KEY")
        self._settings = settings

    @override
    async def results(self, kind: Kind, words: Sequence[str]) -> Iterable[FoundFootage | None]:
        answer = await self._client.get(_SEARCHES[kind], query=" ".join(words), per_page=_RESULTS)
        return [self._described(kind, item) for item in dicts(answer, _LISTS[kind])]

    @override
    async def file(self, kind: Kind, own_id: str) -> FootageFile | None:
        item = await self._client.get(f"{_ITEMS[kind]}/{own_id}")
        found = self._described(kind, item)
        if found is None or found.id != f"{kind}:{own_id}":
            return None
        usable = (file for file in self._renditions(kind, item) if not self._client.holds_secret(file.url))
        return self._settings.with_best_file(kind, found, usable)

    def _described(self, kind: Kind, item: Mapping[str, Any]) -> FoundFootage | None:
        own_id, page = text_of(item.get("id")), secure(item.get("url")).partition("?")[0]
        if not self.id_pattern.fullmatch(own_id):
            return None
        user = item.get("user")
        creator = item.get("photographer") if kind == "still" else user.get("name") if isinstance(user, dict) else ""
        words = words_of_url(page)
        return described(
            kind,
            own_id,
            title=text_of(item.get("alt")) or words,
            keywords=[words],
            duration=positive(item.get("duration")) if kind == "clip" else None,
            width=pixels(item.get("width")),
            height=pixels(item.get("height")),
            creator=text_of(creator),
            licence=_LICENCE,
            licence_url=_LICENCE_URL,
            notice=self._settings.notice,
            source_url="" if self._client.holds_secret(page) else page,
        )

    def _renditions(self, kind: Kind, item: Mapping[str, Any]) -> Iterator[Rendition]:
        base = self._settings.url
        if kind == "clip":
            for file in dicts(item, "video_files"):
                if file.get("file_type") == "video/mp4" and (url := secure(file.get("link"), base=base)):
                    size = pixels(file.get("width")), pixels(file.get("height"))
                    yield Rendition(url, *size, size=positive(file.get("size")))
            return
        sources = item.get("src")
        width, height = pixels(item.get("width")), pixels(item.get("height"))
        if not isinstance(sources, dict) or not width or not height:
            return
        scale = min(1.0, _LARGE[0] / width, _LARGE[1] / height)
        sizes = {"large2x": (round(width * scale), round(height * scale)), "original": (width, height)}
        for name, size in sizes.items():
            if url := secure(sources.get(name), base=base):
                yield Rendition(url, *size, name=name)
