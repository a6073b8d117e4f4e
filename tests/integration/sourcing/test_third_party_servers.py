"""Public MCP servers of others, installed, with the mappings of the documentation and doubles of what they ask."""

import asyncio
import json
import re
import shlex
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from mcp import Client, StdioServerParameters

from scenewire.errors import TransientError
from scenewire.processes.run import run_program
from scenewire_sourcing.candidates import FoundFootage
from scenewire_sourcing.providers.base import LocatedFootage, RemoteFile
from scenewire_sourcing.providers.server_config import FootageServer
from scripts.doubles.archive import KEY
from scripts.doubles.open_archives import ARCHIVES, Holding
from tests.support import third_party
from tests.support.footage import connected
from tests.support.web import Web, as_json, serving

pytestmark = pytest.mark.timeout(600)  # the first test installs the packages

ROOT: Final = Path(__file__).parents[3]
PACKAGES: Final = {
    "new": (
        "mcarchive-org==2026.4.21.1",
        "stock-image-mcp==0.1.6",
        "free-image-library==0.1.2",
        "free-music-library-mcp==0.4.3",
    ),
    "old": ("mcp<2", "pexels-mcp-server==0.0.4", "iflow-mcp-joelio-stocky==1.0.0"),
}
"""By the generation of the MCP library that they need."""

