"""Handlers: orders to scripts."""

from scenewire.bus import Bus
from scenewire.messages import ScriptRequested
from scenewire.topology import SCRIPT
from scenewire_script.stage import ScriptStage

__all__ = ["register"]


def register(bus: Bus, stage: ScriptStage, *, loops: int) -> None:
    """Subscribes the stage to orders.

    Args:
        bus: delivers and publishes messages.
        stage: writes scripts.
        loops: orders processed concurrently.
    """

    @bus.subscribe(SCRIPT, loops=loops)
    async def write(order: ScriptRequested) -> None:
        project_id = order.project_id or bus.derived_project_id()
        await bus.publish(await stage.write(order, project_id))
