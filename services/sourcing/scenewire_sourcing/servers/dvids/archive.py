"""Queries the DVIDS API and converts its answers."""

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from scenewire.text.words import WORD
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.servers.archive.client import ArchiveClient, ArchiveError
from scenewire_sourcing.servers.archive.doubts import doubt_about
from scenewire_sourcing.servers.dvids.settings import DvidsSettings

__all__ = ["DvidsArchive"]

_ID: Final = re.compile(r"video:[0-9]{1,12}")
_MAX_QUERY_WORDS: Final = 8
_RETRY_QUERY_WORDS: Final = 2
"""Words of the retry after a refusal: DVIDS has been seen to answer long queries with 403, as for a bad key."""

_ENOUGH_CLIPS: Final = 5
"""A search with this many clips stops relaxing its filters."""

_RELAX_TIMEOUT_S: Final = 8.0
"""No further search starts after this time: the caller waits for the answer."""

_PAGE: Final = "https://www.dvidshub.net/video/"


class DvidsArchive:
    """Searches the archive and locates its files.

    Args:
        settings: the settings of the server.
    """

    def __init__(self, settings: DvidsSettings) -> None:
        self._settings = settings
        self._client = ArchiveClient(settings.api("DVIDS", secrets={"api_key": settings.key()}))

    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        """Searches clips; those that meet all filters come before those that meet fewer.

        Raises:
            ArchiveError: the archive could not be searched.
        """
        words = WORD.findall(query)[:_MAX_QUERY_WORDS]
        found: dict[str, FoundFootage] = {}
        began = time.monotonic()
        for filters in self._filters() if words else ():
            for result in await self._results(words, filters):
                clip = self._clip(result)
                if clip is not None:
                    found.setdefault(clip.id, clip)
            if len(found) >= min(limit, _ENOUGH_CLIPS) or time.monotonic() > began + _RELAX_TIMEOUT_S:
                break
        return list(found.values())[:limit]

    async def get(self, name: str) -> FootageFile | None:
        """Returns a clip with its smallest file of sufficient height; None if there is no such clip.

        Raises:
            ArchiveError: the archive could not be reached, or has no usable file.
        """
        if not _ID.fullmatch(name):
            return None
        try:
            answer = await self._client.get("/asset", id=name)
        except ArchiveError as error:
            if error.status == 404:
                return None
            raise self._explained(error) from error
        asset = answer.get("results")
        if not isinstance(asset, dict) or not asset:
            return None
        clip = self._clip({**asset, "id": name})
        file = self._file(asset)
        if clip is None or file is None:
            message = "DVIDS has no MP4 file of this clip"
            raise ArchiveError(message)
        return FootageFile(**{**clip.model_dump(), **file})

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    # --- requests ---------------------------------------------------------------------------------

    def _filters(self) -> Iterator[dict[str, str]]:
        """Yields search filters, from strict to relaxed."""
        settings = self._settings
        common = {"type": "video", "to_duration": str(settings.max_duration)}
        chosen = {"category": settings.category, "branch": settings.branch}
        wanted = {name: value for name, value in chosen.items() if value}
        levels = [{**common, "hd": "1", **wanted}, {**common, "hd": "1"}, common]
        yield from (level for index, level in enumerate(levels) if level not in levels[:index])

    async def _results(self, words: list[str], filters: Mapping[str, str]) -> list[Any]:
        try:
            answer = await self._client.get("/search", q=" ".join(words), max_results="50", **filters)
        except ArchiveError as error:
            if error.status not in {401, 403} or len(words) <= _RETRY_QUERY_WORDS:
                raise self._explained(error) from error
            return await self._results(words[:_RETRY_QUERY_WORDS], filters)
        results = answer.get("results")
        return results if isinstance(results, list) else []

    def _explained(self, error: ArchiveError) -> ArchiveError:
        """Adds to a refusal what to do about it."""
        if error.status in {401, 403}:
            return ArchiveError(
                f"DVIDS refuses the key ({error.status}): check DVIDS_API_KEY or DVIDS_API_KEY_FILE, and that the key "
                "is registered for use from here",
                status=error.status,
            )
        if error.status == 400:
            return ArchiveError("DVIDS rejects the search (400): check DVIDS_CATEGORY and DVIDS_BRANCH", status=400)
        return error

    # --- answers ----------------------------------------------------------------------------------

    def _clip(self, asset: Any) -> FoundFootage | None:
        """Converts the description of a clip; returns None if it is not a valid video."""
        if not isinstance(asset, dict) or not _ID.fullmatch(str(asset.get("id"))):
            return None
        credit = _names(asset.get("credit"))
        description = str(asset.get("short_description") or asset.get("description") or "")
        duration = asset.get("duration")
        try:
            return FoundFootage(
                id=asset["id"],
                title=asset.get("title"),
                keywords=asset.get("keywords"),
                duration=duration if isinstance(duration, (int, float)) and duration > 0 else None,
                creator=", ".join(part for part in (credit, str(asset.get("unit_name") or "")) if part),
                licence=self._settings.licence,
                notice=self._settings.notice,
                review=doubt_about(credit, description, own=("courtesy of DVIDS",)),
                source_url=self._page(asset),
            )
        except ValidationError:
            return None

    def _page(self, asset: Mapping[str, Any]) -> str:
        """Returns the clip's page without its query string, which may contain the key."""
        url = str(asset.get("url") or "").partition("?")[0].partition("#")[0]
        if not url.startswith("https://") or self._client.holds_secret(url):
            url = _PAGE + str(asset["id"]).removeprefix("video:")
        return url

    def _file(self, asset: Mapping[str, Any]) -> dict[str, Any] | None:
        """Returns the smallest MP4 file of sufficient height, or the largest one."""
        listed = asset.get("files")
        files = [file for file in map(_rendition, listed if isinstance(listed, list) else ()) if file is not None]
        files = [file for file in files if not self._client.holds_secret(file["url"])]
        files.sort(key=lambda file: file["height"] or 0)
        enough = (file for file in files if (file["height"] or 0) >= self._settings.min_height)
        return next(enough, files[-1] if files else None)


def _rendition(file: Any) -> dict[str, Any] | None:
    if not isinstance(file, dict) or file.get("type") != "video/mp4" or not isinstance(file.get("src"), str):
        return None
    height, width = _pixels(file.get("height")), _pixels(file.get("width"))
    name = f"{height}p" if height else "unknown size"
    return {"url": file["src"], "height": height, "width": width, "rendition": name}


def _pixels(value: object) -> int | None:
    return int(str(value)) or None if str(value).isdecimal() and len(str(value)) < 6 else None


def _names(credit: Any) -> str:
    """Joins a credit into one line: a text, a list of texts, or a list of people with rank and name."""
    if isinstance(credit, list):
        return ", ".join(filter(None, map(_names, credit)))
    if isinstance(credit, dict):
        return " ".join(str(credit[part]) for part in ("rank", "name") if credit.get(part))
    return str(credit or "")
