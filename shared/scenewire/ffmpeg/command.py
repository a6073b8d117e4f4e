"""Validated ffmpeg commands. Pure: nothing here starts a program.

    Command(
        inputs=(Input(File("clip.mp4"), policy=UNTRUSTED_INPUT),),
        graph=Graph((Chain((Filter("fps", 30),), (Stream(0, "v"),), "v"),)),
        outputs=(Output(WorkdirFile("film.mp4"), "mp4", (map_stream("v"), limit_frames(90))),),
    ).build()

Options belong to their input or output, so that none can stand where ffmpeg would apply it to another file. An invalid
value raises `InvalidCommandError` when it is created.
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
    "PREPARED_STILL",
    "UNTRUSTED_AUDIO",
    "UNTRUSTED_INPUT",
    "Command",
    "ConcatList",
    "Console",
    "File",
    "Generated",
    "HardwareDevice",
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
_NODE: Final = re.compile(r"(/[A-Za-z0-9_-]+)+")


@dataclass(frozen=True)
class WorkdirFile:
    """A file in ffmpeg's working folder, with a plain name that cannot be read as an option or a URL."""

    name: str

    def __post_init__(self) -> None:
        if not _PLAIN_NAME.fullmatch(self.name):
            raise InvalidCommandError(f"{self.name!r} is not a plain file name")

    def args(self) -> tuple[str, ...]:
        """Returns the name."""
        return (self.name,)


@dataclass(frozen=True)
class File:
    """Any file. Its path is never read as an option or a URL."""

    path: PurePath | str

    def __post_init__(self) -> None:
        if not str(self.path) or "\0" in str(self.path):
            raise InvalidCommandError(f"{str(self.path)!r} is not a path")

    def args(self) -> tuple[str, ...]:
        """Returns the path as a URL of the file protocol."""
        return (f"file:{self.path}",)


@dataclass(frozen=True)
class RawVideo:
    """Raw video on standard input."""

    pixel_format: str
    width: int
    height: int
    frame_rate: int

    def __post_init__(self) -> None:
        if min(self.width, self.height, self.frame_rate) <= 0 or not _PIXEL_FORMAT.fullmatch(self.pixel_format):
            raise InvalidCommandError(f"{self} does not describe a picture")

    def args(self) -> tuple[str, ...]:
        """Returns the format, which ffmpeg cannot detect."""
        size = f"{self.width}x{self.height}"
        shape = ("-pixel_format", self.pixel_format, "-video_size", size, "-framerate", str(self.frame_rate))
        return "-f", "rawvideo", *shape, "pipe:0"


@dataclass(frozen=True)
class ConcatList:
    """A list of files in the same folder, to be concatenated."""

    name: str

    def __post_init__(self) -> None:
        WorkdirFile(self.name)

    def args(self) -> tuple[str, ...]:
        """Returns the list in safe mode: it cannot name files elsewhere."""
        return "-f", "concat", "-safe", "1", self.name


@dataclass(frozen=True)
class Generated:
    """Video or audio that a filter generates."""

    chain: Chain

    def __post_init__(self) -> None:
        if self.chain.sources or self.chain.label:
            raise InvalidCommandError("a generated input must not have sources or a label")

    def args(self) -> tuple[str, ...]:
        """Returns the filter as ffmpeg's virtual device."""
        return "-f", "lavfi", str(self.chain)


@dataclass(frozen=True)
class NullSink:
    """An output that is discarded; its result is what ffmpeg logs."""

    def args(self) -> tuple[str, ...]:
        """Returns the null container."""
        return "-f", "null", "-"


@dataclass(frozen=True, kw_only=True)
class InputPolicy:
    """Limits on what an input may make ffmpeg open, load and allocate."""

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
            raise InvalidCommandError(f"{names} must be names of protocols, formats and decoders")
        if not all(_SIZE.fullmatch(str(size)) for size in sizes if size is not None):
            raise InvalidCommandError(f"{sizes} must be sizes")

    def args(self) -> tuple[str, ...]:
        """Returns the limits that are set."""
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
"""For media from outside: opens only the file itself, with common demuxers and decoders, whatever its name is."""

