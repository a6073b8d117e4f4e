"""Metrics of messages; docs/metrics.md explains them.

FastStream's middleware counts what it sees, under the names that its dashboards know. It does not see retries, dead
letters and batches; these are counted here.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from faststream.message import StreamMessage
from faststream.nats.prometheus.provider import NatsMetricsSettingsProvider
from faststream.prometheus import ConsumeAttrs, PrometheusMiddleware
from faststream.response import PublishCommand
from nats.aio.msg import Msg
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from typing_extensions import override

from scenewire.topology import ALL_PROGRESS, STREAMS

__all__ = ["BusMetrics", "bus_metrics", "message_metrics", "subject_pattern"]

_BUCKETS: Final = (0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)
"""Seconds: a stored result takes a tenth, a video minutes."""


class BusMetrics:
    """Metrics of deliveries and batches.

    Args:
        registry: the registry that they are registered in; each name can be registered once.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.failures = Counter(
            "scenewire_failed_deliveries_total",
            "Failed deliveries, by the failure's code and by what followed.",
            ["durable", "code", "answer"],
            registry=registry,
        )
        self.letters_lost = Counter(
            "scenewire_dead_letters_lost_total",
            "Dead letters that could not be stored; project.failed was published nevertheless.",
            ["durable"],
            registry=registry,
        )
        self.rate_limit_wait = Counter(
            "scenewire_rate_limit_wait_seconds_total",
            "Seconds that messages in flight waited for a rate limit.",
            ["durable"],
            registry=registry,
        )
        self.outage_wait = Counter(
            "scenewire_outage_wait_seconds_total",
            "Seconds that messages in flight waited for bus or storage.",
            ["durable"],
            registry=registry,
        )
        self.interrupted = Counter(
            "scenewire_interrupted_deliveries_total",
            "Deliveries that ended through no fault of their message; they do not count as tries.",
            ["durable"],
            registry=registry,
        )
        self.handled = Histogram(
            "scenewire_handler_duration_seconds",
            "Wall seconds of handlers, by how they ended.",
            ["durable", "status"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self.batches = Histogram(
            "scenewire_batch_duration_seconds",
            "Wall seconds of batches, by how they ended.",
            ["durable", "status"],
            registry=registry,
        )
        self.batched = Counter(
            "scenewire_batch_messages_total",
            "Messages of batches, by how the batch ended.",
            ["durable", "status"],
            registry=registry,
        )


@cache
def bus_metrics() -> BusMetrics:
    """Returns the metrics of this process."""
    return BusMetrics(REGISTRY)


def message_metrics(service: str, registry: CollectorRegistry = REGISTRY) -> PrometheusMiddleware[Any, Any]:
    """FastStream's own metrics for a broker, with subjects by their patterns.

    Args:
        service: the service's name, the label `app_name`.
        registry: the registry; services of a process share it.
    """
    return PrometheusMiddleware(settings_provider_factory=_provider, registry=registry, app_name=service)


def subject_pattern(subject: str) -> str:
    """Returns a subject without its ids, so that all projects share a time series."""
    return next((known for known in _PATTERNS if _matches(subject, known)), subject.partition(".")[0])


_PATTERNS: Final = (*(pattern for stream in STREAMS for pattern in stream.subjects), ALL_PROGRESS)


def _matches(subject: str, pattern: str) -> bool:
    tokens, wanted = subject.split("."), pattern.split(".")
    if wanted[-1] == ">":
        tokens, wanted = tokens[: len(wanted) - 1], wanted[:-1]
    return len(tokens) == len(wanted) and all(w in ("*", t) for t, w in zip(tokens, wanted, strict=True))


class _ByPattern(NatsMetricsSettingsProvider):
    @override
    def get_consume_attrs_from_message(self, msg: StreamMessage[Msg]) -> ConsumeAttrs:
        attributes = super().get_consume_attrs_from_message(msg)
        return {**attributes, "destination_name": subject_pattern(attributes["destination_name"])}

    @override
    def get_publish_destination_name_from_cmd(self, cmd: PublishCommand) -> str:
        return subject_pattern(cmd.destination)


def _provider(msg: Msg | Sequence[Msg] | None) -> _ByPattern | None:
    return _ByPattern() if msg is None or isinstance(msg, Msg) else None
