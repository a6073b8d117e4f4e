"""A tiny video, and the recording of its ffmpeg runs that tests replay without ffmpeg.

After an intended change of a command, `python -m tests.support.recorded` records it again.
"""

import asyncio
import math
import struct
import wave
from pathlib import Path
from tempfile import TemporaryDirectory

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.ffmpeg.executor import FfmpegExecutor, RealFfmpegExecutor
from scenewire.ffmpeg.recording import RecordingFfmpegExecutor
from scenewire.messages import Footage, FootageSourced, Look, Narration, SegmentRendered, VideoAssembled
from scenewire_assembly.picture.encoder import Encoder
from tests.support.assembly import assembly_stages
from tests.support.builders import PROJECT, brief, options, scene

RECORDING = Path(__file__).parents[1] / "data" / "recordings" / "film.json"
FRAMES = 15
_SAMPLES = 12_000


async def make_film(folder: Path, ffmpeg: FfmpegExecutor) -> tuple[FilesystemStore, SegmentRendered, VideoAssembled]:
    """Makes a video of half a second: one painted scene with a caption."""

    async def opened() -> FfmpegExecutor:
        return ffmpeg

    store = FilesystemStore(folder / "store")
    stages = assembly_stages(store, encoder=Encoder(preset="ultrafast", crf=30), open_ffmpeg=opened)
    look = Look(width=128, height=128, closing=False)
    sourced = FootageSourced(
        project_id=PROJECT,
        brief=brief(1, options=options(look=look)),
        scene=scene(1),
        narration=await _narration(folder, store),
        footage=Footage(fallback=True),
    )
    segment = await stages.segments.render(sourced)
    return store, segment, await stages.videos.assemble([segment])


async def _narration(folder: Path, store: FilesystemStore) -> Narration:
    path = folder / "narration.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(b"".join(struct.pack("<h", int(4_000 * math.sin(sample / 17))) for sample in range(_SAMPLES)))
    audio = await store.add(path, "audio/wav")
    return Narration(audio=audio, samples=_SAMPLES, sample_rate=24_000, words=(), engine="e", voice="v")


async def _record() -> None:
    real = RealFfmpegExecutor(await find_ffmpeg())
    with TemporaryDirectory() as folder:
        await make_film(Path(folder), RecordingFfmpegExecutor(real, RECORDING))


if __name__ == "__main__":
    asyncio.run(_record())
