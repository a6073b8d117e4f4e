"""Another way: one ffmpeg, one filter graph, from all clips to the film. Runs as a process of its own, to be measured.

python -m scripts.media_bench.one_graph FOLDER FILM --preset P --crf Q --threads T

It gets for nothing what the product has to find out: the gain that makes the film loud enough. It examines nothing that
comes out and makes no thumbnail. `--lossless` makes the same pictures without loss, as a reference for quality.
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
from scenewire_assembly.captions.fonts import prepare_fonts
from scenewire_assembly.edit import samples_for
from scenewire_assembly.job_files import LETTERING
from scenewire_assembly.picture.segment import SegmentPlan, plan_segment
from scenewire_assembly.picture.segment_command import Encoder
from scenewire_assembly.sound.mix import Spoken, write_timeline
from scripts.media_bench.arguments import way_arguments
from scripts.media_bench.film import read_messages, store_in

_LIMIT = 7200
_RATE = 48_000


async def make(folder: Path, film: Path, encoder: Encoder, gain: float, *, lossless: bool) -> None:
    """Writes the film."""
    ffmpeg = await open_executor()
    scenes = read_messages(folder)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        job = Path(name)
        prepare_fonts(job)
        plans = [await plan_segment(ffmpeg, scene, encoder, job) for scene in scenes]
        await _lay_out(job, folder, scenes, plans)
        command = _command(plans, gain)
        words = command.build()
        if lossless:
            words = _without_loss(words)
        done = await run_program(
            [(await find_ffmpeg()).path, "-v", "error", "-nostdin", "-y", *words], timeout=_LIMIT, cwd=job
        )
        if done.returncode:
            sys.exit(done.stderr)
        (job / "film.mp4").replace(film)


async def _lay_out(job: Path, folder: Path, scenes: Sequence[FootageSourced], plans: Sequence[SegmentPlan]) -> None:
    store = store_in(folder)
    spoken = []
    for number, (scene, plan) in enumerate(zip(scenes, plans, strict=True)):
        (job / f"{number}.ass").write_text(plan.script, encoding="utf-8")
        for index, clip in enumerate(plan.clips):
            (job / f"{number}-clip{index:02}").symlink_to(await store.open(clip.file))
        narration = scene.narration
        spoken.append(Spoken(number, await store.open(narration.audio), narration.samples, plan.frames))
    await asyncio.to_thread(write_timeline, job / "timeline.wav", spoken, sample_rate=24_000, frame_rate=30)


def _command(plans: Sequence[SegmentPlan], gain: float) -> Command:
    inputs: list[Input] = []
    chains: list[Chain] = []
    for number, plan in enumerate(plans):
        chains += _renamed(plan, number, len(inputs))
        inputs += [
            dataclasses.replace(each, source=WorkdirFile(f"{number}-{Path(str(each.source.path)).name}"))  # type: ignore[union-attr]
            for each in plan.command.inputs
        ]
    parts = tuple(f"v{number}" for number in range(len(plans)))
    chains.append(Chain((Filter("concat", n=len(parts), v=1, a=0),), parts, "film"))
    samples = samples_for(sum(plan.frames for plan in plans), 30)
    chains.append(Chain(_loud(gain, samples), (Stream(len(inputs), "a"),), "sound"))
    picture = next(each for each in plans[0].command.outputs[0].options if each.encodes == "v")
    options: tuple[Option, ...] = (
        map_stream("film"),
        map_stream("sound"),
        picture,
        encode_aac("192k", _RATE),
    )
    return Command(
        inputs=(*inputs, Input(WorkdirFile("timeline.wav"), policy=INTERNAL_INPUT)),
        graph=Graph(tuple(chains)),
        outputs=(Output(WorkdirFile("film.mp4"), "mp4", options),),
    )


def _renamed(plan: SegmentPlan, number: int, first_input: int) -> list[Chain]:
    """The scene's own chains, with labels, inputs and captions that no other scene has."""
    if plan.command.graph is None:
        raise ValueError("a segment without a graph")

    def source(each: Stream | str) -> Stream | str:
        if isinstance(each, Stream):
            return dataclasses.replace(each, input=each.input + first_input)
        return f"{each}{number}"

    def captions(each: Filter) -> Filter:
        options = dict(each.options)
        if options.get("f") == LETTERING:
            options["f"] = f"{number}.ass"
        return Filter(each.name, *each.values, **options)

    return [
        Chain(tuple(map(captions, chain.filters)), tuple(map(source, chain.sources)), f"{chain.label}{number}")
        for chain in plan.command.graph.chains
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


def _without_loss(words: list[str]) -> list[str]:
    kept = list(words)
    for name in ("-crf", "-profile:v", "-level:v", "-preset"):
        at = kept.index(name)
        del kept[at : at + 2]
    at = kept.index("libx264") + 1
    return [*kept[:at], "-preset", "ultrafast", "-qp", "0", *kept[at:]]


if __name__ == "__main__":
    said = way_arguments()
    said.add_argument("--threads", type=int, default=0)
    said.add_argument("--gain", type=float, default=12.0)
    said.add_argument("--lossless", action="store_true")
    given = said.parse_args()
    chosen = Encoder(preset=given.preset, crf=given.crf, threads=given.threads)
    asyncio.run(make(given.folder, given.film, chosen, given.gain, lossless=given.lossless))
