"""Failures that no try can mend and time does: rate limits of providers, and outages of bus and storage."""

from dataclasses import dataclass
from typing import Final, Literal

import nats
from nats.js.errors import APIError, NoStreamResponseError, ServiceUnavailableError

from scenewire.bus.publishing import is_full
from scenewire.errors import FailureCode, TransientError, is_disk_full
from scenewire.topology import Retry

__all__ = ["Pause", "pause_after"]

RATE_LIMIT_TIMEOUT_S: Final = 3_600.0
"""Longest time that one delivery waits for rate limits. Longer limits are daily quotas: they are ordinary failures."""

OUTAGE_TIMEOUT_S: Final = 86_400.0
"""Longest time that one delivery waits for bus and storage; then it is an ordinary failure."""

_OUTAGES: Final = frozenset(
    {
        FailureCode.STORAGE_FULL,
        FailureCode.STORAGE_UNAVAILABLE,
        FailureCode.BUS_UNAVAILABLE,
        FailureCode.BUS_NOT_PROVISIONED,
    }
)

_LOST_CONNECTION: Final = (
    nats.errors.ConnectionClosedError,
    nats.errors.ConnectionReconnectingError,
    nats.errors.NoRespondersError,
    nats.errors.NoServersError,
    nats.errors.OutboundBufferLimitError,
    nats.errors.StaleConnectionError,
    nats.errors.TimeoutError,
    NoStreamResponseError,
    ServiceUnavailableError,
)


@dataclass(frozen=True, kw_only=True)
class Pause:
    """How long to wait before the next attempt of the same delivery.

    Attributes:
        delay: seconds.
        timeout: longest time that a delivery may wait altogether, seconds.
    """

    reason: Literal["rate_limit", "outage"]
    delay: float
    timeout: float


def pause_after(error: BaseException, refusals: int, retry: Retry) -> Pause | None:
    """Returns the pause that an error asks for; None if the delivery has failed.

    Args:
        error: what the handler raised.
        refusals: how many attempts of this delivery were refused, this one included.
        retry: limits the delay.
    """
    if isinstance(error, TransientError) and error.code is FailureCode.RATE_LIMITED:
        told = error.retry_after
        delay = retry.delay(refusals) if told is None else max(told, retry.base.total_seconds())
        return Pause(reason="rate_limit", delay=delay, timeout=RATE_LIMIT_TIMEOUT_S)
    if _is_outage(error):
        return Pause(reason="outage", delay=retry.delay(refusals), timeout=OUTAGE_TIMEOUT_S)
    return None


def _is_outage(error: BaseException) -> bool:
    if isinstance(error, TransientError):
        return error.code in _OUTAGES
    if isinstance(error, APIError) and is_full(error):
        return True
    return isinstance(error, _LOST_CONNECTION) or (isinstance(error, OSError) and is_disk_full(error))
