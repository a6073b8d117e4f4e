"""The file of API keys. It holds hashes of tokens: whoever reads it cannot use them.

A token has 256 random bits, so a plain SHA-256 is enough: no dictionary contains it.
"""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from scenewire.errors import FailureCode, PermanentError, storage_failure
from scenewire.messages import describe_faults
from scenewire_gateway.access.scopes import Scope

__all__ = ["Key", "KeysFile"]

_TOKEN_BYTES: Final = 32

_HEAD: Final = "# API keys of the gateway, as hashes. `scenewire keys` writes this file; see docs/access.md.\n"


class Key(BaseModel):
    """An API key, without its token.

    Attributes:
        name: of its user, whom the history of projects names.
        sha256: hash of its token, hexadecimal.
        expires: None if it does not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
    scope: Scope
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    created: AwareDatetime
    expires: AwareDatetime | None = None

    def is_expired(self, now: datetime) -> bool:
        """Returns whether the key has expired at a time."""
        return self.expires is not None and now >= self.expires


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: tuple[Key, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if len({key.name for key in self.key}) < len(self.key):
            message = "two keys have the same name"
            raise ValueError(message)
        return self


class KeysFile:
    """A file of API keys, read again whenever it changes.

    Once the file has been there, its absence admits nobody: deleting it does not open the gateway.

    Args:
        path: the file.
        required: whether keys are required even if the file has never been there.
    """

    def __init__(self, path: Path, *, required: bool = False) -> None:
        self.path: Final = path
        self._required = required
        self._version: tuple[int, ...] | None = None
        self._keys: Sequence[Key] = ()

    @property
    def required(self) -> bool:
        """Whether callers need a key."""
        self._required = self._required or self.path.exists()
        return self._required

    def read(self) -> Sequence[Key]:
        """Returns the keys at the moment.

        Raises:
            PermanentError: `invalid_settings`, the file is missing or invalid.
        """
        try:
            found = self.path.stat()
            version = (found.st_ino, found.st_mtime_ns, found.st_size)
            if version != self._version:
                self._version = None
                self._keys = _parsed(self.path.read_bytes(), self.path)
                self._version = version
        except OSError as error:
            raise _unusable(self.path, error.strerror or str(error)) from error
        return self._keys

    def find(self, token: str) -> Key | None:
        """Returns the key of a token, expired or not; compares with all keys in constant time.

        Raises:
            PermanentError: `invalid_settings`, the file is missing or invalid.
        """
        digest = _hash(token)
        found = None
        for key in self.read():
            if hmac.compare_digest(key.sha256, digest):
                found = key
        return found

    def add(self, name: str, scope: Scope, *, lifetime: timedelta | None = None) -> str:
        """Adds a key and returns its token, which is stored nowhere.

        Raises:
            PermanentError: `invalid_settings`, the name is taken or invalid, or the file is invalid.
            TransientError: `storage_full` or `storage_unavailable`.
        """
        token = f"sw_{secrets.token_urlsafe(_TOKEN_BYTES)}"
        now = datetime.now(UTC).replace(microsecond=0)
        expires = None if lifetime is None else now + lifetime
        try:
            key = Key(name=name, scope=scope, sha256=_hash(token), created=now, expires=expires)
        except ValidationError as error:
            raise PermanentError(
                FailureCode.INVALID_SETTINGS,
                f"{name!r} cannot be the name of a key",
                hint="use up to 64 letters, digits and . _ @ -, starting with a letter or digit",
            ) from error
        with self._changing() as keys:
            if name in keys:
                raise PermanentError(
                    FailureCode.INVALID_SETTINGS,
                    f"{self.path} has a key named {name}",
                    hint=f"choose another name, or run `scenewire keys remove {name}` first",
                )
            keys[name] = key
        return token

    def remove(self, name: str) -> None:
        """Removes a key; its token and its sessions are refused from now on.

        Raises:
            PermanentError: `invalid_settings`, there is no such key, or the file is invalid.
            TransientError: `storage_full` or `storage_unavailable`.
        """
        with self._changing() as keys:
            if keys.pop(name, None) is None:
                raise PermanentError(
                    FailureCode.INVALID_SETTINGS,
                    f"{self.path} has no key named {name}",
                    hint="`scenewire keys list` lists the keys",
                )

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Key]]:
        """Yields the keys by name, then writes them. Other processes wait."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = os.open(self.path.parent, os.O_RDONLY)
        except OSError as error:
            raise storage_failure(error, f"the folder {self.path.parent} cannot be used") from error
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            keys = {key.name: key for key in (self.read() if self.path.exists() else ())}
            yield keys
            _replace(self.path, _toml(keys.values()))
            os.fsync(folder)
        finally:
            os.close(folder)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _parsed(content: bytes, path: Path) -> Sequence[Key]:
    try:
        return _Document.model_validate(tomllib.loads(content.decode())).key
    except ValidationError as error:
        raise _unusable(path, describe_faults(error)) from error
    except ValueError as error:
        raise _unusable(path, "it is not TOML") from error


def _toml(keys: Iterable[Key]) -> bytes:
    lines = [_HEAD]
    for key in keys:
        lines.append("[[key]]")
        for name, value in key.model_dump(exclude_none=True).items():
            lines.append(f"{name} = {value.isoformat() if isinstance(value, datetime) else json.dumps(value)}")
        lines.append("")
    return "\n".join(lines).encode()


def _replace(path: Path, content: bytes) -> None:
    """Writes a file atomically, readable by this user only."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)  # of a killed process; the lock keeps others out
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise storage_failure(error, f"{path} cannot be written") from error


def _unusable(path: Path, reason: str) -> PermanentError:
    return PermanentError(
        FailureCode.INVALID_SETTINGS,
        f"the file of API keys {path} cannot be used: {reason}",
        hint="correct the file, or create it with `scenewire keys add`",
    )
