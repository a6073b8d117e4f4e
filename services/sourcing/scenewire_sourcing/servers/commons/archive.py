"""Queries MediaWiki's API and converts its answers.

Documentation: https://www.mediawiki.org/wiki/API:Search, API:Imageinfo, Extension:CommonsMetadata, Extension:TimedMediaHandler.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from typing_extensions import override

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.licences import read_licence
from scenewire_sourcing.renditions import STILL_LINES, Rendition
from scenewire_sourcing.servers.archive.archive import HttpArchive, Kind, described, dicts, secure
from scenewire_sourcing.servers.archive.client import ArchiveClient, ArchiveError
from scenewire_sourcing.servers.archive.text import pixels, positive, text_of
from scenewire_sourcing.servers.commons.settings import CommonsSettings

__all__ = ["CommonsArchive"]

_FILE_TYPES: Final[Mapping[Kind, str]] = {"clip": "video", "still": "bitmap"}
_FILES: Final = "6"
"""MediaWiki's number of the namespace for files."""

_RESULTS: Final = "30"
_WIDTHS: Final = (1920, 3840)
"""Of the widths that Wikimedia serves pictures in; others are refused."""

_STILL_FORMATS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
_CLIP_FORMATS: Final = ("video/webm", "video/mp4")
_METADATA: Final = "LicenseShortName|LicenseUrl|Artist|Attribution|ImageDescription|ObjectName|Categories|Restrictions"  # fmt: skip
_MAINTENANCE: Final = re.compile(
    r"CC-|PD[ -]|Self-published|Uploaded|Files |Media |Images |Videos |License|Pages |Taken with|Photos? by|Flickr|All |"
    r"Artworks |Quality |Featured |Copyright|Template|User",
    re.IGNORECASE,
)
"""Categories that say nothing about what is shown."""

_MAX_DESCRIPTION_CHARS: Final = 200


class CommonsArchive(HttpArchive):
    """Searches Wikimedia Commons and locates its files.

    Args:
        settings: the settings of the server.
    """

    def __init__(self, settings: CommonsSettings) -> None:
        super().__init__(ArchiveClient(settings.api("Wikimedia Commons")))
        self._settings = settings

    @override
    async def results(self, kind: Kind, words: Sequence[str]) -> Iterable[FoundFootage | None]:
        query = f"{' '.join(words)} filetype:{_FILE_TYPES[kind]}"
        search = {"generator": "search", "gsrsearch": query, "gsrnamespace": _FILES, "gsrlimit": _RESULTS}
        pages = await self._pages(kind, search, width=_WIDTHS[0])
        return [
            self._described(kind, page) for page in sorted(pages, key=lambda page: positive(page.get("index")) or 1e9)
        ]

    @override
    async def file(self, kind: Kind, own_id: str) -> FootageFile | None:
        renditions: list[Rendition] = []
        found: FoundFootage | None = None
        for width in _WIDTHS if kind == "still" else _WIDTHS[:1]:
            page = next(iter(await self._pages(kind, {"pageids": own_id}, width=width)), {})
            found = self._described(kind, page)
            if found is None or found.id != f"{kind}:{own_id}":
                return None
            info = _info(page)
            renditions += self._renditions(kind, info)
            shown = pixels(info.get("thumbwidth")) or 0, pixels(info.get("thumbheight")) or 0
            if min(shown) >= STILL_LINES or shown[0] < width:  # or there is no larger one
                break
        if found is None:
            return None
        return self._settings.with_best_file(kind, found, renditions)

    async def _pages(self, kind: Kind, query: Mapping[str, str], *, width: int) -> list[Mapping[str, Any]]:
        properties = (
            {"prop": "videoinfo", "viprop": "url|size|mime|extmetadata|derivatives", "viextmetadatafilter": _METADATA}
            if kind == "clip"
            else {
                "prop": "imageinfo",
                "iiprop": "url|size|mime|extmetadata",
                "iiextmetadatafilter": _METADATA,
                "iiurlwidth": str(width),
            }
        )
        answer = await self._client.get(
            "/w/api.php", action="query", format="json", formatversion="2", **properties, **query
        )
        if isinstance(error := answer.get("error"), dict):
            message = f"Wikimedia Commons refuses the request: {text_of(error.get('info'))[:200]}"
            raise ArchiveError(message)
        return dicts(answer, "query", "pages")

    def _described(self, kind: Kind, page: Mapping[str, Any]) -> FoundFootage | None:
        info = _info(page)
        own_id = str(page.get("pageid"))
        if not info or not self.id_pattern.fullmatch(own_id) or not any(self._renditions(kind, info)):
            return None
        metadata = info.get("extmetadata")
        stated = {
            name: text_of(entry.get("value"))
            for name, entry in (metadata if isinstance(metadata, dict) else {}).items()
            if isinstance(entry, dict)
        }
        licence = read_licence(stated.get("LicenseShortName", ""), stated.get("LicenseUrl", ""))
        restrictions = stated.get("Restrictions", "").replace("|", ", ")
        categories = [name for name in stated.get("Categories", "").split("|") if not _MAINTENANCE.match(name)]
        title = text_of(page.get("title")).partition(":")[2].rpartition(".")[0]
        return described(
            kind,
            own_id,
            title=stated.get("ObjectName") or title,
            keywords=[*categories, stated.get("ImageDescription", "")[:_MAX_DESCRIPTION_CHARS]],
            duration=positive(info.get("duration")) if kind == "clip" else None,
            width=pixels(info.get("width")),
            height=pixels(info.get("height")),
            creator=stated.get("Attribution") or stated.get("Artist"),
            licence=licence.name,
            licence_url=licence.url,
            review=f"Wikimedia Commons names restrictions besides copyright: {restrictions}" if restrictions else "",
            source_url=secure(info.get("descriptionurl")),
        )

    def _renditions(self, kind: Kind, info: Mapping[str, Any]) -> Iterator[Rendition]:
        """Yields the files of a page in formats that can be read."""
        base, width, height = self._settings.url, pixels(info.get("width")), pixels(info.get("height"))
        if kind == "still":
            thumbnail = Rendition(
                secure(info.get("thumburl"), base=base), pixels(info.get("thumbwidth")), pixels(info.get("thumbheight"))
            )
            original = Rendition(secure(info.get("url"), base=base), width, height, positive(info.get("size")))
            if text_of(info.get("mime")) in _STILL_FORMATS:
                yield from (rendition for rendition in (thumbnail, original) if rendition.url)
            return
        for file in dicts(info, "derivatives"):
            url = secure(file.get("src"), base=base)
            if url and text_of(file.get("type")).startswith(_CLIP_FORMATS):
                is_original = file.get("transcodekey") is None
                bits = (positive(file.get("bandwidth")) or 0) * (positive(info.get("duration")) or 0)
                yield Rendition(
                    url,
                    pixels(file.get("width")),
                    pixels(file.get("height")),
                    size=positive(info.get("size")) if is_original else bits / 8,
                    name="original" if is_original else text_of(file.get("transcodekey")),
                )


def _info(page: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the description of a page's current file."""
    return next(iter([*dicts(page, "videoinfo"), *dicts(page, "imageinfo")]), {})
