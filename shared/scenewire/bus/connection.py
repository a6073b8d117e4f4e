"""How the broker is reached, and what happens when it is gone."""

import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import nats
import structlog
from faststream.nats import NatsBroker
from faststream.nats.security import NatsUserPassword
from faststream.types import BrokerMiddleware
from nats.aio.client import Client
from nats.js import JetStreamContext
from typing_extensions import override

from scenewire.errors import FailureCode, PipelineError, TransientError
from scenewire.settings import ServiceSettings

__all__ = ["make_broker", "visiting"]

CONNECTION_LOST: Final = 70
"""Exit code after the server refused us for good (EX_SOFTWARE of sysexits): a supervisor starts the process anew."""

log = structlog.get_logger(__name__)


_read_headers: Final = Client._process_headers  # noqa: SLF001 - see below


async def _read_headers_of_stored_messages(client: Client, headers: bytes) -> dict[str, str] | None:
    """Drops a header `Status` that a publisher wrote.

    nats-py takes it for the status that servers write into the version line, and throws the message away unanswered:
    it would be in flight for ever, and enough of them would stop a durable. The library offers no hook.
    """
    found = await _read_headers(client, headers)
    if found is not None and not headers.startswith(b"NATS/1.0 "):
        found.pop("Status", None)
    return found


Client._process_headers = _read_headers_of_stored_messages  # type: ignore[method-assign, assignment] # noqa: SLF001


class _ExpectedFailures(logging.Filter):
    """Drops FastStream's traceback of a failure that is no bug: the delivery middleware reports it in a line."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], (PipelineError, ValueError)))


def make_broker(
    name: str, settings: ServiceSettings, *, middlewares: Sequence[BrokerMiddleware[Any, Any]] = ()
) -> NatsBroker:
    """A broker that reconnects for ever and ends the process when the server closes on it for good.

    nats-py gives up after two minutes by default; FastStream's pull loop then spins without ever recovering.
    """
    logger = logging.getLogger(f"faststream.{name}")
    logger.addFilter(_ExpectedFailures())
    security = None
    if settings.nats_user is not None:
        password = settings.nats_password.get_secret_value() if settings.nats_password else ""
        security = NatsUserPassword(settings.nats_user, password)

    async def closed() -> None:
        if broker.running:
            log.critical("bus_connection_closed", service=name, hint="check the credentials and the server's log")
            os._exit(CONNECTION_LOST)  # the pull loops would spin; nothing is lost: unanswered messages come again

    async def errored(error: Exception) -> None:
        log.warning("bus_error", service=name, error=repr(error))

    broker = NatsBroker(
        settings.nats_url,
        name=f"scenewire-{name}",
        security=security,
        inbox_prefix=settings.inbox_prefix,
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        closed_cb=closed,
        error_cb=errored,
        graceful_timeout=settings.drain_time.total_seconds(),
        middlewares=middlewares,
        logger=logger,
        log_level=logging.DEBUG,
    )
    return broker


@asynccontextmanager
async def visiting(settings: ServiceSettings) -> AsyncIterator[JetStreamContext]:
    """A connection for as long as the block takes.

    Raises:
        TransientError: `bus_unavailable`.
    """
    try:
        connection = await nats.connect(
            settings.nats_url,
            user=settings.nats_user,
            password=settings.nats_password.get_secret_value() if settings.nats_password else None,
            inbox_prefix=settings.inbox_prefix,
            allow_reconnect=False,
            connect_timeout=5,
        )
    except (OSError, nats.errors.Error) as error:
        raise TransientError(
            FailureCode.BUS_UNAVAILABLE,
            f"no NATS server answers: {error!r}",
            hint="start one, or set NATS_URL to where it is",
        ) from error
    try:
        yield connection.jetstream(timeout=10)
    finally:
        await connection.close()
