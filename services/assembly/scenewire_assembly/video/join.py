"""Joins segments and sound to the video, by copying."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from scenewire.ffmpeg.command import INTERNAL_INPUT, Command, ConcatList, Input, Output, WorkdirFile
from scenewire.ffmpeg.filters import Stream
from scenewire.ffmpeg.options import (
    FAST_START,
    MOV_TEXT,
    bit_exact,
    copy_stream,
    map_metadata,
    map_stream,
    mp4_timescale,
    set_metadata,
)
from scenewire.text.languages import primary_language
from scenewire_assembly.edit import timescale
from scenewire_assembly.ffmpeg_job import FfmpegJob, sound_limits
from scenewire_assembly.job_files import SOUND, SUBTITLES, VIDEO
from scenewire_assembly.video.mp4_tracks import turn_off_subtitles
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["join"]


_LIST: Final = "segments.ffconcat"
_METADATA: Final = "video.ffmetadata"
_LANGUAGES: Final = """
    ar:ara bg:bul bn:ben ca:cat cs:ces da:dan de:deu el:ell en:eng es:spa et:est fa:fas fi:fin fr:fra he:heb hi:hin
    hr:hrv hu:hun id:ind is:isl it:ita ja:jpn ko:kor lt:lit lv:lav ms:msa nb:nob nl:nld nn:nno no:nor pl:pol pt:por
    ro:ron ru:rus sk:slk sl:slv sr:srp sv:swe sw:swa ta:tam te:tel th:tha tr:tur uk:ukr ur:urd vi:vie zh:zho
"""
"""ISO 639-1 codes, as in orders, and the ISO 639-2 codes of mp4."""

_ISO_639_2: Final = dict(pair.split(":") for pair in _LANGUAGES.split())


async def join(job: FfmpegJob, plan: VideoPlan, segments: Sequence[Path], *, metadata: str, subtitled: bool) -> None:
    """Makes VIDEO of segments and SOUND by copying.

    Args:
        job: its folder has SOUND, and SUBTITLES if `subtitled`.
        plan: the order of the segments, and their lengths.
        segments: the file of each, then of the closing.
        metadata: in the format of `chapters.ffmetadata`.
        subtitled: whether VIDEO gets a subtitle track. If captions are burnt in, players show it only on request.
    """
    rate = plan.look.frame_rate
    lines = ["ffconcat version 1.0"]
    for number, (frames, path) in enumerate(zip(plan.lengths, segments, strict=True), 1):
        name = f"segment{number:05}.mp4"
        (job.folder / name).symlink_to(path)
        # Without its exact duration, a segment would have the one that its container's clock rounds to.
        lines += [f"file {name}", f"duration {frames / rate:.6f}"]
    (job.folder / _LIST).write_text("\n".join([*lines, ""]), encoding="utf-8")
    (job.folder / _METADATA).write_text(metadata, encoding="utf-8")
    await job.run(_join_command(plan, subtitled=subtitled), sound_limits(plan.frames / rate))
    if subtitled and plan.look.captions:
        await asyncio.to_thread(turn_off_subtitles, job.folder / VIDEO)


def _join_command(plan: VideoPlan, *, subtitled: bool) -> Command:
    language = _language(plan.brief.options.language)
    subtitles = (Input(WorkdirFile(SUBTITLES), demuxer="srt"),) if subtitled else ()
    track = (map_stream(Stream(3, "s")), MOV_TEXT, set_metadata("language", language, "s:0")) if subtitled else ()
    options = (
        *(
            map_stream(Stream(0, "v")),
            map_stream(Stream(1, "a")),
            *track,
            copy_stream("v"),
            copy_stream("a"),
            map_metadata(2),
        ),
        *(
            set_metadata("language", language, "a:0"),
            bit_exact(),
            mp4_timescale(timescale(plan.look.frame_rate)),
            FAST_START,
        ),
    )
    return Command(
        inputs=(
            Input(ConcatList(_LIST), policy=INTERNAL_INPUT),
            Input(WorkdirFile(SOUND)),
            Input(WorkdirFile(_METADATA), demuxer="ffmetadata"),
            *subtitles,
        ),
        outputs=(Output(WorkdirFile(VIDEO), "mp4", options),),
    )


def _language(tag: str) -> str:
    """A language tag as an ISO 639-2 code; `und`, the standard's code for undetermined, if it is unknown."""
    language = primary_language(tag)
    return language if len(language) == 3 else _ISO_639_2.get(language, "und")
