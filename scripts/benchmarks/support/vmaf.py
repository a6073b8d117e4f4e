"""Compares the pictures of two videos: VMAF with libvmaf's built-in model.

The bundled ffmpeg has libvmaf; distribution packages often do not.
"""

import re
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from scenewire.processes.run import run_program

__all__ = ["vmaf"]

_SHIFTS: Final = 2
_SCORE: Final = re.compile(r"VMAF score: ([0-9.]+)")


async def vmaf(video: Path, reference: Path) -> float:
    """The mean score of every fifth frame, 0 to 100, at the frame offset with the best score.

    A method that loses or repeats a frame at the beginning is off by one; only the look of its pictures counts here.

    Raises:
        RuntimeError: ffmpeg gave no score; with its output.
    """
    return max([await _score(video, reference, shift) for shift in range(-_SHIFTS, _SHIFTS + 1)])


async def _score(video: Path, reference: Path, shift: int) -> float:
    """The mean score of the video's frames against those of the reference `shift` frames later."""
    frames = "settb=1/30,setpts=N,format=yuv420p"
    starts = f"trim=start_frame={max(-shift, 0)}", f"trim=start_frame={max(shift, 0)}"
    graph = (
        f"[0:v]{starts[0]},{frames}[a];[1:v]{starts[1]},{frames}[b];[a][b]libvmaf=n_threads=2:n_subsample=5:shortest=1"
    )
    done = await run_program(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-i", video, "-i", reference, "-lavfi", graph, "-f", "null", "-"],
        timeout=3600,
    )
    found = _SCORE.search(done.stderr)
    if not found:
        raise RuntimeError(f"no VMAF score: {done.stderr}")
    return float(found.group(1))
