"""Charges the processor time of every child process to the account of the handler that started it."""

import asyncio
import os
import threading
import warnings
from collections.abc import Callable
from functools import cache
from typing import Final

import structlog
from typing_extensions import TypeVarTuple, Unpack, override

from scenewire.accounting import Account, current_account

__all__ = ["measure_children"]

_UNKNOWN_EXIT_CODE: Final = 255
"""asyncio's own, for a child that something else has reaped."""

_Ts = TypeVarTuple("_Ts")

log = structlog.get_logger(__name__)

with warnings.catch_warnings():  # Python 3.12 deprecates watchers, and offers no other way to what the system reports
    warnings.simplefilter("ignore", DeprecationWarning)

    class _MeasuringWatcher(asyncio.ThreadedChildWatcher):
        """Waits for each child in a thread, as asyncio does, and keeps what the system reports of it and its descendants."""

        @override
        def add_child_handler(self, pid: int, callback: Callable[[int, int, Unpack[_Ts]], object], *args: *_Ts) -> None:
            loop, account = asyncio.get_running_loop(), current_account()

            def ended(code: int) -> None:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(callback, pid, code, *args)

            threading.Thread(target=_wait, args=(pid, account, ended), name=f"wait-{pid}", daemon=True).start()


def _wait(pid: int, account: Account | None, ended: Callable[[int], None]) -> None:
    try:
        _, status, usage = os.wait4(pid, 0)
    except ChildProcessError:
        log.warning("child_reaped_elsewhere", pid=pid)
        code = _UNKNOWN_EXIT_CODE
    else:
        code = os.waitstatus_to_exitcode(status)
        if account is not None:
            account.charge(child_cpu_s=usage.ru_utime + usage.ru_stime)
    ended(code)


@cache
def measure_children() -> None:
    """Measures the children that this process starts from now on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        asyncio.set_child_watcher(_MeasuringWatcher())
