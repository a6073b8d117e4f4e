"""What is counted of footage servers; docs/metrics.md says what each number means."""

from collections.abc import Callable
from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge

__all__ = ["FootageMetrics", "footage_metrics"]


class FootageMetrics:
    """What is seen of all footage servers of a process.

    Args:
        registry: where they are found; a registry takes them once.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.failures = Counter(
            "scenewire_footage_server_failures_total",
            "Sessions with a footage server that failed.",
            ["server"],
            registry=registry,
        )
        self._resting = Gauge(
            "scenewire_footage_server_resting",
            "1 while a footage server is left alone because it failed too often, else 0.",
            ["server"],
            registry=registry,
        )

    def watch(self, server: str, is_resting: Callable[[], bool]) -> None:
        """Asks, whenever somebody looks, whether a server is left alone just now.

        Args:
            server: its name.
            is_resting: says so; of two servers of one name the later one is asked.
        """
        self.failures.labels(server)
        self._resting.labels(server).set_function(lambda: float(is_resting()))


@cache
def footage_metrics() -> FootageMetrics:
    """Those of this process."""
    return FootageMetrics(REGISTRY)
