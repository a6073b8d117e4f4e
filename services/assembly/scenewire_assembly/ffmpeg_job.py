"""Running ffmpeg on a job: bounded, with progress, and with failures that say what happened."""

import math
import shlex
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, Literal

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.ffmpeg.command import Command, Console
from scenewire.ffmpeg.executor import ExecutionResult, FfmpegExecutor, FfmpegProgress, FfmpegRun
from scenewire.messages import Look
from scenewire.observability.logging_setup import redacted
from scenewire.processes.run import Limits

__all__ = ["Advance", "picture_limits", "run_ffmpeg", "sound_limits"]

Advance = Callable[[float], Awaitable[None]]
"""Told what fraction is done, about twice a second."""

_MEBIBYTE: Final = 1 << 20
_FULL_HD_RATE: Final = 1920 * 1080 * 30
_WALL_PER_CPU: Final = 4
"""A machine may be that much busier than the job's processor time allows for."""

_REASON_LINES: Final = 4
_DISK_FULL: Final = ("No space left on device", "Disk quota exceeded")


def picture_limits(look: Look, frames: int, inputs: int) -> Limits:
    """What encoding a segment may take: several times what was measured for hard material and slow presets."""
    seconds = frames / look.frame_rate
    weight = max(1.0, look.width * look.height * look.frame_rate / _FULL_HD_RATE)
    return Limits(
        memory=(2048 + 512 * (inputs - 1) + int(512 * (weight - 1))) * _MEBIBYTE,
        cpu=math.ceil(60 + 40 * seconds * weight),
        file_size=math.ceil(256 + 12 * seconds * weight) * _MEBIBYTE,
    )


def sound_limits(seconds: float) -> Limits:
    """What working on a film's sound may take, and copying its picture."""
    return Limits(memory=4096 * _MEBIBYTE, cpu=math.ceil(60 + seconds))


async def run_ffmpeg(
    ffmpeg: FfmpegExecutor,
    command: Command,
    *,
    folder: Path,
    limits: Limits,
    level: Literal["quiet", "error", "info"] = "error",
    stdin: AsyncIterator[bytes] | None = None,
    frames: int | None = None,
    advance: Advance | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Runs ffmpeg in a job's folder.

    Args:
        ffmpeg: what runs it.
        command: inputs, filters and outputs.
        folder: where it runs and where its files are.
        limits: what it may use; the time it may take follows from the processor time.
        level: how much it says.
        stdin: what it reads, if the command says so.
        frames: how many it will write, to tell progress.
        advance: gets the progress.
        environment: added to that of every child.

    Returns:
        The last of what it said.

    Raises:
        PermanentError: `render_failed`, with ffmpeg's own last words; `program_missing`.
        TransientError: `storage_full`, `program_timeout`, or `program_failed` when somebody killed it.
            Either has the command as its note.
    """
    arguments = command.build(Console(level=level))

    async def on_progress(progress: FfmpegProgress) -> None:
        if advance is not None and frames and progress.frames:
            await advance(min(1.0, progress.frames / frames))

    try:
        done = await ffmpeg.run(
            FfmpegRun(
                arguments=tuple(arguments),
                folder=folder,
                limits=limits,
                stdin=stdin,
                timeout_s=None if limits.cpu is None else _WALL_PER_CPU * limits.cpu,
                on_progress=on_progress,
                environment=environment or {},
            )
        )
        if done.returncode:
            raise _failure(done)
    except PipelineError as error:
        error.add_note(f"ffmpeg {redacted(shlex.join(arguments))}")
        raise
    return done.stderr


def _failure(done: ExecutionResult) -> PermanentError | TransientError:
    reason = " / ".join(done.stderr.splitlines()[-_REASON_LINES:]) or "it gave no reason"
    if any(words in done.stderr for words in _DISK_FULL):
        return TransientError(
            FailureCode.STORAGE_FULL, f"the disk is full: {reason}", hint="free space where the artifacts are"
        )
    if done.returncode in (-signal.SIGKILL, -signal.SIGTERM):
        return TransientError(
            FailureCode.PROGRAM_FAILED,
            f"ffmpeg was killed by signal {-done.returncode}",
            hint="if this comes again, the machine lacks memory: lower ASSEMBLY_LOOPS",
        )
    ended = f"was stopped by signal {-done.returncode}" if done.returncode < 0 else f"ended with code {done.returncode}"
    return PermanentError(
        FailureCode.RENDER_FAILED,
        f"ffmpeg {ended}: {reason}",
        hint="if a clip is damaged, order again with other footage",
    )
