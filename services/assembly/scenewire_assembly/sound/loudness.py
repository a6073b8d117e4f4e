"""Reading ffmpeg's meter of loudness, EBU R 128."""

import re
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.ffmpeg.filters import Filter

__all__ = ["METER", "PEAK_METER", "SILENCE", "integrated", "true_peak"]

METER: Final = Filter("ebur128", framelog="verbose")
PEAK_METER: Final = Filter("ebur128", framelog="verbose", peak="true")

SILENCE: Final = -69.0
"""LUFS. The meter's floor is -70: nothing was ever loud enough to count."""

_INTEGRATED: Final = re.compile(r"\bI:\s+(-?[\d.]+|-inf) LUFS")
_PEAK: Final = re.compile(r"\bPeak:\s+(-?[\d.]+|-inf) dBFS")


def integrated(said: str) -> float:
    """The loudness that ffmpeg measured, LUFS; -70 is silence.

    Raises:
        PermanentError: `render_failed`, it measured nothing.
    """
    return _read(_INTEGRATED, said)


def true_peak(said: str) -> float:
    """The highest peak that ffmpeg measured, dBTP.

    Raises:
        PermanentError: `render_failed`, it measured nothing.
    """
    return _read(_PEAK, said)


def _read(pattern: re.Pattern[str], said: str) -> float:
    found = pattern.findall(said)  # the summary comes last
    if not found:
        raise PermanentError(FailureCode.RENDER_FAILED, f"ffmpeg measured no loudness: {said[-300:]}")
    return max(-70.0, float(found[-1]))
