"""Which servers the environment names."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.sourcing.settings import SourcingSettings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("LIBRARY_DIR", "SOURCING_SERVERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARTIFACTS_URL", "file:///tmp/a")
    return monkeypatch


def test_without_configuration_there_is_no_server(environment: pytest.MonkeyPatch) -> None:
    assert SourcingSettings().footage_servers == ()
    environment.setenv("LIBRARY_DIR", "")
    assert SourcingSettings().footage_servers == ()


def test_a_library_folder_brings_the_shipped_server(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("LIBRARY_DIR", str(tmp_path))
    (server,) = SourcingSettings().footage_servers
    assert (server.name, server.root) == ("library", tmp_path)
    assert server.env["LIBRARY_DIR"].get_secret_value() == str(tmp_path)
    assert server.command is not None
    assert server.command[-1] == "services.sourcing.servers.library"


def test_servers_are_a_list_in_order_of_preference(environment: pytest.MonkeyPatch) -> None:
    servers = [
        {"name": "dvids", "command": ["dvids-mcp"], "env": {"KEY": "topsecret"}, "root": "/media"},
        {"name": "far", "url": "https://footage.example/mcp"},
    ]
    environment.setenv("SOURCING_SERVERS", json.dumps(servers))
    settings = SourcingSettings()
    assert [server.name for server in settings.footage_servers] == ["dvids", "far"]
    assert "topsecret" not in repr(settings)


@pytest.mark.parametrize(
    "servers",
    [
        [{"name": "a"}],
        [{"name": "a", "command": ["x"], "url": "https://x"}],
        [{"name": "a", "command": []}],
        [{"name": "a", "url": "file:///x"}],
        [{"name": "", "command": ["x"]}],
        [{"name": "a", "command": ["x"], "shell": True}],
        [{"name": "a", "command": ["x"]}, {"name": "a", "command": ["y"]}],
    ],
)
def test_a_server_that_cannot_be_meant_is_refused(environment: pytest.MonkeyPatch, servers: list[object]) -> None:
    environment.setenv("SOURCING_SERVERS", json.dumps(servers))
    with pytest.raises(ValidationError):
        SourcingSettings()
