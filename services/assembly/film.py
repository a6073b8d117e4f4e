"""Segments and sound become the film: joined by copy, then examined like a file from a stranger."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.assembly.encode import run_ffmpeg, sound_limits
from services.assembly.render import timescale
from services.assembly.sound import SOUND
from services.assembly.timeline import SOUND_RATE, Placed, samples_for
from services.assembly.tracks import turn_off_subtitles
from shared.contracts import Look, Options
from shared.errors import FailureCode, PermanentError
from shared.media.command import OURS, Command, ConcatList, Input, Output, OwnFile
from shared.media.executor import FfmpegExecutor
from shared.media.filters import Stream
from shared.media.options import BitExact, Copy, Describe, FastStart, Map, Metadata, MovText, Timescale
from shared.media.probe import MediaFacts, probe_media

__all__ = ["FILM", "SUBTITLES", "Part", "check_film", "check_segment", "join"]

FILM: Final = "film.mp4"
SUBTITLES: Final = "captions.srt"

_LIST: Final = "segments.ffconcat"
_BT709: Final = 1
"""As H.273 counts."""
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


async def check_segment(path: Path, look: Look, frames: int) -> str:
    """Examines a freshly encoded segment.

    Returns:
        The hash of its decoder parameters: segments can be joined where it is equal.

    Raises:
        PermanentError: `output_invalid`, it is not the picture that was wanted.
    """
    facts = await probe_media(path)
    wrong = _picture_faults(facts, look, frames)
    if wrong or facts.video is None:
        raise PermanentError(FailureCode.OUTPUT_INVALID, f"the segment came out wrong: {', '.join(wrong)}")
    return facts.video.parameters


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
    subtitles = (Input(OwnFile(SUBTITLES), demuxer="srt"),) if subtitled else ()
    track = (Map(Stream(3, "s")), MovText(), Metadata("language", language, "s:0")) if subtitled else ()
    command = Command(
        inputs=(
            Input(ConcatList(_LIST), trust=OURS),
            Input(OwnFile(SOUND)),
            Input(OwnFile(_ABOUT), demuxer="ffmetadata"),
            *subtitles,
        ),
        outputs=(
            Output(
                OwnFile(FILM),
                "mp4",
                (
                    *(Map(Stream(0, "v")), Map(Stream(1, "a")), *track, Copy("v"), Copy("a"), Describe(2)),
                    *(Metadata("language", language, "a:0"), BitExact(), Timescale(timescale(look)), FastStart()),
                ),
            ),
        ),
    )
    await run_ffmpeg(ffmpeg, command, folder=folder, limits=sound_limits(parts[-1].place.end / look.frame_rate))
    if subtitled and look.captions:
        await asyncio.to_thread(turn_off_subtitles, folder / FILM)


async def check_film(path: Path, look: Look, frames: int, *, chapters: int, subtitled: bool) -> MediaFacts:
    """Examines the finished film.

    Args:
        path: the film.
        look: how it was ordered.
        frames: how many it must have.
        chapters: how many it must have.
        subtitled: whether it must have a track of subtitles.

    Raises:
        PermanentError: `output_invalid`, with everything that is wrong with it.
    """
    facts = await probe_media(path)
    wrong = _picture_faults(facts, look, frames)
    audio = facts.audio
    if audio is None:
        wrong.append("no sound")
    else:
        samples = samples_for(frames, look.frame_rate)
        if (audio.codec, audio.sample_rate, audio.channels) != ("aac", SOUND_RATE, 2):
            wrong.append(f"sound is {audio.codec}, {audio.sample_rate} Hz, {audio.channels} channels")
        if abs(audio.samples - samples) > samples_for(1, look.frame_rate):
            wrong.append(f"{audio.samples} samples of sound instead of {samples}")
    if facts.chapters != chapters:
        wrong.append(f"{facts.chapters} chapters instead of {chapters}")
    if facts.stream_types.count("subtitle") != subtitled:
        wrong.append(f"{facts.stream_types.count('subtitle')} tracks of subtitles")
    if not facts.complete:
        wrong.append("it is cut off")
    if wrong:
        raise PermanentError(
            FailureCode.OUTPUT_INVALID, f"the film came out wrong: {', '.join(wrong)}", hint="order again"
        )
    return facts


def _picture_faults(facts: MediaFacts, look: Look, frames: int) -> list[str]:
    video = facts.video
    if video is None:
        return ["no picture"]
    found = {
        "frames": (video.frames, frames),
        "codec": (video.codec, "h264"),
        "size": ((video.width, video.height), (look.width, look.height)),
        "frame rate": (video.frame_rate, (look.frame_rate, 1)),
        "pixel format": (video.pixel_format, "yuv420p"),
        "colours": ((video.matrix, video.transfer), (_BT709, _BT709)),
        "steady rate": (video.constant_rate and video.monotone, True),
    }
    return [f"{name} {is_} instead of {wanted}" for name, (is_, wanted) in found.items() if is_ != wanted]


def _language(tag: str) -> str:
    """A language tag as three letters; `und` is the standard's word for any other."""
    language = tag.split("-", maxsplit=1)[0]
    return language if len(language) == 3 else _ISO_639_2.get(language, "und")