UNTRUSTED_AUDIO: Final = InputPolicy(
    protocols=("file",),
    formats=tuple(SOUND_FORMATS.split(",")),
    decoders=tuple(sorted(AUDIO_DECODERS)),
    max_streams=MAX_STREAMS,
    probe_size="20M",
    analyze_duration="10M",
)
"""For music from outside, with the same limits."""

PREPARED_STILL: Final = InputPolicy(
    protocols=("file",), formats=("jpeg_pipe",), decoders=("mjpeg",), max_pixels=MAX_PIXELS, max_streams=1
)
"""For pictures that `scenewire.probe.still` prepared: one JPEG and nothing else."""

INTERNAL_INPUT: Final = InputPolicy(protocols=("file",))
"""For files that scenewire created: no network."""

_PIPE_INPUT: Final = InputPolicy(protocols=("pipe",))


@dataclass(frozen=True)
class Input:
    """An input of ffmpeg and its options."""

    source: File | WorkdirFile | RawVideo | ConcatList | Generated
    _: KW_ONLY
    policy: InputPolicy | None = None
    demuxer: Literal["ffmetadata", "srt"] | None = None
    """Set for a file whose format ffmpeg should not detect."""
    threads: int | None = None
    disabled: tuple[Kind, ...] = ()
    """Kinds of streams that are not read."""
    seek: Fraction | float | None = None
    """Start of reading, seconds."""
    duration: Fraction | float | None = None
    """Length of reading, seconds."""
    loop: bool = False
    """Whether to repeat it without end."""

    def __post_init__(self) -> None:
        _refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.demuxer is not None and not isinstance(self.source, File | WorkdirFile):
            yield "a demuxer can be set for a file only"
        if isinstance(self.source, RawVideo) and (self.loop or self.seek is not None):
            yield "standard input cannot be repeated or read from a later time"
        if self.threads is not None and not 0 <= self.threads <= 128:
            yield f"threads must be between 0 and 128, not {self.threads}"
        if self.seek is not None and not 0 <= self.seek < inf:
            yield f"the start must not be negative or infinite: {self.seek} s"
        if self.duration is not None and not 0 < self.duration < inf:
            yield f"the length must be above 0 and finite: {self.duration} s"
        if not set(self.disabled) <= set(get_args(Kind)) or len(set(self.disabled)) != len(self.disabled):
            yield f"{self.disabled} must be different kinds of streams"

    def args(self) -> tuple[str, ...]:
        """Returns the options, and the input last."""
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
    """An output of ffmpeg and its options."""

    target: WorkdirFile | File | NullSink
    container: Literal["mp4", "image", "wav", "matroska"] | None
    """None for `NullSink`; `image` is a single still."""
    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        _refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if (self.container is None) != isinstance(self.target, NullSink):
            yield "a file needs a container, and the null sink has none"
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
        """The streams and labels that it maps; empty if ffmpeg chooses."""
        return tuple(option.source for option in self.options if option.source is not None)

    def args(self) -> tuple[str, ...]:
        """Returns the options, and the output last."""
        *flags, address = self.target.args()
        container = {None: (), "image": ("-f", "image2", "-update", "1")}.get(
            self.container, ("-f", self.container or "")
        )
        return (*(arg for option in self.options for arg in option.args), *flags, *container, address)


@dataclass(frozen=True)
class HardwareDevice:
    """A card that filters and encoders of a command use.

    Attributes:
        kind: the interface.
        node: its render node, such as `/dev/dri/renderD128`.
    """

    kind: Literal["vaapi", "qsv"]
    node: str

    def __post_init__(self) -> None:
        if not _NODE.fullmatch(self.node):
            raise InvalidCommandError(f"{self.node!r} is not a render node such as /dev/dri/renderD128")

    def args(self) -> tuple[str, ...]:
        """Returns the options that open it for filters and encoders."""
        opened = f"vaapi=card:{self.node}" if self.kind == "vaapi" else f"qsv=card,child_device={self.node}"
        return "-init_hw_device", opened, "-filter_hw_device", "card"


