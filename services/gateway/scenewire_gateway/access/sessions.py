"""Sessions of browsers: cookies that stand for an API key.

A browser cannot send a header with `<video src>` or `EventSource`, so it exchanges its token for a cookie once. The cookie
holds a key's name, an expiry and a MAC over both and over the key's hash. A session therefore ends with its key, and a
cookie that leaks is not a token. The MAC's secret is a file of its own: the file of keys alone must not be enough to
make a cookie.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from scenewire.errors import storage_failure
from scenewire_gateway.access.keys import Key

__all__ = ["LIFETIME", "Sessions", "session_secret"]

LIFETIME: Final = timedelta(days=30)

_SECRET_BYTES: Final = 32


class Sessions:
    """Makes and checks the values of cookies.

    Args:
        secret: key of the MAC; see `session_secret`.
        lifetime: of a session; it also ends with its API key.
    """

    def __init__(self, secret: bytes, *, lifetime: timedelta = LIFETIME) -> None:
        self._secret = secret
        self._lifetime = lifetime

    def issue(self, key: Key, now: datetime) -> tuple[str, datetime]:
        """Returns a cookie's value for a key, and when it expires."""
        expires = now + self._lifetime
        if key.expires is not None:
            expires = min(expires, key.expires)
        seconds = int(expires.timestamp())
        return f"{key.name}.{seconds}.{self._mac(key, seconds)}", datetime.fromtimestamp(seconds, UTC)

    def find(self, value: str, keys: Iterable[Key], now: datetime) -> Key | None:
        """Returns the key that a cookie stands for; None when the cookie is invalid or has expired."""
        name, _, rest = value.rpartition(".")[0].rpartition(".")
        if not (rest.isascii() and rest.isdecimal()) or len(rest) > len("9999999999"):
            return None
        mac = value.rpartition(".")[2].encode("utf-8", "surrogateescape")
        for key in keys:
            if key.name == name and hmac.compare_digest(self._mac(key, int(rest)).encode(), mac):
                return key if now.timestamp() < int(rest) else None
        return None

    def _mac(self, key: Key, expires: int) -> str:
        return hmac.new(self._secret, f"{key.name}\n{key.sha256}\n{expires}".encode(), hashlib.sha256).hexdigest()


def session_secret(path: Path) -> bytes:
    """Returns the secret in a file; creates it on first use. Sessions survive restarts, and replicas may share the file.

    Raises:
        TransientError: `storage_full` or `storage_unavailable`.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_SECRET_BYTES))
            os.link(part, path)  # unlike a rename, it fails when another process was first
        except FileExistsError:
            pass
        finally:
            part.unlink(missing_ok=True)
        return path.read_bytes()
    except OSError as error:
        raise storage_failure(error, f"the secret of sessions {path} cannot be used") from error
