"""Runs a footage server as a child process that exchanges lines, within limits, and never outlives the worker."""

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

from scenewire.accounting import not_accounted
from scenewire.processes.run import drain, guards

__all__ = ["MAX_ANSWER_BYTES", "ServerProcess"]

MAX_ANSWER_BYTES: Final = 1 << 20
"""A thousand clips with long descriptions, and still parsed within milliseconds."""

_EXIT_TIMEOUT_S: Final = 0.5
"""For a server to exit after its input has ended."""

_KILL_TIMEOUT_S: Final = 10.0
"""For a killed server to be gone, on a busy host too."""

log = structlog.get_logger(__name__)


class ServerProcess:
    """One run of a server's command.

    Args:
        name: the name of the server, for logs.
        command: program and arguments; not run in a shell.
        env: the complete environment of the process.
        max_answer_bytes: of one line that it writes.
    """

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], *, max_answer_bytes: int = MAX_ANSWER_BYTES
    ) -> None:
        self._name = name
        self._command = command
        self._env = env
        self._max_answer_bytes = max_answer_bytes
        self._process: asyncio.subprocess.Process | None = None
        self._stderr_tail: deque[str] = deque(maxlen=5)
        self.problem: str | None = None
        """Why the server cannot be used any more, if known."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs the server for the duration of the block, then ends it and everything that it started.

        Raises:
            OSError: the server cannot be started.
        """
        if shutil.which(self._command[0], path=self._env.get("PATH")) is None:
            raise FileNotFoundError(errno.ENOENT, "the program does not exist or is not executable", self._command[0])
        with not_accounted():  # it serves many messages
            process = await asyncio.create_subprocess_exec(
                *guards(),
                *self._command,
                env=dict(self._env),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=self._max_answer_bytes,
                start_new_session=True,
            )
        self._process = process
        reading = asyncio.create_task(self._read_stderr(process))
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                await self._end(process)
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def send(self, line: bytes) -> None:
        """Writes one line.

        Raises:
            ConnectionError: the server has closed its input.
        """
        pipe = self._running.stdin
        if pipe is None or pipe.is_closing():
            raise ConnectionResetError
        pipe.write(line + b"\n")
        await pipe.drain()

    async def lines(self) -> AsyncIterator[bytes]:
        """Yields the lines that the server writes, until it closes its output or writes a line that is too long."""
        stdout = self._running.stdout
        while stdout is not None:
            try:
                line = await stdout.readline()
            except ValueError:
                self.problem = f"it sent an answer of more than {self._max_answer_bytes >> 20} MiB"
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

    async def _read_stderr(self, process: asyncio.subprocess.Process) -> None:
        """Drains standard error, so that the server never blocks on it, and keeps the last lines."""
        while process.stderr is not None:
            with suppress(ValueError):  # an endless line: keep reading
                line = await process.stderr.readline()
                if not line:
                    return
                self._stderr_tail.append(line.decode(errors="replace").strip()[:500])

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is not None:
            process.stdin.close()
        # A server that blocks on writing does not see the end of its input.
        draining = asyncio.create_task(drain(process.stdout))
        with anyio.move_on_after(_EXIT_TIMEOUT_S):
            await process.wait()
        ended = process.returncode
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # also what it started itself
        with anyio.move_on_after(_KILL_TIMEOUT_S):
            while process.returncode is None:  # noqa: ASYNC110 - wait() waits for its pipes too
                await anyio.sleep(0.01)
        with anyio.move_on_after(_EXIT_TIMEOUT_S):  # a process that left its session may hold them for ever
            await process.wait()
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
        if ended:
            self.problem = self.problem or f"it ended with exit code {ended}"
            log.warning("footage_server_ended", server=self._name, exit_code=ended, stderr=list(self._stderr_tail))
