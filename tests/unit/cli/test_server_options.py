"""--server and --token-file: what is refused, and that no error shows a token."""

from pathlib import Path

import pytest

from scenewire.errors import PermanentError
from scenewire_cli.remote.options import ServerAddress, ServerOptions


def test_without_a_server_there_is_no_address():
    assert ServerOptions().address(data=Path("data")) is None


def test_a_server_has_an_address_and_the_token_of_the_file(tmp_path: Path):
    (tmp_path / "token").write_text("sw_secret\n")
    options = ServerOptions(server="https://videos.example.org/", token_file=tmp_path / "token")
    address = options.address(data=None)
    assert address == ServerAddress("https://videos.example.org", "sw_secret")
    assert "sw_secret" not in repr(address)


@pytest.mark.parametrize(
    ("data", "nats", "option"), [(Path("data"), None, "--data"), (None, "nats://bus.example.org", "--nats")]
)
def test_a_server_excludes_a_stack_and_a_bus(data: Path | None, nats: str | None, option: str):
    with pytest.raises(PermanentError, match=f"--server and {option} exclude each other"):
        ServerOptions(server="http://127.0.0.1:8321").address(data=data, nats=nats)


@pytest.mark.parametrize(
    "url", ["videos.example.org", "ftp://videos.example.org", "http://", "http://a:b", "http://a?q=1"]
)
def test_what_is_not_the_address_of_a_gateway_is_refused(url: str):
    with pytest.raises(PermanentError, match="not the address of a gateway"):
        ServerOptions(server=url).address(data=None)


def test_credentials_in_an_address_are_refused_and_not_repeated():
    with pytest.raises(PermanentError) as refused:
        ServerOptions(server="https://me:sw_secret@videos.example.org").address(data=None)
    assert "sw_secret" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"two words", b"\xff\xfe\x00", b"sw_secret\nsw_secret"])
def test_a_file_without_a_token_is_refused_without_showing_it(content: bytes, tmp_path: Path):
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(PermanentError) as refused:
        ServerOptions(server="http://127.0.0.1:8321", token_file=tmp_path / "token").address(data=None)
    assert "sw_secret" not in str(refused.value)


def test_a_token_in_place_of_its_file_is_not_repeated():
    with pytest.raises(PermanentError, match="No such file") as refused:
        ServerOptions(server="http://127.0.0.1:8321", token_file=Path("sw_secret")).address(data=None)
    assert "sw_secret" not in str(refused.value)
    assert refused.value.__cause__ is None
