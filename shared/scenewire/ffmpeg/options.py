"""Validated ffmpeg output options. Pure: nothing here starts a program.

A function for each option returns an `Option`: its arguments, and what `scenewire.ffmpeg.command.Output` needs to check
options against each other.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from scenewire.ffmpeg.filters import Chain, InvalidCommandError, Stream

__all__ = [
    "DROP_CHAPTERS",
    "DROP_METADATA",
    "FAST_START",
    "MOV_TEXT",
    "PRESETS",
    "Kind",
    "Option",
    "bit_exact",
    "copy_stream",
    "encode_aac",
    "encode_nvenc",
    "encode_qsv",
    "encode_vaapi",
    "encode_videotoolbox",
    "encode_x264",
    "filter_audio",
    "filter_video",
    "jpeg_quality",
    "limit_frames",
    "map_metadata",
    "map_stream",
    "mp4_timescale",
    "no_stream",
    "set_metadata",
]

Kind = Literal["v", "a", "s", "d"]
"""Kind of a stream: video, audio, subtitles, data."""

PRESETS: Final = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"),
)
PROFILES: Final = ("baseline", "main", "high")

_BITRATE: Final = re.compile(r"[1-9][0-9]*k")
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LEVEL: Final = re.compile(r"[1-6](\.[1-3])?")
_STREAM: Final = re.compile(r"[vas]:[0-9]+")


@dataclass(frozen=True)
class Option:
    """An option of an output.

    Attributes:
        args: the arguments.
        source: the stream or the label of a graph that it maps.
        disables, copies, encodes, filters: the kind of stream that it concerns, if any.
        described_by: the index of the input that metadata is taken from.
        unique: what an output may have only once; the flags among the arguments unless given.
    """

    args: tuple[str, ...]
    source: Stream | str | None = None
    disables: Kind | None = None
    copies: Kind | None = None
    encodes: Kind | None = None
    filters: Kind | None = None
    described_by: int | None = None
    unique: tuple[str, ...] = field(default=(), repr=False)

    @property
    def exclusive_flags(self) -> tuple[str, ...]:
        """What an output may have only once."""
        return self.unique or tuple(arg for arg in self.args if re.match(r"-[a-z]", arg))


MOV_TEXT: Final = Option(("-c:s", "mov_text"), encodes="s")
"""Encodes subtitles for mp4."""

DROP_METADATA: Final = Option(("-map_metadata", "-1"))
"""Drops input metadata."""

DROP_CHAPTERS: Final = Option(("-map_chapters", "-1"))
"""Drops input chapters."""

FAST_START: Final = Option(("-movflags", "+faststart"))
"""Writes the index before the media, so that players can start before the whole file is there."""


def map_stream(source: Stream | str) -> Option:
    """Maps a stream of an input, or the output of a graph by its label."""
    name = str(source) if isinstance(source, Stream) else f"[{source}]"
    return Option(("-map", name), source=source, unique=(f"-map {source}",))


def no_stream(kind: Kind) -> Option:
    """Leaves out a kind of stream."""
    return Option((f"-{kind}n",), disables=kind)


def copy_stream(kind: Kind) -> Option:
    """Copies a kind of stream without encoding it again."""
    return Option((f"-c:{kind}", "copy"), copies=kind)


def filter_video(chain: Chain) -> Option:
    """Filters the video."""
    return Option(("-vf", _unlabelled(chain)), filters="v")


def filter_audio(chain: Chain) -> Option:
    """Filters the audio."""
    return Option(("-af", _unlabelled(chain)), filters="a")


def limit_frames(count: int) -> Option:
    """Ends after a number of video frames."""
    _check(count > 0, f"the number of frames must be above 0, not {count}")
    return Option(("-frames:v", str(count)))


def encode_x264(*, preset: str, crf: int, threads: int, profile: str, level: str, gop: int, b_frames: int) -> Option:
    """Encodes H.264 with x264.

    Args:
        preset: one of `PRESETS`.
        crf: quality from 0, lossless, to 51.
        threads: 0 uses all cores.
        profile: one of `PROFILES`.
        level: such as 4.1.
        gop: most frames from one key frame to the next.
        b_frames: most B-frames in a row.
    """
    _check(preset in PRESETS, f"{preset!r} is not a preset of x264")
    _check(0 <= crf <= 51, f"crf must be between 0 and 51, not {crf}")
    _check(0 <= threads <= 128, f"threads must be between 0 and 128, not {threads}")
    rate = ("-preset", preset, "-crf", str(crf), "-threads", str(threads))
    return _h264("libx264", rate, profile=profile, level=level, gop=gop, b_frames=b_frames)


def encode_nvenc(*, quality: int, profile: str, level: str, gop: int, b_frames: int) -> Option:
    """Encodes H.264 on an NVIDIA card, at a constant quality.

    Args:
        quality: from 1 to 51, the worst.
        profile: one of `PROFILES`.
        level: such as 4.1.
        gop: most frames from one key frame to the next.
        b_frames: most B-frames in a row.
    """
    _check_quality(quality)
    rate = ("-preset", "p5", "-tune", "hq", "-rc", "vbr", "-cq", str(quality), "-b:v", "0", "-spatial-aq", "1")
    return _h264("h264_nvenc", rate, profile=profile, level=level, gop=gop, b_frames=b_frames)


def encode_qsv(*, quality: int, profile: str, level: str, gop: int, b_frames: int) -> Option:
    """Encodes H.264 by Intel Quick Sync, at a constant quality; see `encode_nvenc`."""
    _check_quality(quality)
    rate = ("-preset", "medium", "-global_quality:v", str(quality))
    return _h264("h264_qsv", rate, profile=profile, level=level, gop=gop, b_frames=b_frames)


def encode_vaapi(*, quality: int, profile: str, level: str, gop: int, b_frames: int) -> Option:
    """Encodes H.264 by VAAPI, with a constant quantizer, which all drivers have; see `encode_nvenc`.

    Its frames must be in the memory of the card.
    """
    _check_quality(quality)
    rate = ("-rc_mode", "CQP", "-qp", str(quality))
    return _h264("h264_vaapi", rate, profile=profile, level=level, gop=gop, b_frames=b_frames)


def encode_videotoolbox(*, quality: int, profile: str, level: str, gop: int, b_frames: int) -> Option:
    """Encodes H.264 by Apple's VideoToolbox, at a constant quality; see `encode_nvenc`."""
    _check_quality(quality)
    rate = ("-allow_sw", "0", "-q:v", str(100 - 5 * quality // 3))  # its scale goes from 1, the worst, to 100
    return _h264("h264_videotoolbox", rate, profile=profile, level=level, gop=gop, b_frames=b_frames)


def _h264(name: str, rate: tuple[str, ...], *, profile: str, level: str, gop: int, b_frames: int) -> Option:
    _check(profile in PROFILES, f"{profile!r} is not a profile of H.264")
    _check(_LEVEL.fullmatch(level), f"{level!r} is not a level of H.264")
    _check(gop > 0, f"a group of pictures must have more than 0 frames, not {gop}")
    _check(0 <= b_frames <= 16, f"B-frames must be between 0 and 16, not {b_frames}")
    if name != "libx264":  # a number is what all encoders of cards take; some do not know 4.1
        level = f"{float(level) * 10:.0f}"
    shape = ("-profile:v", profile, "-level:v", level, "-g", str(gop), "-bf", str(b_frames))
    return Option(("-c:v", name, *rate, *shape), encodes="v")


def _check_quality(quality: int) -> None:
    _check(1 <= quality <= 51, f"the quality must be between 1 and 51, not {quality}")


def encode_aac(bitrate: str, sample_rate: int) -> Option:
    """Encodes AAC with ffmpeg's own encoder.

    Args:
        bitrate: such as 192k.
        sample_rate: hertz.
    """
    _check(_BITRATE.fullmatch(bitrate), f"{bitrate!r} is not a bit rate such as 192k")
    _check(8_000 <= sample_rate <= 96_000, f"AAC needs a sample rate between 8,000 and 96,000 Hz, not {sample_rate}")
    return Option(("-c:a", "aac", "-b:a", bitrate, "-ar", str(sample_rate)), encodes="a")


def jpeg_quality(scale: int) -> Option:
    """Sets the quality of a JPEG, from 1, the best, to 31."""
    _check(1 <= scale <= 31, f"the quality must be between 1 and 31, not {scale}")
    return Option(("-q:v", str(scale)))


def map_metadata(index: int) -> Option:
    """Takes the file's metadata and the chapters from one input; streams get none."""
    _check(index >= 0, f"{index} is not the index of an input")
    # Streams are listed separately: `-map_metadata -1` would also remove the titles of chapters.
    return Option(
        ("-map_metadata:g", f"{index}:g", "-map_metadata:s", "-1", "-map_chapters", str(index)),
        described_by=index,
        unique=("-map_metadata", "-map_chapters"),
    )


def set_metadata(key: str, value: str, stream: str | None = None) -> Option:
    """Sets a metadata field of the file, or of one of its streams (`a:0`)."""
    _check(_KEY.fullmatch(key), f"{key!r} is not a metadata key")
    _check("\0" not in value, "metadata must not contain a NUL character")
    _check(stream is None or _STREAM.fullmatch(stream), f"{stream!r} is not a stream such as a:0")
    flag = f"-metadata:s:{stream}" if stream else "-metadata"
    return Option((flag, f"{key}={value}"), unique=(f"{flag} {key}",))


def bit_exact(kind: Literal["v", "a"] | None = None) -> Option:
    """Writes the same bytes for the same input: no versions and no times in the file, nor in streams of a kind."""
    return Option(("-fflags", "+bitexact", *((f"-flags:{kind}", "+bitexact") if kind else ())))


def mp4_timescale(ticks: int, *, video: bool = True) -> Option:
    """Sets the clock of an mp4 in ticks a second, for the file and, unless it has none, its video."""
    _check(0 < ticks < 1 << 31, f"a timescale must be between 1 and {(1 << 31) - 1}, not {ticks}")
    return Option((*(("-video_track_timescale", str(ticks)) if video else ()), "-movie_timescale", str(ticks)))


def _unlabelled(chain: Chain) -> str:
    _check(not chain.sources and chain.label is None, "the filter of an output must not have labels")
    return str(chain)


def _check(holds: object, otherwise: str) -> None:
    if not holds:
        raise InvalidCommandError(otherwise)
