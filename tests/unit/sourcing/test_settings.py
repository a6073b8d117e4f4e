"""Footage servers from the environment."""

import json
import os
import re
import shlex
from pathlib import Path

import pytest
from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire_sourcing.app import create_app
from scenewire_sourcing.providers.bundled_servers import BUNDLED_SERVERS
from scenewire_sourcing.settings import SourcingSettings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in os.environ:
        if name.startswith(("LIBRARY_", "DVIDS_", "NASA_", "PEXELS_", "PIXABAY_", "SOURCING_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ARTIFACTS_URL", "file:///tmp/a")
    return monkeypatch


def test_without_configuration_there_is_no_server(environment: pytest.MonkeyPatch) -> None:
    assert SourcingSettings().footage_servers == ()
    environment.setenv("LIBRARY_DIR", "")
    assert SourcingSettings().footage_servers == ()


def test_a_library_folder_enables_the_bundled_server(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("LIBRARY_DIR", str(tmp_path))
    (server,) = SourcingSettings().footage_servers
    assert (server.name, server.root) == ("library", tmp_path)
    assert server.env["LIBRARY_DIR"].get_secret_value() == str(tmp_path)
    assert server.command is not None
    assert server.command[-1] == "scenewire_sourcing.servers.library"


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
def test_an_invalid_server_is_refused(environment: pytest.MonkeyPatch, servers: list[object]) -> None:
    environment.setenv("SOURCING_SERVERS", json.dumps(servers))
    with pytest.raises(ValidationError):
        SourcingSettings()


@pytest.mark.parametrize(
    "servers", [[{"name": "a", "env": {"KEY": "topsecret"}}], [{"env": {"KEY": "topsecret"}}], "x{"]
)
def test_a_refused_configuration_is_not_repeated_it_may_hold_keys(
    environment: pytest.MonkeyPatch, servers: object
) -> None:
    environment.setenv("SOURCING_SERVERS", f"[{json.dumps(servers)} topsecret")
    with pytest.raises(ValidationError) as broken:
        SourcingSettings()
    environment.setenv("SOURCING_SERVERS", json.dumps(servers))
    with pytest.raises(ValidationError) as wrong:
        SourcingSettings()
    assert "topsecret" not in str(broken.value) + str(wrong.value)


def test_dvids_is_used_as_soon_as_it_has_a_key_and_after_the_library(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("DVIDS_API_KEY", "topsecret")
    environment.setenv("DVIDS_INTERVAL", "2")
    environment.setenv("LIBRARY_DIR", str(tmp_path))
    library, dvids = SourcingSettings().footage_servers
    assert (library.name, dvids.name) == ("library", "dvids")
    assert set(dvids.env) == {"DVIDS_API_KEY", "DVIDS_INTERVAL"}
    assert set(library.env) == {"LIBRARY_DIR"}
    assert "*.cloudfront.net" in dvids.hosts


@pytest.mark.parametrize("key", ["DVIDS_API_KEY", "DVIDS_API_KEY_FILE"])
def test_an_empty_variable_is_no_key(environment: pytest.MonkeyPatch, key: str) -> None:
    environment.setenv(key, "")
    assert SourcingSettings().footage_servers == ()


def test_nasa_is_used_only_when_it_is_named(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("LIBRARY_DIR", str(tmp_path))
    environment.setenv("NASA_URL", "https://mirror.example")
    assert [server.name for server in SourcingSettings().footage_servers] == ["library"]
    for named in ("library,nasa", '["library", "nasa"]', '[{"name": "library"}, {"name": "nasa"}]'):
        environment.setenv("SOURCING_SERVERS", named)
        library, nasa = SourcingSettings().footage_servers
        assert library.root == tmp_path
        assert nasa.env["NASA_URL"].get_secret_value() == "https://mirror.example"
        assert nasa.command is not None
        assert nasa.command[-1] == "scenewire_sourcing.servers.nasa"


def test_fields_override_the_defaults_of_a_bundled_server(
    environment: pytest.MonkeyPatch,
) -> None:
    servers = [{"name": "dvids", "env": {"DVIDS_API_KEY_FILE": "/run/key"}, "local_hosts": ["127.0.0.1:8000"]}]
    environment.setenv("SOURCING_SERVERS", json.dumps(servers))
    (dvids,) = SourcingSettings().footage_servers
    assert dvids.local_hosts == ("127.0.0.1:8000",)
    assert "*.dvidshub.net" in dvids.hosts
    assert dvids.env["DVIDS_API_KEY_FILE"].get_secret_value() == "/run/key"


def test_a_named_server_without_a_required_setting_is_refused(environment: pytest.MonkeyPatch) -> None:
    for named, needs in (("dvids", "DVIDS_API_KEY or DVIDS_API_KEY_FILE"), ("library", "LIBRARY_DIR")):
        environment.setenv("SOURCING_SERVERS", named)
        with pytest.raises(ValidationError, match=f"footage server {named} requires {needs}"):
            SourcingSettings()


def test_an_empty_list_disables_all_servers_and_an_empty_variable_counts_as_unset(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("LIBRARY_DIR", str(tmp_path))
    environment.setenv("SOURCING_SERVERS", "[]")
    assert SourcingSettings().footage_servers == ()
    environment.setenv("SOURCING_SERVERS", "")
    assert len(SourcingSettings().footage_servers) == 1


@pytest.mark.parametrize(
    "host", ["*", "*.com", "https://x.example", "x.example/", "x", "X.example", "x.example:80", ""]
)
def test_hosts_are_names_with_a_dot_at_least(environment: pytest.MonkeyPatch, host: str) -> None:
    environment.setenv("SOURCING_SERVERS", json.dumps([{"name": "a", "command": ["x"], "hosts": [host]}]))
    with pytest.raises(ValidationError):
        SourcingSettings()


def test_pins_are_for_both_tools_or_none(environment: pytest.MonkeyPatch) -> None:
    server = {"name": "a", "command": ["x"], "tool_mapping": {"search_tool": "find"}, "pins": {"find": "0" * 64}}
    environment.setenv("SOURCING_SERVERS", json.dumps([server]))
    with pytest.raises(ValidationError, match="pin each of find, get_footage, or none"):
        SourcingSettings()


def test_every_server_in_the_documentation_is_understood(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DVIDS_API_KEY", "x")
    environment.setenv("LIBRARY_DIR", "/clips")
    page = Path(__file__).parents[3] / "docs" / "footage-servers.md"
    blocks = re.findall(r"^```\n(SOURCING_SERVERS=.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    examples = [shlex.split(block)[0].partition("=")[2] for block in blocks]
    assert len(examples) == 10
    for example in examples:
        environment.setenv("SOURCING_SERVERS", example)
        assert SourcingSettings().footage_servers, example


def test_the_documented_hosts_are_those_that_servers_may_download_from() -> None:
    page = (Path(__file__).parents[3] / "docs" / "footage-servers.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| `[\w.-]+` \| (.*) \|$", page, re.MULTILINE)
    documented = {name: set(re.findall(r"`([^`]+)`", hosts)) for name, hosts in rows if name in BUNDLED_SERVERS}
    assert documented == {name: set(bundled.hosts) for name, bundled in BUNDLED_SERVERS.items() if bundled.hosts}


@pytest.mark.parametrize(("variable", "kind"), [("LIBRARY_DIR", "folder"), ("DVIDS_API_KEY_FILE", "file")])
def test_a_missing_folder_or_file_prevents_the_start(
    environment: pytest.MonkeyPatch, tmp_path: Path, variable: str, kind: str
) -> None:
    environment.setenv(variable, str(tmp_path / "none"))
    environment.setenv("ARTIFACTS_URL", tmp_path.as_uri())
    with pytest.raises(PermanentError) as caught:
        create_app()
    assert caught.value.code is FailureCode.INVALID_SETTINGS
    assert caught.value.message == f"{variable} does not name a {kind}: {tmp_path / 'none'}"


def test_archives_keep_answers_in_the_folder_of_the_settings_not_only_of_the_environment(
    environment: pytest.MonkeyPatch, tmp_path: Path
):
    settings = SourcingSettings(answers_dir=tmp_path)

    for server in settings.servers_on_request:
        assert server.env["SOURCING_ANSWERS_DIR"].get_secret_value() == str(tmp_path)
