"""The metric of the speed of encodes; docs/metrics.md describes it."""

from functools import cache
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Histogram

__all__ = ["realtime_factor", "realtime_factor_of_this_process"]

_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50)
"""From 4K on a busy processor to a small picture on a card."""


def realtime_factor(registry: CollectorRegistry) -> Histogram:
    """Returns the histogram of encodes, registered in a registry."""
    return Histogram(
        "scenewire_encode_realtime_factor",
        "Seconds of video per wall second of its encode, once for each new segment.",
        ["encoder"],
        buckets=_BUCKETS,
        registry=registry,
    )


@cache
def realtime_factor_of_this_process() -> Histogram:
    """Returns the histogram of encodes of this process."""
    return realtime_factor(REGISTRY)
