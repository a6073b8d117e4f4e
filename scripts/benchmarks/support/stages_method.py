"""scenewire: segments in parallel, sound encoded once, joined by copying. Runs in its own process, for measuring.

python -m scripts.benchmarks.support.stages_method FOLDER VIDEO --preset P --crf Q --threads T --jobs J
"""

import asyncio
import json
import resource
from pathlib import Path

from scenewire.messages import FootageSourced, SegmentRendered
from scenewire_assembly.encoders.agreement import EncoderAgreement
from scenewire_assembly.encoders.selection import EncoderSelector
from scenewire_assembly.ffmpeg_job import FfmpegOnDemand
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.segment_stage import SegmentStage
from scenewire_assembly.sound.music import MusicCache
from scenewire_assembly.video_stage import VideoStage
from scripts.benchmarks.support.arguments import method_arguments
from scripts.benchmarks.support.inputs import read_messages, store_in


async def make(folder: Path, video: Path, encoder: Encoder, jobs: int) -> None:
    """Writes the video; prints the processor seconds of its segments and of the rest as JSON."""
    store = store_in(folder)
    ffmpeg = FfmpegOnDemand()
    music = MusicCache(store, ffmpeg)
    await ffmpeg.prepare()
    stage = SegmentStage(
        store, ffmpeg, music, encoders=EncoderAgreement(store, EncoderSelector(ffmpeg, settings=encoder))
    )
    slots = asyncio.Semaphore(jobs)

    async def render(scene: FootageSourced) -> SegmentRendered:
        async with slots:
            return await stage.render(scene)

    segments = await asyncio.gather(*(render(scene) for scene in read_messages(folder)))
    pictures = _busy()
    done = await VideoStage(store, ffmpeg, music, stage).assemble(segments)
    video.symlink_to(await store.open(done.video))
    print(json.dumps({"segments": pictures, "video": _busy() - pictures, "loudness": done.loudness.integrated_lufs}))


def _busy() -> float:
    """Processor seconds of this process and its ended children."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)


if __name__ == "__main__":
    parser = method_arguments()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    chosen = Encoder(preset=arguments.preset, crf=arguments.crf, threads=arguments.threads)
    asyncio.run(make(arguments.folder, arguments.video, chosen, arguments.jobs))
