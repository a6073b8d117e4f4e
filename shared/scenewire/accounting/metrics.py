"""Metrics of what is charged to accounts; docs/metrics.md explains them."""

from functools import cache
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter

from scenewire.messages import ProviderUse

__all__ = ["AccountMetrics", "account_metrics"]

_CLOCKS: Final = {"own_cpu_s": "own", "child_cpu_s": "child"}


class AccountMetrics:
    """Metrics of processors and providers.

    Args:
        registry: the registry that they are registered in; each name can be registered once.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        provider = ["app_name", "provider", "model"]
        self._processor = Counter(
            "scenewire_processor_seconds_total",
            "Processor seconds of handlers, of their own code and of child processes.",
            ["app_name", "where"],
            registry=registry,
        )
        self._requests = Counter("scenewire_provider_requests_total", "Answered requests.", provider, registry=registry)
        self._tokens = Counter(
            "scenewire_provider_tokens_total", "Reported tokens.", [*provider, "direction"], registry=registry
        )
        self._characters = Counter(
            "scenewire_provider_characters_total", "Spoken characters.", provider, registry=registry
        )
        self._money = Counter(
            "scenewire_provider_money_total",
            "Money, in the currency of the configured prices.",
            provider,
            registry=registry,
        )

    def count(self, service: str, amounts: dict[str, float]) -> None:
        """Counts processor seconds among charged amounts."""
        for name in amounts.keys() & _CLOCKS.keys():
            self._processor.labels(service, _CLOCKS[name]).inc(amounts[name])

    def count_provider(self, service: str, use: ProviderUse) -> None:
        """Counts what a provider was asked for, as far as it is known."""
        labels = service, use.provider, use.model
        self._requests.labels(*labels).inc(use.requests)
        self._tokens.labels(*labels, "input").inc(use.input_tokens or 0)
        self._tokens.labels(*labels, "output").inc(use.output_tokens or 0)
        self._characters.labels(*labels).inc(use.characters or 0)
        self._money.labels(*labels).inc(use.money or 0)


@cache
def account_metrics() -> AccountMetrics:
    """Returns the metrics of this process."""
    return AccountMetrics(REGISTRY)
