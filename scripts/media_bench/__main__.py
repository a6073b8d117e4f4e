"""Compares methods of making the same video in one run, from generated inputs.

python -m scripts.media_bench [methods] [growth] [costs] [settings] [quality]

Runs all benchmarks by default, which takes about half an hour on two processors. Times are processor seconds. Methods
take turns, and the median of the rounds counts. Peak memory is the sum of all processes.
"""

import asyncio
import platform
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.processors import usable_processors
from scripts.media_bench.bench_video import BenchVideo, make_inputs
from scripts.media_bench.meter import Cost, run_method
from scripts.media_bench.quality import vmaf

_ROUNDS: Final = 3
_MIB: Final = 1 << 20


async def _rounds(runs: dict[str, Callable[[], Awaitable[Cost]]], rounds: int = _ROUNDS) -> dict[str, Cost]:
    """Runs every method once a round, in turn; returns the median run of each."""
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            costs[name].append(await run())
    return {name: sorted(each, key=lambda cost: cost.busy)[len(each) // 2] for name, each in costs.items()}


async def methods(folder: Path) -> None:
    """Compares scenewire, one filter graph, and MoviePy with the same preset and quality."""
    video = BenchVideo(scenes=6, seconds=4)
    source, made = folder / "methods", folder / "made.mp4"
    await make_inputs(source, video)
    costs = await _rounds(
        {
            "scenewire": lambda: run_method("product_method", source, made),
            "one filter graph": lambda: run_method("graph_method", source, made),
        }
    )
    costs |= await _rounds({"MoviePy": lambda: run_method("moviepy_method", source, made)}, rounds=1)
    ours = costs["scenewire"]
    print(f"\n{video.scenes} scenes of {video.seconds} s, 1080p30, captions, veryfast, crf 21")
    print("| method | processor s | relative | wall s | peak MiB |\n|---|---|---|---|---|")
    for name, cost in costs.items():
        print(
            f"| {name} | {cost.busy:.1f} | {cost.busy / ours.busy:.2f} | {cost.wall:.1f} | {cost.memory / _MIB:.0f} |"
        )
    graph, pictures = costs["one filter graph"], ours.report["segments"]
    print(
        f"scenewire / filter graph: {ours.busy / graph.busy:.3f}; pictures only / filter graph: {pictures / graph.busy:.3f}"
    )


async def growth(folder: Path) -> None:
    """Measures the cost of a scene in videos with more and more scenes."""
    print("\nscenes of 1.5 s, 720p30\n| scenes | processor s a scene | relative to 10 scenes | wall s | peak MiB |")
    print("|---|---|---|---|---|")
    first = 0.0
    for scenes in (10, 40, 160):
        source = folder / f"growth{scenes}"
        await make_inputs(source, BenchVideo(scenes=scenes, seconds=1.5, width=1280, height=720))
        cost = await run_method("product_method", source, folder / "made.mp4")
        shutil.rmtree(source)
        each = cost.busy / scenes
        first = first or each
        memory = cost.memory / _MIB
        print(f"| {scenes} | {each:.3f} | {each / first:.3f} | {cost.wall:.1f} | {memory:.0f} |", flush=True)


async def costs(folder: Path) -> None:
    """Measures the cost of captions, cross-fades, stills and sound."""
    plain = BenchVideo(scenes=4, seconds=5, captions=False)
    videos = {
        "plain": plain,
        "captions": BenchVideo(scenes=4, seconds=5),
        "fades": BenchVideo(scenes=4, seconds=5, captions=False, clips=2),
        "stills, zoomed": BenchVideo(scenes=4, seconds=5, captions=False, stills="zoomed"),
        "stills, panned": BenchVideo(scenes=4, seconds=5, captions=False, stills="panned"),
    }
    for name, video in videos.items():
        await make_inputs(folder / name, video)
    made = folder / "made.mp4"
    found = await _rounds({name: lambda at=folder / name: run_method("product_method", at, made) for name in videos})  # type: ignore[misc]
    base = found["plain"]
    print(f"\n{plain.scenes} scenes of {plain.seconds} s, 1080p30; processor s a second of video")
    print("| video | pictures | relative |\n|---|---|---|")
    for name, cost in found.items():
        pictures = cost.report["segments"]
        print(f"| {name} | {pictures / plain.length:.3f} | {pictures / base.report['segments']:.3f} |")
    rest = base.report["video"]
    print(f"sound, join, checks and thumbnail: {rest / plain.length:.3f}, ", end="")
    print(f"{rest / base.busy:.1%} of the total")


async def settings(folder: Path) -> None:
    """Measures cost, size and quality of presets, CRF values and threads."""
    video = BenchVideo(scenes=2, seconds=4)
    source, made, reference = folder / "settings", folder / "made.mp4", folder / "reference.mp4"
    await make_inputs(source, video)
    await run_method("graph_method", source, reference, "--lossless")
    print(
        f"\n{video.scenes} scenes of {video.seconds} s, 1080p30\n| preset | crf | threads | jobs | processor s a s | wall s | Mbit/s | VMAF |"
    )
    print("|---|---|---|---|---|---|---|---|")
    points: Sequence[tuple[str, int, int, int]] = (
        *(("ultrafast", crf, 1, 2) for crf in (23, 26)),
        ("superfast", 23, 1, 2),
        *(("veryfast", crf, 1, 2) for crf in (19, 21, 23)),
        ("faster", 23, 1, 2),
        ("medium", 20, 1, 2),
        ("medium", 23, 1, 2),
        *(("veryfast", 21, threads, jobs) for threads, jobs in ((0, 1), (0, 2), (2, 1), (1, 1), (1, 4))),
    )
    for preset, crf, threads, jobs in points:
        options = ("--preset", preset, "--crf", crf, "--threads", threads, "--jobs", jobs)
        run = await run_method("product_method", source, made, *options)
        busy, wall, rate = run.report["segments"] / video.length, run.wall, run.size * 8 / video.length / 1e6
        score = await vmaf(made, reference)
        print(
            f"| {preset} | {crf} | {threads or 'all'} | {jobs} | {busy:.2f} | {wall:.1f} | {rate:.1f} | {score:.1f} |",
            flush=True,
        )


async def quality(folder: Path) -> None:
    """Compares pictures of scenewire and MoviePy at equal size with a lossless version of the same edit."""
    video = BenchVideo(scenes=3, seconds=4, captions=False, rates=(30, 30, 30))
    source, made, reference = folder / "quality", folder / "made.mp4", folder / "reference.mp4"
    await make_inputs(source, video)
    await run_method("graph_method", source, reference, "--lossless")
    print(
        f"\n{video.scenes} scenes of {video.seconds} s, 1080p30, no captions\n| method | Mbit/s | VMAF |\n|---|---|---|"
    )
    ours = await run_method("product_method", source, made)
    rate = ours.size * 8 / video.length / 1e6
    print(f"| scenewire | {rate:.1f} | {await vmaf(made, reference):.2f} |")
    await run_method("moviepy_method", source, made)
    print(
        f"| MoviePy, same settings | {made.stat().st_size * 8 / video.length / 1e6:.1f} | {await vmaf(made, reference):.2f} |"
    )
    await run_method("moviepy_method", source, made, "--last-bitrate", round((rate - 0.2) * 1000))
    print(
        f"| MoviePy, same size | {made.stat().st_size * 8 / video.length / 1e6:.1f} | {await vmaf(made, reference):.2f} |"
    )


_BENCHES: Final = {"methods": methods, "growth": growth, "costs": costs, "settings": settings, "quality": quality}


async def main(names: Sequence[str]) -> None:
    """Runs the named benchmarks and prints their tables."""
    unknown = set(names) - set(_BENCHES)
    if unknown:
        sys.exit(f"unknown benchmark: {', '.join(sorted(unknown))}; choose from {', '.join(_BENCHES)}")
    version = (await find_ffmpeg()).version
    print(f"{platform.machine()}, {usable_processors()} processors, ffmpeg {version}")
    for name in names or _BENCHES:
        with tempfile.TemporaryDirectory(prefix="scenewire-media-") as folder:
            await _BENCHES[name](Path(folder))


asyncio.run(main(sys.argv[1:]))
