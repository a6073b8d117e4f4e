"""What can be asked of an output of ffmpeg, as values that check themselves. Pure: nothing here starts a program.

Each is one thing that is wanted and knows its words on the command line; `scenewire.ffmpeg.command.Output` takes them in an
order and never puts them anywhere but before its own name.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from typing_extensions import override

from scenewire.ffmpeg.filters import Chain, InvalidCommandError, Stream

__all__ = [
    "PRESETS",
    "X264",
    "Aac",
    "AudioFilter",
    "BitExact",
    "Copy",
    "Describe",
    "DropChapters",
    "DropMetadata",
    "Duration",
    "FastStart",
    "Frames",
    "Leave",
    "Map",
    "Metadata",
    "MovText",
    "OutputOption",
    "PixelFormat",
    "Quality",
    "Rate",
    "Shortest",
    "Timescale",
    "VideoFilter",
]

PRESETS: Final = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"),
)
_PIXEL_FORMAT: Final = re.compile(r"[a-z][a-z0-9]+")
_BITRATE: Final = re.compile(r"[1-9][0-9]*k")
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LEVEL: Final = re.compile(r"[1-6](\.[1-3])?")


@dataclass(frozen=True)
class OutputOption(ABC):
    """Something asked of an output."""

    @abstractmethod
    def words(self) -> tuple[str, ...]:
        """On the command line."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of streams (v, a, s) that it encodes or copies."""
        return frozenset()

    @property
    def claims(self) -> tuple[str, ...]:
        """What an output can be asked once only."""
        return tuple(word for word in self.words() if re.match(r"-[a-z]", word))


@dataclass(frozen=True)
class Map(OutputOption):
    """Takes a stream of an input, or what a graph made under a label."""

    source: Stream | str

    @override
    def words(self) -> tuple[str, ...]:
        return "-map", str(self.source) if isinstance(self.source, Stream) else f"[{self.source}]"

    @property
    @override
    def claims(self) -> tuple[str, ...]:
        return (f"-map {self.source}",)


@dataclass(frozen=True)
class Leave(OutputOption):
    """Leaves a kind of stream out."""

    kind: Literal["v", "a", "s", "d"]

    @override
    def words(self) -> tuple[str, ...]:
        return (f"-{self.kind}n",)


@dataclass(frozen=True)
class VideoFilter(OutputOption):
    """Filters the picture on its way."""

    chain: Chain

    def __post_init__(self) -> None:
        _check(not self.chain.sources and self.chain.label is None, "a filter of an output has no labels")

    @property
    def kind(self) -> Literal["v", "a"]:
        """The kind of stream that it changes."""
        return "v"

    @override
    def words(self) -> tuple[str, ...]:
        return "-vf", str(self.chain)


@dataclass(frozen=True)
class AudioFilter(OutputOption):
    """Filters the sound on its way."""

    chain: Chain

    def __post_init__(self) -> None:
        _check(not self.chain.sources and self.chain.label is None, "a filter of an output has no labels")

    @property
    def kind(self) -> Literal["v", "a"]:
        """The kind of stream that it changes."""
        return "a"

    @override
    def words(self) -> tuple[str, ...]:
        return "-af", str(self.chain)


@dataclass(frozen=True)
class Frames(OutputOption):
    """Ends after so many pictures."""

    count: int

    def __post_init__(self) -> None:
        _check(self.count > 0, f"{self.count} frames")

    @override
    def words(self) -> tuple[str, ...]:
        return "-frames:v", str(self.count)


@dataclass(frozen=True)
class Duration(OutputOption):
    """Ends after so many seconds."""

    seconds: Fraction | float

    def __post_init__(self) -> None:
        _check(0 < self.seconds < float("inf"), f"a duration of {self.seconds}")

    @override
    def words(self) -> tuple[str, ...]:
        return "-t", f"{float(self.seconds):.6f}"


@dataclass(frozen=True)
class Shortest(OutputOption):
    """Ends with the shortest stream."""

    @override
    def words(self) -> tuple[str, ...]:
        return ("-shortest",)


@dataclass(frozen=True)
class Rate(OutputOption):
    """Pictures a second."""

    rate: Fraction

    def __post_init__(self) -> None:
        _check(self.rate > 0, f"{self.rate} frames a second")

    @override
    def words(self) -> tuple[str, ...]:
        return "-r", str(self.rate)


@dataclass(frozen=True)
class PixelFormat(OutputOption):
    """How a pixel is stored."""

    name: str

    def __post_init__(self) -> None:
        _check(_PIXEL_FORMAT.fullmatch(self.name), f"{self.name!r} is no pixel format")

    @override
    def words(self) -> tuple[str, ...]:
        return "-pix_fmt", self.name


@dataclass(frozen=True, kw_only=True)
class X264(OutputOption):
    """H.264 by x264."""

    preset: str
    crf: int
    """Quality from 0, lossless, to 51."""
    threads: int
    """0 takes all cores."""
    profile: Literal["baseline", "main", "high"]
    level: str
    gop: int
    """Most pictures from one that stands alone to the next."""
    b_frames: int

    def __post_init__(self) -> None:
        _check(self.preset in PRESETS, f"{self.preset!r} is no preset of x264")
        _check(0 <= self.crf <= 51, f"a crf of {self.crf}; 0 to 51 there are")
        _check(0 <= self.threads <= 128, f"{self.threads} threads")
        _check(self.profile in {"baseline", "main", "high"}, f"{self.profile!r} is no profile")
        _check(_LEVEL.fullmatch(self.level), f"{self.level!r} is no level of H.264")
        _check(self.gop > 0, f"a group of {self.gop} pictures")
        _check(0 <= self.b_frames <= 16, f"{self.b_frames} B-frames")

    @override
    def words(self) -> tuple[str, ...]:
        return (
            *("-c:v", "libx264", "-preset", self.preset, "-crf", str(self.crf), "-threads", str(self.threads)),
            *("-profile:v", self.profile, "-level:v", self.level, "-g", str(self.gop), "-bf", str(self.b_frames)),
        )

    @property
    @override
    def kinds(self) -> frozenset[str]:
        return frozenset("v")


