"""A way to the bus: somebody's server, a stack that runs already, or one of our own for as long as it is needed."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from scenewire.bus.publishing import body_limit, publish_errors, require_body_fits
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import Message, ScriptRequested, named_project, read_fields
from scenewire.settings import secret
from scenewire.topology import PIPELINE, RECORDER
from scenewire_cli.stack.data_folder import Endpoint, Home
from scenewire_cli.stack.embedded import SERVICES, Stack

__all__ = ["Access", "embedded", "existing"]

_LOOK_AGAIN: Final = 0.1
_PUBLISH_TIMEOUT: Final = 10.0
_CONNECT_PATIENCE: Final = 5.0


@dataclass(frozen=True)
class Access:
    """A connection to a bus with its services."""

    client: Client
    jetstream: JetStreamContext
    endpoint: Endpoint
    stack: Stack | None = None
    """Set when it is our own."""

    async def order(self, order: ScriptRequested) -> int:
        """Publishes an order that names its project; returns its stream sequence once it is stored."""
        if order.project_id is None:
            message = "an order from here names its project"
            raise ValueError(message)
        return await self.publish(order, order.project_id, order.message_id_for(order.project_id))

    async def publish(self, message: ScriptRequested | Message, project_id: UUID, message_id: str) -> int:
        """Publishes a message; returns its stream sequence once it is stored.

        Raises:
            PermanentError: `message_too_large`, nothing was sent.
            TransientError: `storage_full`, `bus_unavailable` or `bus_not_provisioned`.
        """
        body = message.model_dump_json(exclude_none=True).encode()
        require_body_fits(message.SUBJECT, body, body_limit(self.client.max_payload))
        with publish_errors(message.SUBJECT):
            ack = await self.jetstream.publish(
                message.SUBJECT,
                body,
                stream=PIPELINE.name,
                timeout=_PUBLISH_TIMEOUT,
                headers={
                    "Nats-Msg-Id": message_id,
                    "correlation_id": str(project_id),
                    "content-type": "application/json",
                },
            )
        return ack.seq

    async def holds(self, sequence: int, project_id: UUID) -> bool:
        """Whether the stream has a message of a project at a sequence: a server may have lost what it had."""
        try:
            message = await self.jetstream.get_msg(PIPELINE.name, sequence)
        except NotFoundError:
            return False
        return named_project(read_fields(message.data or b"")) == project_id

    async def recorded(self, sequence: int) -> bool:
        """Whether the recorder has committed everything up to a stream sequence."""
        try:
            info = await self.jetstream.consumer_info(PIPELINE.name, RECORDER.name)
        except (nats.errors.Error, OSError):  # no recorder, or a bus that does not answer now
            return False
        return info.ack_floor is not None and info.ack_floor.stream_seq >= sequence


@asynccontextmanager
async def existing(home: Home, nats_url: str | None) -> AsyncIterator[Access]:
    """A bus that is there already.

    Raises:
        TransientError: `bus_unavailable`, there is none.
    """
    if nats_url:
        async with _connected(Endpoint(nats_url, os.environ.get("ARTIFACTS_URL"), is_foreign=True)) as access:
            yield access
        return
    home.prepare()
    with home.lease() as endpoint:
        if endpoint is None:
            raise TransientError(
                FailureCode.BUS_UNAVAILABLE,
                f"nothing runs in {home.root}",
                hint="start `scenewire up` there, or set NATS_URL",
            )
        async with _connected(endpoint) as access:
            yield access


@asynccontextmanager
async def embedded(
    home: Home,
    *,
    nats_url: str | None = None,
    nats_port: int = -1,
    services: Sequence[str] = SERVICES,
    drain_time: timedelta | None = None,
    on_wait: Callable[[], None] = lambda: None,
) -> AsyncIterator[Access]:
    """The bus of `existing`, or an embedded stack when there is none; it ends when nobody uses it any more.

    Args:
        home: whose stack it is.
        nats_url: somebody's server instead.
        nats_port: where the embedded bus listens; -1 takes any free port.
        services: which run beside it.
        drain_time: how long services of our own may finish their work when they are stopped, unless DRAIN_TIME is set;
            None leaves it to the setting.
        on_wait: called when others use the stack that we are about to stop.
    """
    if nats_url:
        async with existing(home, nats_url) as access:
            yield access
        return
    home.prepare()
    while True:
        with home.ownership() as owner:
            if owner:
                if drain_time is not None:
                    os.environ.setdefault("DRAIN_TIME", f"{drain_time.total_seconds():g}")
                async with _own(home, nats_port, services, on_wait) as access:
                    yield access
                return
        with home.lease() as endpoint:
            if endpoint is not None:
                if nats_port > 0:
                    raise PermanentError(
                        FailureCode.BUS_UNAVAILABLE,
                        f"a stack of {home.root} runs already, at {endpoint.place}",
                        hint="use that one, or another folder with --data",
                    )
                async with _connected(endpoint) as access:
                    yield access
                return
        await asyncio.sleep(_LOOK_AGAIN)  # its owner is just starting or stopping


@asynccontextmanager
async def _own(
    home: Home, nats_port: int, services: Sequence[str], on_wait: Callable[[], None]
) -> AsyncIterator[Access]:
    stack = Stack(home, nats_port=nats_port, services=services)
    try:
        async with _connected(await stack.start(), stack) as access:
            yield access
            async with home.closing(on_wait):
                pass
    finally:
        await stack.stop()


@asynccontextmanager
async def _connected(endpoint: Endpoint, stack: Stack | None = None) -> AsyncIterator[Access]:
    async def ignore(_: Exception) -> None:
        """The reader of the events notices by itself."""

    # The address of an embedded stack holds its own credentials; the environment's are those of somebody's server.
    user = os.environ.get("NATS_USER") or None if endpoint.is_foreign else None
    try:
        async with asyncio.timeout(_CONNECT_PATIENCE):  # a client that reconnects for ever connects for ever
            client = await nats.connect(
                endpoint.nats_url,
                user=user,
                password=secret("NATS_PASSWORD") if endpoint.is_foreign else None,
                inbox_prefix=f"_INBOX_{user}" if user else "_INBOX",
                name="scenewire",
                connect_timeout=5,
                max_reconnect_attempts=-1,
                reconnect_time_wait=1,
                error_cb=ignore,
                allow_reconnect=True,
            )
    except (OSError, nats.errors.Error) as error:  # TimeoutError is an OSError
        raise TransientError(
            FailureCode.BUS_UNAVAILABLE,
            "no NATS server answers at NATS_URL",
            hint="start one, or leave NATS_URL out to have everything embedded",
        ) from error
    try:
        yield Access(client, client.jetstream(timeout=10), endpoint, stack)
    finally:
        await client.close()
