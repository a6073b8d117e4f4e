"""Runs a service whose wall clock is wrong: `python -m tests.support.faults.skewed <seconds> <module>:create_app`.

The seconds are the clock's error; as `<seconds>@<path>`, it jumps by so much once that file exists. The monotonic clock
stays right, as in reality.
"""

import asyncio
import datetime as dt
import importlib
import os
import sys
import time
from typing import Any

from typing_extensions import override

_time, _time_ns = time.time, time.time_ns


def error_s() -> float:
    """Returns by how much the clock is wrong at the moment."""
    seconds, _, path = sys.argv[1].partition("@")
    return float(seconds) if not path or os.path.exists(path) else 0.0  # noqa: PTH110 - pathlib may ask for the time


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
