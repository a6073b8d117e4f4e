"""Recordings of ffmpeg at work, and replaying them on a machine that has none.

A recording is a JSON array, one item for each run in the order in which they began:

    {"args": [...], "stdin": hex or null,
     "result": {"returncode": 0, "stdout": hex, "stderr": hex, "duration_seconds": 0.5}}

A run that raised has `"result": null` and `"failure"`; one that read a stream has its size as `"streamed"`; one that
made files has them under `"files"`. Secrets are blotted out and the job's folder is called FOLDER.
"""

import hashlib
import json
import os
import threading
from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.ffmpeg.executor import ExecutionResult, FfmpegExecutor, OnProgress, ProgressReader, Stdin
from scenewire.observability.logging_setup import redacted
from scenewire.processes.run import Limits

__all__ = ["FakeFfmpegExecutor", "Recorded", "RecordingFfmpegExecutor", "read_recording", "recording_file"]

_FOLDER: Final = "{folder}"
_KEPT_FILE: Final = 1 << 18
"""Bytes up to which a made file is in the recording itself; of a larger one only its size and hash."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="hex", val_json_bytes="hex")


class RecordedResult(_Part):
    """How a run ended."""

    returncode: int
    stdout: bytes
    stderr: bytes
    duration_seconds: float


class RecordedFailure(_Part):
    """What was raised instead."""

    kind: Literal["transient", "permanent", "other"]
    code: str
    message: str


class RecordedFile(_Part):
    """A file that a run made or changed in its folder."""

    name: str
    size: int
    sha256: str
    content: bytes | None = None
    """If it is small."""


class Recorded(_Part):
    """One run."""

    args: tuple[str, ...]
    stdin: bytes | None = None
    result: RecordedResult | None = None
    failure: RecordedFailure | None = None
    streamed: int | None = None
    files: tuple[RecordedFile, ...] = ()


_RECORDING: Final = TypeAdapter(tuple[Recorded, ...])


def read_recording(path: Path) -> tuple[Recorded, ...]:
    """The runs in a file.

    Raises:
        ValueError: it is no recording.
    """
    return _RECORDING.validate_json(path.read_bytes())


def recording_file(folder: Path) -> Path:
    """A name for a new recording of this process, after all earlier ones."""
    return folder / f"ffmpeg-{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}.json"


class RecordingFfmpegExecutor:
    """Runs through another executor and keeps what happened.

    The file is written whole after each run, also one that failed. Runs at the same time are kept in the order in which
    they began; to replay them they have to come one after the other. It holds everything in memory: for tests and for
    looking into a failure.

    Args:
        wrapped: does the work.
        path: the recording; a file that is there is replaced.
        kept_file: bytes up to which a made file is kept whole.
    """

    def __init__(self, wrapped: FfmpegExecutor, path: Path, *, kept_file: int = _KEPT_FILE) -> None:
        self._wrapped = wrapped
        self._path = path
        self._kept_file = kept_file
        self._runs: list[Recorded | None] = []
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        """What the ffmpeg calls itself."""
        return self._wrapped.version

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
        place = len(self._runs)
        self._runs.append(None)
        reader = _Reader(stdin)
        before = await to_thread(_states, folder)
        run = Recorded(args=_normal(arguments, folder), stdin=_blotted(stdin) if isinstance(stdin, bytes) else None)
        try:
            result = await self._wrapped.run(
                arguments,
                folder=folder,
                limits=limits,
                stdin=reader.stdin,
                timeout=timeout,
                on_progress=on_progress,
                environment=environment,
            )
        except BaseException as error:
            self._keep(place, run.model_copy(update={"streamed": reader.size, "failure": _failure(error, folder)}))
            raise
        ended = RecordedResult(
            returncode=result.returncode,
            stdout=_blotted(result.stdout, folder),
            stderr=_blotted(result.stderr, folder),
            duration_seconds=result.duration_seconds,
        )
        files = await to_thread(self._made, folder, before)
        run = run.model_copy(update={"streamed": reader.size, "result": ended, "files": files})
        await to_thread(self._keep, place, run)
        return result

    def _made(self, folder: Path, before: Mapping[str, tuple[int, int]]) -> tuple[RecordedFile, ...]:
        return tuple(
            _file(folder / name, self._kept_file)
            for name, state in _states(folder).items()
            if before.get(name) != state
        )

    def _keep(self, place: int, run: Recorded) -> None:
        with self._lock:
            self._runs[place] = run
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


class FakeFfmpegExecutor:
    """Answers from a recording, in its order, and makes the small files that were made then. Needs no ffmpeg.

    Args:
        recording: the runs.
        version: what it calls itself.
        strict: whether a run has to have the recorded arguments and input; otherwise only the order counts.
    """

    def __init__(self, recording: Sequence[Recorded], *, version: str = "replayed", strict: bool = True) -> None:
        self._recording = tuple(recording)
        self._version = version
        self._strict = strict
        self._calls = 0

    @classmethod
    def from_file(cls, path: Path, *, version: str = "replayed", strict: bool = True) -> "FakeFfmpegExecutor":
        """One that replays a file."""
        return cls(read_recording(path), version=version, strict=strict)

    @property
    def version(self) -> str:
        """What it was told to call itself."""
        return self._version

    def assert_all_consumed(self) -> None:
        """Raises AssertionError if something recorded was never asked for."""
        if self._calls < len(self._recording):
            raise AssertionError(f"{len(self._recording)} runs are recorded, and {self._calls} were asked for")

    async def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        limits: Limits | None = None,  # noqa: ARG002 - nothing runs that could be limited
        stdin: Stdin = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        on_progress: OnProgress | None = None,
        environment: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> ExecutionResult:
        """See `FfmpegExecutor.run`.

        Raises:
            RuntimeError: nothing more is recorded.
            AssertionError: this is not what was recorded.
        """
        self._calls += 1
        if self._calls > len(self._recording):
            raise RuntimeError(f"run {self._calls} was asked for, and {len(self._recording)} are recorded")
        run = self._recording[self._calls - 1]
        if self._strict:
            self._compare(run, arguments, stdin, folder)
        reader = _Reader(stdin)
        if reader.streams:
            async for _ in reader.read():
                pass
        if self._strict and run.result and run.result.returncode == 0 and run.streamed != reader.size:
            raise AssertionError(f"run {self._calls} read {run.streamed} bytes when it was recorded, now {reader.size}")
        if run.result is None:
            raise _raised(run.failure)
        await to_thread(_make_files, run, folder)
        stdout = _restored(run.result.stdout, folder)
        if on_progress is not None:
            for progress in ProgressReader().read(stdout):
                await on_progress(progress)
        return ExecutionResult(
            returncode=run.result.returncode,
            stdout=stdout,
            stderr=_restored(run.result.stderr, folder),
            command=("ffmpeg", *arguments),
            duration_seconds=run.result.duration_seconds,
        )

    def _compare(self, run: Recorded, arguments: Sequence[str], stdin: Stdin, folder: Path) -> None:
        for position, (then, now) in enumerate(zip_longest(run.args, _normal(arguments, folder))):
            if then != now:
                message = f"run {self._calls}: argument {position} was {then!r} when it was recorded and is {now!r}"
                raise AssertionError(message)
        now_read = _blotted(stdin) if isinstance(stdin, bytes) else None
        if run.stdin != now_read:
            raise AssertionError(f"run {self._calls} reads something else than when it was recorded")


class _Reader:
    """Counts what is read of a stream. The bytes themselves would be too many, and computed ones differ by machine."""

    def __init__(self, stdin: Stdin) -> None:
        self._given = stdin
        self.streams = not (stdin is None or isinstance(stdin, bytes))
        self.size: int | None = 0 if self.streams else None
        self.stdin: Stdin = self.read() if self.streams else stdin

    async def read(self) -> AsyncIterator[bytes]:
        if self._given is not None and not isinstance(self._given, bytes):
            async for chunk in self._given:
                self.size = (self.size or 0) + len(chunk)
                yield chunk


def _normal(arguments: Sequence[str], folder: Path) -> tuple[str, ...]:
    return tuple(redacted(word.replace(str(folder), _FOLDER)) for word in arguments)


def _blotted(data: bytes, folder: Path | None = None) -> bytes:
    """Without secrets, and without the name of the folder. What is no text stays as it is."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    return redacted(text.replace(str(folder), _FOLDER) if folder else text).encode()


