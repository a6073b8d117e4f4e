"""Replays recorded runs of ffmpeg, for tests without ffmpeg."""

import os
from asyncio import to_thread
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.ffmpeg.executor import ExecutionResult, FfmpegRun, ProgressReader
from scenewire.ffmpeg.recording import (
    FOLDER,
    Recorded,
    RecordedFailure,
    StdinCounter,
    normal_arguments,
    read_recording,
    without_secrets,
)

__all__ = ["FakeFfmpegExecutor"]


class FakeFfmpegExecutor:
    """Replays a recording in order and writes the small files that were recorded.

    Args:
        recording: the runs.
        version: the version that it reports.
        strict: whether runs must have the recorded arguments and input; otherwise only the order counts.
    """

    def __init__(self, recording: Sequence[Recorded], *, version: str = "replayed", strict: bool = True) -> None:
        self._recording = tuple(recording)
        self._version = version
        self._strict = strict
        self._calls = 0

    @classmethod
    def from_file(cls, path: Path, *, version: str = "replayed", strict: bool = True) -> "FakeFfmpegExecutor":
        """Returns an executor that replays a file."""
        return cls(read_recording(path), version=version, strict=strict)

    @property
    def version(self) -> str:
        """The version given."""
        return self._version

    def assert_all_consumed(self) -> None:
        """Raises AssertionError if recorded runs were not replayed."""
        if self._calls < len(self._recording):
            raise AssertionError(f"{len(self._recording)} runs are recorded, but {self._calls} were replayed")

    async def run(self, run: FfmpegRun) -> ExecutionResult:
        """See `FfmpegExecutor.run`.

        Raises:
            RuntimeError: no further run is recorded.
            AssertionError: the run differs from the recorded one.
        """
        self._calls += 1
        if self._calls > len(self._recording):
            raise RuntimeError(f"run {self._calls} was requested, but {len(self._recording)} are recorded")
        recorded = self._recording[self._calls - 1]
        if self._strict:
            self._compare(recorded, run)
        reader = StdinCounter(run.stdin)
        if reader.streams:
            async for _ in reader.read():
                pass
        result = recorded.result
        if self._strict and result and result.returncode == 0 and recorded.streamed != reader.size:
            raise AssertionError(f"run {self._calls} reads {reader.size} bytes; {recorded.streamed} were recorded")
        if result is None:
            raise _raised(recorded.failure)
        await to_thread(_make_files, recorded, run.folder)
        stdout = _restored(result.stdout, run.folder)
        if run.on_progress is not None:
            for progress in ProgressReader().read(stdout):
                await run.on_progress(progress)
        return ExecutionResult(
            returncode=result.returncode,
            stdout=stdout,
            stderr=_restored(result.stderr, run.folder).decode(errors="replace"),
            command=("ffmpeg", *run.arguments),
            duration_seconds=result.duration_seconds,
        )

    def _compare(self, recorded: Recorded, run: FfmpegRun) -> None:
        for position, (then, now) in enumerate(zip_longest(recorded.args, normal_arguments(run))):
            if then != now:
                message = f"run {self._calls}: argument {position} is {now!r}; {then!r} was recorded"
                raise AssertionError(message)
        if recorded.stdin != (without_secrets(run.stdin) if isinstance(run.stdin, bytes) else None):
            raise AssertionError(f"the input of run {self._calls} differs from the recorded one")


def _restored(data: bytes, folder: Path) -> bytes:
    return data.replace(FOLDER.encode(), os.fsencode(folder))


def _make_files(run: Recorded, folder: Path) -> None:
    for file in run.files:
        if Path(file.name).name != file.name:
            raise ValueError(f"{file.name!r} is not a file of the folder")
        if file.content is not None:
            (folder / file.name).write_bytes(file.content)


def _raised(failure: RecordedFailure | None) -> Exception:
    if failure is None or failure.kind == "other":
        return RuntimeError(f"the recorded run ended with {failure}")
    error = TransientError if failure.kind == "transient" else PermanentError
    return error(FailureCode(failure.code), failure.message)
