"""Running any program: bounded in time, memory and output, and never left behind.

Each program gets a session of its own, so that it and whatever it starts are ended together. On Linux `setpriv` ties
its life to ours: it dies with a worker that was killed. `prlimit` bounds it before it runs, without a hook in the
forked child of a threaded process.

What a child is given is decided here too: an environment without our secrets, and for our own modules an import path
without the caller's working folder.
"""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PermanentError, TransientError

__all__ = [
    "Completed",
    "Limits",
    "child_environment",
    "drain",
    "guards",
    "python_module",
    "reap",
    "run_program",
]

_STDERR_TAIL: Final = 8_192
"""Bytes of error output kept: enough for ffmpeg's reason, bounded against floods."""


_PASSED_ON: Final = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "LANG", "LANGUAGE"),
        *("LD_LIBRARY_PATH", "VIRTUAL_ENV", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"),
    }
)
_PASSED_ON_PREFIXES: Final = ("LC_", "OMP_")

_GRACE: Final = 5
"""Processor seconds in which a program that has used up its own may end by itself."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a program may use. None leaves a resource unbounded."""

    memory: int | None = None
    """Address space in bytes."""
    cpu: int | None = None
    """Processor seconds."""
    file_size: int | None = None
    """Bytes of the largest file it may write."""


@dataclass(frozen=True, kw_only=True)
class Completed:
    """How a program ended. A non-zero `returncode` is a result, not an exception; negative is a signal."""

    argv: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: str
    """The last lines it wrote."""
    duration: float
    """Wall seconds."""


async def run_program(
    argv: Sequence[str | Path],
    *,
    timeout: float,  # noqa: ASYNC109 - the limit is the program's, and outlives this coroutine's cancellation
    cwd: Path | None = None,
    stdin: AsyncIterator[bytes] | bytes | None = None,
    limits: Limits | None = None,
    env: dict[str, str] | None = None,
    on_output: Callable[[bytes], Awaitable[None]] | None = None,
) -> Completed:
    """Runs a program to its end.

    Args:
        argv: the program and its arguments; no shell is involved.
        timeout: wall seconds, after which it is killed with everything it started.
        cwd: the folder it runs in.
        stdin: what it reads; without it the program reads nothing.
        limits: what it may use.
        env: its whole environment; None gives it `child_environment()`.
        on_output: gets standard output as it comes; otherwise it is collected.

    Raises:
        PermanentError: `program_missing`.
        TransientError: `program_timeout`.
    """
    words = tuple(str(word) for word in argv)
    if shutil.which(words[0]) is None:
        raise PermanentError(
            FailureCode.PROGRAM_MISSING,
            f"{words[0]} is not there or may not be run",
            hint="`scenewire doctor` says where programs are looked for",
        )
    started = time.monotonic()
    starting = asyncio.create_subprocess_exec(
        *guards(limits),
        *words,
        cwd=cwd,
        env=child_environment() if env is None else env,
        stdin=asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    process = await _started(asyncio.ensure_future(starting))
    try:
        async with asyncio.timeout(timeout):
            _, stdout, stderr = await asyncio.gather(
                _feed(process, stdin), _read_output(process, on_output), _tail(process)
            )
            returncode = await process.wait()
    except TimeoutError as error:
        raise TransientError(
            FailureCode.PROGRAM_TIMEOUT, f"{Path(words[0]).name} did not end within {timeout:.0f} s and was killed"
        ) from error
    finally:
        await _end(process)
    return Completed(
        argv=words,
        returncode=returncode,
        stdout=stdout,
        stderr=stderr.decode(errors="replace").strip(),
        duration=time.monotonic() - started,
    )


def child_environment(*prefixes: str) -> dict[str, str]:
    """What a child process gets of our environment: what programs need to work, and nothing secret.

    Of PYTHONPATH only absolute entries are passed on: an empty or relative one would be the caller's working folder.

    Args:
        prefixes: of further variables that this child needs.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED_ON or name.startswith((*_PASSED_ON_PREFIXES, *prefixes))
    }
    listed = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    folders = [folder for folder in listed if Path(folder).is_absolute()]
    return kept | ({"PYTHONPATH": os.pathsep.join(folders)} if folders else {})


def python_module(name: str, *arguments: str) -> list[str]:
    """The command line that runs one of our own modules as a child.

    `-P` keeps the working folder off its import path, where a folder called `services` or a file called `numpy.py`
    would take the place of the real one. Goes with an environment of `child_environment`.

    Args:
        name: the module's, with dots.
        arguments: for it.
    """
    return [sys.executable, "-P", "-m", name, *arguments]


@cache
def _guard_programs() -> tuple[str | None, str | None]:
    return shutil.which("setpriv"), shutil.which("prlimit")


def guards(limits: Limits | None = None) -> list[str]:
    """What to put before a command line so that the program dies with us and keeps within its limits.

    As far as the system has the tools for it.
    """
    setpriv, prlimit = _guard_programs()
    words: list[str] = []
    if setpriv:
        words += [setpriv, "--pdeathsig", "KILL", "--"]
    if prlimit and limits:
        # Asked to end first and killed a little later: a program that is killed at once looks like one that somebody
        # killed for want of memory, and would be tried again.
        cpu = None if limits.cpu is None else f"{limits.cpu}:{limits.cpu + _GRACE}"
        bounds = {"as": limits.memory, "cpu": cpu, "fsize": limits.file_size}
        words += [prlimit, "--core=0", *(f"--{name}={value}" for name, value in bounds.items() if value is not None)]
        words.append("--")
    return words


async def _started(starting: "asyncio.Task[asyncio.subprocess.Process]") -> asyncio.subprocess.Process:
    """The program; ended with all it started when we are cancelled before we have it in hand.

    asyncio itself would end the first process alone, and wait for the others as long as they please.
    """
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise


async def _feed(process: asyncio.subprocess.Process, stdin: AsyncIterator[bytes] | bytes | None) -> None:
    pipe = process.stdin
    if pipe is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):  # it ended early; its exit code says why
        if isinstance(stdin, bytes):
            pipe.write(stdin)
            await pipe.drain()
        elif stdin is not None:
            async for chunk in stdin:
                pipe.write(chunk)
                await pipe.drain()
        pipe.close()
        await pipe.wait_closed()


async def _read_output(
    process: asyncio.subprocess.Process, on_output: Callable[[bytes], Awaitable[None]] | None
) -> bytes:
    stream = process.stdout
    if stream is None:
        return b""
    if on_output is None:
        return await stream.read()
    while chunk := await stream.read(65_536):
        await on_output(chunk)
    return b""


async def _tail(process: asyncio.subprocess.Process) -> bytes:
    kept = b""
    if process.stderr is not None:
        while chunk := await process.stderr.read(65_536):
            kept = (kept + chunk)[-_STDERR_TAIL:]
    return kept


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kills what is left of the program's session and waits for it, also when we are being cancelled."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.returncode is None:
        await asyncio.shield(reap(process, process.stdout, process.stderr))


async def reap(process: asyncio.subprocess.Process, *unread: asyncio.StreamReader | None) -> None:
    """Waits for a killed program; what it wrote and nobody reads any more is dropped.

    asyncio waits for its pipes too, and the end of a full one never comes unless it is read.

    Args:
        process: is dead or dying.
        unread: its streams that nobody will read to their end.
    """
    await asyncio.gather(process.wait(), *(drain(stream) for stream in unread), return_exceptions=True)


async def drain(stream: asyncio.StreamReader | None) -> None:
    """Reads to the end, for nobody."""
    while stream is not None and await stream.read(1 << 16):
        pass
