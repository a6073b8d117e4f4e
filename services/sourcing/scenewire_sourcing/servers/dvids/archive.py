"""The archive's interface, and what its answers say of a clip."""

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.servers.archive_client import ArchiveClient, ArchiveError
from scenewire_sourcing.servers.dvids.settings import DvidsSettings
from scenewire_sourcing.servers.rights import doubt_about

__all__ = ["DvidsArchive"]

_ID: Final = re.compile(r"video:[0-9]{1,12}")
_WORD: Final = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_MOST_WORDS: Final = 8
_SIMPLE: Final = 2
"""Words of a query that a refused one is reduced to: the archive has been seen to refuse long ones as if by key."""

_ENOUGH: Final = 5
"""Clips with which a search stops relaxing its filters."""

_TIME_TO_RELAX: Final = 8.0
"""Seconds after which no further search is begun: somebody waits for the answer."""

_PAGE: Final = "https://www.dvidshub.net/video/"


class DvidsArchive:
    """Searches the archive and names its files.

    Args:
        settings: how it is asked.
    """

    def __init__(self, settings: DvidsSettings) -> None:
        self._settings = settings
        self._client = ArchiveClient(
            "DVIDS",
            settings.url,
            secrets={"api_key": settings.key()},
            interval=settings.interval.total_seconds(),
            timeout=settings.timeout.total_seconds(),
            keep=settings.keep.total_seconds(),
        )

    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        """Clips for some words, best first: those that meet all filters before those that meet fewer.

        Raises:
            ArchiveError: the archive could not be asked.
        """
        words = _WORD.findall(query)[:_MOST_WORDS]
        found: dict[str, FoundFootage] = {}
        began = time.monotonic()
        for filters in self._filters() if words else ():
            for result in await self._results(words, filters):
                clip = self._clip(result)
                if clip is not None:
                    found.setdefault(clip.id, clip)
            if len(found) >= min(limit, _ENOUGH) or time.monotonic() > began + _TIME_TO_RELAX:
                break
        return list(found.values())[:limit]

    async def get(self, name: str) -> FootageFile | None:
        """A clip and where its smallest file of sufficient height is; None if there is no such clip.

        Raises:
            ArchiveError: the archive could not be asked, or has no file that can be used.
        """
        if not _ID.fullmatch(name):
            return None
        try:
            answer = await self._client.get("/asset", id=name)
        except ArchiveError as error:
            if error.status == 404:
                return None
            raise self._explained(error) from error
        said = answer.get("results")
        if not isinstance(said, dict) or not said:
            return None
        clip = self._clip({**said, "id": name})
        file = self._file(said)
        if clip is None or file is None:
            message = "DVIDS has no MP4 file of this clip"
            raise ArchiveError(message)
        return FootageFile(**{**clip.model_dump(), **file})

    async def aclose(self) -> None:
        """Ends the connections."""
        await self._client.aclose()

    # --- questions --------------------------------------------------------------------------------

    def _filters(self) -> Iterator[dict[str, str]]:
        """Filters to search with, from all to few."""
        settings = self._settings
        common = {"type": "video", "to_duration": str(settings.longest)}
        chosen = {"category": settings.category, "branch": settings.branch}
        wanted = {name: value for name, value in chosen.items() if value}
        levels = [{**common, "hd": "1", **wanted}, {**common, "hd": "1"}, common]
        yield from (level for index, level in enumerate(levels) if level not in levels[:index])

    async def _results(self, words: list[str], filters: Mapping[str, str]) -> list[Any]:
        try:
            answer = await self._client.get("/search", q=" ".join(words), max_results="50", **filters)
        except ArchiveError as error:
            if error.status not in {401, 403} or len(words) <= _SIMPLE:
                raise self._explained(error) from error
            return await self._results(words[:_SIMPLE], filters)
        results = answer.get("results")
        return results if isinstance(results, list) else []

    def _explained(self, error: ArchiveError) -> ArchiveError:
        """What to do about a refusal."""
        if error.status in {401, 403}:
            return ArchiveError(
                f"DVIDS refuses the key ({error.status}): check DVIDS_API_KEY or DVIDS_API_KEY_FILE, and that the key "
                "is registered for use from here",
                status=error.status,
            )
        if error.status == 400:
            return ArchiveError(
                "DVIDS does not understand the search (400): check DVIDS_CATEGORY and DVIDS_BRANCH", status=400
            )
        return error

    # --- answers ----------------------------------------------------------------------------------

    def _clip(self, said: Any) -> FoundFootage | None:
        """What is said of a clip in our words; None if it is no video or makes no sense."""
        if not isinstance(said, dict) or not _ID.fullmatch(str(said.get("id"))):
            return None
        credit = _names(said.get("credit"))
        described = str(said.get("short_description") or said.get("description") or "")
        duration = said.get("duration")
        try:
            return FoundFootage(
                id=said["id"],
                title=said.get("title"),
                keywords=said.get("keywords"),
                duration=duration if isinstance(duration, (int, float)) and duration > 0 else None,
                creator=", ".join(part for part in (credit, str(said.get("unit_name") or "")) if part),
                licence=self._settings.licence,
                notice=self._settings.notice,
                review=doubt_about(credit, described, own=("courtesy of DVIDS",)),
                source_url=self._page(said),
            )
        except ValidationError:
            return None

    def _page(self, said: Mapping[str, Any]) -> str:
        """The clip's page, without anything behind a question mark: keys travel there."""
        url = str(said.get("url") or "").partition("?")[0].partition("#")[0]
        if not url.startswith("https://") or self._client.holds_secret(url):
            url = _PAGE + str(said["id"]).removeprefix("video:")
        return url

    def _file(self, said: Mapping[str, Any]) -> dict[str, Any] | None:
        """The smallest MP4 file with enough lines; the largest one if none has."""
        listed = said.get("files")
        files = [file for file in map(_rendition, listed if isinstance(listed, list) else ()) if file is not None]
        files = [file for file in files if not self._client.holds_secret(file["url"])]
        files.sort(key=lambda file: file["height"] or 0)
        enough = (file for file in files if (file["height"] or 0) >= self._settings.height)
        return next(enough, files[-1] if files else None)


def _rendition(file: Any) -> dict[str, Any] | None:
    if not isinstance(file, dict) or file.get("type") != "video/mp4" or not isinstance(file.get("src"), str):
        return None
    height, width = _pixels(file.get("height")), _pixels(file.get("width"))
    name = f"{height}p" if height else "the only one known"
    return {"url": file["src"], "height": height, "width": width, "rendition": name}


def _pixels(value: object) -> int | None:
    return int(str(value)) or None if str(value).isdecimal() and len(str(value)) < 6 else None


def _names(credit: Any) -> str:
    """A credit as one line: it is a text, a list of texts, or a list of people with rank and name."""
    if isinstance(credit, list):
        return ", ".join(filter(None, map(_names, credit)))
    if isinstance(credit, dict):
        return " ".join(str(credit[part]) for part in ("rank", "name") if credit.get(part))
    return str(credit or "")