HOLDINGS: Final = (
    Holding(1, "Ships in the Suez canal", "suez,canal", licence="CC BY-SA 4.0"),
    Holding(2, "Suez harbour", "suez,port", kind="still", licence="CC BY 4.0", size=(1600, 1200)),
)


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The interpreters of two environments with these packages."""

    async def install(name: str) -> Path:
        folder = tmp_path_factory.mktemp("environments") / name
        await run_program([sys.executable, "-m", "venv", "--without-pip", folder], timeout=60)
        python = folder / "bin" / "python"
        options = ("--python", python, "--disable-pip-version-check", "--quiet")
        pip: list[str | Path] = [sys.executable, "-m", "pip", *options, "install", "--no-compile", *PACKAGES[name]]
        try:
            done = await run_program(pip, timeout=200)
        except TransientError as error:
            pytest.skip(f"the packages cannot be installed here: {error}")
        if done.returncode:
            pytest.skip(f"the packages cannot be installed here: {done.stderr[-300:]}")
        return python

    async def install_all() -> dict[str, Path]:
        return {name: await install(name) for name in PACKAGES}

    return asyncio.run(install_all())


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as running:
        yield running


def documented(name: str) -> dict[str, Any]:
    """Returns the configuration of a server in the documentation."""
    page = (ROOT / "docs" / "footage-servers.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```\n(SOURCING_SERVERS=.*?)^```$", page, re.DOTALL | re.MULTILINE):
        servers = shlex.split(block)[0].removeprefix("SOURCING_SERVERS=")
        for server in json.loads(servers) if servers.startswith("[") else ():
            if isinstance(server, dict) and server["name"] == name:
                return server
    raise AssertionError(name)


def at_double(name: str, python: Path, web: Web) -> FootageServer:
    """The documented configuration, with a double in place of the archive."""
    server = documented(name)
    command = [str(python), third_party.__file__, *server["command"]]
    env = {variable: KEY if "KEY" in variable else value for variable, value in server.get("env", {}).items()}
    environment = {**env, "DOUBLE": web.url, "DO_NOT_TRACK": "1"}
    return FootageServer.model_validate(server | {"command": command, "env": environment})


async def ask(server: FootageServer, query: str) -> tuple[FoundFootage, LocatedFootage]:
    async with connected(server, timeout_s=60) as source:
        assert await source.search("volcano", 5) == []
        (found,) = await source.search(query, 5)
        return found, await source.locate(found.id)


async def test_mcarchive_org(environments: dict[str, Path], web: Web) -> None:
    ARCHIVES["archive_org"](web, HOLDINGS, lambda _: b"")
    server = at_double("mcarchive", environments["new"], web)
    found, located = await ask(server, "ships: suez")
    assert (found.title, found.creator) == ("Ships in the Suez canal", "Ann Lee")
    assert found.licence_url.endswith("/licenses/by-sa/4.0/")
    url = "https://archive.org/download/item.1_ships-in-the-suez-canal/Ships%20in%20the%20Suez%20canal.mp4"
    assert located.place == RemoteFile(url, server.hosts, ())


async def test_pexels_mcp_server(environments: dict[str, Path], web: Web) -> None:
    ARCHIVES["pexels"](web, HOLDINGS, lambda _: b"")
    web.routes["/videos/search"] = web.routes["/v1/videos/search"]
    server = at_double("pexels-mcp", environments["old"], web)
    found, located = await ask(server, "ships suez")
    assert (found.title, found.creator, found.duration) == ("Ships in the suez canal", "Ann Lee", 12)
    assert (found.licence, found.source_url[:29]) == ("Pexels License", "https://www.pexels.com/video/")
    assert located.place == RemoteFile(f"{web.url}/pexels/1-720.mp4", server.hosts, ())
    assert (located.footage.width, located.footage.height) == (1280, 720)


async def test_stock_image_mcp(environments: dict[str, Path], web: Web) -> None:
    ARCHIVES["pixabay"](web, HOLDINGS, lambda _: b"")
    server = at_double("stock-image", environments["new"], web)
    found, located = await ask(server, "suez harbour")
    assert (found.kind, found.creator, found.licence) == ("still", "Ann Lee", "Pixabay License")
    assert "suez harbour" in found.title
    assert located.place == RemoteFile(f"{web.url}/pixabay/2_1280.jpg", server.hosts, ())


async def test_stocky(environments: dict[str, Path], web: Web) -> None:
    photo = {
        "id": "abc",
        "description": "Suez harbour",
        "alt_description": "a port",
        "urls": {
            "regular": "https://images.unsplash.com/photo-1?w=1080",
            "small": "https://images.unsplash.com/photo-1?w=400",
        },
        "width": 6000,
        "height": 4000,
        "user": {"name": "Ann Lee", "links": {"html": "https://unsplash.com/@ann"}},
        "tags": [{"title": "ship"}],
    }
    web.routes["/search/photos"] = lambda asked: as_json({"results": [photo] if "suez" in asked.query["query"] else []})
    server = at_double("stocky", environments["old"], web)
    found, located = await ask(server, "suez harbour")
    assert (found.kind, found.creator, found.keywords) == ("still", "Ann Lee", ("ship",))
    assert "Unsplash License" in found.licence
    assert found.source_url == "https://unsplash.com/photos/abc"
    assert located.place == RemoteFile("https://images.unsplash.com/photo-1?w=1080", server.hosts, ())


async def test_free_image_library(environments: dict[str, Path], web: Web) -> None:
    ARCHIVES["openverse"](web, HOLDINGS, lambda _: b"")
    server = at_double("free-images", environments["new"], web)
    found, located = await ask(server, "suez harbour")
    assert (found.kind, found.title, found.creator) == ("still", "Suez harbour", "Ann Lee")
    assert found.licence_url.endswith("/licenses/by/4.0/")
    assert located.place == RemoteFile("https://media.museum.example/2.jpg", server.hosts, ())


async def test_free_music_library_offers_no_footage(environments: dict[str, Path], web: Web) -> None:
    command = [third_party.__file__, "free-music-library-mcp"]
    parameters = StdioServerParameters(
        command=str(environments["new"]), args=command, env={"DOUBLE": web.url, "DO_NOT_TRACK": "1"}
    )
    async with Client(parameters, read_timeout_seconds=60) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
    assert "search_music" in tools
    assert not [name for name in tools if re.search("video|image|footage|photo", name)]


def test_a_key_in_a_documented_configuration_is_a_placeholder() -> None:
    for name in ("pexels-mcp", "stock-image", "stocky"):
        server = FootageServer.model_validate(documented(name))
        assert {key.get_secret_value() for key in server.env.values()} == {"…"}
