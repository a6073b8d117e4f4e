"""Which characters no font here can draw. libass puts boxes in their place and says so only in its log."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pysubs2

from scenewire.ffmpeg.command import Command, Generated, Input, NullSink, Output
from scenewire.ffmpeg.executor import FfmpegExecutor
from scenewire.ffmpeg.filters import Chain, Filter
from scenewire.ffmpeg.options import filter_video, limit_frames
from scenewire.processes.run import Limits
from scenewire_assembly.ffmpeg_job import run_ffmpeg
from scenewire_assembly.job_files import FONTS

__all__ = ["find_undrawable"]

_SURELY_DRAWN: Final = re.compile(r"[\u0000-\u024f\u0370-\u0373\u0391-\u03c9\u0400-\u045f\u2010-\u2027\u20ac·]*")
"""What the font that comes with the product has."""

_MISSING: Final = re.compile(r"failed to find any fallback with glyph 0x([0-9A-Fa-f]+)")
_PROBE: Final = "glyphs.ass"
_LOG: Final = "glyphs.log"


async def find_undrawable(
    ffmpeg: FfmpegExecutor, text: str, folder: Path, environment: Mapping[str, str] | None = None
) -> frozenset[str]:
    """The characters of a text that neither the product's font nor one of the system has.

    Args:
        ffmpeg: draws it once, on one frame that is thrown away.
        text: in any script.
        folder: a job's folder with the fonts.
        environment: in which ffmpeg finds them.

    Raises:
        PermanentError: `render_failed`.
    """
    if _SURELY_DRAWN.fullmatch(text):
        return frozenset()
    script = pysubs2.SSAFile()
    script.styles["Default"] = pysubs2.SSAStyle(fontname="DejaVu Sans", bold=True)
    characters = sorted(set(text) - set("\\{}"))
    script.events.append(pysubs2.SSAEvent(start=0, end=10_000, text=" ".join(characters)))
    (folder / _PROBE).write_text(script.to_string("ass"), encoding="utf-8")
    drawn = filter_video(Chain((Filter("ass", f=_PROBE, fontsdir=FONTS, shaping="complex"),)))
    await run_ffmpeg(
        ffmpeg,
        Command(
            inputs=(Input(Generated(Chain((Filter("color", s="128x128", r=1, d=1),)))),),
            outputs=(Output(NullSink(), None, (drawn, limit_frames(1))),),
        ),
        folder=folder,
        limits=Limits(cpu=30),
        level="quiet",
        # Its report is a file: the collected end of standard error would not hold a long list.
        environment={**(environment or {}), "FFREPORT": f"file={_LOG}:level=24"},
    )
    log = (folder / _LOG).read_text(encoding="utf-8", errors="replace")
    return frozenset(chr(int(code, 16)) for code in _MISSING.findall(log))
