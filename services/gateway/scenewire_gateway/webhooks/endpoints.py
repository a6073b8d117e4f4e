"""Endpoints of webhooks, from a file of the operator."""

import base64
import binascii
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator
from standardwebhooks import Webhook

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import describe_faults
from scenewire_gateway.webhooks.events import EventType

__all__ = ["Endpoint", "read_endpoints"]

_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - not a secret
_SECRET_BYTES: Final = range(24, 65)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A program that is told.

    Attributes:
        name: for logs, which do not get the address: it may hold a key of the receiver.
        url: where events are posted to.
        events: the types that it wants.
        signer: signs with its secret.
    """

    name: str
    url: str = field(repr=False)
    events: Collection[str]
    signer: Webhook = field(repr=False)


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or parts.fragment:
        message = "must be an http or https address without user and fragment"
        raise ValueError(message)
    _ = parts.port  # raises ValueError
    return url


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    url: Annotated[str, AfterValidator(_address)]
    secret_file: Path
    events: frozenset[EventType] = frozenset(get_args(EventType))
    enabled: bool = True


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    endpoint: tuple[_Entry, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if len({entry.name for entry in self.endpoint}) < len(self.endpoint):
            message = "two endpoints have the same name"
            raise ValueError(message)
        return self


def read_endpoints(path: Path) -> Sequence[Endpoint]:
    """Returns the enabled endpoints of a file in TOML, with their secrets.

    Raises:
        PermanentError: `invalid_settings`, the file or a secret cannot be used.
    """
    try:
        document = _Document.model_validate(tomllib.loads(path.read_bytes().decode()))
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    except ValidationError as error:
        raise _unusable(path, describe_faults(error)) from error
    except ValueError as error:
        raise _unusable(path, "it is not TOML") from error
    return [
        Endpoint(name=entry.name, url=entry.url, events=entry.events, signer=_signer(path, entry))
        for entry in document.endpoint
        if entry.enabled
    ]


def _signer(path: Path, entry: _Entry) -> Webhook:
    try:
        secret = (path.parent / entry.secret_file).read_text(encoding="ascii").strip()
    except OSError as error:
        raise _unusable(path, f"the secret of {entry.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        secret = ""
    try:
        size = len(base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True))
    except binascii.Error:
        size = 0
    if not secret.startswith(_SECRET_PREFIX) or size not in _SECRET_BYTES:
        raise _unusable(
            path, f"the secret of {entry.name} must be {_SECRET_PREFIX} and 24 to 64 random bytes in Base64"
        ) from None
    return Webhook(secret)


def _unusable(path: Path, reason: str) -> PermanentError:
    return PermanentError(
        FailureCode.INVALID_SETTINGS,
        f"the webhooks in {path} cannot be used: {reason}",
        hint="see docs/webhooks.md for what the file of GATEWAY_WEBHOOKS_FILE holds",
    )
