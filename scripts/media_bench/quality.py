"""How close a film's pictures are to those of a reference: VMAF, as libvmaf's built-in model scores it.

The bundled ffmpeg has libvmaf; those of distributions often have not.
"""

import re
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from shared.media.process import run_program

__all__ = ["vmaf"]

_SCORE: Final = re.compile(r"VMAF score: ([0-9.]+)")


async def vmaf(film: Path, reference: Path) -> float:
    """The mean of every fifth frame's score, 0 to 100.

    Raises:
        RuntimeError: ffmpeg gave no score; with what it said.
    """
    frames = "settb=1/30,setpts=N,format=yuv420p"
    graph = f"[0:v]{frames}[a];[1:v]{frames}[b];[a][b]libvmaf=n_threads=2:n_subsample=5"
    done = await run_program(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-i", film, "-i", reference, "-lavfi", graph, "-f", "null", "-"],
        timeout=3600,
    )
    found = _SCORE.search(done.stderr)
    if not found:
        raise RuntimeError(f"no VMAF score: {done.stderr}")
    return float(found.group(1))
