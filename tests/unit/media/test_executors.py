"""What all executors have in common, and what each adds. A shell script stands in for ffmpeg."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import structlog
from prometheus_client import CollectorRegistry
from typing_extensions import override

from scenewire.errors import PermanentError, StalledError, TransientError
from scenewire.ffmpeg.discovery import Ffmpeg
from scenewire.ffmpeg.executor import (
    ExecutionResult,
    FfmpegExecutor,
    FfmpegProgress,
    FfmpegRun,
    ProgressReader,
    RealFfmpegExecutor,
)
from scenewire.ffmpeg.fake import FakeFfmpegExecutor
from scenewire.ffmpeg.observable import FfmpegMetrics, ObservableFfmpegExecutor
from scenewire.ffmpeg.recording import Recorded, RecordingFfmpegExecutor, read_recording
from scenewire.processes.run import Limits

SCRIPT = r"""#!/bin/sh
case "$1" in
    echo) cat; echo "said $2" >&2; exit "$3" ;;
    make) printf '%s' "$3" > "$2" ;;
    progress) printf 'frame=3\nout_time_us=N/A\nprogress=cont'; printf 'inue\nframe=9\nout_time_us=300000\nprogress=end\n' ;;
    folder) pwd; pwd >&2 ;;
    hang) sleep 60 & echo $! > child; wait ;;
    stall) printf 'frame=3\nprogress=continue\n'; trap 'touch asked' TERM
           sleep 60 & echo $! > child; while :; do wait; done ;;
    environment) printf '%s' "$GREETING" ;;
