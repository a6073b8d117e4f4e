"""`scenewire make` and `up` as a user has them: real server, real ffmpeg, real speech, real database."""

import asyncio
import json
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import nats
import pytest

from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.probe.probe import probe_media
from tests.support.music import make_music
from tests.support.product import SMALL, events_of, kill_group, record, run, running_stack, start, stored_messages

TEXT = """# Tea

Tea is made from the leaves of one plant. The plant is called Camellia sinensis and grows as a shrub.

Green tea is steamed or heated soon after picking. The heat keeps the leaves from turning brown.

Black tea is left to oxidise before it is dried. That gives it a darker colour and a stronger taste.
"""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "tea.txt"
    path.write_text(TEXT)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def assert_is_the_film(result: dict[str, Any], scene_count: int) -> None:
    video = Path(result["video"])
    facts = await probe_media(video)
    assert facts.video is not None
    assert facts.audio is not None
    assert (facts.video.width, facts.video.height) == tuple(map(int, SMALL.split("x")))
    assert facts.video.frames == result["frames"]
    assert result["scene_count"] == scene_count
    assert abs(result["loudness_lufs"] + 14) < 1
    for path in (*result["captions"], *result["credits"], result["thumbnail"], result["script"]):
        assert Path(path).stat().st_size > 0


async def test_b01_b38_a_script_becomes_a_recorded_video(data: Path, script: Path, tmp_path: Path):
    finished = await run("make", "--script", str(script), "--size", SMALL, "--json", data=data, cwd=tmp_path)
    assert finished.returncode == 0, finished.err
    result = finished.result
    assert Path(result["video"]).parent == tmp_path / "output" / f"Tea-{result['project_id'][:8]}"
    assert Path(result["video"]).name == "Tea_video.mp4"
    await assert_is_the_film(result, 6)
    captions = Path(result["captions"][0]).read_text()
    for word in ("Camellia", "oxidise", "stronger"):
        assert word in captions
    counts = stored_messages(data, result["project_id"])
    assert counts == {
        "script.requested": 1,
        "scenes.scripted": 1,
        "narration.requested": 6,
        "audio.rendered": 6,
        "footage.sourced": 6,
        "segment.rendered": 6,
        "video.assembled": 1,
    }
    with record(data) as connection:
        project = connection.execute("SELECT * FROM projects").fetchone()
    assert (project["id"], project["current_step"]) == (result["project_id"], "export")
    assert project["video_file_size"] == Path(result["video"]).stat().st_size
    assert not list((data / "artifacts" / "scratch").iterdir())


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
async def test_a_video_has_a_page_and_is_made_without_one_that_cannot_be_served(host: str, data: Path, tmp_path: Path):
    (tmp_path / "tea.txt").write_text("Tea is made from leaves.")
    words = ("make", "--script", "tea.txt", "--size", SMALL, "--json")
    finished = await run(*words, data=data, cwd=tmp_path, GATEWAY_HOST=host, TTS_ENGINE="espeak")
    assert finished.returncode == 0, finished.err
    pages = [event["url"] for event in finished.events if event["event"] == "page"]
    notes = [event["text"] for event in finished.events if event["event"] == "note"]
    if host == "127.0.0.1":
        assert [page.partition("/#/")[2] for page in pages] == [f"projects/{finished.result['project_id']}"]
        assert not notes
    else:
        assert not pages
        assert any(note.startswith("no page: GATEWAY_HOST is 0.0.0.0") for note in notes)


async def test_a_video_has_the_music_of_its_order(data: Path, tmp_path: Path):
    (tmp_path / "tea.txt").write_text("Tea is made from leaves.")
    song = await make_music(tmp_path / "leaf.mp3")
    song.with_suffix(".json").write_text('{"title": "Leaf", "creator": "A. Player", "licence": "CC0"}')
    words = ("make", "--script", "tea.txt", "--size", SMALL, "--music", str(song), "--no-record", "--json")
    finished = await run(*words, data=data, cwd=tmp_path)
    assert finished.returncode == 0, finished.err
    assert "“Leaf” by A. Player (CC0)" in Path(finished.result["credits"][1]).read_text()
    assert abs(finished.result["loudness_lufs"] + 14) < 1
    refused = await run("make", "tea", "--music", str(tmp_path / "tea.txt"), data=data, cwd=tmp_path)
    assert (refused.returncode, "tea.txt is refused" in refused.err) == (1, True)


