"""Metrics of footage servers; docs/metrics.md describes them."""

from collections.abc import Callable
from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge

__all__ = ["FootageMetrics", "footage_metrics"]


class FootageMetrics:
    """The metrics of all footage servers of a process.

    Args:
        registry: exports the metrics; each registry accepts them once.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.failures = Counter(
            "scenewire_footage_server_failures_total",
            "Sessions with a footage server that failed.",
            ["server"],
            registry=registry,
        )
        self._cooldown = Gauge(
            "scenewire_footage_server_resting",
            "1 while a footage server is in cooldown after repeated failures, else 0.",
            ["server"],
            registry=registry,
        )

    def watch(self, server: str, is_in_cooldown: Callable[[], bool]) -> None:
        """Reports whether a server is in cooldown, evaluated at each scrape.

        Args:
            server: name of the server.
            is_in_cooldown: evaluated at each scrape; a later call for the same name replaces it.
        """
        self.failures.labels(server)
        self._cooldown.labels(server).set_function(lambda: float(is_in_cooldown()))


@cache
def footage_metrics() -> FootageMetrics:
    """Returns the metrics of this process."""
    return FootageMetrics(REGISTRY)
