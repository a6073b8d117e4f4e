"""Queries the search and the metadata API of the Internet Archive and converts their answers.

Documentation: https://archive.org/advancedsearch.php, https://archive.org/developers/metadata-schema.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from typing_extensions import override

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.licences import read_licence
from scenewire_sourcing.renditions import Rendition
from scenewire_sourcing.servers.archive.archive import HttpArchive, Kind, described, dicts, joined
from scenewire_sourcing.servers.archive.client import ArchiveClient
from scenewire_sourcing.servers.archive.doubts import doubt_about
from scenewire_sourcing.servers.archive.text import pixels, positive, text_of
from scenewire_sourcing.servers.archive_org.settings import ArchiveOrgSettings

__all__ = ["ArchiveOrgArchive"]

_MEDIA_TYPES: Final[Mapping[Kind, str]] = {"clip": "movies", "still": "image"}
_SUFFIXES: Final[Mapping[Kind, tuple[str, ...]]] = {
    "clip": (".mp4", ".webm", ".mkv", ".mov"),
    "still": (".jpg", ".jpeg", ".png", ".webp"),
}
_PREVIEW: Final = re.compile(r"thumb|tile|__ia_|animated gif", re.IGNORECASE)
_FIELDS: Final = "identifier,title,creator,subject,description,licenseurl,rights,runtime"
_PAGE: Final = "https://archive.org/details"
_ROWS: Final = "50"
_MAX_DESCRIPTION_CHARS: Final = 200


class ArchiveOrgArchive(HttpArchive):
    """Searches the Internet Archive and locates its files.

    Args:
        settings: the settings of the server.
    """

    id_pattern: ClassVar[re.Pattern[str]] = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,99}")

    def __init__(self, settings: ArchiveOrgSettings) -> None:
        super().__init__(ArchiveClient(settings.api("Internet Archive")))
        self._settings = settings

    @override
    async def results(self, kind: Kind, words: Sequence[str]) -> Iterable[FoundFootage | None]:
        collections = [name.strip() for name in self._settings.collections.split(",") if name.strip()]
        conditions = [
            " ".join(word.lower() for word in words),  # lower case: AND, OR and NOT are operators
            f"mediatype:{_MEDIA_TYPES[kind]}",
            "licenseurl:*",
            "-access-restricted-item:true",
            *([f"collection:({' OR '.join(collections)})"] if collections else []),
        ]
        query = " AND ".join(f"({condition})" if " " in condition else condition for condition in conditions)
        parameters = {"q": query, "fl[]": _FIELDS, "rows": _ROWS, "page": "1", "output": "json"}
        answer = await self._client.get("/advancedsearch.php", **parameters)
        return [self._described(kind, item) for item in dicts(answer, "response", "docs")]

    @override
    async def file(self, kind: Kind, own_id: str) -> FootageFile | None:
        answer = await self._client.get(f"/metadata/{own_id}")
        metadata = answer.get("metadata")
        found = self._described(kind, metadata) if isinstance(metadata, dict) and not answer.get("is_dark") else None
        if found is None or found.id != f"{kind}:{own_id}":
            return None
        files = _first_of(kind, dicts(answer, "files"))
        chosen = self._settings.best(kind, [self._rendition(own_id, file) for file in files])
        duration = max((_seconds(file.get("length")) or 0 for file in files), default=0) or found.duration
        known = found.model_dump(exclude={*chosen.fields, "duration"})
        return FootageFile(**known, **chosen.fields, duration=duration if kind == "clip" else None)

    def _described(self, kind: Kind, item: Mapping[str, Any]) -> FoundFootage | None:
        own_id = text_of(item.get("identifier"))
        duration = _seconds(item.get("runtime")) if kind == "clip" else None
        if not self.id_pattern.fullmatch(own_id) or (duration or 0) > self._settings.max_duration:
            return None
        licence = read_licence(text_of(item.get("rights")), text_of(item.get("licenseurl")))
        description = text_of(item.get("description"))
        subject = item.get("subject")
        keywords = subject if isinstance(subject, list) else text_of(subject).replace(";", ",").split(",")
        return described(
            kind,
            own_id,
            title=text_of(item.get("title")) or own_id,
            keywords=[*map(text_of, keywords[:50]), description[:_MAX_DESCRIPTION_CHARS]],
            duration=duration,
            creator=text_of(item.get("creator")),
            licence=licence.name,
            licence_url=licence.url,
            review=doubt_about(text_of(item.get("rights")), description),
            source_url=joined(_PAGE, own_id),
        )

    def _rendition(self, own_id: str, file: Mapping[str, Any]) -> Rendition:
        return Rendition(
            joined(self._settings.url, "download", own_id, *text_of(file.get("name")).split("/")),
            pixels(file.get("width")),
            pixels(file.get("height")),
            size=positive(file.get("size")),
            name=text_of(file.get("name")),
        )


def _first_of(kind: Kind, files: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Returns the files of an item's first video or picture: an original and what the archive derived from it."""
    usable = [
        file
        for file in files
        if text_of(file.get("name")).lower().endswith(_SUFFIXES[kind])
        and not _PREVIEW.search(f"{file.get('format')} {file.get('name')}")
        and file.get("private") != "true"
    ]
    first = next((_original(file) for file in usable), "")
    return [file for file in usable if _original(file) == first]


def _original(file: Mapping[str, Any]) -> str:
    return text_of(file.get("original")) or text_of(file.get("name"))


def _seconds(value: object) -> float | None:
    """Returns a duration: seconds, or `1:02:03`."""
    parts = text_of(value).split(":")
    if len(parts) > 3 or not all(re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", part) for part in parts):
        return None
    return positive(sum(float(part) * 60**index for index, part in enumerate(reversed(parts))))
