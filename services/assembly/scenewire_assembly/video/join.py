"""Segments and sound become the film: joined by copy, then examined like a file from a stranger."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewire.ffmpeg.command import INTERNAL_INPUT, Command, ConcatList, Input, Output, WorkdirFile
from scenewire.ffmpeg.executor import FfmpegExecutor
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
from scenewire.messages import Options
from scenewire_assembly.edit import Placed, timescale
from scenewire_assembly.ffmpeg_job import run_ffmpeg, sound_limits
from scenewire_assembly.job_files import FILM, SOUND, SUBTITLES
from scenewire_assembly.video.mp4_tracks import turn_off_subtitles

__all__ = ["Part", "join"]


_LIST: Final = "segments.ffconcat"
_ABOUT: Final = "film.ffmetadata"
_LANGUAGES: Final = """
    ar:ara bg:bul bn:ben ca:cat cs:ces da:dan de:deu el:ell en:eng es:spa et:est fa:fas fi:fin fr:fra he:heb hi:hin
    hr:hrv hu:hun id:ind is:isl it:ita ja:jpn ko:kor lt:lit lv:lav ms:msa nb:nob nl:nld nn:nno no:nor pl:pol pt:por
    ro:ron ru:rus sk:slk sl:slv sr:srp sv:swe sw:swa ta:tam te:tel th:tha tr:tur uk:ukr ur:urd vi:vie zh:zho
"""
"""Languages as orders name them, and as mp4 does."""

_ISO_639_2: Final = dict(pair.split(":") for pair in _LANGUAGES.split())


@dataclass(frozen=True)
class Part:
    """A segment's file in the film."""

    scene_number: int
    video: Path
    place: Placed


async def join(
    ffmpeg: FfmpegExecutor, folder: Path, parts: Sequence[Part], options: Options, *, about: str, subtitled: bool
) -> None:
    """Makes FILM of segments and SOUND by copying.

    Args:
        ffmpeg: what runs it.
        folder: the job's; holds SOUND, and SUBTITLES if there are any.
        parts: the segments in order.
        options: what was ordered.
        about: what the file says of itself, as `metadata.ffmetadata` writes it.
        subtitled: whether the film gets SUBTITLES as a track. Where captions are burnt in, players show it only when
            they are asked to.
    """
    look = options.look
    lines = ["ffconcat version 1.0"]
    for part in parts:
        name = f"segment{part.scene_number:05}.mp4"
        (folder / name).symlink_to(part.video)
        # Without its exact duration a segment would last what its container's clock rounds it to.
        lines += [f"file {name}", f"duration {part.place.frames / look.frame_rate:.6f}"]
    (folder / _LIST).write_text("\n".join([*lines, ""]), encoding="utf-8")
    (folder / _ABOUT).write_text(about, encoding="utf-8")
    language = _language(options.language)
    subtitles = (Input(WorkdirFile(SUBTITLES), demuxer="srt"),) if subtitled else ()
    track = (map_stream(Stream(3, "s")), MOV_TEXT, set_metadata("language", language, "s:0")) if subtitled else ()
    command = Command(
        inputs=(
            Input(ConcatList(_LIST), policy=INTERNAL_INPUT),
            Input(WorkdirFile(SOUND)),
            Input(WorkdirFile(_ABOUT), demuxer="ffmetadata"),
            *subtitles,
        ),
        outputs=(
            Output(
                WorkdirFile(FILM),
                "mp4",
                (
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
                        mp4_timescale(timescale(look)),
                        FAST_START,
                    ),
                ),
            ),
        ),
    )
    await run_ffmpeg(ffmpeg, command, folder=folder, limits=sound_limits(parts[-1].place.end / look.frame_rate))
    if subtitled and look.captions:
        await asyncio.to_thread(turn_off_subtitles, folder / FILM)


def _language(tag: str) -> str:
    """A language tag as three letters; `und` is the standard's word for any other."""
    language = tag.split("-", maxsplit=1)[0]
    return language if len(language) == 3 else _ISO_639_2.get(language, "und")
