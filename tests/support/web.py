"""A scripted web server, which can also violate HTTP."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """A received request."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """An answer. `length` overrides Content-Length; -1 omits it."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(json.dumps(value).encode(), status, {"Content-Type": "application/json", **named})


Answerer = Callable[[Asked], Reply]
Writer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Web:
    """A running server: its port, the received requests, and the answer for each path."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    routes: dict[str, Reply | Answerer] = field(default_factory=dict)
    raw: dict[str, Writer] = field(default_factory=dict)
    """Paths whose complete answers, including headers, are written by the test."""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Web]:
    web = Web()
    handling: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handling.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await _answer(web, reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            handling.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()
        left = list(handling)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await server.wait_closed()


async def _answer(web: Web, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    line, *fields = head.strip().split("\r\n")
    target = urlsplit(line.split(" ")[1])
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in fields)}
    query = {name: values[-1] for name, values in parse_qs(target.query).items()}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    asked = Asked(unquote(target.path), query, headers, body)
    web.asked.append(asked)
    if asked.path in web.raw:
        await web.raw[asked.path](asked, writer)
        return
    route = web.routes.get(asked.path, Reply(status=404))
    reply = route if isinstance(route, Reply) else route(asked)
    length = len(reply.body) if reply.length is None else reply.length
    known = {"Connection": "close", **({} if length < 0 else {"Content-Length": str(length)}), **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} Said", *(f"{name}: {value}" for name, value in known.items()), "", ""]
    writer.write("\r\n".join(lines).encode() + reply.body)
    await writer.drain()


def partial(content: bytes, *, etag: str = '"1"') -> Answerer:
    """Returns a handler for a file that supports range requests."""

    def answer(asked: Asked) -> Reply:
        headers = {"ETag": etag, "Accept-Ranges": "bytes"}
        start = int(asked.headers.get("range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if start == 0 or asked.headers.get("if-range") != etag:
            return Reply(content, headers=headers)
        said = {**headers, "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        return Reply(content[start:], 206, said)

    return answer
