"""Decides whether a new order is taken: the one place that every door asks before it stores an order.

What is accepted is finished, so an order that could not be is refused: when too much work waits, or when stream or disk
are nearly full. The rest of both belongs to the videos in progress.
"""

import asyncio
import shutil
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import nats.errors
import structlog
from nats.js import JetStreamContext

from scenewire.errors import FailureCode, TransientError
from scenewire.settings import AdmissionSettings
from scenewire.topology import DURABLES, PIPELINE

__all__ = ["require_admission"]

_RETRY_AFTER_S: Final = 60.0

_TIMEOUT_S: Final = 2.0
"""A server does not answer users who may not ask."""

log = structlog.get_logger(__name__)


async def require_admission(jetstream: JetStreamContext, limits: AdmissionSettings, artifacts_url: str | None) -> None:
    """Refuses a new order that could not be finished in time, or at all.

    A server that does not answer, or lets this user not ask, refuses nothing: the publish of the order decides then.

    Args:
        jetstream: the bus.
        limits: when orders are refused.
        artifacts_url: the artifact store; only a folder of this host is looked at.

    Raises:
        TransientError: `rate_limited`, too much work waits; `storage_full`, the stream or the disk is nearly full.
    """
    await asyncio.to_thread(_require_disk, limits, artifacts_url)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            await _require_room_in_stream(jetstream, limits)
            waiting = sum([await _waiting(jetstream, durable.name) for durable in DURABLES if durable.is_work])
    except (nats.errors.Error, OSError) as error:  # TimeoutError is an OSError
        log.debug("admission_unknown", error=repr(error))
        return
    if waiting >= limits.max_waiting:
        raise TransientError(
            FailureCode.RATE_LIMITED,
            f"no new orders at the moment: {waiting:,} messages wait to be worked on, and the limit is "
            f"{limits.max_waiting:,}",
            hint="order again later, run more workers, or raise ORDERS_MAX_WAITING of whatever takes the order",
            retry_after=_RETRY_AFTER_S,
        )


async def _waiting(jetstream: JetStreamContext, durable: str) -> int:
    return (await jetstream.consumer_info(PIPELINE.name, durable)).num_pending or 0


async def _require_room_in_stream(jetstream: JetStreamContext, limits: AdmissionSettings) -> None:
    info = await jetstream.stream_info(PIPELINE.name)
    size, limit = info.state.bytes, info.config.max_bytes or 0
    if limit > 0 and size > limits.max_stream_share * limit:
        raise TransientError(
            FailureCode.STORAGE_FULL,
            f"no new orders at the moment: the stream {PIPELINE.name} holds {size >> 20} MB of {limit >> 20} MB",
            hint="give the NATS server more room and provision it again, or wait until old messages leave the stream; then order again",
            retry_after=_RETRY_AFTER_S,
        )


def _require_disk(limits: AdmissionSettings, artifacts_url: str | None) -> None:
    parts = urlsplit(artifacts_url or "")
    folder = Path(unquote(parts.path))
    if parts.scheme != "file" or not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    if free < limits.min_free:
        raise TransientError(
            FailureCode.STORAGE_FULL,
            f"no new orders at the moment: only {free >> 20} MB are free on the disk of the artifacts, and videos in "
            f"progress need {limits.min_free >> 20} MB",
            hint="free space on that disk, or lower ORDERS_MIN_FREE",
            retry_after=_RETRY_AFTER_S,
        )
