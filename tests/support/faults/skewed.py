"""Runs a service whose wall clock is wrong: `python -m tests.support.faults.skewed <seconds> <module>:create_app`.

The seconds are the clock's error; with `jump:<seconds>`, it gets wrong by so much 3 s after the start. The monotonic clock
stays right, as in reality.
"""

import asyncio
import datetime
import importlib
import sys
import time
from typing import Any

_JUMP_AFTER_S = 3.0

_time, _time_ns, _Datetime = time.time, time.time_ns, datetime.datetime
_started = time.monotonic()


def error_s() -> float:
    """Returns by how much the clock is wrong at the moment."""
    if not sys.argv[1].startswith("jump:"):
        return float(sys.argv[1])
    return float(sys.argv[1].removeprefix("jump:")) if time.monotonic() - _started > _JUMP_AFTER_S else 0.0


class _Skewed(_Datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return _Datetime.now(tz) + datetime.timedelta(seconds=error_s())


def main() -> None:
    time.time = lambda: _time() + error_s()
    time.time_ns = lambda: _time_ns() + round(error_s() * 1e9)
    datetime.datetime = _Skewed  # type: ignore[misc]
    module, _, factory = sys.argv[2].partition(":")
    app = getattr(importlib.import_module(module), factory)()
    asyncio.run(app.run())


if __name__ == "__main__":
    main()
