"""Notices that a program stalls."""

import asyncio
import os
from pathlib import Path
from typing import Final

__all__ = ["StallWatch"]

_CHECKS: Final = 10
"""Checks in a row that must find nothing done."""

_BUSY_SHARE: Final = 0.02
"""Of one processor. Repeating the same report twice a second takes less; starved work on a crowded host gets more."""


class StallWatch:
    """Notices that a program neither makes progress nor uses the processor.

    It counts checks instead of reading a clock: a check that comes late, because this process or the whole machine was
    suspended, counts once. A program that computes without progress is not stalled; its limit of processor time ends it.

    Args:
        timeout_s: how long a program may do nothing.
    """

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s: Final = timeout_s
        self._progressed = False

    def progressed(self) -> None:
        """Notes that the program made progress."""
        self._progressed = True

    async def until_stalled(self, pid: int) -> None:
        """Returns once the program did nothing for the whole timeout.

        Args:
            pid: the program.
        """
        interval_s = self.timeout_s / _CHECKS
        idle_checks, used_s = 0, _processor_seconds(pid)
        while idle_checks < _CHECKS:
            await asyncio.sleep(interval_s)
            before_s, used_s = used_s, _processor_seconds(pid)
            is_busy = self._progressed or used_s - before_s > _BUSY_SHARE * interval_s
            self._progressed = False
            idle_checks = 0 if is_busy else idle_checks + 1


def _processor_seconds(pid: int) -> float:
    """Processor time of a program; 0 where the system does not tell, so that only progress counts."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
