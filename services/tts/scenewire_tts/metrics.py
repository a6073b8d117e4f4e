"""Metrics of speech; docs/metrics.md describes them."""

from functools import cache
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Histogram

__all__ = ["realtime_factor", "realtime_factor_of_this_process"]

_BUCKETS: Final = (0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50, 100)
"""From a neural voice on a busy processor to espeak."""


def realtime_factor(registry: CollectorRegistry) -> Histogram:
    """Returns the histogram, registered in a registry."""
    return Histogram(
        "scenewire_speech_realtime_factor",
        "Seconds of speech per wall second of the engine, once for each new narration.",
        ["engine"],
        buckets=_BUCKETS,
        registry=registry,
    )


@cache
def realtime_factor_of_this_process() -> Histogram:
    """Returns the histogram of this process."""
    return realtime_factor(REGISTRY)
