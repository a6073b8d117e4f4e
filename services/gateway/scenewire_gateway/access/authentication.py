"""Finds out who makes a request, by its bearer token, its cookie, or the host it comes from."""

import ipaddress
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from scenewire.errors import FailureCode, PermanentError
from scenewire_gateway.access.keys import Key, KeysFile
from scenewire_gateway.access.neighbours import Neighbours
from scenewire_gateway.access.scopes import Caller, Scope
from scenewire_gateway.access.sessions import Sessions
from scenewire_gateway.problems import Problem

__all__ = [
    "SESSION_COOKIE",
    "Authenticator",
    "cookie_name",
    "is_https",
    "is_loopback",
    "require_safe_binding",
    "unauthorized",
]

SESSION_COOKIE: Final = "scenewire-session"

_LOCAL: Final = Caller("local", Scope.ADMIN)

_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="scenewire"'}
_INVALID: Final = {"WWW-Authenticate": 'Bearer realm="scenewire", error="invalid_token"'}

_PROXY_HEADERS: Final = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})
"""A proxy on this host makes requests of others look local."""

_ADD_KEY: Final = "run `scenewire keys add NAME` on the gateway's host, and send `Authorization: Bearer <token>`"


class Authenticator:
    """Finds out who makes a request.

    Args:
        keys: the file of API keys. Without it, everyone on this host is admitted, and nobody else.
        sessions: cookies.
        neighbours: other containers, where the port is that of a container that is published on its host's loopback address:
            then a client of this host has another address here. None elsewhere.
    """

    def __init__(self, keys: KeysFile, sessions: Sessions, *, neighbours: Neighbours | None = None) -> None:
        self._keys = keys
        self._sessions = sessions
        self._neighbours = neighbours

    def identify(self, connection: HTTPConnection) -> Caller | None:
        """Returns who makes a request; None when it has no credentials.

        Raises:
            Problem: the credentials are invalid, or the request must not use those that the browser adds.
        """
        if not self._keys.required:
            _require_local(connection, self._neighbours)
            _require_same_origin(connection)
            return _LOCAL
        token = _bearer_token(connection)
        if token is not None:
            key = self._key_of(token)
            return Caller(key.name, key.scope)
        cookie = connection.cookies.get(cookie_name(connection))
        if cookie is None:
            return None
        _require_same_origin(connection)
        found = self._sessions.find(cookie, self._readable_keys(), datetime.now(UTC))
        return None if found is None else Caller(found.name, found.scope)

    def open_session(self, connection: HTTPConnection) -> tuple[str, datetime] | None:
        """Exchanges the bearer token of a request for a session.

        Returns:
            The value of the cookie and its expiry; None when the request has no token, or needs none.

        Raises:
            Problem: the token is invalid.
        """
        token = _bearer_token(connection)
        if token is None or not self._keys.required:
            return None
        key = self._key_of(token)
        return self._sessions.issue(key, datetime.now(UTC))

    def _key_of(self, token: str) -> Key:
        try:
            key = self._keys.find(token)
        except PermanentError as error:
            raise _closed(error) from error
        if key is None:
            raise Problem(401, "invalid_token", "the token is not that of an API key", hint=_ADD_KEY, headers=_INVALID)
        if key.is_expired(datetime.now(UTC)):
            message = f"the API key {key.name} expired at {key.expires:%Y-%m-%d %H:%M} UTC"
            raise Problem(401, "expired_token", message, hint="ask for a new key", headers=_INVALID)
        return key

    def _readable_keys(self) -> list[Key]:
        try:
            return [key for key in self._keys.read() if not key.is_expired(datetime.now(UTC))]
        except PermanentError as error:
            raise _closed(error) from error


def unauthorized() -> Problem:
    """Returns the refusal of a request without credentials."""
    return Problem(401, "no_token", "this request needs an API key", hint=_ADD_KEY, headers=_CHALLENGE)


def _bearer_token(connection: HTTPConnection) -> str | None:
    """Returns the token of the header Authorization; None without one.

    Raises:
        Problem: the header has another scheme.
    """
    header = connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        message = "the header Authorization must be `Bearer <token>`"
        raise Problem(401, "invalid_token", message, hint=_ADD_KEY, headers=_CHALLENGE)
    return token.strip()


def cookie_name(connection: HTTPConnection) -> str:
    """Returns the name of the session's cookie. Over HTTPS, its prefix keeps other hosts of the domain from setting it."""
    return f"__Host-{SESSION_COOKIE}" if is_https(connection) else SESSION_COOKIE


def is_https(connection: HTTPConnection) -> bool:
    """Returns whether the client speaks HTTPS, with the gateway or with a proxy before it.

    Nobody gains from a forged header: it makes the cookie of one's own answer stricter.
    """
    return "https" in (connection.scope["scheme"], connection.headers.get("x-forwarded-proto"))


def is_loopback(host: str) -> bool:
    """Returns whether a name or an address is this host's own."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def require_safe_binding(host: str, keys: KeysFile) -> None:
    """Checks that a gateway that others can reach requires keys.

    Args:
        host: where it listens.
        keys: the file of API keys.

    Raises:
        PermanentError: `invalid_settings`.
    """
    if keys.required:
        keys.read()
    elif not is_loopback(host):
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"GATEWAY_HOST is {host}, which other hosts can reach, and there are no API keys",
            hint=f"run `scenewire keys add NAME`, which writes {keys.path}, or set GATEWAY_HOST=127.0.0.1",
        )


def _require_local(connection: HTTPConnection, neighbours: Neighbours | None) -> None:
    """Refuses other hosts, and names that resolve to this one: a web page elsewhere may have such a name."""
    client = connection.client
    named = _host(f"//{connection.headers.get('host', '')}")
    is_proxied = not _PROXY_HEADERS.isdisjoint(connection.headers)
    is_near = client is not None and is_loopback(client.host)
    if client is not None and neighbours is not None:
        is_near = not neighbours.include(client.host, server=connection.scope["server"][0])
    if is_proxied or not is_near or not is_loopback(named):
        raise Problem(
            403,
            "not_local",
            "without API keys, the gateway answers only to this host, at localhost or 127.0.0.1",
            hint="open http://127.0.0.1 with its port, or run `scenewire keys add NAME`",
        )


def _require_same_origin(connection: HTTPConnection) -> None:
    """Refuses what a page of another origin makes a browser send; links to pages are fine.

    The rule of Fetch Metadata, or the header Origin where a browser does not send that. Other programs send neither.
    """
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    is_link = connection.scope["method"] in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"
    if site is not None and is_link and headers.get("sec-fetch-dest") == "document":
        return
    if site is None:
        origin = headers.get("origin")
        if origin is None or origin.partition("://")[2] == headers.get("host"):
            return
    raise Problem(
        403,
        "cross_origin",
        "a page of another origin made this request",
        hint="use the gateway's own pages, or send `Authorization: Bearer <token>` from a program",
    )


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return "" if "@" in parts.netloc else parts.hostname or ""


def _closed(error: PermanentError) -> Problem:
    return Problem(503, "keys_unusable", "the gateway cannot read its API keys", hint=error.hint)