async def test_a_video_has_a_piece_of_the_ordered_mood_with_its_credits(data: Path, tmp_path: Path):
    (tmp_path / "tea.txt").write_text("Tea is made from leaves.")
    (tmp_path / "music" / "calm").mkdir(parents=True)
    song = await make_music(tmp_path / "music" / "calm" / "leaf.opus")
    song.with_suffix(".json").write_text('{"title": "Leaf", "creator": "A. Player", "licence": "CC0"}')
    words = ("make", "--script", "tea.txt", "--size", SMALL, "--no-record", "--json", "--music")
    finished = await run(*words, "calm", data=data, cwd=tmp_path, MUSIC_DIR="music")
    assert finished.returncode == 0, finished.err
    assert "“Leaf” by A. Player (CC0)" in Path(finished.result["credits"][1]).read_text()
    assert finished.result["music"]["title"] == "Leaf"
    refused = await run(*words, "gloomy", data=data, cwd=tmp_path, MUSIC_DIR="music")
    assert refused.returncode == 1
    assert "no music has the mood 'gloomy'; moods are calm" in refused.err


async def test_b59_a_killed_run_resumes_where_it_stopped(data: Path, script: Path, tmp_path: Path):
    arguments = ("make", "--script", str(script), "--size", SMALL, "--json")
    process = await start(*arguments, data=data, cwd=tmp_path)
    async for event in events_of(process):
        if event["event"] == "segment.rendered":
            break
    kill_group(process)
    await process.wait()
    await until_nothing_runs(data)
    spoken_before = {path: path.stat().st_ino for path in (data / "artifacts" / "content").rglob("*.wav")}
    pictures_before = {path: path.stat().st_ino for path in (data / "artifacts" / "content").rglob("*.mp4")}
    assert spoken_before
    assert pictures_before

    finished = await run(*arguments, data=data, cwd=tmp_path)
    assert finished.returncode == 0, finished.err
    await assert_is_the_film(finished.result, 6)
    assert finished.result["project_id"] == event["project_id"]
    for path, file in (spoken_before | pictures_before).items():  # its time changes if a result is stored again
        assert path.stat().st_ino == file
    counts = stored_messages(data)
    assert (counts["script.requested"], counts["audio.rendered"], counts["segment.rendered"]) == (1, 6, 6)
    assert counts["video.assembled"] == 1


async def test_make_names_the_unfinished_projects_that_it_continues(data: Path, script: Path, tmp_path: Path):
    process = await start("make", "--script", str(script), "--size", SMALL, "--json", data=data, cwd=tmp_path)
    async for event in events_of(process):
        if event["event"] == "audio.rendered":
            break
    kill_group(process)
    await process.wait()
    await until_nothing_runs(data)

    for command in ("ps", "list"):
        (row,) = (await run(command, "--json", data=data, cwd=tmp_path)).events
        assert (row["id"], row["state"]) == (event["project_id"], "interrupted")
        assert 0 <= row["percent"] < 100

    (tmp_path / "milk.txt").write_text("Milk.")
    other = await run("make", "--script", "milk.txt", "--size", SMALL, "--json", data=data, cwd=tmp_path)
    assert other.returncode == 0, other.err
    notes = [note["text"] for note in other.events if note["event"] == "note"]
    short = event["project_id"][:8]
    assert notes[0] == f"also continues unfinished {short} “Tea”; `scenewire cancel {short}` cancels"


async def test_row_71_a_project_is_cancelled_without_a_running_stack_and_ordered_again(
    data: Path, script: Path, tmp_path: Path
):
    arguments = ("make", "--script", str(script), "--size", SMALL, "--json")
    process = await start(*arguments, data=data, cwd=tmp_path)
    async for event in events_of(process):
        if event["event"] == "audio.rendered":
            break
    kill_group(process)
    await process.wait()
    await until_nothing_runs(data)

    short = event["project_id"][:8]
    cancelled = await run("cancel", short, "--reason", "wrong text", data=data, cwd=tmp_path)
    assert (cancelled.returncode, cancelled.out.split()[:2]) == (0, ["cancelled", short])
    with record(data) as connection:
        (status,) = connection.execute("SELECT status FROM projects WHERE id = ?", (event["project_id"],)).fetchone()
    assert status == "cancelled"
    again = await run(*arguments, data=data, cwd=tmp_path)
    assert again.returncode == 0, again.err
    assert again.result["project_id"] != event["project_id"]
    with record(data) as connection:
        rows = connection.execute("SELECT id, status FROM projects").fetchall()
    assert {row["id"] for row in rows if row["status"] == "complete"} == {again.result["project_id"]}
    nowhere = await run("cancel", event["project_id"], data=tmp_path / "other", cwd=tmp_path)
    assert (nowhere.returncode, "is running" in nowhere.err) == (1, True)
    assert not (tmp_path / "other" / "nats").exists()


