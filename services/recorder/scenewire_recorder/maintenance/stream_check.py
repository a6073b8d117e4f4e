"""Checks that the stream still has the logged messages: a server may lose its files, or restore older ones."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from scenewire.bus.client import BusClient
from scenewire.record.queries import Record
from scenewire.topology import PIPELINE

__all__ = ["report_losses"]

_PRECISION: Final = timedelta(milliseconds=1)
"""Precision of times in the log."""

log = structlog.get_logger(__name__)


async def report_losses(record: Record, client: BusClient) -> bool:
    """Returns whether the stream has lost the last logged message, and logs an error if so.

    Messages older than the stream's age limit are not lost.
    """
    last = await record.last_logged(PIPELINE.name)
    if last is None:
        return False
    state = await client.state()
    if last["sequence"] < state.first_sequence:
        return False
    stored = await client.published_at(last["sequence"])
    if stored is None:
        lost = bool(state.last_sequence < last["sequence"])
    else:
        lost = abs(stored - datetime.fromisoformat(last["published_at"])) > _PRECISION
    if lost:
        log.error(
            "stream_lost_messages",
            last_logged=last["sequence"],
            last_in_stream=state.last_sequence,
            hint="`scenewire rebuild --to-stream` restores the messages of unfinished projects",
        )
    return lost
