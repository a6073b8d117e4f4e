"""Opens the executor that services use."""

from pathlib import Path

from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.ffmpeg.executor import (
    DEFAULT_STALL_TIMEOUT_S,
    DEFAULT_TIMEOUT_S,
    FfmpegExecutor,
    RealFfmpegExecutor,
)
from scenewire.ffmpeg.observable import ObservableFfmpegExecutor
from scenewire.ffmpeg.recording import RecordingFfmpegExecutor, recording_file

__all__ = ["open_executor"]


async def open_executor(
    setting: Path | None = None,
    *,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    stall_timeout_s: float = DEFAULT_STALL_TIMEOUT_S,
    record_dir: Path | None = None,
) -> FfmpegExecutor:
    """Opens the executor that a service uses: the real one, recorded if asked for, with logs and metrics.

    Args:
        setting: path of an ffmpeg; None searches for one.
        timeout_s: wall seconds of a run that sets no timeout.
        stall_timeout_s: how long a run that reports its progress may do nothing.
        record_dir: folder for recordings; None records nothing.

    Raises:
        PermanentError: `program_missing`.
    """
    executor: FfmpegExecutor = RealFfmpegExecutor(
        await find_ffmpeg(setting), timeout_s=timeout_s, stall_timeout_s=stall_timeout_s
    )
    if record_dir is not None:
        executor = RecordingFfmpegExecutor(executor, recording_file(record_dir))
    return ObservableFfmpegExecutor(executor)
