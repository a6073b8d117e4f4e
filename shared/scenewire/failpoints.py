"""Failpoints: places at which a test makes a process die, hang or fail.

They are for the fault matrix (docs/fault-matrix.md), not for users. Unless `FAILPOINT` is set, passing one costs a lookup
of that variable. It has the form `<point>:<action>` or `<scope>.<point>:<action>`, for instance `tts.P3:kill`:

    P0  a message was fetched; no work was done
    P1  a program, a footage server or a language model is at work; for the recorder, its transaction is open
    P2  an artifact was written under a temporary name
    P3  the work is stored and its message not yet published; for the recorder, its transaction was committed
    P4  the message was published, and its cause not yet acknowledged
    P5  the cause was acknowledged; for the recorder, the next batch has arrived

A scope is a durable, a project's id or the number of a scene: the point counts only while such a message is handled. With
`FAILPOINT_ONCE`, the path of a file that does not exist, only the first process that creates it acts. So the one that is
started after it continues.
"""

import os
import signal
import time
from enum import StrEnum
from pathlib import Path
from typing import Final

from structlog.contextvars import get_contextvars

__all__ = ["FailpointError", "Point", "failpoint", "is_armed"]

_VARIABLE: Final = "FAILPOINT"
_ONCE: Final = "FAILPOINT_ONCE"
_EXIT_CODE: Final = 86


class Point(StrEnum):
    """A place in the handling of a message; see the module's docstring."""

    FETCHED = "P0"
    WORKING = "P1"
    WRITTEN = "P2"
    STORED = "P3"
    PUBLISHED = "P4"
    ACKNOWLEDGED = "P5"


class FailpointError(Exception):
    """What the action `raise` raises."""


def failpoint(point: Point) -> None:
    """Acts if the environment says so.

    Raises:
        FailpointError: the action is `raise`.
        ValueError: the variable has another form or names an unknown action.
    """
    if _VARIABLE in os.environ and is_armed(point) and _is_first():
        _act(point)


def is_armed(point: Point) -> bool:
    """Returns whether the environment names a point, and its scope is that of the message that is handled."""
    place, _, _ = os.environ.get(_VARIABLE, "").partition(":")
    scope, _, wanted = place.rpartition(".")
    return wanted == point and (not scope or scope in map(str, get_contextvars().values()))


def _is_first() -> bool:
    once = os.environ.get(_ONCE)
    if once is None:
        return True
    try:
        Path(once).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _act(point: Point) -> None:
    match os.environ[_VARIABLE].partition(":")[2]:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            while True:  # as a deadlock would: the process answers nothing
                time.sleep(1)
        case "raise":
            raise FailpointError(point)
        case "exit":
            os._exit(_EXIT_CODE)
        case action:
            message = f"{_VARIABLE} names the unknown action {action!r}"
            raise ValueError(message)
