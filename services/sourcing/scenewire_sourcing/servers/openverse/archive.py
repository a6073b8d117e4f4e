"""Queries the Openverse API and converts its answers.

Documentation: https://api.openverse.org/v1/
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from typing_extensions import override

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.licences import read_licence
from scenewire_sourcing.renditions import Rendition
from scenewire_sourcing.servers.archive.archive import HttpArchive, Kind, described, dicts, secure
from scenewire_sourcing.servers.archive.client import ArchiveClient
from scenewire_sourcing.servers.archive.text import pixels, text_of
from scenewire_sourcing.servers.openverse.settings import OpenverseSettings

__all__ = ["OpenverseArchive"]

_DIRECT_HOSTS: Final = frozenset({"live.staticflickr.com", "upload.wikimedia.org"})
"""Hosts that pictures are downloaded from; those of all others come through Openverse."""

_PAGE_SIZE: Final = "20"
"""The most that is allowed without a key."""

_CODES: Final[Mapping[str, str]] = {"cc0": "CC0", "pdm": "Public Domain Mark"}


class OpenverseArchive(HttpArchive):
    """Searches Openverse and locates its pictures.

    Args:
        settings: the settings of the server.
    """

    kinds: ClassVar[Sequence[Kind]] = ("still",)
    id_pattern: ClassVar[re.Pattern[str]] = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

    def __init__(self, settings: OpenverseSettings) -> None:
        super().__init__(ArchiveClient(settings.api("Openverse", limit_cooldown_s=60)))
        self._settings = settings

    @override
    async def results(self, kind: Kind, words: Sequence[str]) -> Iterable[FoundFootage | None]:
        wanted = {"license_type": self._settings.license_type} if self._settings.license_type else {}
        query = {"q": " ".join(words), "page_size": _PAGE_SIZE, "mature": "false", **wanted}
        answer = await self._client.get("/v1/images/", **query)
        return [self._described(kind, picture) for picture in dicts(answer, "results")]

    @override
    async def file(self, kind: Kind, own_id: str) -> FootageFile | None:
        picture = await self._client.get(f"/v1/images/{own_id}/")
        found = self._described(kind, picture)
        if found is None or found.id != f"{kind}:{own_id}":
            return None
        url = secure(picture.get("url"))
        size = pixels(picture.get("width")), pixels(picture.get("height"))
        file = Rendition(url, *size, name="original")
        if urlsplit(url).hostname not in _DIRECT_HOSTS or urlsplit(url).scheme != "https":
            file = Rendition(
                f"{self._settings.url}/v1/images/{own_id}/thumb/?full_size=true", *size, name="by Openverse"
            )
        return FootageFile(**found.model_dump(exclude=set(file.fields)), **file.fields)

    def _described(self, kind: Kind, picture: Mapping[str, Any]) -> FoundFootage | None:
        own_id = text_of(picture.get("id"))
        if not self.id_pattern.fullmatch(own_id) or picture.get("mature") is True:
            return None
        code = text_of(picture.get("license")).lower()
        name = f"{_CODES.get(code, f'CC {code}')} {text_of(picture.get('license_version'))}" if code else ""
        licence = read_licence(name, text_of(picture.get("license_url")))
        return described(
            kind,
            own_id,
            title=text_of(picture.get("title")),
            keywords=[text_of(tag.get("name")) for tag in dicts(picture, "tags")],
            width=pixels(picture.get("width")),
            height=pixels(picture.get("height")),
            creator=text_of(picture.get("creator")),
            licence=licence.name,
            licence_url=licence.url,
            source_url=secure(picture.get("foreign_landing_url")),
        )
