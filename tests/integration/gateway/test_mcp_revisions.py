"""Footage servers that speak one revision of MCP and no other, over standard streams and over HTTP."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import mcp.client.session
import pytest

from scenewire_sourcing.providers.base import FootageUnavailableError
from scenewire_sourcing.providers.mcp_source import McpSource
from scenewire_sourcing.providers.server_config import FootageServer
from tests.support import mcp_peer
from tests.support.footage import connected
from tests.support.mcp_peer import HANDSHAKE, MODERN, HungUpError
from tests.support.web import Asked, Reply, as_json, serving

TRANSPORTS = ("stdio", "http")
FUTURE = "2099-01-01"
ANCIENT = "2023-01-01"


@asynccontextmanager
async def peer(transport: str, revision: str, temper: str = "polite") -> AsyncIterator[McpSource]:
    if transport == "stdio":
        command = (sys.executable, "-I", str(Path(mcp_peer.__file__)), revision, temper)
        async with connected(FootageServer(name="peer", command=command)) as source:
            yield source
        return

    def http(asked: Asked) -> Reply:
        if not asked.body:  # to listen for what the server says unasked, or to end the session
            return Reply(status=405)
        try:
            said = mcp_peer.answer(json.loads(asked.body), revision, temper)
        except HungUpError:
            return Reply(status=400)
        return Reply(status=202) if said is None else as_json(said, Content_Type="application/json")

    async with serving() as web:
        web.routes["/mcp"] = http
        async with connected(FootageServer(name="peer", url=f"{web.url}/mcp")) as source:
            yield source


async def titles(source: McpSource) -> list[str]:
    return [found.title for found in await source.search("tea", 5)]


async def refusal(source: McpSource) -> str:
    with pytest.raises(FootageUnavailableError) as refused:
        await source.search("tea", 5)
    return str(refused.value)


@pytest.mark.parametrize("revision", [*HANDSHAKE, MODERN])
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_row_65_b15_a_server_of_any_published_revision_is_understood(transport: str, revision: str) -> None:
    async with peer(transport, revision) as source:
        assert await titles(source) == [f"Tea in {revision}"]
        assert await titles(source) == [f"Tea in {revision}"]  # in the same session


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("revision", [FUTURE, ANCIENT])
async def test_row_65_a_server_of_no_common_revision_is_a_reason_that_names_them(transport: str, revision: str) -> None:
    async with peer(transport, revision) as source:
        assert await refusal(source) == (
            f"it speaks MCP {revision}; scenewire speaks 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25 and 2026-07-28"
        )


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_row_65_a_strict_old_server_that_hangs_up_gets_the_legacy_handshake(
    transport: str,
) -> None:
    async with peer(transport, HANDSHAKE[0], "abrupt") as source:
        assert await titles(source) == [f"Tea in {HANDSHAKE[0]}"]


async def test_row_65_an_old_server_that_stays_silent_gets_the_legacy_handshake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mcp.client.session, "DISCOVER_TIMEOUT_SECONDS", 0.2)
    async with peer("stdio", HANDSHAKE[0], "silent") as source:
        assert await titles(source) == [f"Tea in {HANDSHAKE[0]}"]


async def test_row_65_a_server_of_the_oldest_http_transport_is_a_reason_that_says_so() -> None:
    """HTTP with server-sent events: it is asked with GET, and does not know the POST of later ones."""
    async with serving() as web:
        web.routes["/sse"] = Reply(status=405)
        async with connected(FootageServer(name="old", url=f"{web.url}/sse")) as source:
            assert await refusal(source) == (
                "it does not speak MCP's streamable HTTP (405); put a gateway in front of servers that use the "
                "older HTTP with server-sent events"
            )
