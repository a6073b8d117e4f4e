"""`scenewire keys`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scenewire.errors import PermanentError
from scenewire_cli.main import app
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_gateway.access.keys import KeysFile


def keys(folder: Path, *arguments: str, **environment: str) -> Result:
    result = CliRunner().invoke(app, ["keys", *arguments, "--data", str(folder)], env=environment)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_token_is_all_that_standard_output_gets(tmp_path: Path):
    token = keys(tmp_path, "add", "alice", "--scope", "order").stdout.strip()

    found = KeysFile(DataFolder(tmp_path).gateway_keys).find(token)
    assert found is not None
    assert (found.name, found.scope, found.expires) == ("alice", "order", None)


def test_only_adding_a_key_prints_its_token(tmp_path: Path):
    added = json.loads(keys(tmp_path, "add", "ci", "--scope", "read", "--expires", "90", "--json").stdout)
    listed = keys(tmp_path, "list", "--json")
    [key] = KeysFile(Path(added["file"])).read()

    assert key.expires is not None
    assert (key.expires - key.created).days == 90
    assert json.loads(listed.stdout)["name"] == "ci"
    for output in (listed.output, keys(tmp_path, "list").output, keys(tmp_path, "remove", "ci").output):
        assert added["token"] not in output
        assert key.sha256 not in output


def test_the_last_removal_says_that_nobody_is_admitted(tmp_path: Path):
    for name in ("alice", "bob"):
        keys(tmp_path, "add", name, "--scope", "read")

    assert "admits nobody" not in keys(tmp_path, "remove", "alice").stderr
    assert "admits nobody" in keys(tmp_path, "remove", "bob").stderr
    with pytest.raises(PermanentError, match="no key named bob"):
        keys(tmp_path, "remove", "bob")


def test_the_file_may_be_anywhere_and_the_command_and_the_gateway_share_its_setting(tmp_path: Path):
    file = tmp_path / "elsewhere" / "keys.toml"

    keys(tmp_path, "add", "alice", "--scope", "admin", GATEWAY_KEYS_FILE=str(file))
    keys(tmp_path, "add", "bob", "--scope", "admin", "--file", str(file))

    assert [key.name for key in KeysFile(file).read()] == ["alice", "bob"]
    assert not DataFolder(tmp_path).gateway_keys.exists()


def test_without_a_file_there_are_no_keys(tmp_path: Path):
    result = keys(tmp_path, "list")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no keys\n")


@pytest.mark.parametrize("arguments", [("add", "x"), ("add", "x", "--scope", "root"), ("add", "x", "--expires", "0")])
def test_scope_and_expiry_are_checked(tmp_path: Path, arguments: tuple[str, ...]):
    assert keys(tmp_path, *arguments).exit_code != 0
    assert list(tmp_path.iterdir()) == []
