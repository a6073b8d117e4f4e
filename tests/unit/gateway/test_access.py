"""Who is admitted: by token, by cookie, and without keys."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.sse import EventSourceResponse

from scenewire.errors import PermanentError
from scenewire_gateway.access import middleware
from scenewire_gateway.access.authentication import Authenticator, is_loopback, require_safe_binding
from scenewire_gateway.access.keys import KeysFile
from scenewire_gateway.access.neighbours import Neighbours
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.access.sessions import Sessions, session_secret
from scenewire_gateway.http.routes.session import session_router
from tests.support.gateway import browsing, guarded_app

REMOTE = {"client": "192.0.2.7", "base": "https://videos.example.com"}


@pytest.fixture
def keys(tmp_path: Path) -> KeysFile:
    return KeysFile(tmp_path / "keys.toml")


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("scope", Scope)
async def test_a_key_reaches_the_routes_of_its_scope_and_below(keys: KeysFile, scope: Scope):
    token = keys.add("alice", scope)

    async with browsing(guarded_app(keys), **REMOTE) as client:
        for route in Scope:
            answer = await client.get(f"/{route}", headers=bearer(token))
            assert answer.status_code == (200 if scope.includes(route) else 403)
            if answer.status_code == 403:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["code"] == "missing_scope"
                assert f"needs {route}" in answer.json()["detail"]


async def test_without_a_key_only_public_paths_answer(keys: KeysFile):
    keys.add("alice", Scope.ADMIN)
    paths = [
        "/",
        "/healthz",
        "/pages/app.js",
        "/read",
        "/order",
        "/admin",
        "/forgotten",
        "/none",
        "/v1/session",
        "/docs",
    ]

    async with browsing(guarded_app(keys), **REMOTE) as client:
        answers = {path: await client.get(path) for path in paths}

    assert {path for path, answer in answers.items() if answer.status_code == 200} == {"/", "/healthz", "/pages/app.js"}
    refused = [answer for answer in answers.values() if answer.status_code != 200]
    assert {answer.status_code for answer in refused} == {401}
    assert {answer.headers["www-authenticate"] for answer in refused} == {'Bearer realm="scenewire"'}
    assert {answer.headers["content-type"] for answer in refused} == {"application/problem+json"}
    assert {answer.json()["code"] for answer in refused} == {"no_token"}


async def test_unknown_expired_and_removed_tokens_are_refused_everywhere(keys: KeysFile):
    keys.add("alice", Scope.ADMIN)
    expired = keys.add("old", Scope.ADMIN, lifetime=timedelta(0))
    removed = keys.add("gone", Scope.ADMIN)
    keys.remove("gone")

    async with browsing(guarded_app(keys), **REMOTE) as client:
        for path in ("/", "/read", "/v1/session"):
            for header in (f"Bearer {expired}", f"Bearer {removed}", "Bearer x", "Bearer ", "Basic eDp5"):
                answer = await client.get(path, headers={"authorization": header})
                assert answer.status_code == 401
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert header.partition(" ")[2] not in answer.text or header in ("Bearer x", "Bearer ")


async def test_a_key_that_is_removed_while_the_gateway_runs_is_refused_at_once(keys: KeysFile):
    token = keys.add("alice", Scope.READ)

    async with browsing(guarded_app(keys), **REMOTE) as client:
        assert (await client.get("/read", headers=bearer(token))).status_code == 200
        KeysFile(keys.path).remove("alice")
        assert (await client.get("/read", headers=bearer(token))).status_code == 401


@pytest.mark.parametrize("damage", ["unlink", "garbage"])
async def test_unusable_keys_admit_nobody_and_do_not_open_the_gateway(keys: KeysFile, damage: str):
    token = keys.add("alice", Scope.ADMIN)
    async with browsing(guarded_app(keys)) as client:
        opened = await client.post("/v1/session", headers=bearer(token))
        assert opened.status_code == 200
        if damage == "unlink":
            keys.path.unlink()
        else:
            keys.path.write_text("garbage")

        assert (await client.get("/read")).status_code == 503
        client.cookies.clear()
        assert (await client.get("/read")).status_code == 401
        answer = await client.get("/read", headers=bearer(token))
        assert (answer.status_code, answer.json()["code"]) == (503, "keys_unusable")
        assert str(keys.path) not in answer.text


@pytest.mark.parametrize("with_cookie", [False, True])
async def test_an_open_stream_ends_when_its_key_is_removed(keys: KeysFile, monkeypatch, with_cookie: bool):
    monkeypatch.setattr(middleware, "RECHECK_S", 0)
    token = keys.add("alice", Scope.READ)
    keys.add("bob", Scope.READ)
    sent: list[str] = []
    closed = asyncio.Event()
    app = FastAPI()

    @app.get("/events", response_class=EventSourceResponse)
    async def events() -> AsyncIterator[str]:
        try:
            while True:
                sent.append("tick")
                yield "tick"
                if len(sent) in (3, 6):
                    keys.remove("bob" if len(sent) == 3 else "alice")
                await asyncio.sleep(0.005)
        finally:
            closed.set()

    authenticator = Authenticator(keys, Sessions(b"0" * 32))
    app.include_router(session_router(authenticator))
    guarded = middleware.AccessMiddleware(app, authenticator, public=())
    async with browsing(guarded, **REMOTE) as client:
        headers = bearer(token)
        if with_cookie:
            await client.post("/v1/session", headers=headers)
            headers = {}
        async with client.stream("GET", "/events", headers=headers) as answer:
            received = [line async for line in answer.aiter_lines() if line.startswith("data")]

    assert len(received) > 3  # the third removed another key
    async with asyncio.timeout(10):
        await closed.wait()  # the route could clean up


# Sessions


async def test_a_cookie_stands_for_the_key_and_is_not_the_token(keys: KeysFile):
    token = keys.add("alice", Scope.ORDER)

    async with browsing(guarded_app(keys), **REMOTE) as client:
        opened = await client.post("/v1/session", headers=bearer(token))
        cookie = opened.headers["set-cookie"]
        assert cookie.startswith("__Host-scenewire-session=alice.")
        assert {"HttpOnly", "SameSite=strict", "Secure", "Path=/"} <= set(cookie.split("; "))
        assert token not in cookie
        assert opened.json()["name"] == "alice"

        assert (await client.get("/order")).json() == "alice"
        assert (await client.get("/admin")).status_code == 403
        assert (await client.get("/v1/session")).json() == {"name": "alice", "scope": "order", "expires_at": None}
        assert (await client.delete("/v1/session")).status_code == 204
        assert (await client.get("/order")).status_code == 401


async def test_over_plain_http_the_cookie_is_not_marked_secure(keys: KeysFile):
    token = keys.add("alice", Scope.ORDER)

    async with browsing(guarded_app(keys)) as client:
        opened = await client.post("/v1/session", headers=bearer(token))
        assert opened.headers["set-cookie"].startswith("scenewire-session=")
        assert "Secure" not in opened.headers["set-cookie"]
        assert (await client.get("/order")).status_code == 200


async def test_behind_a_proxy_that_ends_https_the_cookie_is_marked_secure(keys: KeysFile):
    token = keys.add("alice", Scope.ORDER)

    async with browsing(guarded_app(keys), x_forwarded_proto="https") as client:
        opened = await client.post("/v1/session", headers=bearer(token))
        assert opened.headers["set-cookie"].startswith("__Host-scenewire-session=")
        assert "Secure" in opened.headers["set-cookie"]


async def test_sessions_survive_a_restart_and_end_with_their_key_or_their_secret(keys: KeysFile):
    token = keys.add("alice", Scope.ORDER)
    async with browsing(guarded_app(keys)) as client:
        cookies = (await client.post("/v1/session", headers=bearer(token))).cookies

    async def status(app) -> int:
        async with browsing(app) as client:
            client.cookies = cookies
            return (await client.get("/order")).status_code

    assert await status(guarded_app(KeysFile(keys.path))) == 200
    assert await status(guarded_app(keys, secret=b"1" * 32)) == 401
    keys.remove("alice")
    keys.add("alice", Scope.ORDER)
    assert await status(guarded_app(keys)) == 401


async def test_a_session_ends_with_its_key_also_when_the_expiry_is_changed_later(keys: KeysFile):
    token = keys.add("alice", Scope.ORDER, lifetime=timedelta(days=1))
    async with browsing(guarded_app(keys)) as client:
        await client.post("/v1/session", headers=bearer(token))
        assert (await client.get("/order")).status_code == 200
        text = keys.path.read_text()
        keys.path.write_text(re.sub(r"expires = .*", "expires = 2026-01-01T00:00:00Z", text))
        assert (await client.get("/order")).status_code == 401


def test_a_session_ends_no_later_than_its_key(keys: KeysFile):
    now = datetime.now(UTC)
    key = keys.find(keys.add("alice", Scope.ORDER, lifetime=timedelta(hours=1)))
    assert key is not None
    sessions = Sessions(b"0" * 32, lifetime=timedelta(days=30))

    value, expires = sessions.issue(key, now)

    assert expires == key.expires
    assert sessions.find(value, [key], now) == key
    assert sessions.find(value, [key], now + timedelta(hours=1)) is None


def test_no_altered_cookie_is_accepted(keys: KeysFile):
    now = datetime.now(UTC)
    keys.add("admin", Scope.ADMIN)
    keys.add("a.b", Scope.READ)
    admin, key = keys.read()
    sessions = Sessions(b"0" * 32)
    value, _ = sessions.issue(key, now)
    name, seconds, mac = value.rsplit(".", 2)
    assert sessions.find(value, keys.read(), now) == key

    altered = [
        f"{admin.name}.{seconds}.{mac}",
        f"{name}.{int(seconds) + 1}.{mac}",
        f"{name}.0{seconds}.{mac}",
        f"{name}.+{seconds}.{mac}",
        f"{name}.{seconds}.{mac[:-1]}",
        f"{name}.{seconds}.{mac.upper()}",
        f"{name}.{seconds}.é",
        f"{name}.{'9' * 5000}.{mac}",
        f"{name}.²²².{mac}",
        f"{name}..{mac}",
        f"{name}.{seconds}.",
        "..",
        "",
        name,
    ]
    assert [sessions.find(text, keys.read(), now) for text in altered] == [None] * len(altered)


def test_replicas_share_one_secret_that_only_their_user_may_read(tmp_path: Path):
    path = tmp_path / "gateway" / "session-secret"

    assert session_secret(path) == session_secret(path)
    assert len(session_secret(path)) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["session-secret"]


# Other origins


CROSS = [
    {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty"},
    {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "origin": "http://127.0.0.1:3000"},
    {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    {"origin": "http://evil.example"},
    {"origin": "http://127.0.0.1:3000"},
    {"origin": "null"},
]
OWN = [
    {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8321"},
    {"sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    {"origin": "http://127.0.0.1:8321"},
    {},
]


@pytest.mark.parametrize("with_keys", [False, True])
@pytest.mark.parametrize("headers", CROSS, ids=json.dumps)
async def test_pages_of_other_origins_cannot_use_what_the_browser_adds(keys: KeysFile, headers, with_keys: bool):
    token = keys.add("alice", Scope.ADMIN) if with_keys else ""
    async with browsing(guarded_app(keys)) as client:
        if with_keys:
            assert (await client.post("/v1/session", headers=bearer(token))).status_code == 200
        answer = await client.post("/order", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")
        if with_keys:  # a program that holds the token may send what it likes
            assert (await client.post("/order", headers=headers | bearer(token))).status_code == 200


@pytest.mark.parametrize("with_keys", [False, True])
@pytest.mark.parametrize("headers", OWN, ids=json.dumps)
async def test_the_gateway_s_own_pages_and_programs_are_admitted(keys: KeysFile, headers, with_keys: bool):
    token = keys.add("alice", Scope.ADMIN) if with_keys else ""
    async with browsing(guarded_app(keys)) as client:
        if with_keys:
            await client.post("/v1/session", headers=bearer(token))
        assert (await client.post("/order", headers=headers)).status_code == 200


async def test_a_link_on_another_site_opens_a_page(keys: KeysFile):
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}

    async with browsing(guarded_app(keys)) as client:
        assert (await client.get("/", headers=link)).status_code == 200
        assert (await client.post("/order", headers=link)).status_code == 403


async def test_no_other_origin_is_allowed_to_read_answers(keys: KeysFile):
    async with browsing(guarded_app(keys)) as client:
        asked = {"origin": "http://evil.example", "access-control-request-method": "POST"}
        preflight = await client.request("OPTIONS", "/order", headers=asked)
        plain = await client.get("/read", headers={"sec-fetch-site": "same-origin"})

    assert preflight.status_code in (403, 405)
    assert not [name for answer in (preflight, plain) for name in answer.headers if name.startswith("access-control")]


# Without keys


@pytest.mark.parametrize("host", ["127.0.0.1:8321", "localhost:8321", "LOCALHOST", "[::1]:8321", "127.9.9.9"])
@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
async def test_without_keys_everyone_on_this_host_is_admin(keys: KeysFile, host: str, client: str):
    async with browsing(guarded_app(keys), client=client, host=host) as browser:
        assert (await browser.get("/admin")).json() == "local"
        opened = await browser.post("/v1/session")
        assert (opened.json()["name"], "set-cookie" in opened.headers) == ("local", False)


@pytest.mark.parametrize(
    ("client", "host"),
    [
        ("127.0.0.1", "evil.example:8321"),
        ("127.0.0.1", "127.0.0.1.evil.example"),
        ("127.0.0.1", "localhost.evil.example"),
        ("127.0.0.1", "0.0.0.0:8321"),
        ("127.0.0.1", "[::1"),
        ("127.0.0.1", "[::]:8321"),
        ("127.0.0.1", "192.168.1.4"),
        ("127.0.0.1", "2130706433"),
        ("127.0.0.1", ""),
        ("192.0.2.7", "127.0.0.1:8321"),
        ("::ffff:192.0.2.7", "localhost"),
        ("testclient", "localhost"),
    ],
)
async def test_without_keys_other_hosts_and_other_names_are_refused_on_every_path(keys, client: str, host: str):
    async with browsing(guarded_app(keys), client=client, host=host) as browser:
        for path in ("/", "/healthz", "/read", "/none"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_local")


ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth2\t00000000\t010013AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth2\t000013AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
"""
"""Of a container on the networks 172.18.0.0/16 and 172.19.0.0/16, with the default gateway 172.19.0.1."""


