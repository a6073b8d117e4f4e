"""Queries the JSON form of the Library's site and converts its answers.

Documentation: https://www.loc.gov/apis/json-and-yaml/
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from typing_extensions import override

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.licences import Licence, read_licence
from scenewire_sourcing.renditions import Rendition
from scenewire_sourcing.servers.archive.archive import HttpArchive, Kind, described, dicts, joined, secure
from scenewire_sourcing.servers.archive.client import ArchiveClient
from scenewire_sourcing.servers.archive.text import pixels, positive, text_of
from scenewire_sourcing.servers.loc.settings import LocSettings

__all__ = ["LocArchive"]

_PATHS: Final[Mapping[Kind, str]] = {"clip": "/film-and-videos/", "still": "/photos/"}
_FORMATS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "clip": ("video/mp4", "video/quicktime"),
    "still": ("image/jpeg", "image/png"),
}
_ONLINE: Final[Mapping[Kind, str]] = {"clip": "online-format:video", "still": "online-format:image"}
_ITEM: Final = re.compile(r"loc\.gov/item/([A-Za-z0-9][\w.-]{0,99})/?$")
_PAGE: Final = "https://www.loc.gov/item"
_RESULTS: Final = "25"
_BLOCKED_S: Final = 3_600
"""How long the Library refuses requests after too many."""

_RIGHTS: Final = ("rights_advisory", "rights_information", "rights")
"""From the most to the least specific."""


class LocArchive(HttpArchive):
    """Searches the Library and locates its files.

    Args:
        settings: the settings of the server.
    """

    id_pattern: ClassVar[re.Pattern[str]] = re.compile(r"[A-Za-z0-9](?:[\w-]|\.(?!\.)){0,99}", re.ASCII)

    def __init__(self, settings: LocSettings) -> None:
        super().__init__(ArchiveClient(settings.api("Library of Congress", limit_cooldown_s=_BLOCKED_S)))
        self._settings = settings

    @override
    async def results(self, kind: Kind, words: Sequence[str]) -> Iterable[FoundFootage | None]:
        query = {"q": " ".join(words), "fa": _ONLINE[kind], "fo": "json", "c": _RESULTS, "at": "results"}
        answer = await self._client.get(_PATHS[kind], **query)
        return [self._described(kind, result) for result in dicts(answer, "results")]

    @override
    async def file(self, kind: Kind, own_id: str) -> FootageFile | None:
        answer = await self._client.get(f"/item/{own_id}/", fo="json")
        item = answer.get("item")
        found = self._described(kind, item) if isinstance(item, dict) else None
        if found is None or found.id != f"{kind}:{own_id}":
            return None
        return self._settings.with_best_file(kind, found, self._renditions(kind, answer))

    def _described(self, kind: Kind, result: Mapping[str, Any]) -> FoundFootage | None:
        own_id = _ITEM.search(text_of(result.get("id")) or text_of(result.get("url")))
        if own_id is None or not self.id_pattern.fullmatch(own_id[1]) or result.get("access_restricted") is True:
            return None
        nested = result.get("item")
        item = {**result, **(nested if isinstance(nested, dict) else {})}
        licence = _licence(item)
        keywords = item.get("subject") or item.get("subject_headings")
        return described(
            kind,
            own_id[1],
            title=text_of(item.get("title")).strip("[] "),
            keywords=list(map(text_of, keywords)) if isinstance(keywords, list) else [text_of(keywords)],
            creator=text_of(item.get("contributor_names") or item.get("contributor") or item.get("creator")),
            licence=licence.name,
            licence_url=licence.url,
            source_url=joined(_PAGE, own_id[1]) + "/",
        )

    def _renditions(self, kind: Kind, answer: Mapping[str, Any]) -> Iterator[Rendition]:
        """Yields the files of an item's first video or picture."""
        for resource in dicts(answer, "resources"):
            files = resource.get("files")
            first = files[0] if isinstance(files, list) and files and isinstance(files[0], list) else []
            usable = [file for file in dicts(first) if file.get("mimetype") in _FORMATS[kind]]
            renditions = [
                Rendition(url, pixels(file.get("width")), pixels(file.get("height")), size=positive(file.get("size")))
                for file in usable
                if (url := secure(file.get("url"), base=self._settings.url))
            ]
            if kind == "clip" and (url := secure(resource.get("video"), base=self._settings.url)):
                renditions.append(Rendition(url))
            if renditions:
                yield from renditions
                return


def _licence(item: Mapping[str, Any]) -> Licence:
    """Returns what the most specific understood statement says, or the first statement."""
    statements = [text for name in _RIGHTS if (text := text_of(item.get(name)))]
    licences = [read_licence(statement) for statement in statements]
    return next((licence for licence in licences if licence.is_known), licences[0] if licences else read_licence(""))
