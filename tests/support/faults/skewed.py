"""Runs a service whose wall clock is wrong: `python -m tests.support.faults.skewed <seconds> <module>:create_app`.

The seconds are the clock's error; with `jump:<seconds>`, it gets wrong by so much 3 s after the start. The monotonic clock
stays right, as in reality.
"""

import asyncio
import datetime as dt
import importlib
import sys
import time
from typing import Any

from typing_extensions import override

_JUMP_AFTER_S = 3.0

_time, _time_ns = time.time, time.time_ns
_started = time.monotonic()


def error_s() -> float:
    """Returns by how much the clock is wrong at the moment."""
    if not sys.argv[1].startswith("jump:"):
        return float(sys.argv[1])
    return float(sys.argv[1].removeprefix("jump:")) if time.monotonic() - _started > _JUMP_AFTER_S else 0.0


class _Skewed(dt.datetime):
    @classmethod
    @override
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        return super().now(tz) + dt.timedelta(seconds=error_s())


def main() -> None:
    time.time = lambda: _time() + error_s()
    time.time_ns = lambda: _time_ns() + round(error_s() * 1e9)
    dt.datetime = _Skewed  # type: ignore[misc]
    module, _, factory = sys.argv[2].partition(":")
    app = getattr(importlib.import_module(module), factory)()
    asyncio.run(app.run())


if __name__ == "__main__":
    main()
