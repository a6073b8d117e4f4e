"""A TCP proxy that delays, divides, swallows, drops and cuts what passes through it; in the event loop of the test."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Literal

Direction = Literal["up", "down"]
"""Up is to the server."""

_READ_BYTES: Final = 1 << 16


@dataclass(eq=False)
class _Connection:
    """A client and its server."""

    writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    dropped: set[Direction] = field(default_factory=set)

    def cut(self) -> None:
        """Resets both sides, without what is still to be sent."""
        for writer in self.writers:
            writer.transport.abort()


class Proxy:
    """Stands between clients and a server; every attribute may be changed at any time.

    Attributes:
        port: where it listens.
        latency_s: how long it keeps what it has read, each way.
        slice_bytes: most bytes that it passes on at once; None is all.
        blackhole: whether it swallows everything, connections of which stay open.
        lost: how many times it has lost something; see `lose`.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._patterns: list[tuple[Direction, re.Pattern[bytes], bool]] = []
        self.port = 0
        self.latency_s = 0.0
        self.slice_bytes: int | None = None
        self.blackhole = False
        self.lost = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        """Listens for the duration of the block."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()
            await asyncio.gather(*self._tasks)

    def url(self, address: str) -> str:
        """Returns the address of the server as clients of the proxy need it."""
        return re.sub(r":\d+$", f":{self.port}", address)

    def cut(self) -> int:
        """Resets every connection and returns how many there were; clients may connect again."""
        connections = list(self._connections)
        for connection in connections:
            connection.cut()
        return len(connections)

    def lose(self, direction: Direction, pattern: bytes, *, answer: bool = False) -> None:
        """Loses once, as a network does that then fails: what matches is swallowed, and soon the connection is reset.

        Args:
            direction: that is looked at.
            pattern: a regular expression that one read must match.
            answer: whether what matches is passed on, and the other direction swallowed in its place.
        """
        self._patterns.append((direction, re.compile(pattern, re.DOTALL), answer))

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection((writer, server_writer))
        self._connections.add(connection)
        try:
            pumps = [
                asyncio.create_task(self._pump(connection, "up", reader, server_writer)),
                asyncio.create_task(self._pump(connection, "down", server_reader, writer)),
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
        finally:
            connection.cut()
            self._connections.discard(connection)

    async def _pump(
        self, connection: _Connection, direction: Direction, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(_READ_BYTES):
                self._look(connection, direction, data)
                if self.blackhole or direction in connection.dropped:
                    continue
                if self.latency_s:
                    await asyncio.sleep(self.latency_s)
                size = self.slice_bytes or len(data)
                for start in range(0, len(data), size):
                    writer.write(data[start : start + size])
                    await writer.drain()

    def _look(self, connection: _Connection, direction: Direction, data: bytes) -> None:
        for looked_for in self._patterns:
            wanted, pattern, answer = looked_for
            if direction == wanted and pattern.search(data):
                self._patterns.remove(looked_for)
                self.lost += 1
                connection.dropped |= {"down" if direction == "up" else "up"} if answer else {direction}
                asyncio.get_running_loop().call_later(0.5, connection.cut)
                return
