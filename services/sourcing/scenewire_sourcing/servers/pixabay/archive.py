"""Queries the Pixabay API and converts its answers.

Documentation: https://pixabay.com/api/docs/
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from typing_extensions import override

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.renditions import Rendition
from scenewire_sourcing.servers.archive.archive import HttpArchive, Kind, described, dicts, secure
from scenewire_sourcing.servers.archive.client import ArchiveClient, ArchiveError
from scenewire_sourcing.servers.archive.text import pixels, positive, text_of
from scenewire_sourcing.servers.pixabay.settings import PixabaySettings
from scenewire_sourcing.url_words import words_of_url

__all__ = ["PixabayArchive"]

_PATHS: Final[Mapping[Kind, str]] = {"clip": "/api/videos/", "still": "/api/"}
_TYPES: Final[Mapping[Kind, Mapping[str, str]]] = {"clip": {"video_type": "film"}, "still": {"image_type": "photo"}}
_SIZES: Final = ("large", "medium", "small", "tiny")
_RESULTS: Final = "40"
_MAX_QUERY_CHARS: Final = 100
_LICENCE: Final = "Pixabay Content License"
_LICENCE_URL: Final = "https://pixabay.com/service/license-summary/"
_LARGE: Final = 1_280
"""Longer side of the largest picture without an agreement, pixels."""


class PixabayArchive(HttpArchive):
    """Searches Pixabay and locates its files.

    Args:
        settings: the settings of the server.
    """

    def __init__(self, settings: PixabaySettings) -> None:
        api = settings.api("Pixabay", secrets={"key": settings.key()}, limit_cooldown_s=60)
        super().__init__(ArchiveClient(api), key="PIXABAY_API_KEY")
        self._settings = settings

    @override
    async def results(self, kind: Kind, words: Sequence[str]) -> Iterable[FoundFootage | None]:
        query = " ".join(words)
        if len(query) > _MAX_QUERY_CHARS:
            query = query[:_MAX_QUERY_CHARS].rpartition(" ")[0] or query[:_MAX_QUERY_CHARS]
        hits = await self._hits(kind, q=query, per_page=_RESULTS, safesearch="true", **_TYPES[kind])
        return [self._described(kind, hit) for hit in hits]

    @override
    async def file(self, kind: Kind, own_id: str) -> FootageFile | None:
        for hit in await self._hits(kind, id=own_id):
            found = self._described(kind, hit)
            if found is not None and found.id == f"{kind}:{own_id}":
                usable = (file for file in self._renditions(kind, hit) if not self._client.holds_secret(file.url))
                return self._settings.with_best_file(kind, found, usable)
        return None

    async def _hits(self, kind: Kind, **query: str) -> list[Mapping[str, Any]]:
        try:
            return dicts(await self._client.get(_PATHS[kind], **query), "hits")
        except ArchiveError as error:
            if error.status != 400:
                raise
            message = "Pixabay refuses the request or the key (400); check PIXABAY_API_KEY or PIXABAY_API_KEY_FILE"
            raise ArchiveError(message, status=error.status) from error

    def _described(self, kind: Kind, hit: Mapping[str, Any]) -> FoundFootage | None:
        own_id, page = text_of(hit.get("id")), secure(hit.get("pageURL")).partition("?")[0]
        if not self.id_pattern.fullmatch(own_id):
            return None
        renditions = list(self._renditions(kind, hit))
        largest = max(renditions, key=lambda file: file.lines, default=Rendition(""))
        tags, words = text_of(hit.get("tags")), words_of_url(page)
        return described(
            kind,
            own_id,
            title=words if words not in {"", "Id"} else tags,
            keywords=tags,
            duration=positive(hit.get("duration")) if kind == "clip" else None,
            width=largest.width,
            height=largest.height,
            creator=text_of(hit.get("user")),
            licence=_LICENCE,
            licence_url=_LICENCE_URL,
            notice=self._settings.notice,
            source_url="" if self._client.holds_secret(page) else page,
        )

    def _renditions(self, kind: Kind, hit: Mapping[str, Any]) -> Iterator[Rendition]:
        base = self._settings.url
        if kind == "clip":
            files = hit.get("videos")
            for name in _SIZES:
                file = files.get(name) if isinstance(files, dict) else None
                if isinstance(file, dict) and (url := secure(file.get("url"), base=base)):
                    size = pixels(file.get("width")), pixels(file.get("height"))
                    yield Rendition(url, *size, size=positive(file.get("size")), name=name)
            return
        width, height = pixels(hit.get("imageWidth")), pixels(hit.get("imageHeight"))
        url = secure(hit.get("largeImageURL"), base=base)
        if url and width and height:
            scale = min(1.0, _LARGE / max(width, height))
            yield Rendition(url, round(width * scale), round(height * scale))
