"""Parses the output of ffmpeg's EBU R 128 loudness meter."""

import re
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.ffmpeg.filters import Filter

__all__ = ["METER", "PEAK_METER", "SILENCE", "integrated_lufs", "true_peak_dbtp"]

METER: Final = Filter("ebur128", framelog="verbose")
PEAK_METER: Final = Filter("ebur128", framelog="verbose", peak="true")

SILENCE: Final = -69.0
"""LUFS. The meter's floor is -70: below this value nothing was loud enough to count."""

_INTEGRATED: Final = re.compile(r"\bI:\s+(-?[\d.]+|-inf) LUFS")
_PEAK: Final = re.compile(r"\bPeak:\s+(-?[\d.]+|-inf) dBFS")


def integrated_lufs(stderr: str) -> float:
    """The integrated loudness, LUFS; -70 is silence.

    Raises:
        PermanentError: `render_failed`, if the output has no measurement.
    """
    return _last_value(_INTEGRATED, stderr)


def true_peak_dbtp(stderr: str) -> float:
    """The highest true peak, dBTP.

    Raises:
        PermanentError: `render_failed`, if the output has no measurement.
    """
    return _last_value(_PEAK, stderr)


def _last_value(pattern: re.Pattern[str], stderr: str) -> float:
    values = pattern.findall(stderr)  # the summary comes last
    if not values:
        raise PermanentError(FailureCode.RENDER_FAILED, f"ffmpeg's output has no loudness: {stderr[-300:]}")
    return max(-70.0, float(values[-1]))
