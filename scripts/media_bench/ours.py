"""The product's way: segments side by side, sound once, joined by copying. Runs as a process of its own, to be measured.

python -m scripts.media_bench.ours FOLDER FILM --preset P --crf Q --threads T --jobs J
"""

import asyncio
import json
import resource
from pathlib import Path

from scenewire.messages import FootageSourced, SegmentRendered
from scenewire_assembly.picture.segment_command import Encoder
from scenewire_assembly.segment_stage import AssemblyStage
from scripts.media_bench.arguments import way_arguments
from scripts.media_bench.film import read_messages, store_in


async def make(folder: Path, film: Path, encoder: Encoder, jobs: int) -> None:
    """Writes the film, and prints what its segments and the rest cost in processor seconds."""
    store = store_in(folder)
    stage = AssemblyStage(store, encoder=encoder)
    await stage.prepare()
    slots = asyncio.Semaphore(jobs)

    async def render(scene: FootageSourced) -> SegmentRendered:
        async with slots:
            return await stage.render(scene)

    segments = await asyncio.gather(*(render(scene) for scene in read_messages(folder)))
    pictures = _busy()
    done = await stage.assemble(segments)
    film.symlink_to(await store.open(done.video))
    print(json.dumps({"segments": pictures, "film": _busy() - pictures, "loudness": done.loudness.integrated_lufs}))


def _busy() -> float:
    """Processor seconds of this process and of those it has seen ended."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)


if __name__ == "__main__":
    words = way_arguments()
    words.add_argument("--threads", type=int, default=1)
    words.add_argument("--jobs", type=int, default=2)
    given = words.parse_args()
    chosen = Encoder(preset=given.preset, crf=given.crf, threads=given.threads)
    asyncio.run(make(given.folder, given.film, chosen, given.jobs))
