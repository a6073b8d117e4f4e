"""An ffmpeg command, as a value that is right or cannot be made. Pure: nothing here starts a program.

    Command(
        inputs=(Input(File("clip.mp4"), policy=UNTRUSTED_INPUT),),
        graph=Graph((Chain((Filter("fps", 30),), (Stream(0, "v"),), "v"),)),
        outputs=(Output(WorkdirFile("film.mp4"), "mp4", (map_stream("v"), limit_frames(90))),),
    ).build()

What is asked of an input belongs to the input and what is asked of an output to the output, so that no option can stand
where ffmpeg would take it for another's. Whatever is left to get wrong is an `InvalidCommandError` when the value is made.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from math import inf
from pathlib import PurePath
from typing import Final, Literal, get_args

from scenewire.ffmpeg.filters import Chain, Graph, InvalidCommandError, Stream
from scenewire.ffmpeg.options import Kind, Option
from scenewire.probe.accepted_formats import AUDIO_DECODERS, DECODERS, FORMATS, MAX_PIXELS, MAX_STREAMS, SOUND_FORMATS

__all__ = [
    "INTERNAL_INPUT",
    "UNTRUSTED_AUDIO",
    "UNTRUSTED_INPUT",
    "Command",
    "ConcatList",
    "Console",
    "File",
    "Generated",
    "Input",
    "InputPolicy",
    "InvalidCommandError",
    "NullSink",
    "Output",
    "RawVideo",
    "WorkdirFile",
]

_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SIZE: Final = re.compile(r"[1-9][0-9]*[KMG]?")
_PIXEL_FORMAT: Final = re.compile(r"[a-z][a-z0-9]+")


@dataclass(frozen=True)
class WorkdirFile:
    """A file in the folder where ffmpeg runs, by a plain name that cannot be taken for anything else."""

    name: str

    def __post_init__(self) -> None:
        if not _PLAIN_NAME.fullmatch(self.name):
            raise InvalidCommandError(f"{self.name!r} is no plain name of a file")

    def args(self) -> tuple[str, ...]:
        """It stands as it is."""
        return (self.name,)


@dataclass(frozen=True)
class File:
    """Any file. What its path looks like makes no difference: it is neither an option nor an address."""

    path: PurePath | str

    def __post_init__(self) -> None:
        if not str(self.path) or "\0" in str(self.path):
            raise InvalidCommandError(f"{str(self.path)!r} is no path")

    def args(self) -> tuple[str, ...]:
        """As an address of the file protocol."""
        return (f"file:{self.path}",)


@dataclass(frozen=True)
class RawVideo:
    """Pictures without any header, on standard input."""

    pixel_format: str
    width: int
    height: int
    frame_rate: int

    def __post_init__(self) -> None:
        if min(self.width, self.height, self.frame_rate) <= 0 or not _PIXEL_FORMAT.fullmatch(self.pixel_format):
            raise InvalidCommandError(f"{self} describes no picture")

    def args(self) -> tuple[str, ...]:
        """What ffmpeg cannot see by itself."""
        size = f"{self.width}x{self.height}"
        shape = ("-pixel_format", self.pixel_format, "-video_size", size, "-framerate", str(self.frame_rate))
        return "-f", "rawvideo", *shape, "pipe:0"


@dataclass(frozen=True)
class ConcatList:
    """A list of files in the same folder that follow each other."""

    name: str

    def __post_init__(self) -> None:
        WorkdirFile(self.name)

    def args(self) -> tuple[str, ...]:
        """Safe: no file elsewhere can be named in it."""
        return "-f", "concat", "-safe", "1", self.name


@dataclass(frozen=True)
class Generated:
    """A picture or a sound that a filter makes of nothing."""

    chain: Chain

    def __post_init__(self) -> None:
        if self.chain.sources or self.chain.label:
            raise InvalidCommandError("what is generated comes from nowhere and has no label")

    def args(self) -> tuple[str, ...]:
        """As ffmpeg's virtual device."""
        return "-f", "lavfi", str(self.chain)


@dataclass(frozen=True)
class NullSink:
    """An output that is thrown away: what counts is what is said on the way."""

    def args(self) -> tuple[str, ...]:
        """The null container."""
        return "-f", "null", "-"