async def until_nothing_runs(data: Path) -> None:
    """What a killed process started dies with it, a moment later."""
    async with asyncio.timeout(10):
        while processes_of(data):
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(("signals", "first"), [(1, signal.SIGINT), (1, signal.SIGHUP), (2, signal.SIGINT)])
async def test_an_interrupted_run_stops_at_once_and_tells_how_to_resume(
    signals: int, first: signal.Signals, data: Path, script: Path, tmp_path: Path
):
    if signal.getsignal(first) is signal.SIG_IGN:
        pytest.skip("these tests run under nohup")
    hung, encoding = tmp_path / "ffmpeg", tmp_path / "encoding"  # would be waited for as long as DRAIN_TIME, 25 s
    hung.write_text(
        f"""#!/bin/sh
case "$*" in *libx264*) touch '{encoding}'; exec sleep 600 ;; esac
exec '{(await find_ffmpeg()).path}' "$@"
"""
    )
    hung.chmod(0o755)
    words = ("make", "--script", str(script), "--size", SMALL, "--json")
    process = await start(*words, data=data, cwd=tmp_path, FFMPEG=str(hung), ASSEMBLY_FFMPEG=str(hung))
    async with asyncio.timeout(60):
        while not encoding.exists():
            await asyncio.sleep(0.05)
    process.send_signal(first)
    if signals > 1:
        assert process.stderr is not None
        while b"press Ctrl-C again to stop at once" not in await process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
    async with asyncio.timeout(20):
        out, err = await process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in err
    if signals == 1:
        assert b"press Ctrl-C again to stop at once" in err
        assert b"run the same command to resume" in out
    await until_nothing_runs(data)


