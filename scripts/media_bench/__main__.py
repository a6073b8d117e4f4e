"""Compares ways of making the same film, side by side in one run, from inputs made on the spot.

python -m scripts.media_bench [ways] [growth] [costs] [settings] [quality]

Without a name all are run: about half an hour on two processors. Figures are processor seconds; where ways are
compared, the median of rounds in which they take turns. Peak memory is of all processes together.
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
from scripts.media_bench.film import Film, make_film
from scripts.media_bench.meter import Cost, run_way
from scripts.media_bench.quality import vmaf

_ROUNDS: Final = 3
_MIB: Final = 1 << 20


async def _rounds(runs: dict[str, Callable[[], Awaitable[Cost]]], rounds: int = _ROUNDS) -> dict[str, Cost]:
    """Every way as often as there are rounds, in turn; of each the run that cost the median."""
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            costs[name].append(await run())
    return {name: sorted(each, key=lambda cost: cost.busy)[len(each) // 2] for name, each in costs.items()}


async def ways(folder: Path) -> None:
    """The product, one filter graph, and MoviePy, at the same preset and quality."""
    film = Film(scenes=6, seconds=4)
    source, made = folder / "ways", folder / "made.mp4"
    await make_film(source, film)
    costs = await _rounds(
        {
            "scenewire": lambda: run_way("ours", source, made),
            "one filter graph": lambda: run_way("one_graph", source, made),
        }
    )
    costs |= await _rounds({"MoviePy": lambda: run_way("moviepy_way", source, made)}, rounds=1)
    ours = costs["scenewire"]
    print(f"\n{film.scenes} scenes of {film.seconds} s, 1080p30, captions, veryfast, crf 21")
    print("| way | processor s | to ours | wall s | peak MiB |\n|---|---|---|---|---|")
    for name, cost in costs.items():
        print(
            f"| {name} | {cost.busy:.1f} | {cost.busy / ours.busy:.2f} | {cost.wall:.1f} | {cost.memory / _MIB:.0f} |"
        )
    graph, pictures = costs["one filter graph"], ours.said["segments"]
    print(f"ours to one graph: {ours.busy / graph.busy:.3f}; our pictures alone to it: {pictures / graph.busy:.3f}")


async def growth(folder: Path) -> None:
    """What a scene costs in films of more and more scenes."""
    print("\nscenes of 1.5 s, 720p30\n| scenes | processor s a scene | to 10 scenes | wall s | peak MiB |")
    print("|---|---|---|---|---|")
    first = 0.0
    for scenes in (10, 40, 160):
        source = folder / f"growth{scenes}"
        await make_film(source, Film(scenes=scenes, seconds=1.5, width=1280, height=720))
        cost = (await _rounds({"ours": lambda at=source: run_way("ours", at, folder / "made.mp4")}, 1))["ours"]  # type: ignore[misc]
        shutil.rmtree(source)
        each = cost.busy / scenes
        first = first or each
        memory = cost.memory / _MIB
        print(f"| {scenes} | {each:.3f} | {each / first:.3f} | {cost.wall:.1f} | {memory:.0f} |", flush=True)


async def costs(folder: Path) -> None:
    """What captions, cross-fades and the film's sound cost."""
    plain = Film(scenes=4, seconds=5, captions=False)
    films = {
        "plain": plain,
        "captions": Film(scenes=4, seconds=5),
        "fades": Film(scenes=4, seconds=5, captions=False, clips=2),
    }
    for name, film in films.items():
        await make_film(folder / name, film)
    made = folder / "made.mp4"
    found = await _rounds({name: lambda at=folder / name: run_way("ours", at, made) for name in films})  # type: ignore[misc]
    base = found["plain"]
    print(f"\n{plain.scenes} scenes of {plain.seconds} s, 1080p30; processor s a second of film")
    print("| what | of pictures | to plain |\n|---|---|---|")
    for name, cost in found.items():
        pictures = cost.said["segments"]
        print(f"| {name} | {pictures / plain.length:.3f} | {pictures / base.said['segments']:.3f} |")
    rest = base.said["film"]
    print(f"sound solved and encoded, joined, examined, measured, thumbnail: {rest / plain.length:.3f}, ", end="")
    print(f"{rest / base.busy:.1%} of the whole")


async def settings(folder: Path) -> None:
    """Presets, qualities and threads: what each costs and gives."""
    film = Film(scenes=2, seconds=4)
    source, made, reference = folder / "settings", folder / "made.mp4", folder / "reference.mp4"
    await make_film(source, film)
    await run_way("one_graph", source, reference, "--lossless")
    print(
        f"\n{film.scenes} scenes of {film.seconds} s, 1080p30\n| preset | crf | threads | jobs | processor s a s | wall s | Mbit/s | VMAF |"
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
        run = await run_way("ours", source, made, *options)
        busy, wall, rate = run.said["segments"] / film.length, run.wall, run.size * 8 / film.length / 1e6
        score = await vmaf(made, reference)
        print(
            f"| {preset} | {crf} | {threads or 'all'} | {jobs} | {busy:.2f} | {wall:.1f} | {rate:.1f} | {score:.1f} |",
            flush=True,
        )


async def quality(folder: Path) -> None:
    """Our pictures and MoviePy's at equal size, against the same edit without loss."""
    film = Film(scenes=3, seconds=4, captions=False, rates=(30, 30, 30))
    source, made, reference = folder / "quality", folder / "made.mp4", folder / "reference.mp4"
    await make_film(source, film)
    await run_way("one_graph", source, reference, "--lossless")
    print(f"\n{film.scenes} scenes of {film.seconds} s, 1080p30, no captions\n| way | Mbit/s | VMAF |\n|---|---|---|")
    ours = await run_way("ours", source, made)
    rate = ours.size * 8 / film.length / 1e6
    print(f"| scenewire | {rate:.1f} | {await vmaf(made, reference):.2f} |")
    await run_way("moviepy_way", source, made)
    print(
        f"| MoviePy, same settings | {made.stat().st_size * 8 / film.length / 1e6:.1f} | {await vmaf(made, reference):.2f} |"
    )
    await run_way("moviepy_way", source, made, "--last-bitrate", round((rate - 0.2) * 1000))
    print(
        f"| MoviePy, same size | {made.stat().st_size * 8 / film.length / 1e6:.1f} | {await vmaf(made, reference):.2f} |"
    )


_BENCHES: Final = {"ways": ways, "growth": growth, "costs": costs, "settings": settings, "quality": quality}


async def main(names: Sequence[str]) -> None:
    """Prints the tables."""
    unknown = set(names) - set(_BENCHES)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(_BENCHES)}")
    version = (await find_ffmpeg()).version
    print(f"{platform.machine()}, {usable_processors()} processors, ffmpeg {version}")
    for name in names or _BENCHES:
        with tempfile.TemporaryDirectory(prefix="scenewire-media-") as folder:
            await _BENCHES[name](Path(folder))


asyncio.run(main(sys.argv[1:]))
