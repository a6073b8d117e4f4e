"""Checks that the stream still has the logged messages: a server may lose its files, or restore older ones."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from scenewire.bus.client import BusClient, StreamState
from scenewire.errors import FailureCode, PipelineError, TransientError
from scenewire.record.queries import Row, opened
from scenewire.topology import PIPELINE
from scenewire_recorder.maintenance.rebuild import stream_lacks_messages

__all__ = ["StreamWatch"]

_PRECISION: Final = timedelta(milliseconds=1)
"""Precision of times in the log."""

_STOP_TIMEOUT_S: Final = 5.0
"""A look that is cancelled leaves its connection to the garbage collector."""

_HINT: Final = "`scenewire rebuild --to-stream` restores the messages of unfinished projects"

log = structlog.get_logger(__name__)


class StreamWatch:
    """Notices that the stream has lost messages: it lacks the last logged one, or is another or shorter stream than before.

    The alarm ends when the stream has the messages of all unfinished projects again.

    Args:
        database_url: the record.
        interval_s: seconds between two looks.
    """

    def __init__(self, database_url: str, interval_s: float) -> None:
        self._url = database_url
        self._interval_s = interval_s
        self._before: StreamState | None = None
        self._watching: asyncio.Task[None] | None = None
        self._lost = False
        self._accepted: Row | None = None
        """The last logged message when the stream was restored: it keeps its sequence in the log."""
        self._stopped = asyncio.Event()

    async def start(self, client: BusClient) -> None:
        """Looks, and begins to watch.

        Raises:
            PipelineError: the database or the bus cannot be used.
        """
        await self._look(client)
        self._watching = asyncio.create_task(self._watch(client))

    async def stop(self) -> None:
        """Ends the watch."""
        self._stopped.set()
        if self._watching is not None:
            await asyncio.wait({self._watching}, timeout=_STOP_TIMEOUT_S)
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def check(self) -> None:
        """Raises while messages of unfinished projects are lost.

        Raises:
            TransientError: `bus_unavailable`.
        """
        if self._lost:
            raise TransientError(FailureCode.BUS_UNAVAILABLE, f"the stream has lost messages; {_HINT}", hint=_HINT)

    async def _watch(self, client: BusClient) -> None:
        while not await self._waits_until_stopped():
            try:
                await self._look(client)
            except PipelineError as error:
                log.debug("stream_not_checked", error=repr(error))

    async def _waits_until_stopped(self) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._interval_s):
                await self._stopped.wait()
        return self._stopped.is_set()

    async def _look(self, client: BusClient) -> None:
        async with opened(self._url) as record:
            last = await record.last_logged(PIPELINE.name)
            before, now = self._before, await client.state()
            is_other = before is not None and (
                now.created != before.created or now.last_sequence < before.last_sequence
            )
            self._before = now
            if self._lost:
                if not await stream_lacks_messages(record, client):
                    self._lost, self._accepted = False, last
                    log.info("stream_restored")
            elif is_other or (last is not None and last != self._accepted and await _has_lost(client, now, last)):
                self._lost = True
                log.critical("stream_lost_messages", last_in_stream=now.last_sequence, hint=_HINT)


async def _has_lost(client: BusClient, state: StreamState, last: Row) -> bool:
    """Returns whether the stream has lost the last logged message; those older than its age limit are not lost."""
    if last["sequence"] < state.first_sequence:
        return False
    stored = await client.published_at(last["sequence"])
    if stored is None:
        return bool(state.last_sequence < last["sequence"])
    return bool(abs(stored - datetime.fromisoformat(last["published_at"])) > _PRECISION)