def _restored(data: bytes, folder: Path) -> bytes:
    return data.replace(_FOLDER.encode(), os.fsencode(folder))


def _states(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file right in the folder. Links are what was there before."""
    with os.scandir(folder) as entries:
        found = {entry.name: entry.stat() for entry in entries if entry.is_file(follow_symlinks=False)}
    return {name: (state.st_size, state.st_mtime_ns) for name, state in sorted(found.items())}


def _file(path: Path, kept: int) -> RecordedFile:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    return RecordedFile(name=path.name, size=size, sha256=sha256, content=path.read_bytes() if size <= kept else None)


def _make_files(run: Recorded, folder: Path) -> None:
    for file in run.files:
        if Path(file.name).name != file.name:
            raise ValueError(f"{file.name!r} is no file of the folder")
        if file.content is not None:
            (folder / file.name).write_bytes(file.content)


def _failure(error: BaseException, folder: Path) -> RecordedFailure:
    message = _blotted(str(getattr(error, "message", error)).encode(), folder).decode()
    if isinstance(error, PipelineError):
        kind: Literal["transient", "permanent"] = "transient" if isinstance(error, TransientError) else "permanent"
        return RecordedFailure(kind=kind, code=error.code, message=message)
    return RecordedFailure(kind="other", code=type(error).__name__, message=message)


def _raised(failure: RecordedFailure | None) -> Exception:
    if failure is None or failure.kind == "other":
        return RuntimeError(f"when it was recorded, this run ended with {failure}")
    error = TransientError if failure.kind == "transient" else PermanentError
    return error(FailureCode(failure.code), failure.message)
