"""Handlers: how projects end, to webhooks."""

from scenewire.bus import Bus
from scenewire.bus.consuming.received import current_delivery
from scenewire.messages import StoredMessage
from scenewire.topology import WEBHOOKS
from scenewire_gateway.webhooks.delivery import WebhookDelivery

__all__ = ["register"]

_LOOPS = 8
"""Events sent at once."""


def register(bus: Bus, webhooks: WebhookDelivery) -> None:
    """Subscribes webhooks to how projects end. Without endpoints too: events would wait for the first one otherwise."""

    @bus.subscribe_stored(WEBHOOKS, loops=_LOOPS)
    async def deliver(message: StoredMessage) -> None:
        await webhooks.deliver(message, attempt=current_delivery().raw.metadata.num_delivered)
