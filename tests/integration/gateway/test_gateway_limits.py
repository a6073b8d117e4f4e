"""The gateway's limits over real connections."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest

from scenewire_gateway.http.bounds import route_limits
from tests.support.gateway_stack import running_gateway

LIMIT = 200_000


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with (
        running_gateway(tmp_path, max_upload=LIMIT) as url,
        httpx2.AsyncClient(base_url=url, timeout=20) as client,
    ):
        yield client


async def parts(size: int) -> AsyncIterator[bytes]:
    for _ in range(0, size, 10_000):
        yield b"x" * 10_000
        await asyncio.sleep(0)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [LIMIT + 10_000, 20 * LIMIT])
async def test_an_upload_beyond_the_limit_gets_its_answer_and_the_next_request_too(client, chunked: bool, size: int):
    body = parts(size) if chunked else b"x" * size
    answer = await client.post("/v1/uploads", params={"name": "clip.mp4"}, content=body)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.headers["cache-control"] == "no-store"

    small = await client.post("/v1/uploads", params={"name": "clip.mp4"}, content=parts(LIMIT))
    assert (small.status_code, small.json()["code"]) == (422, "media_refused")
    assert (await client.get("/v1/projects")).status_code == 200


async def test_every_other_refusal_of_a_large_upload_gets_its_answer(client):
    body = b"x" * LIMIT
    unusable = await client.post("/v1/uploads", params={"name": "clip.exe"}, content=body)
    assert (unusable.status_code, unusable.json()["code"]) == (422, "media_refused")
    elsewhere = {"Origin": "http://evil.example"}
    forged = await client.post("/v1/uploads", params={"name": "clip.mp4"}, content=20 * body, headers=elsewhere)
    assert (forged.status_code, forged.json()["code"]) == (403, "cross_origin")
    unknown = await client.post("/none", content=20 * body)
    assert (unknown.status_code, unknown.json()["code"]) == (413, "body_too_large")


async def test_an_order_that_would_exhaust_a_parser_is_refused(client):
    for body in (b"[" * 900_000, json.dumps({"scenes": [{"text": "a"}] * 50_000}).encode()[:1_000_000]):
        answer = await client.post("/v1/projects", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (422, "body_too_complex")
    huge = await client.post("/v1/projects", json={"text": "a" * 1_100_000})
    assert (huge.status_code, huge.json()["code"]) == (413, "body_too_large")


async def test_readers_that_leave_make_room_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    most = 5
    monkeypatch.setattr(route_limits, "_MAX_STREAMS", most)

    async def status(client: httpx2.AsyncClient) -> int:
        async with client.stream("GET", "/v1/events") as answer:
            return answer.status_code

    async with running_gateway(tmp_path) as url, httpx2.AsyncClient(base_url=url, timeout=20) as client:
        for _ in range(2):
            async with AsyncExitStack() as opened:
                for _ in range(most):
                    stream = await opened.enter_async_context(client.stream("GET", "/v1/events"))
                    assert stream.status_code == 200
                refused = await client.get("/v1/events")
                assert (refused.status_code, refused.json()["code"]) == (429, "too_many_open_requests")
                assert int(refused.headers["retry-after"]) > 0
            async with asyncio.timeout(10):
                while await status(client) == 429:
                    await asyncio.sleep(0.05)
