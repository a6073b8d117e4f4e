"""Runs ffmpeg in the folder of one job: within limits, with progress, and with errors that give its reason."""

import math
import re
import shlex
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.ffmpeg.command import Command, Console
from scenewire.ffmpeg.executor import ExecutionResult, FfmpegExecutor, FfmpegProgress, FfmpegRun
from scenewire.ffmpeg.opening import open_executor
from scenewire.observability.logging_setup import redacted
from scenewire.processes.run import Limits
from scenewire_assembly.progress import no_op

__all__ = ["Advance", "FfmpegJob", "FfmpegOnDemand", "FrameProgress", "sound_limits"]

Advance = Callable[[float], Awaitable[None]]
"""Receives the share that is done, from 0 to 1, about twice a second."""

_MEBIBYTE: Final = 1 << 20
_WALL_PER_CPU: Final = 4
"""Wall seconds allowed for each second of processor time: the machine may be that busy with other work."""

_REASON_LINES: Final = 4

_CARD: Final = re.compile(
    r"^(?:\[(?:h264_(?:nvenc|qsv|vaapi|videotoolbox)|AVHWDeviceContext|VAAPI|QSV) @ 0x[0-9a-f]+\] |implib-gen: )(?!Nvenc unloaded)(.+)",
    re.MULTILINE,
)
"""What encoders of cards and their drivers say; many lines about its consequences follow."""

_CARD_LINES: Final = 2
_DISK_FULL: Final = ("No space left on device", "Disk quota exceeded")


class FfmpegOnDemand:
    """Opens an executor on first use and keeps it.

    Args:
        open_ffmpeg: opens the executor.
    """

    def __init__(self, open_ffmpeg: Callable[[], Awaitable[FfmpegExecutor]] = open_executor) -> None:
        self._open_ffmpeg = open_ffmpeg
        self._executor: FfmpegExecutor | None = None

    async def executor(self) -> FfmpegExecutor:
        """The executor.

        Raises:
            PermanentError: `program_missing`.
        """
        if self._executor is None:
            self._executor = await self._open_ffmpeg()
        return self._executor

    async def prepare(self) -> None:
        """Opens the executor, so that a host without ffmpeg fails at startup.

        Raises:
            PermanentError: `program_missing`.
        """
        await self.executor()


@dataclass(frozen=True)
class FrameProgress:
    """Reports the progress of a run that writes a known number of frames."""

    frames: int
    advance: Advance

    async def report(self, progress: FfmpegProgress) -> None:
        """Passes one report of ffmpeg on."""
        if progress.frames:
            await self.advance(min(1.0, progress.frames / self.frames))


@dataclass(frozen=True)
class FfmpegJob:
    """The folder of one job, and the ffmpeg that runs in it.

    Attributes:
        ffmpeg: runs the commands.
        folder: working directory; holds the files of the job.
        environment: variables added to the environment of every run.
    """

    ffmpeg: FfmpegExecutor
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    async def run(
        self,
        command: Command,
        limits: Limits,
        *,
        level: Literal["quiet", "error", "info", "verbose"] = "error",
        stdin: AsyncIterator[bytes] | None = None,
        progress: FrameProgress | None = None,
    ) -> str:
        """Runs a command to its end.

        Args:
            command: inputs, filters and outputs.
            limits: bounds of the run. The timeout follows from the processor time.
            level: log level of ffmpeg.
            stdin: what ffmpeg reads, if the command has such an input.
            progress: receives the progress.

        Returns:
            The end of ffmpeg's error output.

        Raises:
            PermanentError: `render_failed`, with the last lines of ffmpeg's output; `program_missing`.
            TransientError: `storage_full`, `program_timeout`, or `program_failed` if a signal killed ffmpeg.
                Every error has the command as a note.
        """
        arguments = tuple(command.build(Console(level=level)))
        run = FfmpegRun(
            arguments=arguments,
            folder=self.folder,
            limits=limits,
            stdin=stdin,
            timeout_s=None if limits.cpu is None else _WALL_PER_CPU * limits.cpu,
            on_progress=no_op if progress is None else progress.report,  # reports that are read are not kept in memory
            environment=self.environment,
        )
        try:
            result = await self.ffmpeg.run(run)
            if result.returncode:
                raise _failure(result)
        except PipelineError as error:
            error.add_note(f"ffmpeg {redacted(shlex.join(arguments))}")
            raise
        return result.stderr


def sound_limits(seconds: float) -> Limits:
    """Limits for work on a video's sound, and for copying its picture."""
    return Limits(memory=4096 * _MEBIBYTE, cpu=math.ceil(60 + seconds))


def _failure(result: ExecutionResult) -> PermanentError | TransientError:
    lines = _CARD.findall(result.stderr)[-_CARD_LINES:] or result.stderr.splitlines()[-_REASON_LINES:]
    reason = " / ".join(lines) or "no error output"
    if any(phrase in result.stderr for phrase in _DISK_FULL):
        return TransientError(
            FailureCode.STORAGE_FULL, f"the disk is full: {reason}", hint="free space on the disk of the artifacts"
        )
    if result.returncode in (-signal.SIGKILL, -signal.SIGTERM):
        return TransientError(
            FailureCode.PROGRAM_FAILED,
            f"signal {-result.returncode} killed ffmpeg",
            hint="if this happens again, the machine may be short of memory: lower ASSEMBLY_LOOPS",
        )
    signalled = result.returncode < 0
    ended = f"was ended by signal {-result.returncode}" if signalled else f"ended with code {result.returncode}"
    return PermanentError(
        FailureCode.RENDER_FAILED,
        f"ffmpeg {ended}: {reason}",
        hint="if a clip is damaged, order again with other footage",
    )
