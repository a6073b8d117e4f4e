"""The bus comes back without its files while a film is half done: real server, real workers, real film."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.js import JetStreamContext

from scenewire.bus.provisioning.provision import missing
from scenewire.topology import DURABLES, PIPELINE
from tests.support.product import SMALL, bus_of, events_of, kill_group, run, running_stack, start, stored_messages

TEXT = "Tea\n\nTea is a drink. It is made of leaves.\n\nGreen tea is steamed. Black tea is left to oxidise.\n"

pytestmark = pytest.mark.timeout(180)


async def half_done(data: Path, folder: Path) -> tuple[tuple[str, ...], str]:
    """A film of which one picture is finished, then the power goes off and the bus's files are lost."""
    script = folder / "tea.txt"
    script.write_text(TEXT)
    arguments = ("make", "--script", str(script), "--size", SMALL, "--json")
    process = await start(*arguments, data=data, cwd=folder)
    async for event in events_of(process):
        if event["event"] == "segment.rendered":
            break
    kill_group(process)
    await process.wait()
    shutil.rmtree(data / "nats")
    return arguments, event["project_id"]


async def test_b59_the_same_command_finishes_the_video_after_a_lost_stream(tmp_path: Path):
    arguments, project_id = await half_done(tmp_path / "data", tmp_path)
    finished = await run(*arguments, data=tmp_path / "data", cwd=tmp_path)
    assert finished.returncode == 0, finished.err
    assert finished.result["project_id"] == project_id
    assert Path(finished.result["video"]).stat().st_size > 0


async def test_row_36_b59_a_stream_restored_from_the_record_finishes_the_video(tmp_path: Path):
    data = tmp_path / "data"
    _, project_id = await half_done(data, tmp_path)
    async with running_stack(data, tmp_path) as stack:
        lost = await run("history", project_id, "--json", data=data, cwd=tmp_path)
        restored = await run("rebuild", "--to-stream", "--json", data=data, cwd=tmp_path)
        ((restored_id, count),) = restored.events[0]["messages"].items()
        assert (restored_id, 0 < count <= len(lost.events)) == (project_id, True)  # the stack restores it as well
        async with asyncio.timeout(60):
            watched = await run("watch", project_id, "--json", data=data, cwd=tmp_path, NATS_URL=stack["nats"])
    assert watched.returncode == 0, watched.err
    assert {"captions.srt", "captions.vtt"} == {Path(path).name for path in watched.result["captions"]}
    paths = (watched.result["video"], *watched.result["captions"])
    assert all((data / "artifacts" / path).is_file() for path in paths)
    counts = stored_messages(data, project_id)
    assert counts["video.assembled"] == 1
    assert counts["segment.rendered"] == counts["audio.rendered"]
    shown = await run("show", project_id, "--json", data=data, cwd=tmp_path)
    assert (shown.events[0]["status"], shown.events[0]["ended"]["message"]) == ("complete", "video.assembled")


@asynccontextmanager
async def bus(data: Path) -> AsyncIterator[JetStreamContext]:
    connection = await nats.connect(bus_of(data))
    try:
        yield connection.jetstream()
    finally:
        await connection.close()


@pytest.mark.parametrize("options", [(), ("--no-record",)])
async def test_a_video_is_finished_although_somebody_deletes_the_stream_meanwhile(options, tmp_path: Path):
    data, script = tmp_path / "data", tmp_path / "tea.txt"
    script.write_text(TEXT)
    process = await start("make", "--script", str(script), "--size", SMALL, "--json", *options, data=data, cwd=tmp_path)
    events: list[dict[str, Any]] = []
    deleted = False
    try:
        async for event in events_of(process):
            events.append(event)
            if event["event"] == "segment.rendered" and not deleted:
                deleted = True
                async with bus(data) as jetstream:
                    await jetstream.delete_stream(PIPELINE.name)
        assert await process.wait() == 0
    finally:
        kill_group(process)
    notes = [event["text"] for event in events if event["event"] == "note"]
    assert any(note.startswith("somebody deleted PIPELINE, ") and "created again" in note for note in notes), notes
    assert events[-1]["event"] == "finished"
    assert Path(events[-1]["video"]).stat().st_size > 0


async def test_deleted_durables_are_created_again_and_repeat_no_work(tmp_path: Path):
    data, script = tmp_path / "data", tmp_path / "tea.txt"
    script.write_text(TEXT)
    async with running_stack(data, tmp_path) as stack:
        made = await run("make", "--script", str(script), "--size", SMALL, "--json", data=data, cwd=tmp_path)
        before = {
            path: path.stat().st_mtime_ns for path in (data / "artifacts" / "content").rglob("*") if path.is_file()
        }
        async with bus(data) as jetstream:
            for durable in DURABLES:
                await jetstream.delete_consumer(durable.stream, durable.name)
            async with asyncio.timeout(60):
                while await missing(jetstream):
                    await asyncio.sleep(0.1)
                for durable in DURABLES:
                    while True:
                        info = await jetstream.consumer_info(durable.stream, durable.name)
                        if not (info.num_pending or info.num_ack_pending):
                            break
                        await asyncio.sleep(0.1)
        again = await run(
            "make",
            "Second",
            "--voice",
            "none",
            "--duration",
            "20",
            "--size",
            SMALL,
            "--json",
            data=data,
            cwd=tmp_path,
            NATS_URL=stack["nats"],
        )
        assert again.returncode == 0, again.err
    counts = stored_messages(data, made.result["project_id"])
    assert counts["video.assembled"] == 1
    assert counts["segment.rendered"] == counts["audio.rendered"]
    assert {path: path.stat().st_mtime_ns for path in before} == before
