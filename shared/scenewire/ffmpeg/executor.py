"""Running ffmpeg: what an executor is, and the one that really does it.

An executor is given arguments and never makes them; `scenewire.ffmpeg.command` makes them and never runs anything. The other
executors wrap one or stand in for one: `scenewire.ffmpeg.recording`, `scenewire.ffmpeg.observable`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from os import environ
from pathlib import Path
from typing import Final, Protocol

from scenewire.ffmpeg.discovery import Ffmpeg
from scenewire.processes.run import Limits, run_program

__all__ = [
    "DEFAULT_TIMEOUT",
    "ExecutionResult",
    "FfmpegExecutor",
    "FfmpegProgress",
    "OnProgress",
    "ProgressReader",
    "RealFfmpegExecutor",
    "Stdin",
]

DEFAULT_TIMEOUT: Final = 600.0
"""Wall seconds that a run may take where nobody says anything else. Its message stays ours by heartbeats meanwhile."""

_KEPT_STDOUT: Final = 1 << 20
"""Bytes of progress that are kept: the newest, of hours."""

Stdin = AsyncIterator[bytes] | bytes | None
"""What the program reads: bytes, bytes as they come, or nothing."""


@dataclass(frozen=True)
class FfmpegProgress:
    """How far a run is."""

    frames: int
    """Written so far."""
    seconds: float
    """Written so far."""
    ended: bool


OnProgress = Callable[[FfmpegProgress], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class ExecutionResult:
    """How a run ended. A non-zero `returncode` is a result, not an exception; negative is a signal."""

    returncode: int
    stdout: bytes
    stderr: bytes
    """The last of it."""
    command: tuple[str, ...]
    """With the program."""
    duration_seconds: float

    @property
    def said(self) -> str:
        """Its error output as text."""
        return self.stderr.decode(errors="replace")


class FfmpegExecutor(Protocol):
    """Something that runs ffmpeg, or answers as if it did."""

    @property
    def version(self) -> str:
        """What this ffmpeg calls itself; part of every cache key."""
        ...

    async def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        limits: Limits | None = None,
        stdin: Stdin = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the program's limit
        on_progress: OnProgress | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> ExecutionResult:
        """Runs ffmpeg to its end.

        Args:
            arguments: without the program.
            folder: where it runs and where its files are.
            limits: what it may use.
            stdin: what it reads.
            timeout: wall seconds; None takes the executor's own, which is finite.
            on_progress: told how far it is, if the arguments ask for `-progress pipe:1`.
            environment: added to ours.

        Raises:
            PermanentError: `program_missing`.
            TransientError: `program_timeout`.
        """
        ...


class RealFfmpegExecutor:
    """Runs the program: a session of its own, within its limits, ended with all it started.

    Args:
        ffmpeg: which one.
        timeout: wall seconds of a run that names none.
    """

    def __init__(self, ffmpeg: Ffmpeg, *, timeout: float = DEFAULT_TIMEOUT) -> None:
        self._ffmpeg = ffmpeg
        self._timeout = _finite(timeout)

    @property
    def version(self) -> str:
        """What this ffmpeg calls itself."""
        return self._ffmpeg.version

    async def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        limits: Limits | None = None,
        stdin: Stdin = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the program's limit
        on_progress: OnProgress | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> ExecutionResult:
        """See `FfmpegExecutor.run`."""
        reader = ProgressReader()
        heard = bytearray()

        async def on_output(chunk: bytes) -> None:
            heard.extend(chunk)
            del heard[:-_KEPT_STDOUT]
            if on_progress is not None:
                for progress in reader.read(chunk):
                    await on_progress(progress)

        done = await run_program(
            [self._ffmpeg.path, *arguments],
            timeout=self._timeout if timeout is None else _finite(timeout),
            cwd=folder,
            stdin=stdin,
            limits=limits,
            env={**environ, **environment} if environment else None,
            on_output=on_output if on_progress is not None else None,
        )
        return ExecutionResult(
            returncode=done.returncode,
            stdout=bytes(heard) if on_progress is not None else done.stdout,
            stderr=done.stderr.encode(),
            command=done.argv,
            duration_seconds=done.duration,
        )


class ProgressReader:
    """Reads what ffmpeg writes for `-progress`, cut anywhere."""

    def __init__(self) -> None:
        self._rest = b""
        self._said: dict[bytes, bytes] = {}

    def read(self, chunk: bytes) -> Iterator[FfmpegProgress]:
        """The reports that are complete with this chunk."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b"=")
            self._said[name] = value.strip()
            if name == b"progress":
                yield FfmpegProgress(
                    frames=self._number(b"frame"),
                    seconds=self._number(b"out_time_us") / 1e6,
                    ended=self._said[name] == b"end",
                )
                self._said.clear()

    def _number(self, name: bytes) -> int:
        value = self._said.get(name, b"")
        return int(value) if value.isdigit() else 0  # N/A before the first frame


def _finite(timeout: float) -> float:
    if not isfinite(timeout) or timeout <= 0:
        raise ValueError(f"a run ends within finite time; {timeout} was asked for")
    return timeout
