"""A footage server as a child process: lines in, lines out, bounded, and gone when we are."""

import asyncio
import errno
import os
import shutil
import signal
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import anyio
import structlog

from scenewire.processes.run import discard, guards

__all__ = ["MAX_ANSWER", "ServerProcess"]

MAX_ANSWER: Final = 1 << 20
"""Bytes of one answer: a thousand clips with long descriptions, and still parsed within milliseconds."""

_GRACE: Final = 0.5
"""Seconds that a server has to end after its input did."""

_KILLED: Final = 10.0
"""Seconds within which one that was killed is gone, on a busy host too."""

log = structlog.get_logger(__name__)


class ServerProcess:
    """One run of a server's command.

    Args:
        name: the server's, for logs.
        command: program and arguments; no shell is involved.
        env: its whole environment.
    """

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._name = name
        self._command = command
        self._env = env
        self._process: asyncio.subprocess.Process | None = None
        self._said: deque[str] = deque(maxlen=5)
        self.problem: str | None = None
        """Why it cannot be talked to any more, as far as we know."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs it for the length of the block, and ends it with everything it started.

        Raises:
            OSError: it cannot be started.
        """
        if shutil.which(self._command[0], path=self._env.get("PATH")) is None:
            raise FileNotFoundError(errno.ENOENT, "it is not there or may not be run", self._command[0])
        process = await asyncio.create_subprocess_exec(
            *guards(),
            *self._command,
            env=dict(self._env),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=MAX_ANSWER,
            start_new_session=True,
        )
        self._process = process
        listening = asyncio.create_task(self._listen(process))
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                await self._end(process)
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def send(self, line: bytes) -> None:
        """Writes one line.

        Raises:
            ConnectionError: it reads no more.
        """
        pipe = self._running.stdin
        if pipe is None or pipe.is_closing():
            raise ConnectionResetError
        pipe.write(line + b"\n")
        await pipe.drain()

    async def lines(self) -> AsyncIterator[bytes]:
        """What it writes, until it closes its output or writes a line that is too long."""
        stdout = self._running.stdout
        while stdout is not None:
            try:
                line = await stdout.readline()
            except ValueError:
                self.problem = f"it sent an answer of more than {MAX_ANSWER >> 20} MiB"
                return
            if not line:
                return
            yield line

    @property
    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            message = "the server is not running"
            raise RuntimeError(message)
        return self._process

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Reads its error output, so that it never blocks on it, and keeps the end."""
        while process.stderr is not None:
            with suppress(ValueError):  # a line without end: read on
                line = await process.stderr.readline()
                if not line:
                    return
                self._said.append(line.decode(errors="replace").strip()[:500])

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is not None:
            process.stdin.close()
        draining = asyncio.create_task(discard(process.stdout))  # a server that is stuck writing sees no end of input
        with anyio.move_on_after(_GRACE):
            await process.wait()
        ended = process.returncode
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # also what it started itself
        with anyio.move_on_after(_KILLED):
            while process.returncode is None:  # noqa: ASYNC110 - wait() waits for its pipes too
                await anyio.sleep(0.01)
        with anyio.move_on_after(_GRACE):  # something that left its session may hold them for ever
            await process.wait()
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
        if ended:
            self.problem = self.problem or f"it ended with exit code {ended}"
            log.warning("footage_server_ended", server=self._name, exit_code=ended, said=list(self._said))
