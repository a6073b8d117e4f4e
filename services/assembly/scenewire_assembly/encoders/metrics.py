"""The metric that names the encoder of this process."""

from functools import cache
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Gauge

from scenewire_assembly.picture.encoder import Encoder

__all__ = ["encoder_info", "show_encoder"]

_NAME: Final = "scenewire_encoder_info"


def encoder_info(registry: CollectorRegistry) -> Gauge:
    """Returns the gauge, registered in a registry."""
    return Gauge(
        _NAME, "1 for the encoder that videos get which this worker begins.", ["encoder", "device"], registry=registry
    )


@cache
def _of_this_process() -> Gauge:
    return encoder_info(REGISTRY)


def show_encoder(encoder: Encoder) -> None:
    """Shows an encoder in place of an earlier one."""
    gauge = _of_this_process()
    gauge.clear()
    gauge.labels(encoder.name, encoder.device).set(1)
