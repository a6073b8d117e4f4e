"""Makes the database ready to be written, as soon as it can be."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from scenewire.errors import PipelineError

__all__ = ["Preparation"]

_RETRY_INTERVAL_S: Final = 2.0

log = structlog.get_logger(__name__)


class Preparation:
    """Prepares the database, again and again until it is usable. Videos are made meanwhile; their record follows.

    Args:
        prepare: upgrades the database and reads it; raises `PipelineError` while it is locked, damaged or too new.
        on_unusable: called if it cannot be used at the start.
    """

    def __init__(
        self, prepare: Callable[[], Awaitable[None]], on_unusable: Callable[[PipelineError], None] = lambda _: None
    ) -> None:
        self._prepare = prepare
        self._on_unusable = on_unusable
        self._failure: PipelineError | None = None
        self._retrying: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def start(self) -> None:
        """Tries once, and then in the background."""
        if await self._succeeds():
            return
        if self._failure is not None:
            self._on_unusable(self._failure)
        self._retrying = asyncio.create_task(self._retry())

    async def stop(self) -> None:
        """Stops trying."""
        if self._retrying is not None:
            self._retrying.cancel()
            await asyncio.gather(self._retrying, return_exceptions=True)

    async def ready(self) -> None:
        """Returns when the database is usable."""
        await self._ready.wait()

    async def check(self) -> None:
        """Raises why the database cannot be used at the moment, if it has not been usable yet.

        Raises:
            PipelineError: `database_unavailable` or `database_too_new`.
        """
        if self._failure is not None:
            raise self._failure

    async def _retry(self) -> None:
        while True:
            await asyncio.sleep(_RETRY_INTERVAL_S)
            if await self._succeeds():
                log.info("database_usable")
                return

    async def _succeeds(self) -> bool:
        try:
            await self._prepare()
        except PipelineError as error:
            if self._failure is None or str(error) != str(self._failure):
                log.error(  # noqa: TRY400 - code, message and hint say enough
                    "database_unusable", code=error.code, problem=error.message, hint=error.hint
                )
            self._failure = error
            return False
        self._failure = None
        self._ready.set()
        return True
