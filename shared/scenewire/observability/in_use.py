"""Metrics that name what a process uses: 1 with the names as labels."""

from functools import cache
from typing import Final, Literal

from prometheus_client import REGISTRY, CollectorRegistry, Gauge

__all__ = ["InUse", "in_use_gauge", "show_in_use"]

InUse = Literal["encoder", "speech"]
"""The part of the metric's name."""

_DESCRIPTIONS: Final = {
    "encoder": "1 for the encoder of videos that this worker begins, and the device that it runs on.",
    "speech": "1 for the speech engine that this worker uses, and the device that it runs on.",
}


def show_in_use(what: InUse, name: str, device: str) -> None:
    """Shows what is used, in place of what was shown before.

    Args:
        what: the part of the metric's name.
        name: of the encoder or engine.
        device: `cpu`, or the name of a card.
    """
    gauge = _gauge(what)
    gauge.clear()
    gauge.labels(name, device).set(1)


def in_use_gauge(what: InUse, registry: CollectorRegistry) -> Gauge:
    """Returns the gauge, registered in a registry."""
    label = "encoder" if what == "encoder" else "engine"
    return Gauge(f"scenewire_{what}_info", _DESCRIPTIONS[what], [label, "device"], registry=registry)


@cache
def _gauge(what: InUse) -> Gauge:
    return in_use_gauge(what, REGISTRY)
