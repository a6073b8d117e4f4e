"""Whether the stream still has what the log says it had: a server may come back empty, or with older files."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from scenewire.topology import PIPELINE
from scenewire_recorder.queries import Record

__all__ = ["tell_losses"]

_PRECISION: Final = timedelta(milliseconds=1)
"""Of the log's times."""

log = structlog.get_logger(__name__)


async def tell_losses(record: Record, jetstream: JetStreamContext) -> bool:
    """Says so, loudly, when the last message of the log is not where it was in the stream; returns whether that is so.

    What has outlived the stream's age limit is not lost.
    """
    last = await record.last_logged(PIPELINE.name)
    if last is None:
        return False
    state = (await jetstream.stream_info(PIPELINE.name)).state
    if last["sequence"] < state.first_seq:
        return False
    try:
        found = await jetstream.get_msg(PIPELINE.name, last["sequence"])
    except NotFoundError:
        lost = bool(state.last_seq < last["sequence"])
    else:
        stored: datetime | None = found.time
        lost = stored is None or abs(stored - datetime.fromisoformat(last["published_at"])) > _PRECISION
    if lost:
        log.error(
            "stream_lost_messages",
            last_logged=last["sequence"],
            last_in_stream=state.last_seq,
            hint="`scenewire rebuild --stream` gives it back what unfinished projects need",
        )
    return lost
