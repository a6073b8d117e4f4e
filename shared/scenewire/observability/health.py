"""What must be true of a service for it to do its work, asked while it runs."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from scenewire.errors import PipelineError

__all__ = ["Check", "Health", "State"]

Check = Callable[[], Awaitable[None]]
"""Returns when all is well; raises what is not."""

OK: Final = "ok"
_CHECK_TIMEOUT_S: Final = 2.0
"""Seconds that a check may take: less than whoever asks will wait."""


class State(StrEnum):
    """Where a service is between its start and its end."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class Health:
    """One service's fitness.

    Args:
        service: its name.
    """

    def __init__(self, service: str) -> None:
        self.service: Final = service
        self.state = State.STARTING
        self._checks: dict[str, Check] = {}

    def require(self, name: str, check: Check) -> None:
        """Adds something that must be true."""
        self._checks[name] = check

    async def report(self) -> dict[str, str]:
        """For each requirement `ok`, or what is wrong with it; all are asked at the same time."""
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
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is no; the text may hold a password
        return type(error).__name__
    return OK
