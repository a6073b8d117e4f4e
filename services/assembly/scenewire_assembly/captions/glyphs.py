"""Finds characters that no available font can draw. libass draws boxes instead, and reports it only in its log."""

import re
from dataclasses import replace
from typing import Final

import pysubs2

from scenewire.ffmpeg.command import Command, Generated, Input, NullSink, Output
from scenewire.ffmpeg.filters import Chain, Filter
from scenewire.ffmpeg.options import filter_video, limit_frames
from scenewire.processes.run import Limits
from scenewire_assembly.captions.fonts import BUNDLED_FAMILY
from scenewire_assembly.ffmpeg_job import FfmpegJob
from scenewire_assembly.job_files import FONTS

__all__ = ["find_undrawable"]

_SURELY_DRAWN: Final = re.compile(r"[\u0000-\u024f\u0370-\u0373\u0391-\u03c9\u0400-\u045f\u2010-\u2027\u20ac·]*")
"""Characters of the bundled font."""

_MISSING: Final = re.compile(r"failed to find any fallback with glyph 0x([0-9A-Fa-f]+)")
_PROBE: Final = "glyphs.ass"
_LOG: Final = "glyphs.log"


async def find_undrawable(job: FfmpegJob, text: str) -> frozenset[str]:
    """Returns the characters of a text that neither the bundled font nor a font of the system has.

    Args:
        job: draws the text on one frame, which is discarded; its folder has the fonts.
        text: in any script.

    Raises:
        PermanentError: `render_failed`.
    """
    if _SURELY_DRAWN.fullmatch(text):
        return frozenset()
    script = pysubs2.SSAFile()
    script.styles["Default"] = pysubs2.SSAStyle(fontname=BUNDLED_FAMILY, bold=True)
    characters = sorted(set(text) - set("\\{}"))
    script.events.append(pysubs2.SSAEvent(start=0, end=10_000, text=" ".join(characters)))
    (job.folder / _PROBE).write_text(script.to_string("ass"), encoding="utf-8")
    drawn = filter_video(Chain((Filter("ass", f=_PROBE, fontsdir=FONTS, shaping="complex"),)))
    command = Command(
        inputs=(Input(Generated(Chain((Filter("color", s="128x128", r=1, d=1),)))),),
        outputs=(Output(NullSink(), None, (drawn, limit_frames(1))),),
    )
    # The report goes to a file: only the end of the error output is kept, which may be shorter than the list.
    reporting = replace(job, environment={**job.environment, "FFREPORT": f"file={_LOG}:level=24"})
    await reporting.run(command, Limits(cpu=30), level="quiet")
    log = (job.folder / _LOG).read_text(encoding="utf-8", errors="replace")
    return frozenset(chr(int(code, 16)) for code in _MISSING.findall(log))