@dataclass(frozen=True, kw_only=True)
class Console:
    """Options of ffmpeg's log; they do not affect its outputs."""

    level: Literal["quiet", "error", "warning", "info", "verbose"] = "error"
    progress: bool = True
    """Whether to report progress on standard output twice a second, for `scenewire.ffmpeg.executor`."""

    def args(self, *, reads: bool) -> tuple[str, ...]:
        """Returns the first arguments of the command line."""
        return (
            *("-hide_banner", "-v", self.level, "-nostats", "-y", *(() if reads else ("-nostdin",))),
            *(("-progress", "pipe:1", "-stats_period", "0.5") if self.progress else ()),
        )


@dataclass(frozen=True, kw_only=True)
class Command:
    """Inputs, filter graph and outputs."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    graph: Graph | None = None
    stop_on_error: bool = False
    """Whether a damaged input is a failure instead of a frozen picture."""
    filter_threads: int | None = None
    """Threads of the graph; None uses all cores."""
    hardware: HardwareDevice | None = None

    def __post_init__(self) -> None:
        _refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not self.inputs or not self.outputs:
            yield "a command needs an input" if not self.inputs else "a command needs an output"
        if sum(isinstance(each.source, RawVideo) for each in self.inputs) > 1:
            yield "only one input can read standard input"
        if self.filter_threads is not None and not (self.graph and 0 < self.filter_threads <= 128):
            yield f"filter threads must be between 1 and 128, with a graph, not {self.filter_threads}"
        written = [_path_of(output.target) for output in self.outputs if not isinstance(output.target, NullSink)]
        read = [
            _path_of(each.source) for each in self.inputs if isinstance(each.source, File | WorkdirFile | ConcatList)
        ]
        if len(set(written)) != len(written):
            yield "two outputs write the same file"
        if set(written) & set(read):
            yield "an output overwrites an input"
        yield from self._loose_ends()

    def _loose_ends(self) -> Iterator[str]:
        taken = [source for output in self.outputs for source in output.sources]
        streams = [source for source in taken if isinstance(source, Stream)]
        for stream in (*streams, *(self.graph.streams if self.graph else ())):
            if stream.input >= len(self.inputs):
                yield f"[{stream}] is of an input that does not exist"
        described = [option.described_by for output in self.outputs for option in output.options]
        if any(index is not None and index >= len(self.inputs) for index in described):
            yield "metadata is taken from an input that does not exist"
        labels = sorted(source for source in taken if isinstance(source, str))
        made = sorted(self.graph.open_labels if self.graph else ())
        if labels != made:
            yield f"the graph has the outputs {made}, but {labels} are mapped"

    @property
    def reads_standard_input(self) -> bool:
        """Whether an input reads standard input."""
        return any(isinstance(each.source, RawVideo) for each in self.inputs)

    def build(self, console: Console | None = None) -> list[str]:
        """Returns the arguments without the program; options of the log come first."""
        return [
            *(console.args(reads=self.reads_standard_input) if console else ()),
            *(("-xerror",) if self.stop_on_error else ()),
            *(self.hardware.args() if self.hardware else ()),
            *(("-filter_complex_threads", str(self.filter_threads)) if self.filter_threads else ()),
            *(arg for each in self.inputs for arg in each.args()),
            *(("-filter_complex", str(self.graph)) if self.graph else ()),
            *(arg for output in self.outputs for arg in output.args()),
        ]


def _path_of(file: File | WorkdirFile | ConcatList) -> str:
    return str(PurePath(file.path if isinstance(file, File) else file.name))


def _refuse(faults: Iterator[str]) -> None:
    for fault in faults:
        raise InvalidCommandError(fault)
