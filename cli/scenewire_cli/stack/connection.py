"""A way to the bus: somebody's server, a stack that runs already, or one of our own for as long as it is needed."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from scenewire.bus.client import BusClient, bus_client
from scenewire.bus.connection import BusAddress
from scenewire.cancellations import raise_if_cancelled
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.settings import AdmissionSettings, secret
from scenewire.topology import RECORDER
from scenewire_cli.stack.bus_repair import Repaired
from scenewire_cli.stack.data_folder import DataFolder, Endpoint
from scenewire_cli.stack.embedded import SERVICES, Stack, settings_errors

__all__ = ["Access", "embedded", "existing"]

_LOOK_AGAIN: Final = 0.1
_MOMENT_S: Final = 2.0

RECORD_TIMEOUT_S: Final = 30.0
"""How long to wait for the recorder after a message is stored; it normally needs 0.25 s."""

_RECORD_POLL_S: Final = 0.05


@dataclass(frozen=True)
class Access:
    """A connection to a bus with its services."""

    bus: BusClient
    endpoint: Endpoint
    stack: Stack | None = None
    """Set when the stack is embedded in this process."""

    async def check(self) -> Repaired | None:
        """Checks an embedded stack of this process; see `Stack.check`."""
        return None if self.stack is None else await self.stack.check(self.bus)

    async def require_admission(self) -> None:
        """Refuses a new order; see `scenewire.bus.admission`.

        Raises:
            PermanentError: `invalid_settings`.
            TransientError: `rate_limited` or `storage_full`.
        """
        with settings_errors():
            limits = AdmissionSettings()
        await self.bus.require_admission(limits, self.endpoint.artifacts_url)

    async def recorded(self, sequence: int) -> bool:
        """Returns whether the recorder has committed everything up to a stream sequence."""
        return await self.bus.acknowledged(RECORDER) >= sequence

    async def await_record(self, sequence: int, *, on_wait: Callable[[], None] = lambda: None) -> bool:
        """Waits until the recorder has committed everything up to a stream sequence; returns False if it is late.

        Args:
            sequence: the sequence.
            on_wait: called once if it takes more than a moment.
        """
        hopeless = self.stack is not None and isinstance(self.stack.record_failure, PermanentError)
        started, is_told = time.monotonic(), False
        while not await self.recorded(sequence):
            raise_if_cancelled()
            waited = time.monotonic() - started
            if hopeless or waited > RECORD_TIMEOUT_S:
                return False
            if waited > _MOMENT_S and not is_told:
                on_wait()
                is_told = True
            await asyncio.sleep(_RECORD_POLL_S)
        return True


@asynccontextmanager
async def existing(folder: DataFolder, nats_url: str | None) -> AsyncIterator[Access]:
    """A bus that is there already.

    Raises:
        TransientError: `bus_unavailable`, there is none.
    """
    if nats_url:
        async with _connected(Endpoint(nats_url, os.environ.get("ARTIFACTS_URL"), is_foreign=True)) as access:
            yield access
        return
    folder.prepare()
    with folder.lease() as endpoint:
        if endpoint is None:
            raise TransientError(
                FailureCode.BUS_UNAVAILABLE,
                f"no stack is running in the data folder {folder.root}",
                hint="start one with `scenewire up`, name another folder with --data, or a NATS server with --nats",
            )
        async with _connected(endpoint) as access:
            yield access


@asynccontextmanager
async def embedded(
    folder: DataFolder,
    *,
    nats_url: str | None = None,
    nats_port: int = -1,
    gateway_port: int | None = None,
    needs_gateway: bool = False,
    services: Sequence[str] = SERVICES,
    on_wait: Callable[[], None] = lambda: None,
) -> AsyncIterator[Access]:
    """The bus of `existing`, or an embedded stack when there is none; it ends when nobody uses it any more.

    Args:
        folder: whose stack it is.
        nats_url: somebody's server instead.
        nats_port: where the embedded bus listens; -1 takes any free port.
        gateway_port: where its gateway listens; None takes that of GATEWAY_PORT, or any free one if it is taken.
        needs_gateway: whether a gateway that cannot start is an error.
        services: which run beside it.
        on_wait: called when others use the stack that we are about to stop.
    """
    if nats_url:
        async with existing(folder, nats_url) as access:
            yield access
        return
    folder.prepare()
    while True:
        with folder.ownership() as owner:
            if owner:
                stack = Stack(
                    folder,
                    nats_port=nats_port,
                    gateway_port=gateway_port,
                    needs_gateway=needs_gateway,
                    services=services,
                )
                async with _own(folder, stack, on_wait) as access:
                    yield access
                return
        with folder.lease() as endpoint:
            if endpoint is not None:
                if nats_port > 0:
                    raise PermanentError(
                        FailureCode.BUS_UNAVAILABLE,
                        f"a stack of {folder.root} already runs at {endpoint.redacted_url}",
                        hint="use that one, or choose another data folder with --data",
                    )
                async with _connected(endpoint) as access:
                    yield access
                return
        await asyncio.sleep(_LOOK_AGAIN)  # its owner is just starting or stopping


@asynccontextmanager
async def _own(folder: DataFolder, stack: Stack, on_wait: Callable[[], None]) -> AsyncIterator[Access]:
    try:
        async with _connected(await stack.start(), stack) as access:
            yield access
            async with folder.closing(on_wait):
                pass
    finally:
        folder.withdraw()
        await stack.stop()


@asynccontextmanager
async def _connected(endpoint: Endpoint, stack: Stack | None = None) -> AsyncIterator[Access]:
    async with bus_client(_address(endpoint), reconnects=True) as bus:
        yield Access(bus, endpoint, stack)


def _address(endpoint: Endpoint) -> BusAddress:
    if not endpoint.is_foreign:  # the URL of an embedded stack holds its login; the environment's is another server's
        return BusAddress(url=endpoint.nats_url, remedy="stop the command that runs this stack, and start it again")
    return BusAddress(
        url=endpoint.nats_url,
        user=os.environ.get("NATS_USER") or None,
        password=secret("NATS_PASSWORD"),
        remedy="correct --nats (or NATS_URL, NATS_USER and NATS_PASSWORD), or start a NATS server there",
    )
