import ast
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.errors import PermanentError
from scenewire.ffmpeg import command as command_module
from scenewire.ffmpeg import executor as executor_module
from scenewire.ffmpeg.command import (
    INTERNAL_INPUT,
    UNTRUSTED_INPUT,
    Command,
    ConcatList,
    Console,
    File,
    Generated,
    Input,
    InputPolicy,
    InvalidCommandError,
    NullSink,
    Output,
    RawVideo,
    WorkdirFile,
)
from scenewire.ffmpeg.filters import Chain, Expression, Filter, Graph, Stream, Text
from scenewire.ffmpeg.options import (
    DROP_METADATA,
    FAST_START,
    PRESETS,
    Option,
    bit_exact,
    copy_stream,
    encode_aac,
    encode_x264,
    filter_audio,
    filter_video,
    jpeg_quality,
    limit_frames,
    map_metadata,
    map_stream,
    mp4_timescale,
    no_stream,
    set_metadata,
)

CLIP = Input(File("clip.mp4"))
FPS = Filter("fps", 30)
PICTURE = Stream(0, "v")
NOTHING = Output(NullSink(), None)


def x264(**changes) -> Option:
    values = {"preset": "fast", "crf": 21, "threads": 1, "profile": "high", "level": "4.1", "gop": 60, "b_frames": 2}
    return encode_x264(**{**values, **changes})


def film(*options, name: str = "film.mp4") -> Output:
    return Output(WorkdirFile(name), "mp4", options)


def command(*inputs: Input, outputs=(NOTHING,), **more) -> Command:
    return Command(inputs=inputs or (CLIP,), outputs=outputs, **more)


def test_a32_a_whole_command_in_its_words():
    graph = Graph(
        (
            Chain((FPS, Filter("scale", 320, 180, flags="bicubic")), (Stream(0, "v"),), "a"),
            Chain((FPS,), (Stream(1, "v"),), "b"),
            Chain((Filter("concat", n=2, v=1, a=0),), ("a", "b"), "v"),
        )
    )
    built = Command(
        inputs=(
            Input(File("/films/-x.mp4"), policy=INTERNAL_INPUT, seek=Fraction(1, 2), duration=2.0, loop=True),
            Input(WorkdirFile("b.mp4"), threads=2, disabled=("a",)),
        ),
        graph=graph,
        outputs=(
            film(map_stream("v"), x264(), FAST_START),
            Output(WorkdirFile("sound.m4a"), "mp4", (map_stream(Stream(1, "a")), encode_aac("96k", 48_000))),
        ),
        stop_on_error=True,
        filter_threads=2,
    ).build(Console())

    assert built == [
        *("-hide_banner", "-v", "error", "-nostats", "-y", "-nostdin", "-progress", "pipe:1", "-stats_period", "0.5"),
        *("-xerror", "-filter_complex_threads", "2"),
        *("-protocol_whitelist", "file", "-ss", "0.500000", "-t", "2.000000", "-stream_loop", "-1"),
        *("-i", "file:/films/-x.mp4", "-threads", "2", "-an", "-i", "b.mp4"),
        "-filter_complex",
        "[0:v:0]fps=30,scale=320:180:flags=bicubic[a];[1:v:0]fps=30[b];[a][b]concat=n=2:v=1:a=0[v]",
        *("-map", "[v]", "-c:v", "libx264", "-preset", "fast", "-crf", "21", "-threads", "1"),
        *("-profile:v", "high", "-level:v", "4.1", "-g", "60", "-bf", "2"),
        *("-movflags", "+faststart", "-f", "mp4", "film.mp4"),
        *("-map", "1:a:0", "-c:a", "aac", "-b:a", "96k", "-ar", "48000", "-f", "mp4", "sound.m4a"),
    ]


def test_a32_how_it_talks_is_no_part_of_what_it_makes():
    painted = command(Input(RawVideo("rgb24", 4, 2, 30)))
    assert painted.build(Console(level="info", progress=False)) == [
        *("-hide_banner", "-v", "info", "-nostats", "-y"),
        *painted.build(),
    ]
    assert "-nostdin" in command().build(Console())


def test_a32_media_from_outside_open_only_themselves():
    words = command(Input(File("clip"), policy=UNTRUSTED_INPUT)).build()
    bounds = dict(zip(words[:14:2], words[1:14:2], strict=True))
    assert bounds["-protocol_whitelist"] == "file"
    assert not {"concat", "hls", "dash", "image2"} & set(bounds["-format_whitelist"].split(","))
    assert "magicyuv" not in bounds["-codec_whitelist"]
    assert {"-max_pixels", "-max_streams", "-probesize", "-analyzeduration"} < bounds.keys()


