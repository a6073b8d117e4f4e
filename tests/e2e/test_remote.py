"""The command with the gateway of a server in place of a stack on this host."""

import asyncio
import hashlib
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.doors import TEXT, gateway_of, open_door, until_state
from tests.support.product import SMALL, Finished, events_of, kill_group, run, running_stack, start

pytestmark = pytest.mark.timeout(280)

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "fits.webp"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "server"


async def added_key(data: Path, scope: str, cwd: Path) -> Path:
    added = await run("keys", "add", scope, "--scope", scope, "--json", data=data, cwd=cwd)
    path = cwd / f"{scope}.token"
    path.write_text(added.events[0]["token"] + "\n")
    return path


def here(tmp_path: Path, url: str, token: Path | None = None) -> dict[str, str]:
    """The environment of a command on a host that has nothing but the address of a server."""
    changes = {"SCENEWIRE_DATA": "", "SCENEWIRE_SERVER": url, "XDG_DATA_HOME": str(tmp_path / "home")}
    return changes | ({} if token is None else {"SCENEWIRE_TOKEN_FILE": str(token)})


async def assert_fetched(on_server: Callable[..., Awaitable[Finished]], project: str, out: Path, *, token: Path):
    fetched = await on_server("fetch", project[:8], "--out", str(out), "--json", token=token)
    assert fetched.returncode == 0, fetched.err
    folder = out / f"Tides-{project[:8]}"
    assert Path(fetched.events[-1]["video"]).parent == folder
    assert {path.suffix for path in folder.iterdir()} >= {".mp4", ".srt", ".vtt", ".json", ".txt", ".jpg"}
    assert "videos of revision 0" in (await on_server("fetch", project, "--revision", "3")).err


async def test_a_host_with_nothing_but_an_address_and_a_key_orders_and_gets_videos(data: Path, tmp_path: Path):
    order, read = [await added_key(data, scope, tmp_path) for scope in ("order", "read")]
    (tmp_path / "tides.txt").write_text(TEXT)
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "02 sea.webp").write_bytes(PICTURE.read_bytes())

    async def on_server(*words: str, token: Path = order) -> Finished:
        return await run(*words, data=data, cwd=tmp_path, **here(tmp_path, url, token))

    async with running_stack(data, tmp_path, TTS_ENGINE="espeak"):
        url = gateway_of(data)
        words = ("--script", "tides.txt", "--title", "Tides", "--size", SMALL)
        requested = await on_server("request", *words)
        project = requested.out.strip()
        assert f"page: {url}/#/projects/{project}" in requested.err
        watched = await on_server("watch", project[:8], "--json")
        assert watched.returncode == 0, watched.err
        assert watched.result["video"] == f"{url}/v1/projects/{project}/versions/0/video"

        made = await on_server("make", *words, "--media", "media", "--out", "videos", "--json")
        assert made.returncode == 0, made.err
        result = made.result
        subjects = {event["event"] for event in made.events}
        assert {
            "page",
            "progress",
            "scenes.scripted",
            "audio.rendered",
            "segment.rendered",
            "video.assembled",
        } <= subjects
        assert result["painted_scenes"] == [1, 3]
        assert Path(result["video"]).parent == tmp_path / "videos" / f"Tides-{result['project_id'][:8]}"
        assert Path(result["video"]).stat().st_size == result["size"]
        stored = next((data / "artifacts" / "output" / result["project_id"]).glob("*.mp4"))
        assert (
            hashlib.sha256(Path(result["video"]).read_bytes()).digest() == hashlib.sha256(stored.read_bytes()).digest()
        )
        for path in (*result["captions"], *result["credits"], result["thumbnail"], result["script"]):
            assert Path(path).stat().st_size > 0

        await assert_fetched(on_server, project, tmp_path / "fetched", token=read)
        listed = await on_server("list", "--json")
        assert [(row["id"], row["state"]) for row in listed.events] == [
            (result["project_id"], "finished"),
            (project, "finished"),
        ]
        shown = await on_server("show", project[:8], "--json", token=read)
        assert [scene["state"] for scene in shown.events[0]["scenes"]] == ["rendered"] * 3
        assert "no unfinished projects" in (await on_server("ps")).err
        found = await on_server("search", "moon", "water", "--json")
        assert {row["project_id"] for row in found.events} == {project, result["project_id"]}
        assert (await on_server("cancel", project[:8], "--json")).events[0]["event"] == "already_ended"
        assert "is already finished" in (await on_server("cancel", project[:8])).out

        refused = await on_server("request", *words, token=read)
        assert (refused.returncode, refused.out) == (1, "")
        assert "this request needs order" in refused.err
        misspelt = await on_server("request", "Tides", "--music", "nowhere")
        assert misspelt.returncode == 1
        assert "nowhere" in misspelt.err
        wrong = tmp_path / "wrong.token"
        wrong.write_text("sw_wrong_0123456789abcdef0123456789")
        unknown = await on_server("list", token=wrong)
        assert unknown.returncode == 1
        assert "--token-file" in unknown.err
        assert "sw_wrong" not in unknown.err
    gone = await on_server("list")
    assert gone.returncode == 1
    assert f"{url} does not answer" in gone.err