esac
"""
KINDS = ["real", "recording", "fake", "observable(real)", "observable(recording)", "observable(fake)"]


def real(folder: Path, **options) -> RealFfmpegExecutor:
    program = folder / "stand-in"
    program.write_text(SCRIPT)
    program.chmod(0o755)
    return RealFfmpegExecutor(Ffmpeg(path=program, version="n9.9"), **options)


def metrics() -> FfmpegMetrics:
    return FfmpegMetrics(CollectorRegistry())


def bytes_of(name: str, text: str) -> list[str]:
    return ["make", name, text]


async def session(executor: FfmpegExecutor, folder: Path) -> list[object]:
    """The same work for every executor; what came of it."""
    seen: list[FfmpegProgress] = []

    async def on_progress(progress: FfmpegProgress) -> None:
        seen.append(progress)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    results = [
        await executor.run(FfmpegRun(arguments=("echo", "hello", "0"), folder=folder, stdin=b"read \xff")),
        await executor.run(FfmpegRun(arguments=("echo", "failed", "7"), folder=folder)),
        await executor.run(FfmpegRun(arguments=("echo", "streamed", "0"), folder=folder, stdin=chunks())),
        await executor.run(
            FfmpegRun(arguments=tuple(bytes_of("film.mp4", "pictures")), folder=folder, limits=Limits(cpu=5))
        ),
        await executor.run(FfmpegRun(arguments=("progress",), folder=folder, on_progress=on_progress)),
        await executor.run(FfmpegRun(arguments=("folder",), folder=folder)),
        await executor.run(FfmpegRun(arguments=("environment",), folder=folder, environment={"GREETING": "hi"})),
    ]
    with pytest.raises(TransientError) as failure:
        await executor.run(FfmpegRun(arguments=("hang",), folder=folder, timeout_s=0.2))
    told = [(result.returncode, result.stdout, result.stderr, result.command[1:]) for result in results]
    return [*told, seen, (folder / "film.mp4").read_bytes(), failure.value.code, failure.value.message]


@pytest.fixture
def job(tmp_path: Path) -> Path:
    folder = tmp_path / "job"
    folder.mkdir()
    return folder


async def recorded(tmp_path: Path, folder: Path) -> Path:
    path = tmp_path / "recording.json"
    await session(RecordingFfmpegExecutor(real(tmp_path), path), folder)
    return path


async def make(kind: str, tmp_path: Path, folder: Path) -> FfmpegExecutor:
    if kind.startswith("observable"):
        inner = await make(kind.removeprefix("observable(").removesuffix(")"), tmp_path, folder)
        return ObservableFfmpegExecutor(inner, metrics=metrics())
    match kind:
        case "recording":
            return RecordingFfmpegExecutor(real(tmp_path), tmp_path / "r.json")
        case "fake":
            return FakeFfmpegExecutor.from_file(await recorded(tmp_path, folder), version="n9.9")
        case _:
            return real(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
async def test_a26_a37_all_executors_answer_alike(kind, tmp_path, job):
    there = tmp_path / "there"
    there.mkdir()
    executor = await make(kind, tmp_path, job)

    told = await session(executor, there)

    assert executor.version == "n9.9"
    assert told == [
        (0, b"read \xff", "said hello", ("echo", "hello", "0")),
        (7, b"", "said failed", ("echo", "failed", "7")),
        (0, b"one two", "said streamed", ("echo", "streamed", "0")),
        (0, b"", "", ("make", "film.mp4", "pictures")),
        (
            *(0, b"frame=3\nout_time_us=N/A\nprogress=continue\nframe=9\nout_time_us=300000\nprogress=end\n"),
            *("", ("progress",)),
        ),
        (0, f"{there}\n".encode(), str(there), ("folder",)),
        (0, b"hi", "", ("environment",)),
        [FfmpegProgress(3, 0.0, ended=False), FfmpegProgress(9, 0.3, ended=True)],
        b"pictures",
        "program_timeout",
        "stand-in did not end within 0 s and was killed",
    ]


async def alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


async def test_a27_a_cancelled_run_ends_with_all_that_it_started(tmp_path, job):
    run = asyncio.create_task(real(tmp_path).run(FfmpegRun(arguments=("hang",), folder=job)))
    while not (job / "child").exists() or not (job / "child").read_text().endswith("\n"):
        assert not run.done()
        await asyncio.sleep(0)
    child = int((job / "child").read_text())
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    async with asyncio.timeout(10):
        while await alive(child):
            await asyncio.sleep(0)


async def test_a27_a_program_that_is_not_there_says_so(tmp_path, job):
    with pytest.raises(PermanentError) as failure:
        await RealFfmpegExecutor(Ffmpeg(path=tmp_path / "none", version="")).run(FfmpegRun(arguments=(), folder=job))
    assert failure.value.code == "program_missing"


async def test_a34_a_run_that_names_no_time_ends_nevertheless(tmp_path, job):
    with pytest.raises(TransientError) as failure:
        await real(tmp_path, timeout_s=0.1).run(FfmpegRun(arguments=("hang",), folder=job))
    assert failure.value.code == "program_timeout"


@pytest.mark.parametrize("timeout", [float("inf"), float("nan"), 0, -1])
async def test_a34_no_run_may_be_endless(timeout, tmp_path, job):
    with pytest.raises(ValueError, match="finite"):
        real(tmp_path, timeout_s=timeout)
    with pytest.raises(ValueError, match="finite"):
        await real(tmp_path).run(FfmpegRun(arguments=("echo",), folder=job, timeout_s=timeout))


def test_a27_progress_is_read_however_it_is_cut():
    text = b"frame=3\nfps=0.0\nout_time_us=100000\nprogress=continue\nframe=  12\nout_time_us=400000\nprogress=end\n"
    whole = [FfmpegProgress(3, 0.1, ended=False), FfmpegProgress(12, 0.4, ended=True)]
    for cut in range(len(text)):
        reader = ProgressReader()
        assert [*reader.read(text[:cut]), *reader.read(text[cut:])] == whole


async def test_a28_a_recording_is_an_array_of_runs_in_plain_json(tmp_path, job):
    path = tmp_path / "new" / "r.json"
    executor = RecordingFfmpegExecutor(real(tmp_path), path)
    await executor.run(FfmpegRun(arguments=("echo", "hello", "3"), folder=job, stdin=b"\x00\xff"))
    await executor.run(FfmpegRun(arguments=("echo", "nothing", "0"), folder=job))

    first, second = json.loads(path.read_text())

    assert first.keys() == {"args", "stdin", "result"}
    assert (first["args"], first["stdin"]) == (["echo", "hello", "3"], "00ff")
    assert first["result"].keys() == {"returncode", "stdout", "stderr", "duration_seconds"}
    assert (first["result"]["returncode"], first["result"]["stdout"]) == (3, "00ff")
    assert bytes.fromhex(first["result"]["stderr"]) == b"said hello"
    assert first["result"]["duration_seconds"] > 0
    assert second["stdin"] is None


async def test_a28_a_recording_is_whole_after_a_run_that_failed_or_was_called_off(tmp_path, job):
    path = tmp_path / "r.json"
    executor = RecordingFfmpegExecutor(real(tmp_path), path)
    await executor.run(FfmpegRun(arguments=("echo", "a", "0"), folder=job))
    with pytest.raises(TransientError):
        await executor.run(FfmpegRun(arguments=("hang",), folder=job, timeout_s=0.1))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(executor.run(FfmpegRun(arguments=("hang",), folder=job)), 0.1)

    done, late, cancelled = read_recording(path)

    assert done.result is not None
    assert late.failure is not None
    assert (late.result, late.failure.code) == (None, "program_timeout")
    assert cancelled.failure is not None
    assert cancelled.failure.code == "CancelledError"
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix == ".part"] == []


async def test_a28_no_secret_and_no_place_is_recorded(tmp_path, job):
    path = tmp_path / "r.json"
    executor = RecordingFfmpegExecutor(real(tmp_path), path)
    url = "https://me:pass" + "word1@example.org/x?api_key=" + "hush2&a=1"
    secret = ["echo", f"{url} {job}/x", "0"]
    await executor.run(FfmpegRun(arguments=tuple(secret), folder=job, stdin=b"token=hush3"))

    text = path.read_text()
    for hidden in ("word1", "hush2", str(job)):
        assert hidden not in text
        assert hidden.encode().hex() not in text
    assert b"hush3".hex() not in text

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = FakeFfmpegExecutor.from_file(path)
    result = await again.run(
        FfmpegRun(arguments=("echo", f"{url} {elsewhere}/x", "0"), folder=elsewhere, stdin=b"token=hush3")
    )
    assert f"{elsewhere}/x" in result.stderr


async def test_a28_of_a_large_file_only_size_and_hash_are_kept(tmp_path, job):
    path = tmp_path / "r.json"
    (job / "old").write_text("was there")
    await RecordingFfmpegExecutor(real(tmp_path), path, kept_file=3).run(
        FfmpegRun(arguments=tuple(bytes_of("big", "1234")), folder=job)
    )
    (run,) = read_recording(path)
    (file,) = run.files
    assert (file.name, file.size, file.content) == ("big", 4, None)
    assert file.sha256 == "03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4"


async def test_a28_runs_at_the_same_time_are_kept_in_the_order_they_began(tmp_path, job):
    path = tmp_path / "r.json"
    executor = RecordingFfmpegExecutor(real(tmp_path), path)
    await asyncio.gather(
        *(
            executor.run(
                FfmpegRun(
                    arguments=(
                        "echo",
                        str(number),
                        "0",
                    ),
                    folder=job,
                )
            )
            for number in range(4)
        )
    )
    assert [run.args[1] for run in read_recording(path)] == ["0", "1", "2", "3"]


def one(*args: str) -> Recorded:
    answer = {"returncode": 0, "stdout": "", "stderr": "", "duration_seconds": 0.5}
    return Recorded.model_validate({"args": args, "stdin": None, "result": answer})


async def test_a29_more_runs_than_recorded_are_an_error_that_counts_them(job):
    fake = FakeFfmpegExecutor([one("a")])
    await fake.run(FfmpegRun(arguments=("a",), folder=job))
    with pytest.raises(RuntimeError, match="run 2 was requested, but 1 are recorded"):
        await fake.run(FfmpegRun(arguments=("a",), folder=job))


async def test_a29_fewer_runs_than_recorded_are_noticed(job):
    fake = FakeFfmpegExecutor([one("a"), one("b")])
    await fake.run(FfmpegRun(arguments=("a",), folder=job))
    with pytest.raises(AssertionError, match="2 runs are recorded, but 1 were replayed"):
        fake.assert_all_consumed()
    await fake.run(FfmpegRun(arguments=("b",), folder=job))
    fake.assert_all_consumed()


@pytest.mark.parametrize("asked", [["a", "c"], ["a"], ["a", "b", "c"]])
async def test_a29_other_arguments_are_refused_unless_only_the_order_counts(asked, job):
    with pytest.raises(AssertionError, match=r"run 1: argument \d is"):
        await FakeFfmpegExecutor([one("a", "b")]).run(FfmpegRun(arguments=tuple(asked), folder=job))
    result = await FakeFfmpegExecutor([one("a", "b")], strict=False).run(FfmpegRun(arguments=tuple(asked), folder=job))
    assert result.returncode == 0


async def test_a29_other_input_is_refused(job):
    async def chunk() -> AsyncIterator[bytes]:
        yield b"x"

    for stdin in (b"x", b"", chunk()):
        with pytest.raises(AssertionError, match=r"(input of )?run 1 (read|differs)"):
            await FakeFfmpegExecutor([one("a")]).run(FfmpegRun(arguments=("a",), folder=job, stdin=stdin))


async def test_a29_a_recording_makes_no_file_outside_the_folder(job):
    evil = {"name": "../x", "size": 1, "sha256": "", "content": "00"}
    run = one("a").model_dump(mode="json") | {"files": [evil]}
    with pytest.raises(ValueError, match="not a file of the folder"):
        await FakeFfmpegExecutor([Recorded.model_validate(run)]).run(FfmpegRun(arguments=("a",), folder=job))
    assert not (job.parent / "x").exists()


async def test_a30_a_recording_replays_the_same_twice_without_any_program(tmp_path, job):
    path = await recorded(tmp_path, job)
    (tmp_path / "stand-in").unlink()
    told = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        fake = FakeFfmpegExecutor.from_file(path)
        told.append(await session(fake, folder))
        fake.assert_all_consumed()
        told[-1][5] = None  # names the folder
    assert told[0] == told[1]


def value(measured: FfmpegMetrics, registry: CollectorRegistry, name: str, **labels) -> float | None:
    return registry.get_sample_value(f"scenewire_ffmpeg_{name}", labels)


async def test_a35_each_run_is_logged_with_exactly_its_fields(tmp_path, job):
    executor = ObservableFfmpegExecutor(real(tmp_path), metrics=metrics())
    words = ["echo", "x", "7", *"456789", "hidden"]
    with structlog.testing.capture_logs() as logs, structlog.contextvars.bound_contextvars(project_id="the-project"):
        result = await executor.run(FfmpegRun(arguments=tuple(words), folder=job))
    started = {
        "log_level": "info",
        "correlation_id": "the-project",
        "command_args": words[:10],
        "arg_count": 10,
    }
    assert logs == [
        {"event": "ffmpeg_execution_started", **started},
        {
            "event": "ffmpeg_execution_completed",
            **started,
            "returncode": 7,
            "duration_seconds": round(result.duration_seconds, 3),
            "status": "failure",
        },
    ]


async def test_a35_a_run_that_raised_is_logged_as_an_error_and_one_that_was_called_off_is_not(tmp_path, job):
    executor = ObservableFfmpegExecutor(real(tmp_path), metrics=metrics())
    with structlog.testing.capture_logs() as logs:
        with structlog.contextvars.bound_contextvars(project_id="here"), pytest.raises(TransientError):
            await executor.run(FfmpegRun(arguments=("hang",), folder=job, timeout_s=0.1))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(executor.run(FfmpegRun(arguments=("hang",), folder=job)), 0.1)
    failed, cancelled = (entry for entry in logs if entry["event"] == "ffmpeg_execution_failed")
    assert failed.keys() - {"event", "log_level"} == {
        *("correlation_id", "command_args", "arg_count", "error", "error_type"),
    }
    assert (failed["log_level"], failed["correlation_id"], failed["error_type"]) == ("error", "here", "TransientError")
    assert (cancelled["log_level"], cancelled["error_type"]) == ("info", "CancelledError")


async def test_a35_only_ten_arguments_are_logged_and_no_secret_and_nothing_that_ffmpeg_said(tmp_path, job):
    executor = ObservableFfmpegExecutor(real(tmp_path), metrics=metrics())
    with structlog.testing.capture_logs() as logs:
        await executor.run(FfmpegRun(arguments=("echo", "api_key=" + "hush", "0", *"3456789", "tenth"), folder=job))
    assert "hush" not in str(logs)
    assert "tenth" not in str(logs)
    assert "said" not in str(logs)
    assert {entry["arg_count"] for entry in logs} == {11}
    assert len({entry["correlation_id"] for entry in logs}) == 1


async def test_a36_runs_are_counted_timed_and_shown_while_they_go_on(tmp_path, job):
    registry = CollectorRegistry()
    measured = FfmpegMetrics(registry)
    during: list[float | None] = []

    class Watched(RealFfmpegExecutor):
        @override
        async def run(self, run: FfmpegRun) -> ExecutionResult:
            during.append(registry.get_sample_value("scenewire_ffmpeg_active_processes"))
            return await super().run(run)

    real(tmp_path)
    executor = ObservableFfmpegExecutor(Watched(Ffmpeg(path=tmp_path / "stand-in", version="")), metrics=measured)
    await executor.run(FfmpegRun(arguments=("echo", "a", "0"), folder=job))
    await executor.run(FfmpegRun(arguments=("echo", "a", "1"), folder=job))
    with pytest.raises(TransientError):
        await executor.run(FfmpegRun(arguments=("hang",), folder=job, timeout_s=0.1))
    (tmp_path / "stand-in").unlink()
    with pytest.raises(PermanentError):
        await executor.run(FfmpegRun(arguments=("echo", "a", "0"), folder=job))

    assert during == [1, 1, 1, 1]
    assert value(measured, registry, "active_processes") == 0
    assert value(measured, registry, "executions_total", status="success") == 1
    assert value(measured, registry, "executions_total", status="failure") == 3
    assert value(measured, registry, "execution_duration_seconds_count") == 2
    buckets = {
        sample.labels["le"] for metric in registry.collect() for sample in metric.samples if "le" in sample.labels
    }
    assert buckets == {"0.1", "0.5", "1.0", "2.0", "5.0", "10.0", "30.0", "60.0", "120.0", "300.0", "+Inf"}


async def test_a27_what_kills_it_is_its_result(tmp_path, job):
    program = tmp_path / "suicide"
    program.write_text("#!/bin/sh\nkill -TERM $$\n")
    program.chmod(0o755)
    result = await RealFfmpegExecutor(Ffmpeg(path=program, version="")).run(FfmpegRun(arguments=(), folder=job))
    assert result.returncode == -signal.SIGTERM


async def test_a_program_that_stalls_is_ended_with_its_children(tmp_path, job):
    async def on_progress(progress: FfmpegProgress) -> None:
        pass

    with pytest.raises(StalledError) as failure:
        await real(tmp_path, stall_timeout_s=0.5).run(
            FfmpegRun(arguments=("stall",), folder=job, on_progress=on_progress)
        )
    assert failure.value.code == "program_timeout"
    assert failure.value.message == "stand-in made no progress for 0 s and was killed"
    assert (job / "asked").exists(), "it was asked to end before it was killed"
    assert not await alive(int((job / "child").read_text()))


async def test_a_run_without_progress_reports_is_bounded_by_its_timeout_alone(tmp_path, job):
    with pytest.raises(TransientError) as failure:
        await real(tmp_path, stall_timeout_s=0.01).run(FfmpegRun(arguments=("hang",), folder=job, timeout_s=0.5))
    assert not isinstance(failure.value, StalledError)
