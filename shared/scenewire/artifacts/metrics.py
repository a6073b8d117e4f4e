"""What is counted of an object store; docs/metrics.md says what each number means."""

from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter

__all__ = ["StoreMetrics", "store_metrics"]


class StoreMetrics:
    """Traffic with an object store.

    Args:
        registry: where they are found; a registry takes them once.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.bytes = Counter(
            "scenewire_artifact_bytes_total",
            "Bytes of files that were sent to the object store or fetched from it.",
            ["direction"],
            registry=registry,
        )
        self.opened = Counter(
            "scenewire_artifacts_opened_total",
            "Files that were asked for, by where they were.",
            ["found"],
            registry=registry,
        )
        self.failures = Counter(
            "scenewire_object_store_failures_total",
            "Calls of the object store that failed for good, retries included, by the failure's code.",
            ["code"],
            registry=registry,
        )


@cache
def store_metrics() -> StoreMetrics:
    """Those of this process."""
    return StoreMetrics(REGISTRY)