@asynccontextmanager
async def stack_at(port: str, data: Path, cwd: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """`scenewire up` at a port, to be killed."""
    words = ("up", "--json", "--nats-port", "-1", "--port", port)
    process = await start(*words, data=data, cwd=cwd, TTS_ENGINE="espeak")
    try:
        async for event in events_of(process):
            if event["event"] == "ready":
                break
        yield process
    finally:
        kill_group(process)
        await process.communicate()


async def test_a_video_is_delivered_though_its_server_is_killed_meanwhile(data: Path, tmp_path: Path):
    (tmp_path / "tides.txt").write_text(TEXT)
    async with stack_at("0", data, tmp_path) as stack:
        url = gateway_of(data)
        words = ("make", "--script", "tides.txt", "--size", SMALL, "--json")
        maker = await start(*words, data=data, cwd=tmp_path, **here(tmp_path, url))
        events: list[dict[str, Any]] = []
        try:
            assert maker.stdout is not None
            async for event in events_of(maker):
                events.append(event)
                if event["event"] == "footage.sourced":
                    stack.send_signal(signal.SIGKILL)
                    break
            await stack.wait()
            kill_group(stack)
            async with stack_at(url.rpartition(":")[2], data, tmp_path):
                out, err = await maker.communicate()
        finally:
            kill_group(maker)
    assert maker.returncode == 0, err.decode()
    events += [json.loads(line) for line in out.splitlines()]
    assert any("trying again" in event["text"] for event in events if event["event"] == "note")
    stored = [event["sequence"] for event in events if "sequence" in event]
    assert stored == sorted(set(stored))
    assert Path(events[-1]["video"]).stat().st_size == events[-1]["size"]


async def test_an_interrupted_command_follows_the_same_project_again(data: Path, tmp_path: Path):
    (tmp_path / "tides.txt").write_text(TEXT)
    words = ("make", "--script", "tides.txt", "--size", SMALL, "--json")
    async with running_stack(data, tmp_path, TTS_ENGINE="espeak"):
        environment = here(tmp_path, gateway_of(data))
        maker = await start(*words, data=data, cwd=tmp_path, **environment)
        try:
            async for event in events_of(maker):
                if event["event"] == "scenes.scripted":
                    maker.send_signal(signal.SIGINT)
                    break
            out, _ = await maker.communicate()
        finally:
            kill_group(maker)
        assert maker.returncode == 130
        assert "the server goes on with project" in out.decode()
        again = await run(*words, data=data, cwd=tmp_path, **environment)
        listed = await run("list", "--json", data=data, cwd=tmp_path, **environment)
    assert again.returncode == 0, again.err
    assert any(event.get("text", "").startswith("resuming project") for event in again.events)
    assert [row["id"] for row in listed.events] == [again.result["project_id"]]


async def test_a_storyboard_is_approved_from_another_host(data: Path, tmp_path: Path):
    (tmp_path / "tides.txt").write_text(TEXT)
    async with open_door(data, tmp_path) as client:
        environment = here(tmp_path, gateway_of(data))
        words = ("request", "--script", "tides.txt", "--size", SMALL, "--approve")
        project = (await run(*words, data=data, cwd=tmp_path, **environment)).out.strip()
        await until_state(client, project, "awaiting_approval")
        listed = await run("ps", "--json", data=data, cwd=tmp_path, **environment)
        approved = await run("approve", project[:8], "--json", data=data, cwd=tmp_path, **environment)
        watched = await run("watch", project[:8], "--json", data=data, cwd=tmp_path, **environment)
        again = await run("approve", project[:8], data=data, cwd=tmp_path, **environment)
    assert [row["state"] for row in listed.events] == ["awaiting_approval"]
    assert [(event["event"], event["project_id"], event["revision"]) for event in approved.events] == [
        ("approved", project, 1)
    ]
    assert watched.returncode == 0, watched.err
    assert "/versions/1/video" in watched.result["video"]
    assert again.returncode == 1
    assert "does not await approval: it is finished" in again.err


async def test_a_command_fails_when_its_project_is_cancelled_on_the_server(data: Path, tmp_path: Path):
    (tmp_path / "tides.txt").write_text(TEXT)
    async with running_stack(data, tmp_path, TTS_ENGINE="espeak"):
        url = gateway_of(data)
        words = ("make", "--script", "tides.txt", "--size", SMALL, "--json")
        maker = await start(*words, data=data, cwd=tmp_path, **here(tmp_path, url))
        try:
            async for event in events_of(maker):
                if event["event"] == "page":
                    path = f"/v1/projects/{event['url'].rpartition('/')[2]}/cancellation"
                    async with httpx2.AsyncClient(base_url=url) as http:
                        assert (await http.post(path, json={"reason": "enough"})).status_code == 202
                    break
            out, err = await maker.communicate()
        finally:
            kill_group(maker)
    assert maker.returncode == 1
    assert json.loads(out.splitlines()[-1])["code"] == "cancelled"
    assert "was cancelled: enough" in err.decode()
