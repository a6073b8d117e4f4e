"""Ends the process when its event loop hangs, so that a supervisor starts it again.

Whatever blocks the loop also stops heartbeats, and no message of the service is handled. A thread notices it, as the
monitor does for `/livez` (ADR 22), which needs somebody who asks.
"""

import asyncio
import os
import sys
import threading
import time
import traceback
from typing import Final

import structlog

__all__ = ["LoopWatchdog"]

HUNG: Final = 70
"""Exit code (EX_SOFTWARE of sysexits)."""

_CHECKS: Final = 6
"""Checks in a row that must get no response."""

_LATE: Final = 2.0
"""A check that comes later than this many intervals says that the process or the machine was suspended."""

_LOG_TIMEOUT_S: Final = 5.0
"""The loop may hang in a write to the log, which would block here, too."""

_firing: Final = threading.Lock()
"""Each service of a process has a watchdog, and one of them speaks."""

log = structlog.get_logger(__name__)


class LoopWatchdog:
    """Watches the running event loop from a thread, from `start` to `stop`.

    Args:
        service: the service's name, for the log.
        timeout_s: how long the loop may not respond.
        announce: whether to say why the process ends on standard error, too, because the log is elsewhere.
    """

    def __init__(self, service: str, timeout_s: float, *, announce: bool = False) -> None:
        self._service = service
        self._timeout_s = timeout_s
        self._announce = announce
        self._stopped = threading.Event()

    def start(self) -> None:
        """Starts the watch; call it on the event loop."""
        loop, thread_id = asyncio.get_running_loop(), threading.get_ident()
        threading.Thread(
            target=self._watch, args=(loop, thread_id), name=f"watchdog of {self._service}", daemon=True
        ).start()

    def stop(self) -> None:
        """Ends the watch."""
        self._stopped.set()

    def _watch(self, loop: asyncio.AbstractEventLoop, thread_id: int) -> None:
        interval_s = self._timeout_s / _CHECKS
        responded = threading.Event()
        responded.set()
        missed, checked_at = 0, time.monotonic()
        while not self._stopped.wait(interval_s):
            before, checked_at = checked_at, time.monotonic()
            is_late = checked_at - before > _LATE * interval_s
            if responded.is_set() or is_late or not loop.is_running():
                missed = 0
            else:
                missed += 1
            if missed >= _CHECKS:
                self._end_process(thread_id)
            responded.clear()
            try:
                loop.call_soon_threadsafe(responded.set)
            except RuntimeError:  # the loop is closed
                return

    def _end_process(self, thread_id: int) -> None:
        if not _firing.acquire(blocking=False):
            return
        frame = sys._current_frames().get(thread_id)  # noqa: SLF001 - the documented way
        stack = "".join(traceback.format_stack(frame)) if frame else "unknown"
        telling = threading.Thread(target=self._tell, args=(stack,), daemon=True)
        telling.start()
        telling.join(_LOG_TIMEOUT_S)
        os._exit(HUNG)

    def _tell(self, stack: str) -> None:
        message = f"the event loop did not respond for {self._timeout_s:g} s"
        if self._announce:
            os.write(2, f"error: {message}; run the same command again to resume\n".encode())
        log.critical(
            "event_loop_hangs",
            service=self._service,
            error=message,
            hint="the process ends, and its supervisor starts it again; the stack shows what blocks",
            stack=stack,
        )
