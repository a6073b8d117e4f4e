"""Downloads a file from an untrusted URL: from allowed hosts only, limited in bytes and time.

A URL is checked before anything is sent to it, and so is every redirect: TLS, an allowed host, no credentials, no
unusual port. Host names are resolved once, and the connection goes to the checked addresses, so that DNS cannot change in
between. Nothing is decompressed, no cookie is stored, proxies from the environment are ignored, and no URL is ever logged:
it may contain a key.
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

from scenewire.accounting import charge
from scenewire.observability.tracing import span
from scenewire.probe.accepted_formats import SIGNATURE_BYTES, still_suffix
from scenewire_sourcing.providers.base import FootageUnavailableError, RemoteFile

__all__ = ["Downloader", "Resolve", "resolve"]

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Resolves host and port to addresses; raises OSError."""

_MAX_REDIRECTS: Final = 3
_MAX_RESUMES: Final = 2
_WRITE_BYTES: Final = 1 << 20
"""Written at once, in a thread."""

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|\d+")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


async def resolve(host: str, port: int) -> Sequence[str]:
    """Resolves a host name with the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class _InterruptedError(Exception):
    """The connection broke before the file was complete."""


@dataclass
class _Progress:
    """The received part of one file."""

    part: Path
    received: int = 0
    version: str = ""
    """The validator of this version of the file (ETag or date); without it, a download cannot be resumed."""


class Downloader:
    """Downloads files.

    Args:
        max_bytes: larger files are refused.
        timeout_s: limit for one file, including redirects and resumed parts.
        stall_timeout_s: longest time without data.
        agent: the value of the header User-Agent.
        resolver: resolves host names.
        tls: trusted authorities; defaults to those of the system.
    """

    def __init__(
        self,
        *,
        max_bytes: int,
        timeout_s: float,
        stall_timeout_s: float,
        agent: str = "scenewire",
        resolver: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._stall_timeout_s = stall_timeout_s
        self._agent = agent
        self._resolve = resolver
        self._tls = tls or ssl.create_default_context()

    async def download(self, remote: RemoteFile, folder: Path) -> Path:
        """Downloads a complete file. Its suffix follows from its first bytes.

        Args:
            remote: the file.
            folder: the target folder; an incomplete file stays there as `clip.part`.

        Raises:
            FootageUnavailableError: the download is not allowed or failed; the message contains no URL.
            OSError: the file cannot be written.
        """
        progress = _Progress(folder / "clip.part")
        try:
            with span("download footage") as current:
                async with asyncio.timeout(self._timeout_s):
                    await self._fetch(remote, progress)
                current.set_attribute("scenewire.bytes", progress.received)
        except TimeoutError as error:
            raise FootageUnavailableError(f"downloading it took longer than {self._timeout_s:g} s") from error
        suffix = await asyncio.to_thread(_sniff, progress.part)
        return await asyncio.to_thread(progress.part.rename, folder / f"clip{suffix}")

    async def _fetch(self, remote: RemoteFile, progress: _Progress) -> None:
        for resumes in range(_MAX_RESUMES + 1):
            try:
                await self._transfer(remote, progress)
            except _InterruptedError as error:
                if not (progress.received and progress.version) or resumes == _MAX_RESUMES:
                    raise FootageUnavailableError(f"its download broke off: {error}") from error
            else:
                return

    async def _transfer(self, remote: RemoteFile, progress: _Progress) -> None:
        """Downloads the missing part over one connection."""
        headers = {"Accept": "video/*, image/*", "Accept-Encoding": "identity", "User-Agent": self._agent}
        if progress.received:
            headers |= {"Range": f"bytes={progress.received}-", "If-Range": progress.version}
        try:
            async with self._response(remote, headers) as response:
                total = self._check_response(response, progress)
                await self._write(response, progress)
        except httpx2.TimeoutException as error:
            raise _InterruptedError(f"nothing arrived for {self._stall_timeout_s:g} s") from error
        except httpx2.TransportError as error:
            raise _InterruptedError(_cause(error)) from error
        if total is not None and progress.received != total:
            raise _InterruptedError(f"{progress.received} of {total} bytes arrived")

    def _check_response(self, response: httpx2.Response, progress: _Progress) -> int | None:
        """Checks the headers of a response; returns the size of the complete file, if known."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise FootageUnavailableError("its host sends compressed data, which was not requested")
        length = _number(response.headers.get("content-length"))
        if response.status_code == httpx2.codes.PARTIAL_CONTENT and progress.received:
            if not response.headers.get("content-range", "").startswith(f"bytes {progress.received}-"):
                raise FootageUnavailableError("its host sent another part than requested")
        elif response.status_code == httpx2.codes.OK:
            progress.received = 0  # from the start; also when the file has changed since the first part
        else:
            raise FootageUnavailableError(f"its host answers {response.status_code}")
        total = None if length is None else progress.received + length
        self._check_size(total or 0)
        etag = response.headers.get("etag", "")
        progress.version = etag if etag.startswith('"') else response.headers.get("last-modified", "")
        return total

    async def _write(self, response: httpx2.Response, progress: _Progress) -> None:
        """Appends a body to the part; stops as soon as it is too large, or neither a video nor a picture."""
        if not isinstance(response.stream, httpx2.AsyncByteStream):
            raise TypeError
        received = bytearray()
        with await asyncio.to_thread(progress.part.open, "r+b" if progress.received else "wb") as file:
            file.seek(progress.received)
            file.truncate()
            try:
                async with aclosing(response.aiter_raw()) as chunks:
                    async for chunk in chunks:
                        received += chunk
                        self._check_size(progress.received + len(received))
                        if progress.received == 0 and len(received) >= SIGNATURE_BYTES:
                            _suffix_of(bytes(received[:SIGNATURE_BYTES]))
                        if len(received) >= _WRITE_BYTES:
                            await self._flush(file.fileno(), received, progress)
            finally:  # also what arrived before the connection broke, so that it can be resumed
                await self._flush(file.fileno(), received, progress)

    async def _flush(self, descriptor: int, received: bytearray, progress: _Progress) -> None:
        block = bytes(received)
        received.clear()
        writing = asyncio.ensure_future(asyncio.to_thread(_write_all, descriptor, block))
        try:
            await asyncio.shield(writing)
        finally:  # the thread outlives a cancellation and must not find the file closed
            written = await writing
            progress.received += written
            charge(bytes_fetched=written)

    def _check_size(self, size: int) -> None:
        if size > self._max_bytes:
            raise FootageUnavailableError(f"it has {size} bytes or more; the limit is {self._max_bytes}")

    # --- addresses --------------------------------------------------------------------------------

    @asynccontextmanager
    async def _response(self, remote: RemoteFile, headers: dict[str, str]) -> AsyncIterator[httpx2.Response]:
        """Opens the response at the end of all redirects."""
        # No keep-alive: a connection to an address must not serve another host at the same address.
        limits = httpx2.Limits(max_keepalive_connections=0)
        async with httpx2.AsyncHTTPTransport(verify=self._tls, trust_env=False, limits=limits) as transport:
            url = _parsed(remote.url)
            for _ in range(_MAX_REDIRECTS + 1):
                response = await self._send(transport, url, remote, headers)
                try:
                    if not response.has_redirect_location:
                        yield response
                        return
                    target = response.headers["location"]
                finally:
                    await response.aclose()
                url = _parsed(target, base=url)
        raise FootageUnavailableError(f"its URL redirects more than {_MAX_REDIRECTS} times")

    async def _send(
        self, transport: httpx2.AsyncHTTPTransport, url: httpx2.URL, remote: RemoteFile, headers: dict[str, str]
    ) -> httpx2.Response:
        """Sends a request to one URL, at a checked network address."""
        template = httpx2.Request("GET", url, headers=headers)  # sets the Host header
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._stall_timeout_s)
        failure: httpx2.TransportError | None = None
        for address in await self._checked_addresses(url, remote):
            request = httpx2.Request(
                "GET",
                url.copy_with(host=address),
                headers=template.headers,
                extensions={"timeout": timeout, "sni_hostname": _host(url)},
            )
            try:
                return await transport.handle_async_request(request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
        raise FootageUnavailableError(f"its host {_host(url)} cannot be reached") from failure

    async def _checked_addresses(self, url: httpx2.URL, remote: RemoteFile) -> list[str]:
        """Returns the network addresses of a URL's host.

        Raises:
            FootageUnavailableError: the URL is not allowed, or the host has an address that is not public.
        """
        host = _host(url)
        port = url.port or (443 if url.scheme == "https" else 80)
        local = url.scheme in {"https", "http"} and f"{host}:{port}" in remote.local_hosts
        if url.userinfo:
            raise FootageUnavailableError("its URL contains credentials")
        if not local:
            _check(url, host, remote)
        try:
            found = [str(address) for address in await self._resolve(host, port)]
        except (OSError, UnicodeError) as error:
            raise FootageUnavailableError(f"its host {host} does not resolve") from error
        if not found:
            raise FootageUnavailableError(f"its host {host} does not resolve")
        if not local and not all(_is_public(address) for address in found):
            raise FootageUnavailableError(f"its host {host} has an address that is not public")
        return sorted(found, key=lambda address: ":" in address)


def _parsed(address: str, *, base: httpx2.URL | None = None) -> httpx2.URL:
    try:
        url = httpx2.URL(address)
        return (base.join(url) if base else url).copy_with(fragment=None)
    except (httpx2.InvalidURL, ValueError, TypeError) as error:
        raise FootageUnavailableError("its URL is not valid") from error


def _host(url: httpx2.URL) -> str:
    """Returns the host as DNS has it: lowercase ASCII."""
    return url.raw_host.decode("ascii", errors="replace").lower()


def _check(url: httpx2.URL, host: str, remote: RemoteFile) -> None:
    """Refuses URLs that a public archive does not need."""
    if url.scheme != "https":
        raise FootageUnavailableError(f"its URL must use https, not {url.scheme[:20] or 'no scheme'}")
    if url.port not in {None, 443}:
        raise FootageUnavailableError(f"its URL has port {url.port}; only 443 is allowed")
    if ":" in host or _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        raise FootageUnavailableError("its URL has an IP address instead of a host name")
    if not any(host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed for allowed in remote.hosts):
        raise FootageUnavailableError(f"its host {host[:100]} is not an allowed download host")


def _is_public(text: str) -> bool:
    try:
        address = _embedded(ipaddress.ip_address(text))
    except ValueError:
        return False
    return address.is_global and not address.is_multicast


def _embedded(address: _Address) -> _Address:
    """Returns the IPv4 address that an IPv6 address embeds, or the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None


def _cause(error: httpx2.TransportError) -> str:
    return "the connection was closed" if isinstance(error, httpx2.RemoteProtocolError) else type(error).__name__


def _write_all(descriptor: int, block: bytes) -> int:
    left = memoryview(block)
    while left:
        left = left[os.write(descriptor, left) :]
    return len(block)


def _sniff(path: Path) -> str:
    with path.open("rb") as file:
        return _suffix_of(file.read(SIGNATURE_BYTES))


def _suffix_of(signature: bytes) -> str:
    """Returns the suffix for a file with these first bytes.

    Raises:
        FootageUnavailableError: they are not those of an accepted video or picture format.
    """
    if still := still_suffix(signature):
        return still
    if signature[:4] == b"\x1a\x45\xdf\xa3":
        return ".mkv"
    if signature[4:8] == b"ftyp":
        return ".mov" if signature[8:12] == b"qt  " else ".mp4"
    if signature[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip"}:
        return ".mov"
    raise FootageUnavailableError(f"the download is not an accepted video or picture: it begins with {signature!r}")
