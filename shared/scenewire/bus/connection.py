"""Connections to the NATS server: the broker of a service, and short-lived connections of commands."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self

import nats
import structlog
from faststream.nats import NatsBroker
from faststream.nats.security import NatsUserPassword
from faststream.types import BrokerMiddleware
from nats.aio.client import Client
from typing_extensions import override

from scenewire.errors import FailureCode, PipelineError, TransientError
from scenewire.observability.logging_setup import redacted
from scenewire.settings import ServiceSettings

__all__ = ["BusAddress", "connected", "make_broker"]

CONNECTION_LOST: Final = 70
"""Exit code when the server closes the connection for good (EX_SOFTWARE of sysexits); a supervisor restarts the process."""

CONNECT_TIMEOUT_S: Final = 5.0
RECONNECT_WAIT_S: Final = 1

log = structlog.get_logger(__name__)

_read_headers: Final = Client._process_headers  # noqa: SLF001 - see below


async def _read_headers_of_stored_messages(client: Client, headers: bytes) -> dict[str, str] | None:
    """Drops a header `Status` that a publisher wrote.

    nats-py mistakes it for the status that servers write into the version line, and drops the message without an answer:
    it would stay in flight for ever, and enough of them would stop a durable. The library offers no hook.
    """
    found = await _read_headers(client, headers)
    if found is not None and not headers.startswith(b"NATS/1.0 "):
        found.pop("Status", None)
    return found


Client._process_headers = _read_headers_of_stored_messages  # type: ignore[method-assign, assignment] # noqa: SLF001


@dataclass(frozen=True, kw_only=True)
class BusAddress:
    """Address and login of a NATS server.

    Attributes:
        url: may hold a login of its own.
        remedy: what a person can do when no server answers there.
    """

    url: str = field(repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    remedy: str = "start a NATS server, or correct or unset NATS_URL"

    @classmethod
    def from_settings(cls, settings: ServiceSettings) -> Self:
        """Returns the address that a service's settings name."""
        password = settings.nats_password
        return cls(
            url=settings.nats_url,
            user=settings.nats_user,
            password=password.get_secret_value() if password else None,
        )

    @property
    def inbox_prefix(self) -> str:
        """Prefix of the subjects of replies: a user may subscribe to its own only."""
        return f"_INBOX_{self.user}" if self.user else "_INBOX"


class _ExpectedFailures(logging.Filter):
    """Drops FastStream's traceback of failures that are not bugs: the delivery middleware logs them in one line."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        return not (
            record.exc_info
            and isinstance(record.exc_info[1], (PipelineError, ValueError, RecursionError, asyncio.CancelledError))
        )


def make_broker(
    name: str, settings: ServiceSettings, *, middlewares: Sequence[BrokerMiddleware[Any, Any]] = ()
) -> NatsBroker:
    """Returns a broker that reconnects for ever and exits the process when the server closes the connection for good.

    nats-py gives up after two minutes by default; FastStream's pull loop then spins without ever recovering.
    """
    address = BusAddress.from_settings(settings)
    logger = logging.getLogger(f"faststream.{name}")
    logger.addFilter(_ExpectedFailures())

    async def closed() -> None:
        if broker.running:
            log.critical("bus_connection_closed", service=name, hint="check the credentials and the server's log")
            os._exit(CONNECTION_LOST)  # the pull loops would spin; unacknowledged messages are redelivered

    async def errored(error: Exception) -> None:
        log.warning("bus_error", service=name, error=repr(error))

    broker = NatsBroker(
        address.url,
        name=f"scenewire-{name}",
        security=None if address.user is None else NatsUserPassword(address.user, address.password or ""),
        inbox_prefix=address.inbox_prefix,
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_WAIT_S,
        closed_cb=closed,
        error_cb=errored,
        graceful_timeout=settings.drain_time.total_seconds(),
        middlewares=middlewares,
        logger=logger,
        log_level=logging.DEBUG,
    )
    return broker


@asynccontextmanager
async def connected(address: BusAddress, *, reconnects: bool = False) -> AsyncIterator[Client]:
    """Connects for as long as the block runs.

    Args:
        address: the server.
        reconnects: whether to reconnect for ever after an outage; otherwise calls fail.

    Raises:
        TransientError: `bus_unavailable`.
    """
    failures: list[Exception] = []

    async def errored(error: Exception) -> None:
        log.debug("bus_error", error=repr(error))  # calls raise what concerns them
        failures[:] = [error]

    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):  # a client that reconnects for ever also connects for ever
            client = await nats.connect(
                address.url,
                user=address.user,
                password=address.password,
                inbox_prefix=address.inbox_prefix,
                name="scenewire",
                allow_reconnect=reconnects,
                max_reconnect_attempts=-1,
                reconnect_time_wait=RECONNECT_WAIT_S,
                error_cb=errored,
            )
    except (OSError, nats.errors.Error) as error:  # TimeoutError is an OSError
        raise TransientError(
            FailureCode.BUS_UNAVAILABLE,
            f"no NATS server answers at {redacted(address.url)}: {_reason([*failures, error][0])}",
            hint=address.remedy,
        ) from error
    try:
        yield client
    finally:
        await client.close()


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno:
        return (
            os.strerror(error.errno) if error.errno > 0 else error.strerror or str(error)
        )  # getaddrinfo's are negative
    return str(error) or f"no answer within {CONNECT_TIMEOUT_S:g} s"
