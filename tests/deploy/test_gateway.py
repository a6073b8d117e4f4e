"""The gateway in a container: reachable from this host alone, with the rights of its own user, and without state."""

import asyncio

import httpx2
import pytest

from tests.deploy.engine import Deployment
from tests.support.doors import an_order, events, ordered, until_state

pytestmark = pytest.mark.timeout(1800)


async def test_a_video_is_ordered_edited_and_played_across_restarts_of_the_gateway(deployment: Deployment) -> None:
    async with httpx2.AsyncClient(base_url=deployment.gateway_url, timeout=60) as client:
        page = await client.get("/")
        assert "text/html" in page.headers["content-type"]
        foreign = await client.get("/v1/projects", headers={"Host": "videos.example.org"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "not_local")
        voices = (await client.get("/v1/choices")).json()["voices"]
        assert voices
        project = await ordered(client, approve=True)
        waiting = await until_state(client, project["id"], "awaiting_approval")
        await deployment.compose("restart", "gateway")
        await deployment.compose("up", "--wait", "--no-build", "gateway")
        approval = {"expected_revision": waiting["revision"]}
        approved = await client.post(f"{project['links']['self']}/approval", json=approval)
        assert approved.status_code == 202, approved.text
        finished = await until_state(client, project["id"], "finished", "failed")
        film = await client.get(finished["links"]["video"])
        assert film.content[4:8] == b"ftyp"
        picture = await client.get(f"{project['links']['self']}/scenes/1/picture")
        assert picture.content.startswith(b"\xff\xd8")
        assert "#EXT-X-ENDLIST" in (await client.get(finished["links"]["preview"])).text
        async with asyncio.timeout(30):
            missed = [event["kind"] async for event in _until_video(client, project["links"]["events"])]
        assert missed[0] == "order"


async def _until_video(client: httpx2.AsyncClient, path: str):
    async for event in events(client, path, last=0):
        yield event
        if event["kind"] == "video":
            return


async def test_it_refuses_to_be_open_to_other_hosts_without_keys(deployment: Deployment) -> None:
    opened = Deployment(f"{deployment.name}-open", deployment.folder, env={"GATEWAY_LISTEN": "0.0.0.0"})
    try:
        await opened.compose("up", "--no-build", "credentials")  # until it has ended
        started = await opened.compose("run", "--rm", "--no-TTY", "--no-deps", "gateway", check=False)
    finally:
        await opened.down()
    assert started.returncode != 0
    assert "there are no API keys" in started.stderr + started.stdout.decode()


async def test_its_orders_are_named_in_the_record(deployment: Deployment) -> None:
    async with httpx2.AsyncClient(base_url=deployment.gateway_url, timeout=60) as client:
        answer = await client.post("/v1/projects", json=an_order())
        await until_state(client, answer.json()["id"], "finished")
        history = (await client.get(answer.json()["links"]["history"])).json()["history"]
    assert history[0]["by"] == "local"
