"""Passwords of a deployment: generated once and kept in files, one folder for each service."""

import json
import secrets
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from scenewire.errors import FailureCode, PermanentError

__all__ = ["CLIENT", "OPERATOR", "USERS", "write_credentials"]

OPERATOR: Final = "operator"
"""Owns streams and durables; has all permissions."""

CLIENT: Final = "client"
"""Publishes orders and reads; runs no stage."""

USERS: Final = (OPERATOR, "script", "tts", "sourcing", "assembly", "recorder", "gateway", CLIENT)
"""Users on the bus. `deploy/nats.conf` has their permissions."""

_DATABASE_USERS: Final = ("recorder", "gateway", CLIENT, OPERATOR)


def write_credentials(folder: Path, *, database: str | None = None) -> list[str]:
    """Creates missing passwords and keeps existing ones; returns the users with a new password.

        <user>/nats_password       for NATS_PASSWORD_FILE
        nats/passwords.conf        the same for the server: SCRIPT_PASSWORD: "…", one a line
        postgres/password          for POSTGRES_PASSWORD_FILE
        recorder/database_url      for DATABASE_URL_FILE; also in gateway/, client/ and operator/

    Mount each folder into one service only.

    Args:
        folder: an existing folder.
        database: URL of a Postgres without password; None without Postgres.

    Raises:
        PermanentError: `storage_unavailable`, the folder cannot be written.
    """
    try:
        made = [user for user in USERS if _make(folder / user / "nats_password")]
        lines = [f"{_variable(user)}: {json.dumps(_read(folder / user / 'nats_password'))}" for user in USERS]
        _write(folder / "nats" / "passwords.conf", "\n".join(lines) + "\n")
        if database is not None:
            password = folder / "postgres" / "password"
            if _make(password, mode=0o444):  # read by the user of the database's image
                made.append("postgres")
            for user in _DATABASE_USERS:
                _write(folder / user / "database_url", _with_password(database, _read(password)))
    except OSError as error:
        raise PermanentError(
            FailureCode.STORAGE_UNAVAILABLE,
            f"the credentials cannot be written to {folder}: {error.strerror}",
            hint="check that the folder exists and that this user may write it",
        ) from error
    return made


def _variable(user: str) -> str:
    return f"{user.upper()}_PASSWORD"


def _with_password(url: str, password: str) -> str:
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))


def _read(path: Path) -> str:
    return path.read_text().strip()


def _make(path: Path, *, mode: int = 0o400) -> bool:
    """Creates a password unless there is one; returns whether it did."""
    if path.exists():
        return False
    _write(path, secrets.token_urlsafe(32), mode=mode)
    return True


def _write(path: Path, content: str, *, mode: int = 0o400) -> None:
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(content)
    part.chmod(mode)
    part.replace(path)
