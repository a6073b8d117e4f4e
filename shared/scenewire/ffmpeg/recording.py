"""Records runs of ffmpeg, for tests without ffmpeg and for debugging.

A recording is a JSON array with one item for each run, in the order of their starts:

    {"args": [...], "stdin": hex or null,
     "result": {"returncode": 0, "stdout": hex, "stderr": hex, "duration_seconds": 0.5}}

A run that raised has `"result": null` and `"failure"`; one that read a stream has its size as `"streamed"`; one that
wrote files has them under `"files"`. Secrets are redacted, and the job's folder is replaced by FOLDER.
"""

import hashlib
import json
import os
import threading
from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from scenewire.errors import PipelineError, TransientError
from scenewire.ffmpeg.executor import ExecutionResult, FfmpegExecutor, FfmpegRun, Stdin
from scenewire.observability.logging_setup import redacted

__all__ = [
    "FOLDER",
    "Recorded",
    "RecordedFailure",
    "RecordingFfmpegExecutor",
    "StdinCounter",
    "normal_arguments",
    "read_recording",
    "recording_file",
    "without_secrets",
]

FOLDER: Final = "{folder}"
MAX_KEPT_FILE_BYTES: Final = 1 << 18
"""Larger files are recorded by size and hash only."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="hex", val_json_bytes="hex")


class RecordedResult(_Part):
    """Result of a run."""

    returncode: int
    stdout: bytes
    stderr: bytes
    duration_seconds: float


class RecordedFailure(_Part):
    """Exception of a run."""

    kind: Literal["transient", "permanent", "other"]
    code: str
    message: str


class RecordedFile(_Part):
    """A file that a run wrote in its folder."""

    name: str
    size: int
    sha256: str
    content: bytes | None = None
    """None for a large file."""


class Recorded(_Part):
    """A recorded run."""

    args: tuple[str, ...]
    stdin: bytes | None = None
    result: RecordedResult | None = None
    failure: RecordedFailure | None = None
    streamed: int | None = None
    files: tuple[RecordedFile, ...] = ()


_RECORDING: Final = TypeAdapter(tuple[Recorded, ...])


def read_recording(path: Path) -> tuple[Recorded, ...]:
    """Reads the runs of a recording.

    Raises:
        ValueError: the file is not a recording.
    """
    return _RECORDING.validate_json(path.read_bytes())


def recording_file(folder: Path) -> Path:
    """Returns a path for a new recording; names sort by time."""
    return folder / f"ffmpeg-{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}.json"


class RecordingFfmpegExecutor:
    """Records the runs of another executor.

    The file is rewritten after each run, also a failed one. Concurrent runs are recorded in the order of their starts;
    to be replayed, they must run one after the other. Everything is kept in memory: use it for tests and debugging.

    Args:
        wrapped: the executor that runs ffmpeg.
        path: the recording; an existing file is replaced.
        kept_file: largest file that is recorded with its content, bytes.
    """

    def __init__(self, wrapped: FfmpegExecutor, path: Path, *, kept_file: int = MAX_KEPT_FILE_BYTES) -> None:
        self._wrapped = wrapped
        self._path = path
        self._kept_file = kept_file
        self._runs: list[Recorded | None] = []
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        """Version of the wrapped executor's ffmpeg."""
        return self._wrapped.version

    async def run(self, run: FfmpegRun) -> ExecutionResult:
        """See `FfmpegExecutor.run`."""
        index = len(self._runs)
        self._runs.append(None)
        folder, stdin = run.folder, run.stdin
        reader = StdinCounter(stdin)
        before = await to_thread(_states, folder)
        recorded = Recorded(
            args=normal_arguments(run), stdin=without_secrets(stdin) if isinstance(stdin, bytes) else None
        )
        try:
            result = await self._wrapped.run(replace(run, stdin=reader.stdin))
        except BaseException as error:
            failed = {"streamed": reader.size, "failure": _failure(error, folder)}
            self._keep(index, recorded.model_copy(update=failed))
            raise
        ended = RecordedResult(
            returncode=result.returncode,
            stdout=without_secrets(result.stdout, folder),
            stderr=without_secrets(result.stderr.encode(), folder),
            duration_seconds=result.duration_seconds,
        )
        files = await to_thread(self._made, folder, before)
        recorded = recorded.model_copy(update={"streamed": reader.size, "result": ended, "files": files})
        await to_thread(self._keep, index, recorded)
        return result

    def _made(self, folder: Path, before: Mapping[str, tuple[int, int]]) -> tuple[RecordedFile, ...]:
        return tuple(
            _file(folder / name, self._kept_file)
            for name, state in _states(folder).items()
            if before.get(name) != state
        )

    def _keep(self, index: int, run: Recorded) -> None:
        with self._lock:
            self._runs[index] = run
            whole = [run.model_dump(mode="json", exclude_unset=True) for run in self._runs if run is not None]
            for item in whole:
                item.setdefault("stdin", None)
                item.setdefault("result", None)
                for name in ("streamed", "files"):
                    if not item.get(name):
                        item.pop(name, None)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile("w", dir=self._path.parent, suffix=".part", delete=False) as file:
                json.dump(whole, file, indent=2)
            Path(file.name).replace(self._path)


class StdinCounter:
    """Counts the bytes of a streamed input without keeping them: there are many, and they may differ by machine."""

    def __init__(self, stdin: Stdin) -> None:
        self._given = stdin
        self.streams = not (stdin is None or isinstance(stdin, bytes))
        self.size: int | None = 0 if self.streams else None
        self.stdin: Stdin = self.read() if self.streams else stdin

    async def read(self) -> AsyncIterator[bytes]:
        """Yields the input unchanged, and counts it."""
        if self._given is not None and not isinstance(self._given, bytes):
            async for chunk in self._given:
                self.size = (self.size or 0) + len(chunk)
                yield chunk


def normal_arguments(run: FfmpegRun) -> tuple[str, ...]:
    """Returns the arguments without secrets and without the path of the run's folder."""
    return tuple(redacted(word.replace(str(run.folder), FOLDER)) for word in run.arguments)


def without_secrets(data: bytes, folder: Path | None = None) -> bytes:
    """Returns text without secrets and without the path of the folder; binary data unchanged."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    return redacted(text.replace(str(folder), FOLDER) if folder else text).encode()


def _states(folder: Path) -> dict[str, tuple[int, int]]:
    """Returns size and time of each file in the folder. Links are inputs and left out."""
    with os.scandir(folder) as entries:
        found = {entry.name: entry.stat() for entry in entries if entry.is_file(follow_symlinks=False)}
    return {name: (state.st_size, state.st_mtime_ns) for name, state in sorted(found.items())}


def _file(path: Path, kept: int) -> RecordedFile:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    return RecordedFile(name=path.name, size=size, sha256=sha256, content=path.read_bytes() if size <= kept else None)


def _failure(error: BaseException, folder: Path) -> RecordedFailure:
    message = without_secrets(str(getattr(error, "message", error)).encode(), folder).decode()
    if isinstance(error, PipelineError):
        kind: Literal["transient", "permanent"] = "transient" if isinstance(error, TransientError) else "permanent"
        return RecordedFailure(kind=kind, code=error.code, message=message)
    return RecordedFailure(kind="other", code=type(error).__name__, message=message)
