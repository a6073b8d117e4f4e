"""Fetching a file from an address that a stranger gave: to allowed hosts only, bounded in bytes and time.

An address is checked before anything is sent to it, and so is every one that it redirects to: TLS, an allowed name, no
password, no odd port. Names are resolved here, once, and the connection goes to the very addresses that were examined,
so that a name cannot change its mind in between. Nothing is decompressed, no cookie is kept, no proxy of the
environment is used, and no address is ever logged: it may hold somebody's key.
"""

import asyncio
import ipaddress
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from scenewire_sourcing.providers.base import FootageUnavailableError, RemoteFile

__all__ = ["Downloader", "Resolve", "resolve"]

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to addresses; raises OSError."""

_MOST_REDIRECTS: Final = 3
_MOST_RESUMES: Final = 2
_PIECE: Final = 1 << 20
"""Bytes that are written at once, in a thread."""

_SIGNATURE: Final = 12
"""Bytes that tell what a file is."""

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|\d+")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class _InterruptedError(Exception):
    """The connection broke before the file was whole."""


@dataclass
class _Progress:
    """What has arrived of one file."""

    part: Path
    got: int = 0
    version: str = ""
    """What the archive calls this state of the file, if it says so; without it a rest cannot be asked for."""


class Downloader:
    """Downloads files.

    Args:
        largest: bytes of the largest file.
        timeout: seconds for one file, with all its redirects and resumed parts.
        idle: seconds in which something must arrive.
        resolver: turns names into addresses.
        tls: whom to trust; the usual authorities when not given.
    """

    def __init__(
        self,
        *,
        largest: int,
        timeout: float,
        idle: float,
        resolver: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._largest = largest
        self._timeout = timeout
        self._idle = idle
        self._resolve = resolver
        self._tls = tls or ssl.create_default_context()

    async def download(self, remote: RemoteFile, folder: Path) -> Path:
        """Fetches a file whole. Its suffix says what its first bytes say it is.

        Args:
            remote: where it is.
            folder: where it goes; a file that did not arrive whole is left there as `clip.part`.

        Raises:
            FootageUnavailableError: it may not or cannot be had; the message says why and names no address.
            OSError: it cannot be written.
        """
        progress = _Progress(folder / "clip.part")
        try:
            async with asyncio.timeout(self._timeout):
                await self._fetch(remote, progress)
        except TimeoutError as error:
            raise FootageUnavailableError(f"downloading it took longer than {self._timeout:g} s") from error
        suffix = await asyncio.to_thread(_sniff, progress.part)
        return await asyncio.to_thread(progress.part.rename, folder / f"clip{suffix}")

    async def _fetch(self, remote: RemoteFile, progress: _Progress) -> None:
        for resumes in range(_MOST_RESUMES + 1):
            try:
                await self._transfer(remote, progress)
            except _InterruptedError as error:
                if not (progress.got and progress.version) or resumes == _MOST_RESUMES:
                    raise FootageUnavailableError(f"its download broke off: {error}") from error
            else:
                return

    async def _transfer(self, remote: RemoteFile, progress: _Progress) -> None:
        """Fetches what is missing, over one connection."""
        headers = {"Accept": "video/*", "Accept-Encoding": "identity", "User-Agent": "scenewire"}
        if progress.got:
            headers |= {"Range": f"bytes={progress.got}-", "If-Range": progress.version}
        try:
            async with self._answer(remote, headers) as response:
                whole = self._accept(response, progress)
                await self._write(response, progress)
        except httpx2.TimeoutException as error:
            raise _InterruptedError(f"nothing arrived for {self._idle:g} s") from error
        except httpx2.TransportError as error:
            raise _InterruptedError(_cause(error)) from error
        if whole is not None and progress.got != whole:
            raise _InterruptedError(f"{progress.got} of {whole} bytes arrived")

    def _accept(self, response: httpx2.Response, progress: _Progress) -> int | None:
        """Decides by the head of an answer; returns the whole file's size, if it is said."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise FootageUnavailableError("its archive sends it compressed, which was not asked for")
        length = _number(response.headers.get("content-length"))
        if response.status_code == httpx2.codes.PARTIAL_CONTENT and progress.got:
            if not response.headers.get("content-range", "").startswith(f"bytes {progress.got}-"):
                raise FootageUnavailableError("its archive sent another part than was asked for")
        elif response.status_code == httpx2.codes.OK:
            progress.got = 0  # from the start: also when it changed since the first part
        else:
            raise FootageUnavailableError(f"its archive answers {response.status_code}")
        whole = None if length is None else progress.got + length
        self._check_size(whole or 0)
        strong = response.headers.get("etag", "")
        progress.version = strong if strong.startswith('"') else response.headers.get("last-modified", "")
        return whole

    async def _write(self, response: httpx2.Response, progress: _Progress) -> None:
        """Appends a body to the part, in pieces, and gives up as soon as it is too much or no video."""
        if not isinstance(response.stream, httpx2.AsyncByteStream):
            raise TypeError
        received = bytearray()
        with await asyncio.to_thread(progress.part.open, "r+b" if progress.got else "wb") as file:
            file.seek(progress.got)
            file.truncate()
            try:
                async with aclosing(response.aiter_raw()) as chunks:
                    async for chunk in chunks:
                        received += chunk
                        self._check_size(progress.got + len(received))
                        if progress.got == 0 and len(received) >= _SIGNATURE:
                            _suffix_of(bytes(received[:_SIGNATURE]))
                        if len(received) >= _PIECE:
                            await self._flush(file.fileno(), received, progress)
            finally:  # also what arrived before the connection broke: the rest can be asked for
                await self._flush(file.fileno(), received, progress)

    async def _flush(self, descriptor: int, received: bytearray, progress: _Progress) -> None:
        piece = bytes(received)
        received.clear()
        writing = asyncio.ensure_future(asyncio.to_thread(_write_all, descriptor, piece))
        try:
            await asyncio.shield(writing)
        finally:  # the thread does not end when we are cancelled: it must not find the file closed
            progress.got += await writing

    def _check_size(self, size: int) -> None:
        if size > self._largest:
            raise FootageUnavailableError(f"it has {size} bytes or more; {self._largest} are allowed")

    # --- addresses --------------------------------------------------------------------------------

    @asynccontextmanager
    async def _answer(self, remote: RemoteFile, headers: dict[str, str]) -> AsyncIterator[httpx2.Response]:
        """The answer that all redirects lead to."""
        # Without connections that are kept: one to an address must not serve another name at the same address.
        limits = httpx2.Limits(max_keepalive_connections=0)
        async with httpx2.AsyncHTTPTransport(verify=self._tls, trust_env=False, limits=limits) as transport:
            url = _parsed(remote.url)
            for _ in range(_MOST_REDIRECTS + 1):
                response = await self._send(transport, url, remote, headers)
                try:
                    if not response.has_redirect_location:
                        yield response
                        return
                    target = response.headers["location"]
                finally:
                    await response.aclose()
                url = _parsed(target, base=url)
        raise FootageUnavailableError(f"its address leads on more than {_MOST_REDIRECTS} times")

    async def _send(
        self, transport: httpx2.AsyncHTTPTransport, url: httpx2.URL, remote: RemoteFile, headers: dict[str, str]
    ) -> httpx2.Response:
        """Asks one address, at a network address that was examined."""
        named = httpx2.Request("GET", url, headers=headers)  # makes the Host header
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._idle)
        failure: httpx2.TransportError | None = None
        for address in await self._examined(url, remote):
            request = httpx2.Request(
                "GET",
                url.copy_with(host=address),
                headers=named.headers,
                extensions={"timeout": timeout, "sni_hostname": _host(url)},
            )
            try:
                return await transport.handle_async_request(request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
        raise FootageUnavailableError(f"its host {_host(url)} cannot be reached") from failure

    async def _examined(self, url: httpx2.URL, remote: RemoteFile) -> list[str]:
        """The network addresses to connect to.

        Raises:
            FootageUnavailableError: the address is not allowed, or one of them is not of the public internet.
        """
        host = _host(url)
        port = url.port or (443 if url.scheme == "https" else 80)
        local = url.scheme in {"https", "http"} and f"{host}:{port}" in remote.local_hosts
        if url.userinfo:
            raise FootageUnavailableError("its address holds a user's name")
        if not local:
            _check(url, host, remote)
        try:
            found = [str(address) for address in await self._resolve(host, port)]
        except (OSError, UnicodeError) as error:
            raise FootageUnavailableError(f"its host {host} is not known") from error
        if not found:
            raise FootageUnavailableError(f"its host {host} is not known")
        if not local and not all(_is_public(address) for address in found):
            raise FootageUnavailableError(f"its host {host} leads to an address that is not public")
        return sorted(found, key=lambda address: ":" in address)


def _parsed(address: str, *, base: httpx2.URL | None = None) -> httpx2.URL:
    try:
        url = httpx2.URL(address)
        return (base.join(url) if base else url).copy_with(fragment=None)
    except (httpx2.InvalidURL, ValueError, TypeError) as error:
        raise FootageUnavailableError("its address is none") from error


def _host(url: httpx2.URL) -> str:
    """As it is asked for in DNS: in small ASCII letters."""
    return url.raw_host.decode("ascii", errors="replace").lower()


def _check(url: httpx2.URL, host: str, remote: RemoteFile) -> None:
    """Refuses what an address of the public internet need not look like."""
    if url.scheme != "https":
        raise FootageUnavailableError(f"its address begins with {url.scheme[:20] or 'nothing'}, not with https")
    if url.port not in {None, 443}:
        raise FootageUnavailableError(f"its address names port {url.port}")
    if ":" in host or _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        raise FootageUnavailableError("its address names no host but a number")
    if not any(host.endswith(one[1:]) if one.startswith("*.") else host == one for one in remote.hosts):
        raise FootageUnavailableError(f"its host {host[:100]} is not among those it may be downloaded from")


def _is_public(text: str) -> bool:
    try:
        address = _meant(ipaddress.ip_address(text))
    except ValueError:
        return False
    return address.is_global and not address.is_multicast


def _meant(address: _Address) -> _Address:
    """The older address that a newer one stands for."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None


def _cause(error: httpx2.TransportError) -> str:
    return "the connection was closed" if isinstance(error, httpx2.RemoteProtocolError) else type(error).__name__


def _write_all(descriptor: int, piece: bytes) -> int:
    left = memoryview(piece)
    while left:
        left = left[os.write(descriptor, left) :]
    return len(piece)


def _sniff(path: Path) -> str:
    with path.open("rb") as file:
        return _suffix_of(file.read(_SIGNATURE))


def _suffix_of(signature: bytes) -> str:
    """The suffix for a file that begins so.

    Raises:
        FootageUnavailableError: it begins like no video that is used here.
    """
    if signature[:4] == b"\x1a\x45\xdf\xa3":
        return ".mkv"
    if signature[4:8] == b"ftyp":
        return ".mov" if signature[8:12] == b"qt  " else ".mp4"
    if signature[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip"}:
        return ".mov"
    raise FootageUnavailableError(f"what arrived is no video: it begins with {signature!r}")
