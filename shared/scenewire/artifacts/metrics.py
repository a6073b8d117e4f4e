"""Metrics of object stores; docs/metrics.md explains them."""

from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter

__all__ = ["StoreMetrics", "store_metrics"]


class StoreMetrics:
    """Metrics of the traffic with object stores.

    Args:
        registry: the registry that they are registered in; each name can be registered once.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.bytes = Counter(
            "scenewire_artifact_bytes_total",
            "Bytes sent to the object store or fetched from it.",
            ["direction"],
            registry=registry,
        )
        self.opened = Counter(
            "scenewire_artifacts_opened_total",
            "Opened files, by where they were found.",
            ["found"],
            registry=registry,
        )
        self.failures = Counter(
            "scenewire_object_store_failures_total",
            "Calls of the object store that failed after all retries, by the failure's code.",
            ["code"],
            registry=registry,
        )


@cache
def store_metrics() -> StoreMetrics:
    """Returns the metrics of this process."""
    return StoreMetrics(REGISTRY)
