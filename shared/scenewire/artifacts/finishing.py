"""Writes that are not left half done."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

__all__ = ["finish"]

T = TypeVar("T")


async def finish(work: Awaitable[T]) -> T:
    """Awaits work that goes on when its awaiter is cancelled, such as a thread, and raises the cancellation after it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
