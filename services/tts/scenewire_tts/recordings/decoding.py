"""Decodes recordings in a child process with limits."""

import json
import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire.errors import TransientError
from scenewire.probe.probe import MAX_RECORDING_S
from scenewire.probe.refusal import refusal
from scenewire.processes.run import Limits, run_program
from scenewire_tts.speech.sound import SAMPLE_RATE

__all__ = ["decode_recording"]

_CHILD: Final = Path(__file__).with_name("child.py")
_LIMITS: Final = Limits(memory=2 << 30, cpu=60, file_size=0)
_TIMEOUT_S: Final = 120
_MAX_ANSWER_BYTES: Final = 2 * SAMPLE_RATE * MAX_RECORDING_S + (1 << 16)


async def decode_recording(path: Path) -> NDArray[np.int16]:
    """Returns the samples of a recording: mono, at `SAMPLE_RATE`.

    Raises:
        PermanentError: `media_refused`: damaged, of another kind, or longer than `MAX_RECORDING_S`.
    """
    received = bytearray()

    async def receive(chunk: bytes) -> None:
        received.extend(chunk)
        if len(received) > _MAX_ANSWER_BYTES:
            raise refusal(path, f"it lasts longer than {MAX_RECORDING_S} s")

    try:
        done = await run_program(_command(path), timeout=_TIMEOUT_S, limits=_LIMITS, on_output=receive)
    except TransientError as error:
        raise refusal(path, f"decoding it took longer than {_TIMEOUT_S} s") from error
    if done.returncode:
        ended = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
        raise refusal(path, f"decoding it ended with {ended}", detail=done.stderr)
    line, _, samples = bytes(received).partition(b"\n")
    if reason := json.loads(line).get("refused"):
        raise refusal(path, reason)
    return np.frombuffer(samples, "<i2").astype(np.int16)


def _command(path: Path) -> list[str | Path]:
    """Returns the command of the isolated child: environment and working folder do not affect its imports."""
    return [sys.executable, "-I", _CHILD, path.absolute(), str(SAMPLE_RATE), str(MAX_RECORDING_S)]