def processes_of(data: Path) -> list[str]:
    """The command lines of processes that name the folder or work in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            words = (process / "cmdline").read_bytes().decode(errors="replace")
            if str(data) in words or (process / "cwd").readlink().is_relative_to(data):
                found.append(words)
    return found


async def test_b23_two_equal_orders_at_once_give_two_videos(data: Path, script: Path, tmp_path: Path):
    arguments = ("make", "--script", str(script), "--size", SMALL, "--json")
    first, second = await asyncio.gather(*(run(*arguments, data=data, cwd=tmp_path) for _ in range(2)))
    assert (first.returncode, second.returncode) == (0, 0), first.err + second.err
    assert first.result["project_id"] != second.result["project_id"]
    assert first.result["video"] != second.result["video"]
    for finished in (first, second):
        await assert_is_the_film(finished.result, 6)
    assert stored_messages(data)["video.assembled"] == 2


async def test_any_nats_client_can_order(data: Path, tmp_path: Path):
    project_id = uuid4()
    full = {
        "project_id": str(project_id),
        "topic": "Two scenes",
        "look": {"width": 320, "height": 180},
        "scenes": [{"sceneNumber": 1, "text": "One."}, {"sceneNumber": 2, "text": "Two."}],
    }
    bare = {"topic": "Tides", "target_duration": 60, "look": {"width": 320, "height": 180}}
    async with running_stack(data, tmp_path) as stack:
        client = await nats.connect(stack["nats"])
        films = await client.jetstream().subscribe("video.assembled", stream="PIPELINE", ordered_consumer=True)
        await client.publish("script.requested", json.dumps(bare).encode())
        await client.publish("script.requested", json.dumps(full).encode())
        first, second = [json.loads((await films.next_msg(timeout=120)).data) for _ in range(2)]
        await client.close()
    by_topic = {film["brief"]["topic"]: film for film in (first, second)}
    assert by_topic["Two scenes"]["project_id"] == str(project_id)
    assert by_topic["Two scenes"]["brief"]["scene_count"] == 2
    assert by_topic["Tides"]["notes"]  # it says that it knew only its topic
    for film in by_topic.values():
        facts = await probe_media(data / "artifacts" / film["video"]["key"])
        assert facts.video is not None
        assert facts.video.frames == film["frames"]


async def test_b37_a_failed_project_is_reported_once_and_leaves_nothing_half_done(data: Path, tmp_path: Path):
    finished = await run("make", "Tea", "--voice", "no-such-voice", "--size", SMALL, data=data, cwd=tmp_path)
    assert finished.returncode == 1
    assert "no-such-voice" in finished.err
    assert not list((tmp_path / "output").iterdir())
    assert not list((data / "orders").iterdir())
    again = await run("make", "Tea", "--size", SMALL, "--json", data=data, cwd=tmp_path)
    assert again.returncode == 0, again.err


@pytest.mark.parametrize(
    "topic",
    ["a/b", "../../up", "\"quoted\" 'twice'", "two\nlines", "tea 🍵"],
    ids=["slash", "up", "quotes", "lines", "emoji"],
)
async def test_b22_a_strange_topic_stays_inside_the_output_folder(topic: str, data: Path, tmp_path: Path):
    (tmp_path / "in").mkdir()
    script = tmp_path / "in" / "one.txt"
    script.write_text("One short sentence.")
    finished = await run(
        "make", topic, "--script", str(script), "--size", SMALL, "--json", data=data, cwd=tmp_path / "in"
    )
    assert finished.returncode == 0, finished.err
    video = Path(finished.result["video"])
    assert video.resolve().is_relative_to(tmp_path / "in" / "output")
    assert video.name.endswith("_video.mp4")


async def test_a_taken_port_is_named(data: Path, tmp_path: Path):
    async with running_stack(tmp_path / "other", tmp_path) as stack:
        port = stack["nats"].rpartition(":")[2]
        finished = await run("up", "--nats-port", port, data=data, cwd=tmp_path)
    assert finished.returncode == 1
    assert f"port {port} cannot be used" in finished.err


async def test_a_missing_ffmpeg_stops_before_anything_starts(data: Path, tmp_path: Path):
    finished = await run("make", "Tea", data=data, cwd=tmp_path, FFMPEG="/no/such/ffmpeg")
    assert finished.returncode == 1
    assert "/no/such/ffmpeg" in finished.err
    assert not (data / "nats").exists()


async def test_an_unwritable_output_folder_stops_before_anything_starts(data: Path, tmp_path: Path):
    (tmp_path / "file").touch()
    finished = await run("make", "Tea", "--out", str(tmp_path / "file" / "below"), data=data, cwd=tmp_path)
    assert finished.returncode == 1
    assert "--out" in finished.err
    assert not (data / "nats").exists()


async def test_an_invalid_setting_is_named(data: Path, tmp_path: Path):
    finished = await run("make", "Tea", data=data, cwd=tmp_path, TTS_ENGINE="parrot")
    assert finished.returncode == 1
    assert "TTS_ENGINE: must be 'auto', 'espeak'" in finished.err
    assert "Traceback" not in finished.err


async def test_b36_an_unusable_database_exits_with_2(data: Path, tmp_path: Path):
    finished = await run(
        "make", "Tea", data=data, cwd=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/no/such/folder/x.db"
    )
    assert finished.returncode == 2
    assert "no/such/folder" in finished.err


async def test_a_disk_without_room_stops_before_anything_starts(tmp_path: Path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = shutil.which("mount") and subprocess.call(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(small)], stderr=subprocess.DEVNULL
    )
    if mounted != 0:
        pytest.skip("mounting a small file system needs root")
    try:
        finished = await run("make", "Tea", data=small / "data", cwd=tmp_path)
    finally:
        subprocess.check_call(["umount", "-l", str(small)])
    assert finished.returncode == 1
    assert "free space" in finished.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("make", "--duration", "abc"),
        ("make", "--duration", "0"),
        ("make", ""),
        ("nonsense",),
        ("make", "--script", "no"),
    ],
)
async def test_b02_b37_wrong_arguments_exit_with_1_and_leave_nothing(
    arguments: tuple[str, ...], data: Path, tmp_path: Path
):
    finished = await run(*arguments, data=data, cwd=tmp_path)
    assert finished.returncode == 1
    assert finished.err.strip()
    assert not data.exists()