LABELLED = Chain((FPS,), (PICTURE,), "v")
INVALID = {
    "no input": lambda: Command(inputs=(), outputs=(NOTHING,)),
    "no output": lambda: Command(inputs=(CLIP,), outputs=()),
    "a kind of streams that does not exist": lambda: Input(File("a"), disabled=("x",)),  # type: ignore[arg-type]
    "an option of an input at an output": lambda: Output(NullSink(), None, (CLIP,)),  # type: ignore[arg-type]
    "an empty path": lambda: File(""),
    "NUL in a path": lambda: File("a\0b"),
    "an own file elsewhere": lambda: WorkdirFile("../a.mp4"),
    "an own file like an option": lambda: WorkdirFile("-y"),
    "an own file like an address": lambda: WorkdirFile("http:x"),
    "a list elsewhere": lambda: ConcatList("a/list"),
    "raw pictures of no size": lambda: RawVideo("rgb24", 0, 2, 30),
    "a generated picture with a label": lambda: Generated(LABELLED),
    "a whitelist that is more than one word": lambda: InputPolicy(protocols=("file,http",)),
    "a bound that is no size": lambda: InputPolicy(probe_size="much"),
    "a demuxer for standard input": lambda: Input(RawVideo("rgb24", 2, 2, 30), demuxer="srt"),
    "standard input in a loop": lambda: Input(RawVideo("rgb24", 2, 2, 30), loop=True),
    "standard input from its middle": lambda: Input(RawVideo("rgb24", 2, 2, 30), seek=1.0),
    "a negative seek": lambda: Input(File("a"), seek=-0.1),
    "a seek of no number": lambda: Input(File("a"), seek=float("nan")),
    "a length of nothing": lambda: Input(File("a"), duration=0),
    "less than no threads": lambda: Input(File("a"), threads=-1),
    "a kind left out twice": lambda: Input(File("a"), disabled=("a", "a")),
    "nowhere in a container": lambda: Output(NullSink(), "mp4"),
    "a file without container": lambda: Output(WorkdirFile("a"), None),
    "an option twice": lambda: film(limit_frames(1), limit_frames(2)),
    "two codecs for the picture": lambda: film(x264(), copy_stream("v")),
    "a stream twice": lambda: film(map_stream(PICTURE), map_stream(PICTURE)),
    "a key of metadata twice": lambda: film(set_metadata("title", "a"), set_metadata("title", "b")),
    "left out and written": lambda: film(no_stream("v"), x264()),
    "left out and filtered": lambda: film(no_stream("a"), filter_audio(Chain((Filter("anull"),)))),
    "copied and filtered": lambda: film(copy_stream("v"), filter_video(Chain((FPS,)))),
    "filtered twice over": lambda: film(map_stream("v"), filter_video(Chain((FPS,)))),
    "a graph's picture copied": lambda: film(map_stream("v"), copy_stream("v")),
    "two standard inputs": lambda: command(Input(RawVideo("rgb24", 2, 2, 30)), Input(RawVideo("rgb24", 2, 2, 30))),
    "two outputs to one file": lambda: command(outputs=(film(), film())),
    "an output over an input": lambda: command(Input(File("./film.mp4")), outputs=(film(),)),
    "an output over a list": lambda: command(Input(ConcatList("film.mp4")), outputs=(film(),)),
    "a stream of an input that is not there": lambda: command(outputs=(film(map_stream(Stream(1, "v"))),)),
    "a graph from an input that is not there": lambda: command(
        graph=Graph((Chain((FPS,), (Stream(1, "v"),), "v"),)), outputs=(film(map_stream("v")),)
    ),
    "a label that nothing makes": lambda: command(outputs=(film(map_stream("v")),)),
    "a label that nothing takes": lambda: command(graph=Graph((LABELLED,))),
    "a label taken twice": lambda: command(
        graph=Graph((LABELLED,)), outputs=(film(map_stream("v")), film(map_stream("v"), name="b.mp4"))
    ),
    "threads of a graph that is not there": lambda: command(filter_threads=2),
    "an empty graph": lambda: Graph(()),
    "an empty chain": lambda: Chain(()),
    "a chain from nowhere in a graph": lambda: Graph((Chain((FPS,)),)),
    "a label before it is made": lambda: Graph((Chain((FPS,), ("b",), "a"), Chain((FPS,), (PICTURE,), "b"))),
    "a loop": lambda: Graph((Chain((FPS,), ("a",), "a"),)),
    "a label used twice": lambda: Graph((LABELLED, Chain((FPS,), ("v",), "a"), Chain((FPS,), ("v",), "b"))),
    "a label made twice": lambda: Graph((LABELLED, LABELLED)),
    "a label with brackets": lambda: Chain((FPS,), (PICTURE,), "v][x"),
    "described by an input that is not there": lambda: command(outputs=(film(map_metadata(1)),)),
    "described by no input": lambda: map_metadata(-1),
    "described and not": lambda: film(map_metadata(0), DROP_METADATA),
    "no such stream": lambda: Stream(0, "x"),
    "a filter with a comma": lambda: Filter("fps=30,movie"),
    "a value with a comma": lambda: Filter("fps", "30,movie=x"),
    "a value with a colon": lambda: Filter("subtitles", f="a:b"),
    "text by position": lambda: Filter("drawtext", Text("fontfile=x")),
    "a formula that ends": lambda: Expression("1',movie=x"),
    "NUL in text": lambda: Text("\0"),
    "a filter of an output with labels": lambda: filter_video(LABELLED),
    "crf 52": lambda: x264(crf=52),
    "crf -1": lambda: x264(crf=-1),
    "no such preset": lambda: x264(preset="quick"),
    "no such profile": lambda: x264(profile="tall"),
    "no such level": lambda: x264(level="9"),
    "no pictures in a group": lambda: x264(gop=0),
    "no frames": lambda: limit_frames(0),
    "a bit rate of words": lambda: encode_aac("much", 48_000),
    "a sample rate of nothing": lambda: encode_aac("96k", 0),
    "quality 32": lambda: jpeg_quality(32),
    "a clock that stands still": lambda: mp4_timescale(0),
    "a key with a sign": lambda: set_metadata("a=b", "c"),
    "NUL in metadata": lambda: set_metadata("title", "\0"),
    "metadata of no stream": lambda: set_metadata("title", "a", "x:0"),
}


