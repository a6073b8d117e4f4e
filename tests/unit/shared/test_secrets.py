"""Secrets in files, and the passwords of a deployment."""

import re
from pathlib import Path

import pytest

from scenewire.bus.connection import BusAddress
from scenewire.bus.provisioning.credentials import CLIENT, USERS, write_credentials
from scenewire.errors import PermanentError
from scenewire.settings import ServiceSettings, secret
from scenewire_recorder.settings import RecorderSettings


@pytest.fixture(autouse=True)
def artifacts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTIFACTS_URL", "file:///artifacts")


def test_a_password_may_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("of the bus\n")
    (tmp_path / "url").write_text("postgresql://me:secret@host/base\n")
    monkeypatch.setenv("NATS_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))

    settings = RecorderSettings()

    assert settings.nats_password is not None
    assert settings.nats_password.get_secret_value() == "of the bus"
    assert settings.database_url.get_secret_value() == "postgresql://me:secret@host/base"


def test_what_is_given_in_code_comes_before_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("of the file")
    monkeypatch.setenv("NATS_PASSWORD_FILE", str(tmp_path / "password"))

    settings = ServiceSettings.model_validate({"nats_password": "given"})

    assert settings.nats_password is not None
    assert settings.nats_password.get_secret_value() == "given"


@pytest.mark.parametrize("empty", ["NATS_PASSWORD", "NATS_PASSWORD_FILE", "NATS_USER"])
def test_an_empty_variable_counts_as_none(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(empty, "")

    settings = ServiceSettings()

    assert (settings.nats_user, BusAddress.from_settings(settings).inbox_prefix) == (None, "_INBOX")
    assert secret("NATS_PASSWORD") is None


def test_a_user_receives_answers_in_a_place_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATS_USER", "tts")

    assert BusAddress.from_settings(ServiceSettings()).inbox_prefix == "_INBOX_tts"


@pytest.mark.parametrize(
    ("content", "value", "told"),
    [(None, "", "cannot be read"), (" \n", "", "is empty"), ("one", "two", "both given")],
    ids=["no file", "empty file", "file and value"],
)
def test_a_secret_that_cannot_be_is_an_error_that_does_not_tell_it(
    content: str | None, value: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("NATS_PASSWORD", value)
    monkeypatch.setenv("NATS_PASSWORD_FILE", str(file))

    with pytest.raises(PermanentError, match=told) as raised:
        ServiceSettings()

    assert "NATS_PASSWORD_FILE" in str(raised.value)
    assert not content or content not in str(raised.value).split()


def test_every_user_of_a_deployment_gets_a_password_that_only_its_folder_holds(tmp_path: Path) -> None:
    made = write_credentials(tmp_path, database="postgresql://scenewire@postgres/scenewire")

    passwords = {user: (tmp_path / user / "nats_password").read_text() for user in USERS}
    assert made == [*USERS, "postgres"]
    assert len(set(passwords.values())) == len(USERS)
    assert min(map(len, passwords.values())) > 40
    server = dict(re.findall(r'(\w+)_PASSWORD: "(.+)"', (tmp_path / "nats" / "passwords.conf").read_text()))
    assert server == {user.upper(): password for user, password in passwords.items()}
    database = (tmp_path / "postgres" / "password").read_text()
    assert (tmp_path / CLIENT / "database_url").read_text() == f"postgresql://scenewire:{database}@postgres/scenewire"
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert file.stat().st_mode & 0o077 == (0o044 if file.parent.name == "postgres" else 0), file


def test_passwords_that_are_there_stay(tmp_path: Path) -> None:
    write_credentials(tmp_path)
    before = (tmp_path / "nats" / "passwords.conf").read_text()
    (tmp_path / "tts" / "nats_password").unlink()

    assert write_credentials(tmp_path) == ["tts"]

    after = (tmp_path / "nats" / "passwords.conf").read_text()
    assert [line for line in before.splitlines() if line not in after] == [
        line for line in before.splitlines() if line.startswith("TTS_")
    ]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="nowhere"):
        write_credentials(tmp_path / "nowhere")
