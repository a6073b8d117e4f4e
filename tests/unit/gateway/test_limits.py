"""Limits of requests."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, StreamingResponse

from scenewire_gateway.http.bounds import limits
from scenewire_gateway.http.bounds.limits import LimitsMiddleware, Rate, RouteLimits
from scenewire_gateway.http.bounds.route_limits import OTHER_ROUTES, READ_RATE, WRITE_RATE, route_limits
from tests.support.gateway import Named, browsing

FAST = Rate(1_000, 1_000)
UPLOADS = RouteLimits(path="/uploads", methods=("POST",), max_body=1_000_000, max_values=None, concurrent=2)
LARGE = RouteLimits(path="/projects/{id}/edits", methods=("POST",), max_body=200_000, max_values=100)


class App:
    """Reads bodies as the gateway's routes do, and notes what reached them."""

    def __init__(self) -> None:
        self.bodies: list[object] = []
        self.uploading = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.api = FastAPI()

        @self.api.post("/orders")
        @self.api.post("/projects/{name}/edits")
        async def order(body: dict[str, Any]) -> str:
            self.bodies.append(body)
            return "ok"

        @self.api.post("/uploads")
        async def upload(request: Request) -> int:
            size = 0
            async for chunk in request.stream():
                size += len(chunk)
                self.uploading.set()
                await self.go_on.wait()
            self.bodies.append(size)
            return size

        @self.api.get("/read")
        async def read() -> str:
            return "ok"

        @self.api.get("/events")
        async def events() -> StreamingResponse:
            async def endless() -> AsyncIterator[str]:
                yield "data: begun\n\n"
                await self.go_on.wait()

            return StreamingResponse(endless(), media_type="text/event-stream")

    def limited(self, *, reads: Rate = FAST, writes: Rate = FAST):
        events = RouteLimits(path="/events", methods=("GET",), concurrent=2)
        app = LimitsMiddleware(
            self.api, routes=[UPLOADS, LARGE, events], others=OTHER_ROUTES, reads=reads, writes=writes
        )
        return Named(app)


@pytest.fixture
def app() -> App:
    return App()


async def chunks(total: int, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, total, size):
        yield b" " * min(size, total - start)


def problem(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["hint"]
    return answer.status_code, answer.json()["code"]


def of_size(size: int) -> bytes:
    return json.dumps({"text": "x" * (size - 12)}).encode()


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_json_body_may_have_the_limit_of_its_route_and_not_a_byte_more(app: App, chunked: bool):
    async def content(size: int):
        yield of_size(size)

    async with browsing(app.limited()) as client:
        for path, limit in (("/orders", 65_536), ("/projects/7/edits", 200_000)):
            for size, expected in ((limit, 200), (limit + 1, 413)):
                body = content(size) if chunked else of_size(size)
                answer = await client.post(path, content=body, headers={"content-type": "application/json"})
                assert answer.status_code == expected
            assert problem(answer) == (413, "body_too_large")
            assert answer.json()["limit"] == limit
            assert answer.headers["connection"] == "close"
    assert len(app.bodies) == 2


@pytest.mark.parametrize("length", ["1000001", "9" * 30])
async def test_an_announced_length_beyond_the_limit_is_refused_before_anything_is_read(app: App, length: str):
    async def never() -> AsyncIterator[bytes]:
        pytest.fail("the body was read")
        yield b""

    async with browsing(app.limited()) as client:
        answer = await client.post("/uploads", content=never(), headers={"content-length": length})
    assert problem(answer) == (413, "body_too_large")


async def test_an_upload_is_passed_on_while_it_arrives_and_ends_at_its_limit(app: App):
    async with browsing(app.limited()) as client:
        assert (await client.post("/uploads", content=chunks(1_000_000))).json() == 1_000_000
        answer = await client.post("/uploads", content=chunks(1_000_001))
    assert problem(answer) == (413, "body_too_large")
    assert app.bodies == [1_000_000]


async def test_a_route_that_hides_the_failure_of_its_body_does_not_hide_the_limit(app: App):
    @app.api.post("/careless")
    async def careless(request: Request) -> str:
        with suppress(Exception):
            await request.body()
        return "all is well"

    raw = RouteLimits(path="/careless", methods=("POST",), max_body=10, max_values=None)
    limited = LimitsMiddleware(app.api, routes=[raw], others=OTHER_ROUTES, reads=FAST, writes=FAST)
    async with browsing(Named(limited)) as client:
        answer = await client.post("/careless", content=chunks(11))
    assert problem(answer) == (413, "body_too_large")


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"a":' * 20 + b"1" + b"}" * 20,
        b"[" * 60_000,
        json.dumps({"a": list(range(10_001))}).encode(),
        json.dumps({str(i): 0 for i in range(5_000)} | {"b": [0] * 5_001}, separators=(",", ":")).encode()[:65_000],
        b"{},[]" * 10_000,
    ],
    ids=lambda body: body[:12].decode(),
)
async def test_json_that_is_deep_or_has_many_values_is_refused_before_it_is_parsed(app: App, body: bytes):
    async with browsing(app.limited()) as client:
        answer = await client.post("/orders", content=body, headers={"content-type": "application/json"})
    assert problem(answer) == (422, "body_too_complex")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
