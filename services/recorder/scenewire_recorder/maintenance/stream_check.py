"""Whether the stream still has what the log says it had: a server may come back empty, or with older files."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from scenewire.bus.client import BusClient
from scenewire.topology import PIPELINE
from scenewire_recorder.queries import Record

__all__ = ["report_losses"]

_PRECISION: Final = timedelta(milliseconds=1)
"""Of the log's times."""

log = structlog.get_logger(__name__)


async def report_losses(record: Record, client: BusClient) -> bool:
    """Says so, loudly, when the last message of the log is not where it was in the stream; returns whether that is so.

    What has outlived the stream's age limit is not lost.
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
            hint="`scenewire rebuild --to-stream` gives it back what unfinished projects need",
        )
    return lost
