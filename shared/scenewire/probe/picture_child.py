"""Runs the children that turn a file from outside into a JPEG, with limits."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from scenewire.errors import TransientError
from scenewire.observability.tracing import span
from scenewire.probe.refusal import refusal
from scenewire.processes.run import Limits, run_program

__all__ = ["picture_command", "run_picture_child"]

_LIMITS: Final = Limits(memory=2 << 30, cpu=20, file_size=0)
_MAX_ANSWER_BYTES: Final = 96 << 20


async def run_picture_child(
    child: Path,
    path: Path,
    arguments: Sequence[str] = (),
    *,
    timeout: float,  # noqa: ASYNC109 - the program's limit
) -> tuple[Any, bytes]:
    """Returns the facts and the JPEG that a child prints: a line of JSON, and the picture after it.

    Args:
        child: the Python file that runs.
        path: the file from outside.
        arguments: follow the path on the command line.
        timeout: wall seconds.

    Raises:
        PermanentError: `media_refused`: the child refuses the file, fails or takes too long.
    """
    received = bytearray()

    async def receive(chunk: bytes) -> None:
        received.extend(chunk)
        if len(received) > _MAX_ANSWER_BYTES:
            raise refusal(path, "converting it gives more than a picture")

    try:
        command = picture_command(child, path, arguments)
        with span("decode picture"):
            done = await run_program(command, timeout=timeout, limits=_LIMITS, on_output=receive)
    except TransientError as error:
        raise refusal(path, f"converting it took longer than {timeout:.0f} s") from error
    if done.returncode:
        ended = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
        raise refusal(path, f"converting it ended with {ended}", detail=done.stderr)
    line, _, picture = bytes(received).partition(b"\n")
    try:
        answer = json.loads(line)
        refused, facts = answer.get("refused"), answer.get("facts")
    except (ValueError, AttributeError) as error:
        raise refusal(path, "its facts are inconsistent") from error
    if refused is not None:
        raise refusal(path, refused)
    return facts, picture


def picture_command(child: Path, path: Path, arguments: Sequence[str] = ()) -> list[str | Path]:
    """Returns the command of an isolated child: environment and working folder do not affect its imports."""
    return [sys.executable, "-I", child, path.absolute(), *arguments]
