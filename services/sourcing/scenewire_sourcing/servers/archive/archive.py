"""The search that archives of clips and stills share, and helpers for their answers."""

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Literal
from urllib.parse import quote

from pydantic import ValidationError
from typing_extensions import override

from scenewire.text.words import WORD
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.servers.archive.client import ArchiveClient, ArchiveError
from scenewire_sourcing.servers.archive.server import Archive

__all__ = ["HttpArchive", "Kind", "described", "dicts", "joined", "secure"]

Kind = Literal["clip", "still"]

_MAX_QUERY_WORDS: Final = 8
_FEW_WORDS: Final = 2
"""Words of the second attempt: most archives require every word to match."""

_ENOUGH_RESULTS: Final = 5
"""A search with this many results ends: each request counts towards the archive's limit."""

_RELAX_TIMEOUT_S: Final = 8.0
"""No further request starts after this time: the caller waits for the answer."""


class HttpArchive(Archive, ABC):
    """An archive of clips and stills. Ids are `clip:…` and `still:…`.

    Args:
        client: requests its answers.
        key: the name of the variable that holds its key; empty if it needs none.
    """

    kinds: ClassVar[Sequence[Kind]] = ("clip", "still")
    """What it has, in order of preference."""
    id_pattern: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{1,18}")
    """The archive's own ids; nothing else is sent to it."""

    def __init__(self, client: ArchiveClient, *, key: str = "") -> None:
        self._client = client
        self._key = key

    @override
    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        words = WORD.findall(query)[:_MAX_QUERY_WORDS]
        found: dict[str, FoundFootage] = {}
        began = time.monotonic()
        for some in dict.fromkeys((tuple(words), tuple(words[:_FEW_WORDS]))) if words else ():
            if found:
                break
            for kind in self.kinds:
                if len(found) >= min(limit, _ENOUGH_RESULTS) or time.monotonic() > began + _RELAX_TIMEOUT_S:
                    break
                for result in await self._ask(kind, some):
                    if result is not None:
                        found.setdefault(result.id, result)
        return list(found.values())[:limit]

    @override
    async def get(self, name: str) -> FootageFile | None:
        kind, _, own_id = name.partition(":")
        if not self.id_pattern.fullmatch(own_id):
            return None
        for ours in self.kinds:
            if kind == ours:
                try:
                    return await self.file(ours, own_id)
                except ArchiveError as error:
                    if error.status == 404:
                        return None
                    raise self._explained(error) from error
        return None

    @override
    async def aclose(self) -> None:
        await self._client.aclose()

    @abstractmethod
    async def results(self, kind: Kind, words: Sequence[str]) -> Iterable[FoundFootage | None]:
        """Returns one page of results; None for those that can't be used.

        Raises:
            ArchiveError: the archive could not be searched.
        """

    @abstractmethod
    async def file(self, kind: Kind, own_id: str) -> FootageFile | None:
        """Returns a clip or still and its best file; None if there is none of this id.

        Raises:
            ArchiveError: the archive could not be reached, or has no usable file.
        """

    async def _ask(self, kind: Kind, words: Sequence[str]) -> Iterable[FoundFootage | None]:
        try:
            return await self.results(kind, words)
        except ArchiveError as error:
            raise self._explained(error) from error

    def _explained(self, error: ArchiveError) -> ArchiveError:
        """Adds to a refusal of the key what to do about it."""
        if self._key and error.status in {401, 403}:
            message = f"{error}: it refuses the key; check {self._key} or {self._key}_FILE"
            return ArchiveError(message, status=error.status)
        return error


def described(kind: Kind, own_id: str, **fields: Any) -> FoundFootage | None:
    """Returns a result; None if its fields are not valid."""
    try:
        return FoundFootage(id=f"{kind}:{own_id}", kind=kind, **fields)
    except ValidationError:
        return None


def dicts(answer: object, *path: str) -> list[Mapping[str, Any]]:
    """Returns the objects in the list at a path of an answer; anything else is left out."""
    for step in path:
        answer = answer.get(step) if isinstance(answer, dict) else None
    return [item for item in answer if isinstance(item, dict)] if isinstance(answer, list) else []


def secure(url: object, *, base: str = "https://") -> str:
    """Returns a URL that may lack the scheme or be plain HTTP as one with TLS; empty if it is none.

    Args:
        url: as the archive states it.
        base: URLs that begin with this are returned as they are: those of a test double.
    """
    text = url if isinstance(url, str) else ""
    if text.startswith("//"):
        text = f"https:{text}"
    if text.startswith(("https://", base)):
        return text
    return f"https://{text.removeprefix('http://')}" if text.startswith("http://") else ""


def joined(base: str, *parts: str) -> str:
    """Returns a URL of path segments below a base."""
    return "/".join((base.rstrip("/"), *(quote(part, safe="") for part in parts)))