@pytest.mark.parametrize(
    ("client", "is_admitted"),
    [
        ("172.19.0.1", True),  # the host, through the published port
        ("127.0.0.1", True),  # a check of health inside of the container
        ("192.168.65.1", True),  # the host, where containers run in a virtual machine
        ("172.19.0.7", False),  # another container
        ("172.18.0.3", False),
        ("172.18.0.1", False),  # no default gateway
        ("::ffff:172.18.0.3", False),
        ("fd00::3", False),
    ],
)
async def test_the_published_port_of_a_container_is_closed_to_other_containers(keys: KeysFile, client, is_admitted):
    app = guarded_app(keys, neighbours=Neighbours(ROUTES))
    async with browsing(app, client=client, base="http://127.0.0.1:8321") as browser:
        assert (await browser.get("/read")).status_code == (200 if is_admitted else 403)
    async with browsing(app, client=client, host="gateway:8321") as browser:
        assert (await browser.get("/read")).status_code == 403


def test_the_routes_of_this_host_can_be_read():
    assert Neighbours.of_this_host().include("127.0.0.1", server="127.0.0.1") is False


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
async def test_without_keys_a_proxy_on_this_host_opens_nothing(keys: KeysFile, header: str):
    async with browsing(guarded_app(keys)) as browser:
        answer = await browser.get("/read", headers={header: "192.0.2.7"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_local")


async def test_the_first_key_closes_a_running_gateway(keys: KeysFile):
    async with browsing(guarded_app(keys)) as client:
        assert (await client.get("/admin")).status_code == 200
        KeysFile(keys.path).add("alice", Scope.READ)
        assert (await client.get("/admin")).status_code == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "videos.example.com", ""])
def test_a_gateway_that_others_can_reach_does_not_start_without_keys(keys: KeysFile, host: str):
    with pytest.raises(PermanentError, match="there are no API keys") as refused:
        require_safe_binding(host, keys)
    assert "scenewire keys add" in refused.value.hint

    keys.add("alice", Scope.READ)
    require_safe_binding(host, keys)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_gateway_that_only_this_host_can_reach_starts_without_keys(keys: KeysFile, host: str):
    require_safe_binding(host, keys)
    assert is_loopback(host)


def test_a_keys_file_that_is_required_must_exist(keys: KeysFile):
    with pytest.raises(PermanentError, match="cannot be used"):
        require_safe_binding("127.0.0.1", KeysFile(keys.path, required=True))
