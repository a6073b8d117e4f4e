"""Orders, events and files through the gateway of a real stack, also when it is killed."""

import asyncio
import json
import signal
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest

from tests.support.doors import an_order, events, open_door, ordered, until_state, visitor
from tests.support.product import events_of, kill_group, start, stored_messages

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def test_a_video_is_ordered_followed_and_played(tmp_path: Path, data: Path) -> None:
    async with open_door(data, tmp_path) as client:
        accepted = await client.post("/v1/projects", json=an_order())
        project = accepted.json()
        assert (accepted.status_code, accepted.headers["location"]) == (202, project["links"]["self"])

        heard = []
        async with asyncio.timeout(90):
            async for event in events(client, project["links"]["events"]):
                heard.append(event)
                if event["project"]["state"] == "finished":
                    break
        stored = [event for event in heard if event["id"]]
        sequences = [int(event["id"]) for event in stored]
        assert sequences == sorted(set(sequences))
        last = {(event["kind"], event["scene_number"]): event for event in stored}
        assert {("narration", 1), ("footage", 2), ("segment", 3), ("video", None)} <= last.keys()
        finished = heard[-1]["project"]
        assert finished["counts"] == {"spoken": 3, "sourced": 3, "rendered": 3}
        assert finished["percent"] == 100

        links = finished["versions"][0]["links"]
        film = (await client.get(links["video"])).content
        part = await client.get(links["video"], headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, film[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(film)}"
        assert (await client.get(links["video"], headers={"Range": "bytes=999999999-"})).status_code == 416
        assert (await client.get(links["captions_vtt"])).text.startswith("WEBVTT")
        assert (await client.get(links["credits_json"])).json()
        assert (await client.get(links["thumbnail"])).content.startswith(b"\xff\xd8")

        storyboard = (await client.get(project["links"]["storyboard"])).json()
        assert [scene["text"] for scene in storyboard["scenes"]] == an_order()["text"].split("\n\n")
        assert [scene["state"] for scene in storyboard["scenes"]] == ["rendered"] * 3
        assert storyboard["scenes"][0]["start"] == 0 < storyboard["scenes"][1]["start"]
        assert (await client.get(storyboard["scenes"][1]["narration_url"])).content[:4] == b"RIFF"
        history = (await client.get(project["links"]["history"])).json()["history"]
        assert [(entry["by"], entry["what"]) for entry in history] == [("local", "ordered"), ("", "finished")]
        found = (await client.get("/v1/search", params={"q": "moon water"})).json()
        assert [video["id"] for video in found["videos"]] == [project["id"]]


async def test_a_reader_that_comes_back_gets_what_it_missed_also_from_a_new_process(tmp_path: Path, data: Path) -> None:
    async with open_door(data, tmp_path) as client:
        project = await ordered(client)
        heard = []
        async with asyncio.timeout(60):
            async for event in events(client, project["links"]["events"]):
                heard += [int(event["id"])] if event["id"] else []
                if event["kind"] == "footage":
                    break  # the connection is lost
        await until_state(client, project["id"], "finished")
    async with open_door(data, tmp_path) as client, asyncio.timeout(60):
        async for event in events(client, project["links"]["events"], last=heard[-1]):
            heard += [int(event["id"])] if event["id"] else []
            if event["kind"] == "video":
                break
        assert heard == sorted(set(heard))
        kept = (await client.get(project["links"]["self"])).json()
    told = stored_messages(data, project["id"])
    silent = told["narration.requested"]  # internal to speech
    assert len([sequence for sequence in range(heard[-1] + 1) if sequence in heard]) >= told.total() - silent - 3
    assert kept["state"] == "finished"


async def test_the_same_key_is_the_same_project_and_another_order_with_it_is_refused(
    tmp_path: Path, data: Path
) -> None:
    key = {"Idempotency-Key": "tides-1"}
    async with open_door(data, tmp_path) as client:
        first, second = await asyncio.gather(
            client.post("/v1/projects", json=an_order(), headers=key),
            client.post("/v1/projects", json=an_order(), headers=key),
        )
        other = await client.post("/v1/projects", json=an_order(title="Ebb"), headers=key)
        assert first.json()["id"] == second.json()["id"]
        assert (other.status_code, other.json()["code"]) == (409, "order_conflict")
        assert "the Idempotency-Key 'tides-1' was used before" in other.json()["detail"]
        assert other.headers["content-type"] == "application/problem+json"
        await until_state(client, first.json()["id"], "finished")
        assert len((await client.get("/v1/projects")).json()["projects"]) == 1
    assert stored_messages(data)["video.assembled"] == 1


async def test_a_stack_stops_at_once_though_somebody_watches(tmp_path: Path, data: Path) -> None:
    async with AsyncExitStack() as watching:
        async with open_door(data, tmp_path, DRAIN_TIME="200") as client:  # beyond the patience of `open_door`
            url = f"{client.base_url}/v1/events"
            http = await watching.enter_async_context(httpx2.AsyncClient(timeout=100))
            stream = await watching.enter_async_context(http.stream("GET", url))
        await stream.aread()  # ends as it should, not by a lost connection


@pytest.mark.parametrize("delay_s", [0.0, 0.002, 0.01, 0.05])
async def test_rows_29_to_30_an_order_runs_once_when_the_gateway_is_killed_before_it_answers(
    tmp_path: Path, data: Path, delay_s: float
) -> None:
    key = {"Idempotency-Key": "one"}
    process = await start("up", "--json", "--nats-port", "-1", data=data, cwd=tmp_path, TTS_ENGINE="espeak")
    try:
        async for event in events_of(process):
            if event["event"] == "ready":
                break
        async with visitor(data) as client:
            await client.get("/healthz")
            asking = asyncio.create_task(client.post("/v1/projects", json=an_order(), headers=key))
            await asyncio.sleep(delay_s)
            process.send_signal(signal.SIGKILL)
            answers = await asyncio.gather(asking, return_exceptions=True)
    finally:
        kill_group(process)
        await process.wait()
    assert isinstance(answers[0], httpx2.Response | httpx2.HTTPError)
    async with open_door(data, tmp_path) as client:
        again = (await client.post("/v1/projects", json=an_order(), headers=key)).json()
        await until_state(client, again["id"], "finished")
    told = stored_messages(data)
    assert (told["script.requested"], told["video.assembled"]) == (1, 1)


async def test_faulty_requests_are_answered_with_what_to_do(tmp_path: Path, data: Path) -> None:
    async with open_door(data, tmp_path) as client:
        misspelt = await client.post("/v1/projects", json={"txt": "The sea."})
        assert misspelt.status_code == 422
        assert misspelt.json()["detail"] == "unknown key 'txt'; did you mean 'text'?"
        wrong = await client.post("/v1/projects", json=an_order(speed=9))
        assert wrong.json()["errors"] == [{"field": "speed", "message": "must be at most 2"}]
        reserved = await client.post("/v1/projects", json=an_order(revision=3))
        assert (reserved.status_code, reserved.json()["code"]) == (422, "invalid_order")
        mood = await client.post("/v1/projects", json=an_order(music={"mood": "nowhere"}))
        assert (mood.status_code, mood.json()["code"]) == (422, "invalid_order")
        assert (await client.get("/v1/projects/abcd0123")).status_code == 404
        assert (await client.get("/v1/nowhere")).json()["code"] == "no_such_path"
        foreign = await client.get("/v1/projects", headers={"Host": "evil.example@127.0.0.1"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "not_local")
        untyped = await client.post("/v1/projects", content=json.dumps(an_order()))
        assert (untyped.status_code, untyped.json()["hint"]) == (415, "send the header Content-Type: application/json")
        lines = b"\n".join([json.dumps(an_order()).encode(), b'{"txt": 1}', b"", b"not json"])
        batch = (await client.post("/v1/batches", content=lines)).json()
        assert [entry["line"] for entry in batch["accepted"]] == [1]
        assert Counter(entry["problem"]["code"] for entry in batch["refused"]) == {"invalid_order": 2}
        cancelled = await client.post(
            f"/v1/projects/{batch['accepted'][0]['project_id']}/cancellation", json={"reason": "enough"}
        )
        assert cancelled.json()["failure"]["message"] == "enough"
        not_a_picture = await client.post("/v1/uploads", params={"name": "a.jpg"}, content=b"no picture")
        assert (not_a_picture.status_code, not_a_picture.json()["code"]) == (422, "media_refused")
        assert (await client.post("/v1/uploads", params={"name": "a.exe"}, content=b"MZ")).status_code == 422


async def test_own_media_are_uploaded_and_shown(tmp_path: Path, data: Path) -> None:
    picture = Path(__file__).parents[2] / "docs" / "pictures" / "fits.webp"
    async with open_door(data, tmp_path) as client:
        upload = await client.post("/v1/uploads", params={"name": "sea.webp"}, content=picture.read_bytes())
        assert (upload.status_code, upload.json()["kind"]) == (201, "still")
        media = [{"scene_number": 2, "file": upload.json()["file"], "title": "The sea"}]
        project = await ordered(client, media=media)
        await until_state(client, project["id"], "finished")
        storyboard = (await client.get(project["links"]["storyboard"])).json()
    assert [clip["title"] for clip in storyboard["scenes"][1]["clips"]] == ["The sea"]
    assert [scene["picture"] for scene in storyboard["scenes"]] == ["design", "footage", "design"]