@pytest.mark.parametrize("make", INVALID.values(), ids=INVALID.keys())
def test_a32_an_invalid_command_cannot_be_made(make):
    with pytest.raises(InvalidCommandError) as failure:
        make()
    assert isinstance(failure.value, ValueError)
    assert isinstance(failure.value, PermanentError)


@pytest.mark.parametrize("crf", [0, 51])
@pytest.mark.parametrize("preset", PRESETS)
def test_a32_what_is_valid_is_not_refused(crf, preset):
    assert x264(crf=crf, preset=preset).args[2:6] == ("-preset", preset, "-crf", str(crf))


HOSTILE = st.text(st.characters(exclude_characters="\0"), min_size=1)


@given(path=HOSTILE)
def test_a32_no_path_is_an_option_or_an_address(path):
    built = command(Input(File(path)), outputs=(Output(File("out-" + path), "mp4"),)).build()
    assert built == ["-i", f"file:{path}", "-f", "mp4", f"file:out-{path}"]


@given(title=HOSTILE)
def test_a32_no_title_becomes_an_option(title):
    assert film(set_metadata("title", title)).args()[:2] == ("-metadata", f"title={title}")


WHITE = " \t\r\n"  # ffmpeg strips it where nothing protects it


def read_as_ffmpeg_does(text: str, ends: str) -> str:
    """One level of ffmpeg's unescaping; fails where a bare character would end the value."""
    read, escaped, quoted = "", False, False
    for character in text:
        if escaped:
            read, escaped = read + character, False
        elif character == "\\" and not quoted:
            escaped = True
        elif character == "'":
            quoted = not quoted
        else:
            assert quoted or character not in ends
            read += character
    assert not quoted
    assert not escaped
    return read


@given(text=st.one_of(HOSTILE, st.text("\\':,;[] \nx")))
def test_a32_text_stays_text_through_both_levels_of_escaping(text):
    option = read_as_ffmpeg_does(str(Text(text)), "[],;" + WHITE)
    assert read_as_ffmpeg_does(option, ":" + WHITE) == text


STREAMS = st.integers(0, 3)


@given(
    seeks=st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=1, max_size=4),
    outputs=st.lists(st.lists(STREAMS, unique=True, max_size=4), min_size=1, max_size=4),
)
def test_a32_every_option_stands_before_the_file_it_belongs_to(seeks, outputs):
    inputs = tuple(Input(File(f"{index}.mp4"), seek=seek) for index, seek in enumerate(seeks))
    wanted = [[index for index in taken if index < len(inputs)] for taken in outputs]
    built = Command(
        inputs=inputs,
        outputs=tuple(
            film(*(map_stream(Stream(index, "v")) for index in taken), bit_exact(), name=f"out{number}.mp4")
            for number, taken in enumerate(wanted)
        ),
    ).build()
    last_input = max(index for index, word in enumerate(built) if word == "-i")
    assert built[: last_input + 2] == [arg for each in inputs for arg in each.args()]
    assert built.count("-i") == len(inputs)
    assert built.index("-fflags") > last_input
    assert "-ss" not in built[last_input:]
    assert built[-1] == f"out{len(outputs) - 1}.mp4"


def imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def test_a38_the_builder_starts_nothing_and_the_executors_build_nothing():
    folder = Path(command_module.__file__).parent
    for builder in ("command", "filters", "options"):
        forbidden = {"subprocess", "asyncio", "os", "scenewire.processes.run", "scenewire.ffmpeg.executor"}
        assert not imports(folder / f"{builder}.py") & forbidden
    for runner in (Path(executor_module.__file__).name, "recording.py", "observable.py"):
        built_by = {"scenewire.ffmpeg.command", "scenewire.ffmpeg.filters", "scenewire.ffmpeg.options"}
        assert not imports(folder / runner) & built_by
