"""A bus with dead letters: a running one, or that of a stopped stack."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from scenewire_cli.stack.connection import Access, embedded, existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["letters_access"]


@asynccontextmanager
async def letters_access(
    data: Path | None, nats_url: str | None, *, services: Sequence[str] = ()
) -> AsyncIterator[Access]:
    """Connects to the bus of a running stack, or starts the one of the data folder.

    Args:
        data: the data folder.
        nats_url: somebody's server instead.
        services: which run beside a bus that is started.

    Raises:
        TransientError: `bus_unavailable`, there is none.
    """
    folder = DataFolder(data)
    is_stopped = nats_url is None and folder.nats_store.exists()
    async with embedded(folder, services=services) if is_stopped else existing(folder, nats_url) as access:
        yield access
