"""Generates the clips of the doubles: moving colours with a title."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.processes.run import run_program
from scenewire_assembly.captions import fonts

__all__ = ["FONT", "Painting", "paint"]

FONT: Final = Path(fonts.__file__).parent / "font_files" / "DejaVuSans-Bold.ttf"


@dataclass(frozen=True)
class Painting:
    """A clip to generate: title, keywords and two colours."""

    title: str
    keywords: str
    colours: tuple[str, str]
    seconds: int = 8


async def paint(painting: Painting, path: Path) -> bytes:
    """Generates the clip, 1280x720 at 25 frames per second, and returns its content."""
    ffmpeg = await find_ffmpeg()
    first, second = painting.colours
    label = path.with_suffix(".txt")
    await asyncio.to_thread(label.write_text, f"double: {painting.title}", encoding="utf-8")
    source = f"gradients=s=320x180:r=25:c0={first}:c1={second}:n=2:speed=0.03:seed=7:d={painting.seconds}"
    text = f"drawtext=fontfile={FONT}:textfile={label}:expansion=none:fontsize=44:fontcolor=white:x=40:y=40"
    graph = f"[0:v]scale=1280:720:flags=bicubic[sky];[sky][1:v]overlay=x='mod(n*4,1400)-120':y=470,{text}"
    boat = f"color=c=white:s=120x40:r=25:d={painting.seconds}"
    done = await run_program(
        [
            ffmpeg.path, "-hide_banner", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", source,
            "-f", "lavfi", "-i", boat, "-filter_complex", graph, "-t", str(painting.seconds),
            "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", path,
        ],
        timeout=60,
    )  # fmt: skip
    if done.returncode:
        message = f"the clip {painting.title} could not be painted: {done.stderr}"
        raise RuntimeError(message)
    return await asyncio.to_thread(path.read_bytes)