@dataclass(frozen=True, kw_only=True)
class InputPolicy:
    """What an input may make ffmpeg open, load and allocate."""

    protocols: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    decoders: tuple[str, ...] = ()
    max_pixels: int | None = None
    max_streams: int | None = None
    probe_size: str | None = None
    analyze_duration: str | None = None

    def __post_init__(self) -> None:
        names = (*self.protocols, *self.formats, *self.decoders)
        sizes = (self.max_pixels, self.max_streams, self.probe_size, self.analyze_duration)
        if not all(re.fullmatch(r"[a-z0-9_-]+", name) for name in names):
            raise InvalidCommandError(f"{names} are not all names of protocols, formats or decoders")
        if not all(_SIZE.fullmatch(str(size)) for size in sizes if size is not None):
            raise InvalidCommandError(f"{sizes} are not all sizes")

    def args(self) -> tuple[str, ...]:
        """Only what is bounded."""
        bounds = {
            "-protocol_whitelist": ",".join(self.protocols),
            "-format_whitelist": ",".join(self.formats),
            "-codec_whitelist": ",".join(self.decoders),
            "-max_pixels": self.max_pixels,
            "-max_streams": self.max_streams,
            "-probesize": self.probe_size,
            "-analyzeduration": self.analyze_duration,
        }
        return tuple(word for name, bound in bounds.items() if bound for word in (name, str(bound)))


UNTRUSTED_INPUT: Final = InputPolicy(
    protocols=("file",),
    formats=tuple(FORMATS.split(",")),
    decoders=tuple(sorted(DECODERS)),
    max_pixels=MAX_PIXELS,
    max_streams=MAX_STREAMS,
    probe_size="20M",
    analyze_duration="10M",
)
"""Media from outside: opens nothing but itself, by common decoders alone, whatever its name says it is."""

UNTRUSTED_AUDIO: Final = InputPolicy(
    protocols=("file",),
    formats=tuple(SOUND_FORMATS.split(",")),
    decoders=tuple(sorted(AUDIO_DECODERS)),
    max_streams=MAX_STREAMS,
    probe_size="20M",
    analyze_duration="10M",
)
"""Music from outside, by the same rule."""

INTERNAL_INPUT: Final = InputPolicy(protocols=("file",))
"""What we made ourselves: files, and no network."""

_PIPE_INPUT: Final = InputPolicy(protocols=("pipe",))


@dataclass(frozen=True)
class Input:
    """What is read, and how."""

    source: File | WorkdirFile | RawVideo | ConcatList | Generated
    _: KW_ONLY
    policy: InputPolicy | None = None
    demuxer: Literal["ffmetadata", "srt"] | None = None
    """For a file that ffmpeg should not have to recognise."""
    threads: int | None = None
    disabled: tuple[Kind, ...] = ()
    """Kinds of streams that are not read."""
    seek: Fraction | float | None = None
    """Seconds from which it is read."""
    duration: Fraction | float | None = None
    """Seconds for which it is read."""
    loop: bool = False
    """Begins anew without end."""

    def __post_init__(self) -> None:
        _refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.demuxer is not None and not isinstance(self.source, File | WorkdirFile):
            yield "only a file has a demuxer to choose"
        if isinstance(self.source, RawVideo) and (self.loop or self.seek is not None):
            yield "standard input cannot be read twice, nor from its middle"
        if self.threads is not None and not 0 <= self.threads <= 128:
            yield f"{self.threads} threads"
        if self.seek is not None and not 0 <= self.seek < inf:
            yield f"reading from second {self.seek}"
        if self.duration is not None and not 0 < self.duration < inf:
            yield f"reading for {self.duration} seconds"
        if not set(self.disabled) <= set(get_args(Kind)) or len(set(self.disabled)) != len(self.disabled):
            yield f"{self.disabled} are not different kinds of streams"

    def args(self) -> tuple[str, ...]:
        """All of it before its own `-i`."""
        *flags, address = self.source.args()
        policy = self.policy or (_PIPE_INPUT if isinstance(self.source, RawVideo) else None)
        return (
            *(policy.args() if policy else ()),
            *flags,
            *(("-f", self.demuxer) if self.demuxer else ()),
            *(("-threads", str(self.threads)) if self.threads is not None else ()),
            *(f"-{kind}n" for kind in self.disabled),
            *(("-ss", f"{float(self.seek):.6f}") if self.seek is not None else ()),
            *(("-t", f"{float(self.duration):.6f}") if self.duration is not None else ()),
            *(("-stream_loop", "-1") if self.loop else ()),
            *("-i", address),
        )


