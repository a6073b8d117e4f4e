"""How close a film's pictures are to those of a reference: VMAF, as libvmaf's built-in model scores it.

The bundled ffmpeg has libvmaf; those of distributions often have not.
"""

import re
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from scenewire.processes.run import run_program

__all__ = ["vmaf"]

_SHIFTS: Final = 2
_SCORE: Final = re.compile(r"VMAF score: ([0-9.]+)")


async def vmaf(film: Path, reference: Path) -> float:
    """The mean of every fifth frame's score, 0 to 100, at the shift that scores best.

    A way that loses a frame at the beginning, or shows one twice, is late or early by that; what counts here is how its
    pictures look.

    Raises:
        RuntimeError: ffmpeg gave no score; with what it said.
    """
    return max([await _score(film, reference, shift) for shift in range(-_SHIFTS, _SHIFTS + 1)])


async def _score(film: Path, reference: Path, shift: int) -> float:
    """The mean score of the film's pictures against those of the reference that come so many frames later."""
    frames = "settb=1/30,setpts=N,format=yuv420p"
    starts = f"trim=start_frame={max(-shift, 0)}", f"trim=start_frame={max(shift, 0)}"
    graph = (
        f"[0:v]{starts[0]},{frames}[a];[1:v]{starts[1]},{frames}[b];[a][b]libvmaf=n_threads=2:n_subsample=5:shortest=1"
    )
    done = await run_program(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-i", film, "-i", reference, "-lavfi", graph, "-f", "null", "-"],
        timeout=3600,
    )
    found = _SCORE.search(done.stderr)
    if not found:
        raise RuntimeError(f"no VMAF score: {done.stderr}")
    return float(found.group(1))
