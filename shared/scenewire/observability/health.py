"""Requirements of a service, checked while it runs."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from scenewire.errors import PipelineError

__all__ = ["OK", "Check", "Health", "State"]

Check = Callable[[], Awaitable[None]]
"""Returns if the requirement is met; raises otherwise."""

OK: Final = "ok"
_CHECK_TIMEOUT_S: Final = 2.0
"""Shorter than the endpoint waits."""


class State(StrEnum):
    """State of a service."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class Health:
    """Health of one service.

    Args:
        service: the service's name.
    """

    def __init__(self, service: str) -> None:
        self.service: Final = service
        self.state = State.STARTING
        self._checks: dict[str, Check] = {}

    def require(self, name: str, check: Check) -> None:
        """Adds a requirement."""
        self._checks[name] = check

    async def report(self) -> dict[str, str]:
        """Checks all requirements concurrently; returns `ok` or the fault of each."""
        state = OK if self.state is State.RUNNING else self.state.value
        answers = await asyncio.gather(*(_ask(check) for check in self._checks.values()))
        return {"state": state, **dict(zip(self._checks, answers, strict=True))}


async def _ask(check: Check) -> str:
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_S):
            await check()
    except TimeoutError:
        return f"no answer within {_CHECK_TIMEOUT_S:.0f} s"
    except PipelineError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - the check failed; the text may contain a password
        return type(error).__name__
    return OK