@dataclass(frozen=True)
class Output:
    """What is written, and how."""

    target: WorkdirFile | File | NullSink
    container: Literal["mp4", "image", "wav", "matroska"] | None
    """None for nowhere; `image` is a single still."""
    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        _refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if (self.container is None) != isinstance(self.target, NullSink):
            yield "a file has a container, and nowhere has none"
        if not all(isinstance(option, Option) for option in self.options):
            yield "an output takes output options only"
            return
        for flag, times in Counter(flag for option in self.options for flag in option.exclusive_flags).items():
            if times > 1:
                yield f"{flag} is given {times} times"
        disabled = {option.disables for option in self.options} - {None}
        copied = {option.copies for option in self.options} - {None}
        filtered = {option.filters for option in self.options} - {None}
        encoded = {option.encodes for option in self.options} - {None}
        if both := disabled & (copied | filtered | encoded):
            yield f"streams are both left out and written: {both}"
        if both := copied & filtered:
            yield f"streams are both copied and filtered: {both}"
        labels = [source for source in self.sources if isinstance(source, str)]
        if labels and filtered:
            yield "the output of a graph must be filtered in the graph"
        if labels and copied and len(labels) == len(self.sources):
            yield "the output of a graph cannot be copied"

    @property
    def sources(self) -> tuple[Stream | str, ...]:
        """What it takes; nothing where ffmpeg chooses."""
        return tuple(option.source for option in self.options if option.source is not None)

    def args(self) -> tuple[str, ...]:
        """All of it before its own name."""
        *flags, address = self.target.args()
        container = {None: (), "image": ("-f", "image2", "-update", "1")}.get(
            self.container, ("-f", self.container or "")
        )
        return (*(arg for option in self.options for arg in option.args), *flags, *container, address)


@dataclass(frozen=True, kw_only=True)
class Console:
    """How ffmpeg talks while it works. Makes no difference to what it makes."""

    level: Literal["quiet", "error", "warning", "info"] = "error"
    progress: bool = True
    """Twice a second on standard output, as `scenewire.ffmpeg.executor` reads it."""

    def args(self, *, reads: bool) -> tuple[str, ...]:
        """The first words of the command line."""
        return (
            *("-hide_banner", "-v", self.level, "-nostats", "-y", *(() if reads else ("-nostdin",))),
            *(("-progress", "pipe:1", "-stats_period", "0.5") if self.progress else ()),
        )


@dataclass(frozen=True, kw_only=True)
class Command:
    """What goes in, what becomes of it, what comes out."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    graph: Graph | None = None
    stop_on_error: bool = False
    """A damaged input is a failure rather than a picture that stands still."""
    filter_threads: int | None = None
    """For the graph; None takes all cores."""

    def __post_init__(self) -> None:
        _refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not self.inputs or not self.outputs:
            yield "nothing goes in" if not self.inputs else "nothing comes out"
        if sum(isinstance(each.source, RawVideo) for each in self.inputs) > 1:
            yield "there is one standard input"
        if self.filter_threads is not None and not (self.graph and 0 < self.filter_threads <= 128):
            yield f"{self.filter_threads} threads for the filters of a graph"
        written = [_place(output.target) for output in self.outputs if not isinstance(output.target, NullSink)]
        read = [_place(each.source) for each in self.inputs if isinstance(each.source, File | WorkdirFile | ConcatList)]
        if len(set(written)) != len(written):
            yield "two outputs to one file"
        if set(written) & set(read):
            yield "an output that overwrites an input"
        yield from self._loose_ends()

    def _loose_ends(self) -> Iterator[str]:
        taken = [source for output in self.outputs for source in output.sources]
        streams = [source for source in taken if isinstance(source, Stream)]
        for stream in (*streams, *(self.graph.streams if self.graph else ())):
            if stream.input >= len(self.inputs):
                yield f"[{stream}] is of an input that is not there"
        described = [option.described_by for output in self.outputs for option in output.options]
        if any(index is not None and index >= len(self.inputs) for index in described):
            yield "metadata is taken from an input that does not exist"
        labels = sorted(source for source in taken if isinstance(source, str))
        made = sorted(self.graph.open_labels if self.graph else ())
        if labels != made:
            yield f"the graph makes {made}, and taken is {labels}"

    @property
    def reads_standard_input(self) -> bool:
        """Whether it waits for pictures on standard input."""
        return any(isinstance(each.source, RawVideo) for each in self.inputs)

    def build(self, console: Console | None = None) -> list[str]:
        """The arguments, without the program: first how it talks, if that is said, then what it does."""
        return [
            *(console.args(reads=self.reads_standard_input) if console else ()),
            *(("-xerror",) if self.stop_on_error else ()),
            *(("-filter_complex_threads", str(self.filter_threads)) if self.filter_threads else ()),
            *(arg for each in self.inputs for arg in each.args()),
            *(("-filter_complex", str(self.graph)) if self.graph else ()),
            *(arg for output in self.outputs for arg in output.args()),
        ]


def _place(file: File | WorkdirFile | ConcatList) -> str:
    return str(PurePath(file.path if isinstance(file, File) else file.name))


def _refuse(faults: Iterator[str]) -> None:
    for fault in faults:
        raise InvalidCommandError(fault)
