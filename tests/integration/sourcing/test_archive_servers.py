"""The servers of archives as processes of their own: what goes in and out of them, and what must not."""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from pydantic import SecretStr

from scenewire.processes.run import run_program
from scenewire_sourcing.providers.base import RemoteFile
from scenewire_sourcing.providers.server_config import FootageServer
from scripts.doubles.archive import KEY, Item, dvids, nasa
from scripts.doubles.open_archives import ARCHIVES, Holding
from tests.support.footage import connected
from tests.support.web import Reply, Web, as_json, serving

WITH_KEYS = ("dvids", "pexels", "pixabay")

SHIPS = [Item(1, "Ships in the Suez canal", "suez, canal, ship"), Item(2, "Ships at night", "ship")]


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as running:
        yield running


def archive(name: str, web: Web, **env: str) -> FootageServer:
    """The shipped server, asking a double."""
    known = {f"{name.upper()}_URL": web.url, f"{name.upper()}_INTERVAL": "0"}
    if name in WITH_KEYS:
        known[f"{name.upper()}_API_KEY"] = KEY
    secret = {key: SecretStr(value) for key, value in (known | env).items() if value}
    return FootageServer(name=name, env=secret, local_hosts=(web.host,)).with_defaults({})


@asynccontextmanager
async def session(server: FootageServer, errors: Path) -> AsyncIterator[Client]:
    """Any MCP client, here the SDK's own; what the server writes beside is kept."""
    assert server.command is not None
    command = ["-c", f'exec "$@" 2>>{errors}', "sh", *server.command]
    env = {name: value.get_secret_value() for name, value in server.env.items()}
    parameters = StdioServerParameters(command="/bin/sh", args=command, env=env)
    async with Client(parameters, read_timeout_seconds=30) as client:
        yield client


async def test_b15_dvids_lists_its_tools_and_answers_in_json_over_stdio(web: Web, tmp_path: Path) -> None:
    dvids(web, SHIPS)
    async with session(archive("dvids", web), tmp_path / "errors") as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == {"search_footage", "get_footage", "describe_footage"}
        answer = await client.call_tool("search_footage", {"query": "ship", "limit": 5})
        text = "".join(getattr(content, "text", "") for content in answer.content)
        assert json.loads(text) == answer.structured_content
        described = await client.call_tool("describe_footage", {"id": "video:1"})
        assert described.structured_content is not None
        assert described.structured_content["creator"] == "Sgt. Ann Lee, 1st Unit"


@pytest.mark.parametrize("name", ["dvids", "nasa"])
async def test_b15_a_shipped_archive_is_searched_and_names_its_files(web: Web, name: str) -> None:
    {"dvids": dvids, "nasa": nasa}[name](web, SHIPS)
    server = archive(name, web)
    async with connected(server) as source:
        (found,) = await source.search("suez", 5)
        located = await source.locate(found.id)
    assert located.place == RemoteFile(located.footage.url, server.hosts, (web.host,))
    assert located.footage.url.startswith(f"{web.url}/")
    assert server.hosts


@pytest.mark.parametrize("name", ARCHIVES)
async def test_b15_an_open_archive_is_searched_and_names_its_files(web: Web, name: str) -> None:
    holdings = [Holding(1, "Suez canal", "ship"), Holding(2, "Suez port", "ship", kind="still")]
    ARCHIVES[name](web, holdings, lambda holding: str(holding.number).encode())
    server = archive(name, web)
    async with connected(server) as source:
        found = await source.search("suez", 5)
        located = [await source.locate(footage.id) for footage in found]
    assert [footage.kind for footage in found] == (["still"] if name == "openverse" else ["clip", "still"])
    for at in located:
        assert at.place == RemoteFile(at.footage.url, server.hosts, (web.host,))
        assert at.footage.url.startswith(f"{web.url}/")
        assert at.footage.licence
    assert server.hosts
    agents = {asked.headers["user-agent"].partition("/")[0] for asked in web.asked}
    assert agents == {"scenewire"}


@pytest.mark.parametrize("name", ["pexels", "pixabay"])
async def test_the_key_is_in_nothing_that_the_server_of_an_open_archive_says(
    web: Web, tmp_path: Path, name: str
) -> None:
    ARCHIVES[name](web, [Holding(1, "Suez canal", "ship")], lambda _: b"clip")
    key_file = tmp_path / "key"
    key_file.write_text(f"{KEY}\n")
    server = archive(name, web, **{f"{name.upper()}_API_KEY": "", f"{name.upper()}_API_KEY_FILE": str(key_file)})
    said: list[Any] = []
    async with session(server, tmp_path / "errors") as client:
        said.append(await client.call_tool("search_footage", {"query": "suez"}))
        said.append(await client.call_tool("get_footage", {"id": "clip:1"}))
        for reply in (Reply(status=500), Reply(KEY.encode()), Reply(b"{}", length=50)):
            web.routes = dict.fromkeys(web.routes, reply)
            said.append(await client.call_tool("search_footage", {"query": f"other {len(said)}"}))
    assert [result.is_error for result in said] == [False, False, True, True, True]
    assert KEY not in repr(said)
    assert KEY not in (tmp_path / "errors").read_text()


async def test_the_key_is_in_nothing_that_dvids_server_says(web: Web, tmp_path: Path) -> None:
    """Not in answers, not in errors, not on standard error, whatever happens; and it may come from a file."""
    dvids(web, SHIPS)
    key_file = tmp_path / "key"
    key_file.write_text(f"{KEY}\n")
    server = archive("dvids", web, DVIDS_API_KEY="", DVIDS_API_KEY_FILE=str(key_file))
    assert KEY not in repr(server)
    assert KEY not in str(server.command)
    said: list[Any] = []
    async with session(server, tmp_path / "errors") as client:
        said.append(await client.call_tool("search_footage", {"query": "ship"}))
        said.append(await client.call_tool("get_footage", {"id": "video:1"}))
        web.routes["/asset"] = as_json({"results": {"files": [{"type": "video/mp4", "src": f"https://x/?k={KEY}"}]}})
        said.append(await client.call_tool("get_footage", {"id": "video:2"}))
        for reply in (Reply(status=500), Reply(b"{"), Reply(KEY.encode()), Reply(b"{}", length=50)):
            web.routes["/search"] = reply
            said.append(await client.call_tool("search_footage", {"query": f"other {len(said)}"}))
    assert all(asked.query["api_key"] == KEY for asked in web.asked)
    assert [result.is_error for result in said] == [False, False, True, True, True, True, True]
    assert KEY not in repr(said)
    assert KEY not in (tmp_path / "errors").read_text()


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({}, "needs a key"),
        ({"API_KEY": ""}, "needs a key"),
        ({"API_KEY_FILE": "/nowhere/key"}, "cannot be read"),
        ({"API_KEY_FILE": "/dev/null"}, "is empty"),
        ({"API_KEY": f"{KEY} {KEY}"}, "cannot be a key"),
        ({"API_KEY": KEY, "INTERVAL": KEY}, "valid"),
    ],
)
@pytest.mark.parametrize("name", WITH_KEYS)
async def test_an_archive_without_a_usable_key_says_so_and_ends(name: str, env: dict[str, str], reason: str) -> None:
    kept = {variable: value for variable, value in os.environ.items() if not variable.startswith(f"{name.upper()}_")}
    given = {f"{name.upper()}_{variable}": value for variable, value in env.items()}
    module = f"scenewire_sourcing.servers.{name}"
    done = await run_program([sys.executable, "-m", module], timeout=30, env=kept | given)
    assert done.returncode == 2
    assert reason in done.stderr
    assert KEY not in done.stderr