async def test_json_in_other_encodings_cannot_hide_its_depth(app: App, encoding: str):
    body = ('{"a": "\\\\' + '", "b": ' + "[" * 50 + "]" * 50 + "}").encode(encoding)
    async with browsing(app.limited()) as client:
        answer = await client.post("/orders", content=body, headers={"content-type": "application/json"})
    assert problem(answer) == (422, "invalid_json")


@pytest.mark.parametrize(
    "value",
    ["[[[[{{{{,,,,", 'a "quoted" [text] \\', "\\" * 99, '"' * 99, "[" * 10_000 + "," * 10_000, "a\\u0022[" * 99],
)
async def test_brackets_and_commas_in_strings_do_not_count(app: App, value: str):
    async with browsing(app.limited()) as client:
        answer = await client.post("/orders", json={"text": value, "more": [value, value]})
    assert answer.status_code == 200
    assert app.bodies == [{"text": value, "more": [value, value]}]


@pytest.mark.parametrize("unit", [b'"', b'"\\', b"\\", b'"\\"', b'\\"', b"[]", b'"",'])
def test_checking_a_body_takes_time_in_proportion_to_its_size(unit: bytes):
    size = 4_000_000  # in quadratic time, the test would run into its limit

    covered = sum(len(token[0]) for token in limits._JSON_TOKEN.finditer(unit * (size // len(unit))))

    assert covered <= size


async def test_a_body_that_stops_arriving_is_given_up(app: App, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "BODY_TIMEOUT_S", 0.05)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with browsing(app.limited()) as client:
        for path in ("/orders", "/uploads"):
            answer = await client.post(path, content=stalled())
            assert problem(answer) == (408, "body_timeout")
            assert answer.headers["connection"] == "close"


async def test_each_caller_has_a_rate_of_its_own_and_is_told_when_to_ask_again(app: App):
    async with browsing(app.limited(reads=Rate(0.1, 3), writes=Rate(0.001, 1))) as client:
        statuses = [(await client.get("/read", headers={"x-caller": "alice"})).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        refused = await client.get("/read", headers={"x-caller": "alice"})
        assert problem(refused) == (429, "too_many_requests")
        assert refused.headers["retry-after"] == "10"

        assert (await client.get("/read", headers={"x-caller": "bob"})).status_code == 200
        assert (await client.get("/read")).status_code == 200
        assert (await client.post("/orders", json={}, headers={"x-caller": "alice"})).status_code == 200
        assert (await client.post("/orders", json={}, headers={"x-caller": "alice"})).status_code == 429


def test_tokens_come_back_at_the_rate():
    buckets = limits._Buckets(Rate(2, 2))

    assert [buckets.take("alice", 100.0) for _ in range(3)] == [0, 0, 0.5]
    assert [buckets.take("alice", 100.5) for _ in range(2)] == [0, 0.5]
    assert [buckets.take("alice", 1_000.0) for _ in range(3)] == [0, 0, 0.5]


def test_callers_that_are_gone_are_forgotten_and_busy_ones_are_not():
    buckets = limits._Buckets(Rate(1, 1))
    for number in range(20_000):
        buckets.take(f"address {number}", number / 100)
        buckets.take("busy", number / 100)

    assert len(buckets._buckets) < 3_000
    assert buckets.take("busy", 199.995) > 0


async def test_a_caller_has_so_many_uploads_open_and_others_have_theirs(app: App):
    app.go_on.clear()
    async with browsing(app.limited()) as client:

        def upload(caller: str) -> asyncio.Task[httpx2.Response]:
            return asyncio.create_task(client.post("/uploads", content=chunks(20_000), headers={"x-caller": caller}))

        open_ones = [upload("alice"), upload("alice")]
        async with asyncio.timeout(10):
            while sum(app_slots(client).values()) < 2:
                await asyncio.sleep(0.01)
            refused = await upload("alice")
            assert problem(refused) == (429, "too_many_open_requests")
            assert int(refused.headers["retry-after"]) > 0
            other = upload("bob")
            app.go_on.set()
            assert [(await task).status_code for task in (*open_ones, other)] == [200, 200, 200]
            assert (await upload("alice")).status_code == 200
    assert app_slots(client) == {}


def app_slots(client: httpx2.AsyncClient) -> dict[tuple[str, str], int]:
    transport: Any = client._transport
    return dict(transport.app.inner._open)


async def test_a_stream_that_its_reader_leaves_is_no_longer_counted(app: App):
    limited = app.limited()
    app.go_on.clear()

    async def leave_early() -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/events",
            "raw_path": b"/events",
            "query_string": b"",
            "headers": [],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "scheme": "http",
            "http_version": "1.1",
            "root_path": "",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
        }
        begun = asyncio.Event()

        async def receive() -> dict[str, object]:
            if not begun.is_set():
                await begun.wait()
            return {"type": "http.disconnect"}

        async def send(message) -> None:
            if message["type"] == "http.response.body":
                begun.set()

        await limited(scope, receive, send)

    async with asyncio.timeout(10):
        for _ in range(5):
            await leave_early()
    assert limited.inner._open == {}


@pytest.mark.parametrize(("method", "path"), [("POST", "/orders"), ("POST", "/uploads"), ("GET", "/read")])
async def test_waiting_for_the_client_to_go_has_no_time_limit(app: App, monkeypatch, method: str, path: str):
    monkeypatch.setattr(limits, "BODY_TIMEOUT_S", 0.02)

    async def slow(scope, receive, send) -> None:
        await Request(scope, receive).body()
        watching = asyncio.create_task(receive())
        await asyncio.sleep(0.1)
        await PlainTextResponse(str(watching.done()))(scope, receive, send)
        watching.cancel()

    limited = LimitsMiddleware(slow, routes=[UPLOADS], others=OTHER_ROUTES, reads=FAST, writes=FAST)
    async with browsing(Named(limited)) as client:
        assert (await client.request(method, path, json={} if method == "POST" else None)).text == "False"


@pytest.mark.parametrize(
    ("method", "path", "max_body"),
    [
        ("POST", "/v1/projects", 1 << 20),
        ("POST", "/v1/projects/5f0c/edits", 1 << 20),
        ("POST", "/v1/projects/5f0c/approval", 64 << 10),
        ("POST", "/v1/projects/5f0c/x/edits", 64 << 10),
        ("POST", "/v1/uploads", 7),
        ("POST", "/v1/uploads/", 64 << 10),
        ("GET", "/v1/uploads", 64 << 10),
        ("POST", "/v1/projects/../uploads", 64 << 10),
    ],
)
def test_routes_have_their_own_limits(method: str, path: str, max_body: int):
    found = [route for route in route_limits(max_upload=7) if route.applies(method, path)]
    assert (found or [OTHER_ROUTES])[0].max_body == max_body
    assert READ_RATE.burst >= WRITE_RATE.burst
