"""Options that name a server and the API key for it."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from scenewire.errors import FailureCode, PermanentError

__all__ = ["ServerAddress", "ServerOptions"]

_SERVER: Final = "Server"
_EXAMPLE: Final = "https://videos.example.org"


@dataclass(frozen=True)
class ServerAddress:
    """Where a gateway is, and the token for it, which no error names."""

    url: str
    """Without a slash at its end."""
    token: str | None = field(default=None, repr=False)

    def page(self, project_id: object) -> str:
        """Returns the address of a project's page."""
        return f"{self.url}/#/projects/{project_id}"


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """A server in place of a stack on this host."""

    server: Annotated[
        str | None,
        typer.Option(
            "--server",
            metavar="URL",
            envvar="SCENEWIRE_SERVER",
            help=f"Use the gateway of a server, such as {_EXAMPLE}, in place of a stack here.",
            rich_help_panel=_SERVER,
        ),
    ] = None
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            envvar="SCENEWIRE_TOKEN_FILE",
            help="File with the token of an API key for the gateway.",
            rich_help_panel=_SERVER,
        ),
    ] = None

    def address(self, *, data: Path | None, nats: str | None = None) -> ServerAddress | None:
        """Returns the server; None without one.

        Args:
            data: the option --data.
            nats: the option --nats.

        Raises:
            PermanentError: `invalid_settings`, the options exclude each other or cannot be used.
        """
        if not self.server:
            return None
        for given, option, variable in ((data, "--data", "SCENEWIRE_DATA"), (nats, "--nats", "NATS_URL")):
            if given is not None:
                message = f"--server and {option} exclude each other: a server has its own data and its own bus"
                hint = f"leave out one of them (SCENEWIRE_SERVER and {variable} are the same as the options)"
                raise PermanentError(FailureCode.INVALID_SETTINGS, message, hint=hint)
        return ServerAddress(_checked(self.server), self.token)

    @property
    def token(self) -> str | None:
        """The token in the file; None without one.

        Raises:
            PermanentError: `invalid_settings`, the file cannot be used.
        """
        return None if self.token_file is None else _token(self.token_file)


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_usable = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        is_usable = False
    if not is_usable or parts.query or parts.fragment:
        hint = f"write it like {_EXAMPLE} or http://127.0.0.1:8321"
        raise PermanentError(FailureCode.INVALID_SETTINGS, "--server is not the address of a gateway", hint=hint)
    if "@" in parts.netloc:  # arguments are seen by everyone on this host
        message, hint = "--server must not contain a user or a password", "pass the token of an API key by --token-file"
        raise PermanentError(FailureCode.INVALID_SETTINGS, message, hint=hint)
    return url.rstrip("/")


def _token(path: Path) -> str:
    """Reads a token. No error contains the path: somebody may have written the token in its place."""
    hint = "put the token that `scenewire keys add` printed into a file, and name the file"
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "it is not text in UTF-8"
        message = f"the file that --token-file names cannot be read: {reason}"
        raise PermanentError(FailureCode.INVALID_SETTINGS, message, hint=hint) from None
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        message = "the file that --token-file names does not hold a token"
        raise PermanentError(FailureCode.INVALID_SETTINGS, message, hint=hint)
    return token
