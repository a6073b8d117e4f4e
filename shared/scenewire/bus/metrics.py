"""What is counted and timed of messages; docs/metrics.md says what each number means.

What FastStream sees, its own middleware counts, under the names that its dashboards know. What happens around a handler
and in batches it cannot see; that is counted here.
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
"""Seconds: a stored result takes a tenth, a film minutes."""


class BusMetrics:
    """What happens around handlers, and in batches.

    Args:
        registry: where they are found; a registry takes them once.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.failures = Counter(
            "scenewire_failed_deliveries_total",
            "Deliveries that failed, by the failure's code and by what followed.",
            ["durable", "code", "answer"],
            registry=registry,
        )
        self.letters_lost = Counter(
            "scenewire_dead_letters_lost_total",
            "Dead letters that could not be stored; their projects were told all the same.",
            ["durable"],
            registry=registry,
        )
        self.rate_limit_wait = Counter(
            "scenewire_rate_limit_wait_seconds_total",
            "Seconds that messages waited in hand for a rate limit.",
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
    """Those of this process."""
    return BusMetrics(REGISTRY)


def message_metrics(service: str, registry: CollectorRegistry = REGISTRY) -> PrometheusMiddleware[Any, Any]:
    """FastStream's own metrics for a broker, with subjects by their patterns.

    Args:
        service: its name, the label `app_name`.
        registry: where they are found; services of a process share them.
    """
    return PrometheusMiddleware(settings_provider_factory=_provider, registry=registry, app_name=service)


def subject_pattern(subject: str) -> str:
    """A subject without the ids in it: one time series for all projects."""
    return next((known for known in _PATTERNS if _fits(subject, known)), subject.partition(".")[0])


_PATTERNS: Final = (*(pattern for stream in STREAMS for pattern in stream.subjects), ALL_PROGRESS)


def _fits(subject: str, pattern: str) -> bool:
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
