"""Cancellations that get lost."""

import asyncio

__all__ = ["raise_if_cancelled"]


def raise_if_cancelled() -> None:
    """Raises a cancellation that was lost: Python 3.11's `wait_for` drops one that arrives together with its answer.

    For loops that ask the bus again and again.

    Raises:
        asyncio.CancelledError: the task was told to stop.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
