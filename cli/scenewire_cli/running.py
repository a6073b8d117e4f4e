"""Runs a command and turns signals into a clean stop."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Final

import typer

from scenewire_cli.output.terminal import print_line

__all__ = ["EXIT_INTERRUPTED", "run"]

EXIT_INTERRUPTED: Final = 130

_STOPPING: Final = "stopping; press Ctrl-C again to stop at once"

_STOPPING_DELAY_S: Final = 0.3
"""A command that stops within this time prints no notice."""


def run(work: Coroutine[Any, Any, int]) -> None:
    """Runs a command to its end and exits with its code.

    The first SIGINT, SIGTERM or SIGHUP cancels it, so that it cleans up; a notice appears if that takes a moment. A second SIGINT
    ends it at once.
    """

    async def until_stopped() -> int:
        task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()

        def stop() -> None:
            loop.remove_signal_handler(signal.SIGINT)  # the next one raises KeyboardInterrupt
            loop.call_later(_STOPPING_DELAY_S, partial(print_line, _STOPPING, error=True))
            task.cancel()

        with suppress(NotImplementedError):
            loop.add_signal_handler(signal.SIGINT, stop)
            loop.add_signal_handler(signal.SIGTERM, stop)
            if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` ignores it
                loop.add_signal_handler(signal.SIGHUP, stop)
        try:
            return await task
        except asyncio.CancelledError:
            return EXIT_INTERRUPTED

    raise typer.Exit(asyncio.run(until_stopped()))
