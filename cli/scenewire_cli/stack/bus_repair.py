"""Restores streams and durables that somebody deleted from a running bus."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from scenewire.bus.client import BusClient
from scenewire.errors import PipelineError, TransientError

__all__ = ["BusRepair", "Repaired"]

_SEQUENCE_GAP: Final = 1_000
"""Messages that may have been stored between the last look and the loss."""

log = structlog.get_logger(__name__)

Restore = Callable[[], Awaitable[dict[str, Any]]]
"""Publishes what the record has of unfinished projects; see `scenewire rebuild --to-stream`."""


@dataclass(frozen=True)
class Repaired:
    """What was lost and restored.

    Attributes:
        note: the same for people.
        lost_messages: whether stored messages are lost.
    """

    note: str
    lost_messages: bool


class BusRepair:
    """Looks for lost streams and durables, and creates them again.

    A durable that is created again reads the stream from its start. That repeats no work: stored results are found, and
    their messages have been published already. The messages of a lost stream are gone; the record has those of
    unfinished projects.

    Args:
        restore: publishes them again; None without a record.
    """

    def __init__(self, restore: Restore | None) -> None:
        self._restore = restore
        self._last_sequence = 0

    async def check(self, bus: BusClient) -> Repaired | None:
        """Repairs the bus; returns None if it is whole or does not answer.

        Raises:
            PermanentError: it cannot be repaired.
        """
        try:
            missing = await bus.missing()
        except TransientError:
            return None
        if not missing:
            self._last_sequence = missing.last_sequence
            return None
        names = ", ".join([*missing.streams, *missing.durables])
        log.critical("bus_lost_its_topology", streams=missing.streams, durables=missing.durables)
        # Sequences go on: those who follow the stream wait for later ones.
        await bus.provision(first_sequence=self._last_sequence + _SEQUENCE_GAP)
        if not missing.streams:
            return Repaired(
                f"somebody deleted {names} from the bus; created again, nothing is lost", lost_messages=False
            )
        return Repaired(
            f"somebody deleted {names} from the bus, with all messages; created again, {await self._restored()}",
            lost_messages=True,
        )

    async def _restored(self) -> str:
        if self._restore is None:
            return "but without a record, unfinished projects must be ordered again"
        try:
            restored = await self._restore()
        except PipelineError as error:
            log.warning("stream_not_restored", error=str(error))
            return f"but unfinished projects could not be restored: {error}"
        return f"and {len(restored['messages'])} unfinished projects restored from the record"
