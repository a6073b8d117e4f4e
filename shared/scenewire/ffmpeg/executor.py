"""The executor interface for ffmpeg, and the executor that runs the real program.

An executor takes arguments and never builds them; `scenewire.ffmpeg.command` builds them and never runs anything. Other
executors wrap one or replace one: `observable`, `recording` and `fake` beside this module.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Final, Protocol

from scenewire.ffmpeg.discovery import Ffmpeg
from scenewire.processes.run import Limits, child_environment, run_program
from scenewire.processes.stall_watch import StallWatch

__all__ = [
    "DEFAULT_STALL_TIMEOUT_S",
    "DEFAULT_TIMEOUT_S",
    "ExecutionResult",
    "FfmpegExecutor",
    "FfmpegProgress",
    "FfmpegRun",
    "OnProgress",
    "ProgressReader",
    "RealFfmpegExecutor",
    "Stdin",
]

DEFAULT_TIMEOUT_S: Final = 600.0
"""Wall seconds of a run that sets no timeout. Heartbeats keep its message in flight meanwhile."""

DEFAULT_STALL_TIMEOUT_S: Final = 30.0
"""How long a run that reports its progress may do nothing."""

_MAX_STDOUT_BYTES: Final = 1 << 20
"""Of progress reports, the newest are kept: hours of them."""

_CARD_VARIABLES: Final = ("CUDA_", "NVIDIA_", "LIBVA_", "ONEVPL_")
"""Prefixes of variables that the drivers of cards read."""

Stdin = AsyncIterator[bytes] | bytes | None
"""Input of the program: bytes, a stream of bytes, or none."""


@dataclass(frozen=True)
class FfmpegProgress:
    """One progress report: what was written so far."""

    frames: int
    seconds: float
    ended: bool
    size: int = 0
    """Bytes."""


OnProgress = Callable[[FfmpegProgress], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class FfmpegRun:
    """One run of ffmpeg: everything an executor needs to know.

    Attributes:
        arguments: without the program.
        folder: working directory; the run's files are there.
        limits: memory, processor time, and file size.
        stdin: input of the program.
        timeout_s: wall seconds; None takes the executor's own, which is finite.
        on_progress: receives the reports, if the arguments ask for `-progress pipe:1`.
        environment: variables added to the child's own.
    """

    arguments: tuple[str, ...]
    folder: Path
    limits: Limits | None = None
    stdin: Stdin = None
    timeout_s: float | None = None
    on_progress: OnProgress | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExecutionResult:
    """Outcome of a run. A non-zero `returncode` is a result, not an exception; a negative one is a signal.

    Attributes:
        stderr: the end of the error output.
        command: arguments with the program.
    """

    returncode: int
    stdout: bytes
    stderr: str
    command: tuple[str, ...]
    duration_seconds: float


class FfmpegExecutor(Protocol):
    """Runs ffmpeg, or replays earlier runs of it."""

    @property
    def version(self) -> str:
        """Version of this ffmpeg; part of every cache key."""
        ...

    async def run(self, run: FfmpegRun) -> ExecutionResult:
        """Runs ffmpeg to its end.

        Raises:
            PermanentError: `program_missing`.
            StalledError: `program_timeout`, a run that reports its progress did nothing for too long.
            TransientError: `program_timeout`.
        """
        ...


class RealFfmpegExecutor:
    """Runs the program in a session of its own, within limits, and ends it with all its children.

    Args:
        ffmpeg: the program.
        timeout_s: wall seconds of a run that sets no timeout.
        stall_timeout_s: how long a run that reports its progress may do nothing.
    """

    def __init__(
        self,
        ffmpeg: Ffmpeg,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        stall_timeout_s: float = DEFAULT_STALL_TIMEOUT_S,
    ) -> None:
        self._ffmpeg = ffmpeg
        self._timeout_s = _finite(timeout_s)
        self._stall_timeout_s = _finite(stall_timeout_s)

    @property
    def version(self) -> str:
        """Version of this ffmpeg."""
        return self._ffmpeg.version

    async def run(self, run: FfmpegRun) -> ExecutionResult:
        """See `FfmpegExecutor.run`."""
        reader = ProgressReader()
        received = bytearray()
        on_progress = run.on_progress
        stall_watch = StallWatch(self._stall_timeout_s)
        last: FfmpegProgress | None = None

        async def on_output(chunk: bytes) -> None:
            nonlocal last
            received.extend(chunk)
            del received[:-_MAX_STDOUT_BYTES]
            if on_progress is not None:
                for progress in reader.read(chunk):
                    if progress != last:
                        stall_watch.progressed()
                    last = progress
                    await on_progress(progress)

        done = await run_program(
            [self._ffmpeg.path, *run.arguments],
            timeout=self._timeout_s if run.timeout_s is None else _finite(run.timeout_s),
            cwd=run.folder,
            stdin=run.stdin,
            limits=run.limits,
            env=child_environment(*_CARD_VARIABLES) | dict(run.environment),
            on_output=on_output if on_progress is not None else None,
            stall_watch=stall_watch if on_progress is not None else None,
        )
        return ExecutionResult(
            returncode=done.returncode,
            stdout=bytes(received) if on_progress is not None else done.stdout,
            stderr=done.stderr,
            command=done.argv,
            duration_seconds=done.duration,
        )


class ProgressReader:
    """Parses the output of `-progress`, in chunks of any size."""

    def __init__(self) -> None:
        self._rest = b""
        self._fields: dict[bytes, bytes] = {}

    def read(self, chunk: bytes) -> Iterator[FfmpegProgress]:
        """Returns the reports that this chunk completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b"=")
            self._fields[name] = value.strip()
            if name == b"progress":
                yield FfmpegProgress(
                    frames=self._number(b"frame"),
                    seconds=self._number(b"out_time_us") / 1e6,
                    ended=self._fields[name] == b"end",
                    size=self._number(b"total_size"),
                )
                self._fields.clear()

    def _number(self, name: bytes) -> int:
        value = self._fields.get(name, b"")
        return int(value) if value.isdigit() else 0  # N/A before the first frame


def _finite(timeout_s: float) -> float:
    if not isfinite(timeout_s) or timeout_s <= 0:
        raise ValueError(f"the timeout of an ffmpeg run must be positive and finite, not {timeout_s} s")
    return timeout_s
