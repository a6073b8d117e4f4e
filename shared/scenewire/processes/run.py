"""Runs programs with limits of time, memory and output, and leaves none behind.

Each program gets a session of its own, so that it and its children are killed together. On Linux, `setpriv` ties its
life to the worker's: it dies when the worker is killed. `prlimit` sets its limits before it starts, without a hook in
the forked child of a threaded process.

The environment of children is decided here too: without secrets, and for Python modules without the caller's working
folder on the import path.
"""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from scenewire.errors import FailureCode, PermanentError, StalledError, TransientError
from scenewire.failpoints import Point, failpoint
from scenewire.processes.stall_watch import StallWatch

__all__ = [
    "Completed",
    "Limits",
    "child_environment",
    "drain",
    "guards",
    "python_module",
    "reap",
    "run_program",
    "stderr_tail",
]

_STDERR_TAIL_BYTES: Final = 8_192
"""Enough for the reason that ffmpeg gives."""


_TERMINATION_GRACE_S: Final = 2.0
"""Between the request to end and the kill of a stalled program."""

_PASSED_ON: Final = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "LANG", "LANGUAGE"),
        *("LD_LIBRARY_PATH", "VIRTUAL_ENV", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"),
    }
)
_PASSED_ON_PREFIXES: Final = ("LC_", "OMP_")

_CPU_GRACE_S: Final = 5
"""Processor seconds between the signal to end and the kill."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Resource limits of a program; None sets no limit."""

    memory: int | None = None
    """Address space in bytes."""
    data: int | None = None
    """Memory that it may write, in bytes: for programs that reserve far more addresses than they use, as the drivers of
    cards do."""
    cpu: int | None = None
    """Processor seconds."""
    file_size: int | None = None
    """Bytes of the largest file it may write."""


@dataclass(frozen=True, kw_only=True)
class Completed:
    """The result of a program. A non-zero `returncode` is not an exception; a negative one is a signal."""

    argv: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: str
    """The last lines of standard error."""
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
    stall_watch: StallWatch | None = None,
) -> Completed:
    """Runs a program to its end.

    Args:
        argv: the program and its arguments; no shell is involved.
        timeout: wall seconds, after which it and its children are killed.
        cwd: its working folder.
        stdin: its standard input; empty by default.
        limits: its resource limits.
        env: its whole environment; None passes `child_environment()`.
        on_output: receives standard output as it arrives; otherwise it is collected.
        stall_watch: tells when the program has stalled; it and its children are then ended.

    Raises:
        PermanentError: `program_missing`.
        StalledError: `program_timeout`, it stalled.
        TransientError: `program_timeout`.
    """
    words = tuple(str(word) for word in argv)
    name = Path(words[0]).name
    if shutil.which(words[0]) is None:
        raise PermanentError(
            FailureCode.PROGRAM_MISSING,
            f"{words[0]} does not exist or is not executable",
            hint="`scenewire doctor` shows where programs are searched",
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
        failpoint(Point.WORKING)
        async with asyncio.timeout(timeout):
            work = _communicate(process, stdin, on_output)
            stdout, stderr = await (work if stall_watch is None else _watched(name, process, work, stall_watch))
            returncode = await process.wait()
    except TimeoutError as error:
        raise TransientError(
            FailureCode.PROGRAM_TIMEOUT, f"{name} did not end within {timeout:.0f} s and was killed"
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
    """Returns the environment for child processes: the variables that programs need, without secrets.

    Only absolute entries of PYTHONPATH are passed on: an empty or relative one is the caller's working folder.

    Args:
        prefixes: prefixes of further variables that this child needs.
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
    """Returns the command line that runs a Python module as a child.

    `-P` keeps the working folder off the import path, where a file called `numpy.py` would replace the real module. Use
    it with `child_environment`.

    Args:
        name: the module's full name.
        arguments: the module's arguments.
    """
    return [sys.executable, "-P", "-m", name, *arguments]


@cache
def _guard_programs() -> tuple[str | None, str | None]:
    return shutil.which("setpriv"), shutil.which("prlimit")


def guards(limits: Limits | None = None) -> list[str]:
    """Returns the prefix of a command line that ties the program's life to this process and sets its limits.

    Parts whose tools the system lacks are left out.
    """
    setpriv, prlimit = _guard_programs()
    words: list[str] = []
    if setpriv:
        words += [setpriv, "--pdeathsig", "KILL", "--"]
    if prlimit and limits:
        # A signal to end comes first and the kill later: a program that is killed at once looks as if it had run out of
        # memory, and would be retried.
        cpu = None if limits.cpu is None else f"{limits.cpu}:{limits.cpu + _CPU_GRACE_S}"
        bounds = {"as": limits.memory, "data": limits.data, "cpu": cpu, "fsize": limits.file_size}
        words += [prlimit, "--core=0", *(f"--{name}={value}" for name, value in bounds.items() if value is not None)]
        words.append("--")
    return words


async def _started(starting: "asyncio.Task[asyncio.subprocess.Process]") -> asyncio.subprocess.Process:
    """Returns the started program; on cancellation, kills it with its children.

    asyncio itself would kill the first process only and wait for the others.
    """
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise


async def _watched(
    name: str,
    process: asyncio.subprocess.Process,
    work: Coroutine[Any, Any, tuple[bytes, bytes]],
    stall_watch: StallWatch,
) -> tuple[bytes, bytes]:
    """Does the work with a program, which is asked to end if it stalls meanwhile.

    Raises:
        StalledError: it stalled; it may still run.
    """
    working, watching = asyncio.ensure_future(work), asyncio.ensure_future(stall_watch.until_stalled(process.pid))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await asyncio.wait({working}, timeout=_TERMINATION_GRACE_S)
        raise StalledError(
            FailureCode.PROGRAM_TIMEOUT,
            f"{name} made no progress for {stall_watch.timeout_s:.0f} s and was killed",
        )
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _communicate(
    process: asyncio.subprocess.Process,
    stdin: AsyncIterator[bytes] | bytes | None,
    on_output: Callable[[bytes], Awaitable[None]] | None,
) -> tuple[bytes, bytes]:
    _, stdout, stderr = await asyncio.gather(
        _feed(process, stdin), _read_output(process, on_output), stderr_tail(process)
    )
    return stdout, stderr


async def _feed(process: asyncio.subprocess.Process, stdin: AsyncIterator[bytes] | bytes | None) -> None:
    pipe = process.stdin
    if pipe is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):  # it ended early; its exit code has the reason
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


async def stderr_tail(process: asyncio.subprocess.Process) -> bytes:
    """Drains standard error to its end and returns its last 8 KiB."""
    kept = b""
    if process.stderr is not None:
        while chunk := await process.stderr.read(65_536):
            kept = (kept + chunk)[-_STDERR_TAIL_BYTES:]
    return kept


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kills what is left of the program's session and waits for it, also during a cancellation."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.returncode is None:
        await asyncio.shield(reap(process, process.stdout, process.stderr))


async def reap(process: asyncio.subprocess.Process, *unread: asyncio.StreamReader | None) -> None:
    """Waits for a killed program and drains its pipes.

    asyncio also waits for the pipes, and a full one never ends unless it is read.

    Args:
        process: a killed process.
        unread: its streams without another reader.
    """
    await asyncio.gather(process.wait(), *(drain(stream) for stream in unread), return_exceptions=True)


async def drain(stream: asyncio.StreamReader | None) -> None:
    """Reads a stream to its end and drops the content."""
    while stream is not None and await stream.read(1 << 16):
        pass
