"""Opens the executor that services use."""

from pathlib import Path

from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.ffmpeg.executor import (
    DEFAULT_TIMEOUT,
    FfmpegExecutor,
    RealFfmpegExecutor,
)
from scenewire.ffmpeg.observable import ObservableFfmpegExecutor
from scenewire.ffmpeg.recording import RecordingFfmpegExecutor, recording_file

__all__ = ["open_executor"]


async def open_executor(
    setting: Path | None = None,
    *,
    timeout: float = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - of the runs
    record_dir: Path | None = None,
) -> FfmpegExecutor:
    """The executor that a service uses: real, recorded if that is wanted, and seen.

    Args:
        setting: a certain ffmpeg instead of the one that is found.
        timeout: wall seconds of a run that names none.
        record_dir: a folder for recordings.

    Raises:
        PermanentError: `program_missing`.
    """
    executor: FfmpegExecutor = RealFfmpegExecutor(await find_ffmpeg(setting), timeout=timeout)
    if record_dir is not None:
        executor = RecordingFfmpegExecutor(executor, recording_file(record_dir))
    return ObservableFfmpegExecutor(executor)
