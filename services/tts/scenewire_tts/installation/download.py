"""Downloads published files over HTTP; continues after a cut, also in a later run.

What has arrived is in `<name>.part`. A file counts only when its hash is the published one, so it does not matter which
server sent which part of it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, Final

import httpx2

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.installation.files import is_intact, require_published
from scenewire.installation.progress import Progress
from scenewire.installation.published import PublishedFile, Subject

__all__ = ["download", "without_login"]

_CONNECT_TIMEOUT_S: Final = 10
_STALL_TIMEOUT_S: Final = 30
"""Longest time without data."""

_MAX_FRUITLESS: Final = 3
"""Connections in a row that may bring nothing."""

_PAUSE_S: Final = 0.5
"""Before another connection; doubled each time that nothing came."""


class _CutError(Exception):
    """A connection ended before the file was complete."""


async def download(base: str, file: PublishedFile, target: Path, progress: Progress, subject: Subject) -> None:
    """Downloads a file, from where an earlier run stopped.

    Args:
        base: address of the folder with the file.
        file: the file; its `path` is its name there.
        target: where it is written once it is complete; its parent exists.
        progress: shows the bytes.
        subject: what is installed.

    Raises:
        TransientError: `voice_unavailable`, the address cannot be reached or the connection keeps breaking.
        PermanentError: `voice_unavailable`, the address has no such file, or another one.
        OSError: it cannot be written.
    """
    part = target.with_name(f"{target.name}.part")
    address = f"{base.rstrip('/')}/{file.path}"
    resumed = part.exists()
    await _receive(address, file, part, progress)
    if resumed and not await asyncio.to_thread(is_intact, part, file):
        progress.note(f"what an earlier run left of {file.path} was damaged; downloading it again")
        part.unlink(missing_ok=True)
        await _receive(address, file, part, progress)
    await asyncio.to_thread(require_published, part, file, without_login(base), subject)
    part.replace(target)


def without_login(address: str) -> str:
    """Returns an address without a user and a password, for messages."""
    scheme, separator, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    return scheme + separator + place.rpartition("@")[2] + slash + path


async def _receive(address: str, file: PublishedFile, part: Path, progress: Progress) -> None:
    """Appends what is missing of a file, over as many connections as it takes."""
    timeout = httpx2.Timeout(_STALL_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S)
    fruitless = 0
    async with httpx2.AsyncClient(timeout=timeout, follow_redirects=True) as client:
        while (held := _size(part)) < file.size:
            progress.advance(file.path, held, file.size)
            try:
                await _transfer(client, address, file, part, progress)
            except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
                raise _unreachable(address, error) from error
            except (_CutError, httpx2.TransportError) as error:
                fruitless = 0 if _size(part) > held else fruitless + 1
                if fruitless == _MAX_FRUITLESS:
                    raise _unreachable(address, error) from error
                await asyncio.sleep(_PAUSE_S * 2**fruitless)
    progress.advance(file.path, file.size, file.size)


async def _transfer(
    client: httpx2.AsyncClient, address: str, file: PublishedFile, part: Path, progress: Progress
) -> None:
    """Receives over one connection until it ends."""
    held = _size(part)
    headers = {"Accept-Encoding": "identity", "User-Agent": "scenewire"}
    if held:
        headers["Range"] = f"bytes={held}-"
    async with _response(client, address, headers) as response:
        continues = response.status_code == httpx2.codes.PARTIAL_CONTENT and response.headers.get(
            "content-range", ""
        ).startswith(f"bytes {held}-")
        if not continues and response.status_code != httpx2.codes.OK:
            raise _refused(address, f"answers {response.status_code}")
        expected = file.size - (held if continues else 0)
        length = response.headers.get("content-length", "")
        if length.isdecimal() and int(length) != expected:
            raise _refused(address, f"offers {length} bytes instead of {expected}, so it is another file")
        await _write(response, part, file, progress, start=held if continues else 0)
    if _size(part) < file.size:
        raise _CutError("the connection was closed")


@asynccontextmanager
async def _response(
    client: httpx2.AsyncClient, address: str, headers: dict[str, str]
) -> AsyncIterator[httpx2.Response]:
    try:
        async with client.stream("GET", address, headers=headers) as response:
            if address.startswith("https:") and response.url.scheme != "https":
                raise _refused(address, "redirects to an address without encryption")
            yield response
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise _refused(address, "is not a valid address") from error
    except httpx2.TooManyRedirects as error:
        raise _refused(address, "redirects in a circle") from error


async def _write(response: httpx2.Response, part: Path, file: PublishedFile, progress: Progress, *, start: int) -> None:
    """Writes a body; also what arrived before the connection broke or the command was interrupted."""
    done = start
    with _opened(part, start) as target:
        async for chunk in response.aiter_raw():
            done += target.write(chunk[: file.size - done])
            progress.advance(file.path, done, file.size)


def _opened(part: Path, start: int) -> BinaryIO:
    target = part.open("r+b" if start else "wb")
    target.seek(start)
    return target


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _refused(address: str, reason: str) -> PermanentError:
    return PermanentError(
        FailureCode.VOICE_UNAVAILABLE,
        f"{without_login(address)} {reason}",
        hint="try another place: `scenewire voices install --help` lists them",
    )


def _unreachable(address: str, error: Exception) -> TransientError:
    reason = str(error).strip() or type(error).__name__
    return TransientError(
        FailureCode.VOICE_UNAVAILABLE,
        f"{without_login(address)} cannot be downloaded: {reason}",
        hint="run the same command again to continue, or name another place: --from packages, a folder or an archive",
    )
