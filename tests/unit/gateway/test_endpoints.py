"""The file of webhooks' endpoints."""

import base64
from pathlib import Path

import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire_gateway.webhooks.endpoints import read_endpoints
from tests.support.webhooks import write_endpoints

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()


def test_an_endpoint_has_its_secret_from_a_file_beside_and_wants_all_events(tmp_path: Path):
    [endpoint] = read_endpoints(write_endpoints(tmp_path, studio="https://example.com/hook?key=s3cr3t"))

    assert set(endpoint.events) == {"video.assembled", "project.failed", "project.cancelled"}
    assert endpoint.url.endswith("?key=s3cr3t")
    assert "s3cr3t" not in repr(endpoint)
    assert (tmp_path / "studio.secret").read_text().strip() not in repr(endpoint)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('url = "ftp://example.com"', "http or https"),
        ('url = "https://user:pw@example.com"', "without user"),
        ('url = "https://example.com/#x"', "fragment"),
        ('url = "https://example.com:99999"', "url"),
        ('url = "/hook"', "http or https"),
        ('events = ["scenes.scripted"]', "events"),
        ('name = "a b"', "name"),
        ('colour = "red"', "colour"),
        ('secret = "whsec_x"', "secret"),
        ("not toml", "not TOML"),
    ],
)
def test_a_file_that_cannot_be_understood_is_an_error_without_its_secrets(tmp_path: Path, line: str, reason: str):
    file = write_endpoints(tmp_path, studio="https://example.com/hook")
    name = line.partition(" =")[0]
    kept = [text for text in file.read_text().splitlines() if not text.startswith(f"{name} =")]
    file.write_text("\n".join([*kept, line]))

    with pytest.raises(PermanentError, match=reason) as refused:
        read_endpoints(file)
    assert refused.value.code == FailureCode.INVALID_SETTINGS
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", SECRET.removeprefix("whsec_"), "whsec_c2hvcnQ=", "whsec_***", "whsec_é" + "a" * 40]
)
def test_a_secret_that_is_none_is_an_error_that_does_not_print_it(tmp_path: Path, secret: str):
    file = write_endpoints(tmp_path, studio="https://example.com/hook")
    (tmp_path / "studio.secret").write_text(secret)

    with pytest.raises(PermanentError, match="the secret of studio must be") as refused:
        read_endpoints(file)
    assert len(secret) < 8 or secret not in str(refused.value)


def test_missing_files_and_repeated_names_are_errors(tmp_path: Path):
    with pytest.raises(PermanentError, match="No such file"):
        read_endpoints(tmp_path / "none.toml")
    file = write_endpoints(tmp_path, studio="https://example.com/hook")
    file.write_text(file.read_text() * 2)
    with pytest.raises(PermanentError, match="same name"):
        read_endpoints(file)
    (tmp_path / "studio.secret").unlink()
    write_endpoints(tmp_path, other="https://example.com/hook")
    (tmp_path / "other.secret").unlink()
    with pytest.raises(PermanentError, match="the secret of other cannot be read"):
        read_endpoints(file)
