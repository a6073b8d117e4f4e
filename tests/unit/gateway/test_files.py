"""Files as answers: whoever has one already, asks for its headers only, or for a part that it does not have."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire_gateway.http.bounds.head_requests import HeadRequests
from scenewire_gateway.http.errors import add_error_handlers
from scenewire_gateway.http.files import Files

CONTENT = bytes(range(256)) * 1_000


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    store = FilesystemStore(tmp_path / "artifacts")
    path = tmp_path / "video.mp4"
    path.write_bytes(CONTENT)
    ref = await store.add(path, "video/mp4")
    app, files = FastAPI(), Files(store)
    add_error_handlers(app)

    @app.get("/video")
    async def video() -> Response:
        return await files.answer(ref, name="video.mp4", is_final=False)

    @app.get("/events")
    async def events() -> Response:
        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield b"data: 1\n\n"
                await asyncio.sleep(0.01)

        return StreamingResponse(endless(), media_type="text/event-stream")

    transport = httpx2.ASGITransport(HeadRequests(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


async def test_a_file_that_the_client_has_is_not_sent_again(client: httpx2.AsyncClient):
    tag = (await client.get("/video")).headers["etag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}'):
        answer = await client.get("/video", headers={"If-None-Match": asked})
        assert (answer.status_code, answer.content) == (304, b"")
        assert (answer.headers["etag"], answer.headers["cache-control"]) == (tag, "private, no-cache")
    assert (await client.get("/video", headers={"If-None-Match": '"other"'})).content == CONTENT


async def test_the_tag_of_a_file_is_its_content_not_its_time(client: httpx2.AsyncClient, tmp_path: Path):
    tag = (await client.get("/video")).headers["etag"]
    [stored] = (tmp_path / "artifacts").rglob("*.mp4")
    stored.touch()
    part = await client.get("/video", headers={"Range": "bytes=10-19", "If-Range": tag})
    assert (part.status_code, part.content) == (206, CONTENT[10:20])


@pytest.mark.parametrize("asked", ["bytes=256000-", "bytes=5-2", "bytes=", "bytes=x-y"])
async def test_a_range_that_the_file_does_not_have_is_refused_with_what_to_do(client: httpx2.AsyncClient, asked: str):
    answer = await client.get("/video", headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */256000")
    problem = answer.json()
    assert (answer.headers["content-type"], problem["code"]) == ("application/problem+json", "range_refused")
    assert asked in problem["detail"]
    assert "bytes=0-1023" in problem["hint"]


async def test_a_range_in_another_unit_is_ignored(client: httpx2.AsyncClient):
    answer = await client.get("/video", headers={"Range": "seconds=1-2"})
    assert (answer.status_code, answer.content) == (200, CONTENT)


@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=0-99"}])
async def test_head_has_the_headers_of_get_and_no_body(client: httpx2.AsyncClient, asked: dict[str, str]):
    got, head = await client.get("/video", headers=asked), await client.head("/video", headers=asked)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers == got.headers


async def test_head_of_a_stream_ends(client: httpx2.AsyncClient):
    async with asyncio.timeout(5):
        answer = await client.head("/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.content == b""


async def test_head_of_what_does_not_exist_is_not_found(client: httpx2.AsyncClient):
    assert (await client.head("/nothing")).status_code == 404