@dataclass(frozen=True)
class Aac(OutputOption):
    """AAC by ffmpeg's own encoder."""

    bitrate: str
    sample_rate: int

    def __post_init__(self) -> None:
        _check(_BITRATE.fullmatch(self.bitrate), f"{self.bitrate!r} is no bit rate such as 192k")
        _check(8_000 <= self.sample_rate <= 96_000, f"AAC at {self.sample_rate} Hz")

    @override
    def words(self) -> tuple[str, ...]:
        return "-c:a", "aac", "-b:a", self.bitrate, "-ar", str(self.sample_rate)

    @property
    @override
    def kinds(self) -> frozenset[str]:
        return frozenset("a")


@dataclass(frozen=True)
class MovText(OutputOption):
    """Subtitles as mp4 has them."""

    @override
    def words(self) -> tuple[str, ...]:
        return "-c:s", "mov_text"

    @property
    @override
    def kinds(self) -> frozenset[str]:
        return frozenset("s")


@dataclass(frozen=True)
class Copy(OutputOption):
    """Takes a kind of stream as it is."""

    kind: Literal["v", "a", "s"]

    @override
    def words(self) -> tuple[str, ...]:
        return f"-c:{self.kind}", "copy"

    @property
    @override
    def kinds(self) -> frozenset[str]:
        return frozenset(self.kind)


@dataclass(frozen=True)
class Quality(OutputOption):
    """Of a JPEG, from 1, the best, to 31."""

    scale: int

    def __post_init__(self) -> None:
        _check(1 <= self.scale <= 31, f"a quality of {self.scale}; 1 to 31 there are")

    @override
    def words(self) -> tuple[str, ...]:
        return "-q:v", str(self.scale)


@dataclass(frozen=True)
class DropMetadata(OutputOption):
    """Takes over nothing that the inputs say of themselves."""

    @override
    def words(self) -> tuple[str, ...]:
        return "-map_metadata", "-1"


@dataclass(frozen=True)
class DropChapters(OutputOption):
    """Takes over no chapters."""

    @override
    def words(self) -> tuple[str, ...]:
        return "-map_chapters", "-1"


@dataclass(frozen=True)
class Describe(OutputOption):
    """Takes what is said of the file, and its chapters, from one input, and from the others nothing."""

    input: int
    """Its place among the inputs."""

    def __post_init__(self) -> None:
        _check(self.input >= 0, f"{self.input} is no input")

    @override
    def words(self) -> tuple[str, ...]:
        # Streams are named apart: `-map_metadata -1` would take the titles of the chapters too.
        return "-map_metadata:g", f"{self.input}:g", "-map_metadata:s", "-1", "-map_chapters", str(self.input)

    @property
    @override
    def claims(self) -> tuple[str, ...]:
        return "-map_metadata", "-map_chapters"


@dataclass(frozen=True)
class Metadata(OutputOption):
    """Says something of the file, or of one of its streams (`a:0`)."""

    key: str
    value: str
    stream: str | None = None

    def __post_init__(self) -> None:
        _check(_KEY.fullmatch(self.key), f"{self.key!r} is no key of metadata")
        _check("\0" not in self.value, "metadata with a NUL character")
        _check(self.stream is None or re.fullmatch(r"[vas]:[0-9]+", self.stream), f"{self.stream!r} is no stream")

    @override
    def words(self) -> tuple[str, ...]:
        return f"-metadata:s:{self.stream}" if self.stream else "-metadata", f"{self.key}={self.value}"

    @property
    @override
    def claims(self) -> tuple[str, ...]:
        return (f"{self.words()[0]} {self.key}",)


@dataclass(frozen=True)
class BitExact(OutputOption):
    """The same bytes from the same input: no versions and no times in the file, nor in the streams of a kind."""

    kind: Literal["v", "a"] | None = None

    @override
    def words(self) -> tuple[str, ...]:
        return ("-fflags", "+bitexact", *((f"-flags:{self.kind}", "+bitexact") if self.kind else ()))


@dataclass(frozen=True)
class Timescale(OutputOption):
    """The clock of an mp4, in ticks a second: of the film, and of its picture if there is one."""

    ticks: int
    picture: bool = True

    def __post_init__(self) -> None:
        _check(0 < self.ticks < 1 << 31, f"a clock of {self.ticks} ticks a second")

    @override
    def words(self) -> tuple[str, ...]:
        ticks = str(self.ticks)
        return (*(("-video_track_timescale", ticks) if self.picture else ()), "-movie_timescale", ticks)


@dataclass(frozen=True)
class FastStart(OutputOption):
    """Puts the table of contents before the media, so that a player can begin at once."""

    @override
    def words(self) -> tuple[str, ...]:
        return "-movflags", "+faststart"


def _check(holds: object, otherwise: str) -> None:
    if not holds:
        raise InvalidCommandError(otherwise)
