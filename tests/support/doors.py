"""A running stack's gateway, as browsers and programs use it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.support.product import running_stack

SMALL_LOOK = {"width": 320, "height": 180, "title": False, "closing": False}
TEXT = "The sea rises twice a day.\n\nThe sea falls twice a day.\n\nThe moon pulls the water."


def gateway_of(data: Path) -> str:
    """The address of a running stack's gateway."""
    return str(json.loads((data / "run" / "endpoint.json").read_text())["gateway_url"])


@asynccontextmanager
async def open_door(data: Path, cwd: Path, **changes: str) -> AsyncIterator[httpx2.AsyncClient]:
    """`scenewire up`, and a client of its gateway."""
    async with running_stack(data, cwd, TTS_ENGINE="espeak", **changes), visitor(data) as client:
        yield client


@asynccontextmanager
async def visitor(data: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=gateway_of(data), timeout=30) as client:
        yield client


def an_order(**changes: Any) -> dict[str, Any]:
    return {"text": TEXT, "title": "Tides", "look": SMALL_LOOK} | changes


async def ordered(client: httpx2.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/v1/projects", json=an_order(**changes))
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def events(client: httpx2.AsyncClient, path: str, *, last: int | None = None) -> AsyncIterator[dict[str, Any]]:
    """Yields server-sent events with their `kind` and `id`."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    async with client.stream("GET", path, headers=headers, timeout=60) as answer:
        assert answer.status_code == 200
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "data" in fields:
                yield json.loads(fields["data"]) | {"kind": fields["event"], "id": fields.get("id")}
                fields = {}


async def until_state(client: httpx2.AsyncClient, project_id: str, *states: str) -> dict[str, Any]:
    """Follows a project until it is in one of some states; returns it."""
    async with asyncio.timeout(90):
        async for event in events(client, f"/v1/projects/{project_id}/events"):
            if event["project"]["state"] in states:
                return dict((await client.get(f"/v1/projects/{project_id}")).json())
    raise AssertionError
