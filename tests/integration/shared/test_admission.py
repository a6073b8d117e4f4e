"""New orders are refused while too much waits, or while stream or disk are nearly full. With a real server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from scenewire.bus.provisioning.provision import provision
from scenewire.settings import AdmissionSettings
from scenewire.topology import MAKE_ORDER, PIPELINE
from scenewire_script.app import create_app
from scenewire_script.settings import ScriptSettings
from tests.support import builders
from tests.support.bus_world import World, bus_world
from tests.support.gateway_stack import running_gateway
from tests.support.nats import connected
from tests.support.product import run

TERABYTES = str(10**18)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bus_world(tmp_path) as world:
        yield world


@asynccontextmanager
async def script_service(world: World) -> AsyncIterator[None]:
    app = create_app(
        ScriptSettings(nats_url=world.server.url, artifacts_url=(world.folder / "artifacts").as_uri(), writer="outline")
    )
    await app.start()
    try:
        yield
    finally:
        await app.stop()


async def ask(world: World) -> dict[str, Any]:
    async with connected(world.server) as (client, _):
        answer: dict[str, Any] = json.loads((await client.request(MAKE_ORDER, b'{"topic": "Tea"}', timeout=20)).data)
    return answer


async def fill_backlog(world: World) -> None:
    for number in range(1, 4):
        await world.request(builders.narration_requested(uuid4(), number, 3))


async def fill_stream(world: World) -> None:
    for size in (9_000, 9_500):
        await world.publish("project.failed", b"x" * size)
    await provision(world.jetstream, streams=[replace(PIPELINE, max_bytes=20_000)], durables=[])


async def fill_disk(world: World) -> None:
    (world.folder / "artifacts").mkdir(exist_ok=True)


@pytest.mark.parametrize(
    ("fill", "setting", "code", "reason"),
    [
        (fill_backlog, ("ORDERS_MAX_WAITING", "3"), "rate_limited", "3 messages wait to be worked on"),
        (fill_stream, ("ORDERS_MAX_STREAM_SHARE", "0.9"), "storage_full", "the stream PIPELINE holds"),
        (fill_disk, ("ORDERS_MIN_FREE", TERABYTES), "storage_full", "are free on the disk of the artifacts"),
    ],
    ids=["backlog", "stream", "disk"],
)
async def test_orders_are_refused_with_what_to_do_at_every_door(
    fill, setting, code, reason, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(*setting)
    await fill(world)
    orders = await world.messages(PIPELINE.name, "script.requested")
    async with script_service(world):
        refused = (await ask(world))["error"]
        assert (refused["code"], refused["retry_after"]) == (code, 60)
        assert reason in refused["message"]
        assert refused["hint"]
    environment = {"ARTIFACTS_URL": (tmp_path / "artifacts").as_uri()}
    for command in ("request", "make"):
        ended = await run(
            *(command, "Tea", "--json", "--nats", world.server.url), data=tmp_path / "data", cwd=tmp_path, **environment
        )
        assert ended.returncode == 1
        assert [event["code"] for event in ended.events if event["event"] == "error"] == [code]
        assert reason in ended.err
        assert "Traceback" not in ended.err
    assert await world.messages(PIPELINE.name, "script.requested") == orders


async def test_orders_are_taken_below_the_limits(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ORDERS_MAX_WAITING", "4")
    await fill_backlog(world)
    async with script_service(world):
        assert (await ask(world)).keys() == {"project_id"}


async def test_the_gateway_answers_with_429_and_when_to_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ORDERS_MAX_WAITING", "1")
    async with running_gateway(tmp_path) as url, httpx2.AsyncClient(base_url=url) as client, asyncio.timeout(60):
        while True:  # nothing assembles its scenes, so they wait
            answer = await client.post("/v1/projects", json={"topic": "Tea", "voice": "none"})
            if answer.status_code != 202:
                break
            await asyncio.sleep(0.1)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["code"], bool(answer.json()["hint"])) == ("rate_limited", True)


def test_limits_have_defaults_that_leave_room():
    limits = AdmissionSettings()
    assert limits.max_stream_share < 1
    assert limits.min_free > 0
