"""Files of the artifact store as answers, with ranges."""

from collections import OrderedDict
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import Response
from fastapi.responses import FileResponse
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

from scenewire.artifacts.store import ArtifactStore
from scenewire.messages import ArtifactRef
from scenewire_gateway.problems import Problem

__all__ = ["Files", "file_answer"]

_KNOWN: Final = 2_000

_BYTES: Final = "bytes="
_IMMUTABLE: Final = "private, max-age=31536000, immutable"


class Files:
    """Opens artifacts. One whose content was verified is not read again until its file changes.

    Args:
        store: the artifact store.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._verified: OrderedDict[tuple[str, str], tuple[Path, int, int]] = OrderedDict()

    async def open(self, ref: ArtifactRef) -> Path:
        """Returns a local file with the content of an artifact.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt`.
            TransientError: the store cannot be used now.
        """
        known = self._verified.get((ref.key, ref.sha256))
        if known is not None and _version(known[0]) == known[1:]:
            return known[0]
        path = await self._store.open(ref)
        if (version := _version(path)) is not None:
            self._verified[ref.key, ref.sha256] = (path, *version)
            while len(self._verified) > _KNOWN:
                self._verified.popitem(last=False)
        return path

    async def answer(self, ref: ArtifactRef, *, name: str, download: bool = False, is_final: bool = True) -> Response:
        """Returns an artifact as an answer that supports ranges.

        Args:
            ref: the artifact.
            name: of the file, for those who save it.
            download: whether browsers save it instead of showing it.
            is_final: whether the same address never has another file.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt`.
            TransientError: the store cannot be used now.
        """
        answer = file_answer(
            await self.open(ref), media_type=ref.media_type, name=name, download=download, is_final=is_final
        )
        answer.headers["ETag"] = f'"{ref.sha256}"'  # the same of every gateway
        return answer


def file_answer(path: Path, *, media_type: str, name: str, download: bool = False, is_final: bool = True) -> Response:
    """Returns a file as an answer that supports ranges; see `Files.answer`."""
    return _FileAnswer(
        path,
        media_type=media_type,
        filename=name,
        content_disposition_type="attachment" if download else "inline",
        headers={"Cache-Control": _IMMUTABLE if is_final else "private, no-cache"},
        stat_result=path.stat(),
    )


class _FileAnswer(FileResponse):
    """A file, or 304 for those who have it. A range that it does not have is refused with a problem document."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        if self.headers["etag"] in _tags(asked.get("if-none-match", "")):
            kept = {name: self.headers[name] for name in ("etag", "cache-control")}
            await Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)(scope, receive, send)
            return
        if not asked.get("range", _BYTES).startswith(_BYTES):  # other units must be ignored (RFC 9110, 14.2)
            scope = {**scope, "headers": [field for field in scope["headers"] if field[0] != b"range"]}
        size = self.headers["content-length"]

        async def send_file(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= HTTPStatus.BAD_REQUEST:
                raise Problem(
                    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                    "range_refused",
                    f"the header Range is {asked['range']!r}, and the file has {size} bytes",
                    hint="ask for a part of the file, such as `Range: bytes=0-1023`",
                    headers={"Content-Range": f"bytes */{size}"},
                )
            await send(message)

        await super().__call__(scope, receive, send_file)


def _tags(header: str) -> set[str]:
    """Returns the entity tags of the header If-None-Match, which compares weak ones like strong ones."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def _version(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
