"""One ffmpeg with one filter graph, from all clips to the video. Runs in its own process, for measuring.

python -m scripts.benchmarks.support.graph_method FOLDER VIDEO --preset P --crf Q --threads T

It is given the right gain, which scenewire has to measure. It checks nothing and makes no thumbnail. `--lossless` makes
the same pictures without loss, as a reference for quality.
"""

import asyncio
import dataclasses
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scenewire.ffmpeg.command import INTERNAL_INPUT, Command, Input, Output, WorkdirFile
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.ffmpeg.filters import Chain, Filter, Graph, Stream
from scenewire.ffmpeg.opening import open_executor
from scenewire.ffmpeg.options import Option, encode_aac, map_stream
from scenewire.messages import FootageSourced
from scenewire.processes.run import run_program
from scenewire_assembly.captions.fonts import Fonts
from scenewire_assembly.edit import samples_for
from scenewire_assembly.ffmpeg_job import FfmpegJob
from scenewire_assembly.job_files import OVERLAY
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.picture.segment import SegmentPlan, plan_segment
from scenewire_assembly.picture.segment_command import segment_command
from scenewire_assembly.sound.narration_track import NarrationTrack, SceneAudio
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from scripts.benchmarks.support.arguments import method_arguments
from scripts.benchmarks.support.inputs import read_messages, store_in

_LIMIT = 7200
_RATE = 48_000


async def make(folder: Path, video: Path, encoder: Encoder, gain: float, *, lossless: bool) -> None:
    """Writes the video."""
    ffmpeg = await open_executor()
    scenes = read_messages(folder)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        job = Path(name)
        fonts = Fonts().prepare(job, scenes[0].brief.options.language)
        plans = [await plan_segment(FfmpegJob(ffmpeg, job, fonts), scene, encoder, TYPEFACES_DIR) for scene in scenes]
        await _lay_out(job, folder, scenes, plans)
        command = _command(plans, gain)
        built = command.build()
        if lossless:
            built = _without_loss(built)
        done = await run_program(
            [(await find_ffmpeg()).path, "-v", "error", "-nostdin", "-y", *built], timeout=_LIMIT, cwd=job
        )
        if done.returncode:
            sys.exit(done.stderr)
        (job / "video.mp4").replace(video)


async def _lay_out(job: Path, folder: Path, scenes: Sequence[FootageSourced], plans: Sequence[SegmentPlan]) -> None:
    store = store_in(folder)
    audio = []
    for number, (scene, plan) in enumerate(zip(scenes, plans, strict=True)):
        (job / f"{number}.ass").write_text(plan.picture.overlay, encoding="utf-8")
        for index, clip in enumerate(plan.picture.clips):
            (job / f"{number}-clip{index:02}").symlink_to(await store.open(clip.file))
        narration = scene.narration
        audio.append(SceneAudio(number, await store.open(narration.audio), narration.samples, plan.picture.frames))
    await asyncio.to_thread(NarrationTrack(tuple(audio), 24_000, 30).write, job / "timeline.wav")


def _command(plans: Sequence[SegmentPlan], gain: float) -> Command:
    inputs: list[Input] = []
    chains: list[Chain] = []
    for number, plan in enumerate(plans):
        chains += _renamed(plan, number, len(inputs))
        inputs += [
            dataclasses.replace(each, source=WorkdirFile(f"{number}-{Path(str(each.source.path)).name}"))  # type: ignore[union-attr]
            for each in segment_command(plan.picture).inputs
        ]
    parts = tuple(f"v{number}" for number in range(len(plans)))
    chains.append(Chain((Filter("concat", n=len(parts), v=1, a=0),), parts, "video"))
    samples = samples_for(sum(plan.picture.frames for plan in plans), 30)
    chains.append(Chain(_loud(gain, samples), (Stream(len(inputs), "a"),), "sound"))
    picture = next(each for each in segment_command(plans[0].picture).outputs[0].options if each.encodes == "v")
    options: tuple[Option, ...] = (
        map_stream("video"),
        map_stream("sound"),
        picture,
        encode_aac("192k", _RATE),
    )
    return Command(
        inputs=(*inputs, Input(WorkdirFile("timeline.wav"), policy=INTERNAL_INPUT)),
        graph=Graph(tuple(chains)),
        outputs=(Output(WorkdirFile("video.mp4"), "mp4", options),),
    )


def _renamed(plan: SegmentPlan, number: int, first_input: int) -> list[Chain]:
    """The chains of a scene, with labels, inputs and captions that differ from those of all other scenes."""
    graph = segment_command(plan.picture).graph
    if graph is None:
        raise ValueError("a segment without a graph")

    def source(label: Stream | str) -> Stream | str:
        if isinstance(label, Stream):
            return dataclasses.replace(label, input=label.input + first_input)
        return f"{label}{number}"

    def captions(filter_: Filter) -> Filter:
        options = dict(filter_.options)
        if options.get("f") == OVERLAY:
            options["f"] = f"{number}.ass"
        return Filter(filter_.name, *filter_.values, **options)

    return [
        Chain(tuple(map(captions, chain.filters)), tuple(map(source, chain.sources)), f"{chain.label}{number}")
        for chain in graph.chains
    ]


def _loud(gain: float, samples: int) -> tuple[Filter, ...]:
    return (
        Filter("aresample", _RATE),
        Filter("aformat", sample_fmts="fltp", channel_layouts="stereo"),
        Filter("volume", f"{gain:.3f}dB"),
        Filter("alimiter", limit="0.80", attack=5, release=50, level="false", latency="true"),
        Filter("apad", whole_len=samples),
        Filter("atrim", end_sample=samples),
    )


def _without_loss(built: list[str]) -> list[str]:
    kept = list(built)
    for name in ("-crf", "-profile:v", "-level:v", "-preset"):
        at = kept.index(name)
        del kept[at : at + 2]
    at = kept.index("libx264") + 1
    return [*kept[:at], "-preset", "ultrafast", "-qp", "0", *kept[at:]]


if __name__ == "__main__":
    parser = method_arguments()
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--gain", type=float, default=12.0)
    parser.add_argument("--lossless", action="store_true")
    arguments = parser.parse_args()
    chosen = Encoder(preset=arguments.preset, crf=arguments.crf, threads=arguments.threads)
    asyncio.run(make(arguments.folder, arguments.video, chosen, arguments.gain, lossless=arguments.lossless))
