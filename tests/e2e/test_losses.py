"""The bus comes back without its files while a film is half done: real server, real workers, real film."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.support.product import SMALL, events_of, kill_group, run, running_stack, start, stored_messages

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


async def test_b59_a_stream_restored_from_the_record_finishes_the_video(tmp_path: Path):
    data = tmp_path / "data"
    _, project_id = await half_done(data, tmp_path)
    async with running_stack(data, tmp_path) as stack:
        lost = await run("history", project_id, "--json", data=data, cwd=tmp_path)
        restored = await run("rebuild", "--to-stream", "--json", data=data, cwd=tmp_path)
        assert restored.events[0]["messages"] == {project_id: len(lost.events)}
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
