"""Generated inputs of the benchmarks: sources, narrations and scene messages.

Sources are as hard to encode as camera footage: detail at every scale (a 1/f spectrum), slowly panned, with grain that
changes from frame to frame.
"""

import asyncio
import itertools
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

import numpy as np

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.messages import (
    Brief,
    Clip,
    Credit,
    Footage,
    FootageSourced,
    Look,
    Narration,
    Options,
    Scene,
    SourceFacts,
    Word,
    derive_scene_id,
)
from scenewire.probe.probe import probe_media
from scenewire.probe.still import prepare_still
from scenewire.processes.run import run_program

__all__ = ["PROJECT", "BenchVideo", "make_clip", "make_inputs", "read_messages", "store_in", "write_messages"]

PROJECT: Final = UUID("0b0e7d5a-41a5-4d0e-9c56-0d1d4a4f7b11")

_SAMPLE_RATE: Final = 24_000
_WORDS_A_SECOND: Final = 2.5
_WORDS: Final = (
    "The river carries ships and barges past the old harbour while cranes lift boxes onto the quay and gulls follow "
    "every boat that leaves with the tide in the early morning of a clear day"
)


@dataclass(frozen=True, kw_only=True)
class BenchVideo:
    """The video to make.

    Attributes:
        scenes: number of scenes.
        seconds: length of each scene.
        width: pixels.
        height: pixels.
        captions: whether captions are burnt in.
        clips: clips of each scene; two or more are joined by fades of half a second.
        rates: frame rates of the sources, in turn.
        stills: pictures instead of clips; `zoomed` ones have the shape of the video, `panned` ones are taller.
    """

    scenes: int
    seconds: float
    width: int = 1920
    height: int = 1080
    captions: bool = True
    clips: int = 1
    rates: tuple[int, ...] = (30, 25, 60)
    stills: Literal["zoomed", "panned"] | None = None

    @property
    def look(self) -> Look:
        """Its look, without a title: the other methods draw none."""
        return Look(
            width=self.width, height=self.height, frame_rate=30, captions=self.captions, title=False, closing=False
        )

    @property
    def length(self) -> float:
        """Seconds."""
        return self.scenes * self.seconds


def store_in(folder: Path) -> FilesystemStore:
    """The store of a video's inputs and results."""
    return FilesystemStore(folder / "store")


def read_messages(folder: Path) -> list[FootageSourced]:
    """The scene messages in a folder."""
    lines = (folder / "scenes.jsonl").read_text(encoding="utf-8").splitlines()
    return [FootageSourced.model_validate_json(line) for line in lines]


def write_messages(folder: Path, scenes: Sequence[FootageSourced]) -> None:
    """Writes the scene messages of a folder."""
    lines = [scene.model_dump_json() for scene in scenes]
    (folder / "scenes.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")


async def make_inputs(folder: Path, video: BenchVideo) -> None:
    """Writes sources, narrations and `scenes.jsonl`, the messages for assembly, into a folder."""
    folder.mkdir(parents=True)
    store = store_in(folder)
    made = _source if video.stills is None else _still
    sources = [await made(folder, video, rate, number) for number, rate in enumerate(video.rates, start=1)]
    kind = "video/mp4" if video.stills is None else "image/jpeg"
    stored = [(await store.add(path, kind), facts) for path, facts in sources]
    turn = itertools.cycle(stored)
    scenes: list[FootageSourced] = []
    for number in range(1, video.scenes + 1):
        chosen = [next(turn) for _ in range(video.clips)]
        clips = tuple(
            Clip(
                file=file,
                # Scenes differ, so that no stored segment is reused. Stills differ by their moves.
                in_frame=0 if video.stills else (number - 1) % min(video.rates),
                out_frame=facts.duration_frames,
                facts=facts,
                source_id=f"source-{index}",
                credit=Credit(provider="bench", title=f"Source {index}"),
            )
            for index, (file, facts) in enumerate(chosen, start=1)
        )
        scenes.append(await _scene(folder, video, number, clips))
    write_messages(folder, scenes)


async def _scene(folder: Path, video: BenchVideo, number: int, clips: Sequence[Clip]) -> FootageSourced:
    count = max(2, round(video.seconds * _WORDS_A_SECOND))
    words = list(itertools.islice(itertools.cycle(_WORDS.split()), number, number + count))
    samples = round(video.seconds * _SAMPLE_RATE)
    word_samples = samples // count
    path = folder / "narration.wav"
    _speak(path, samples, word_samples, seed=number)
    narration = Narration(
        audio=await store_in(folder).add(path, "audio/wav"),
        samples=samples,
        sample_rate=_SAMPLE_RATE,
        words=tuple(
            Word(text=word, start_sample=index * word_samples, end_sample=(index + 1) * word_samples)
            for index, word in enumerate(words)
        ),
        engine="bench",
        voice="noise",
    )
    options = Options(target_duration=video.length, look=video.look)
    brief = Brief(topic="Harbours", title="Harbours", scene_count=video.scenes, options=options)
    scene = Scene(
        id=derive_scene_id(PROJECT, number),
        scene_number=number,
        text=" ".join(words),
        footage_query="harbour",
        estimated_duration=video.seconds,
    )
    return FootageSourced(
        project_id=PROJECT,
        brief=brief,
        scene=scene,
        narration=narration,
        footage=Footage(clips=tuple(clips), fallback=False),
    )


def _speak(path: Path, samples: int, word: int, seed: int) -> None:
    """Writes bursts of noise as long as words, with pauses between them, loud enough to measure."""
    noise = np.random.default_rng(seed).standard_normal(samples) * 2000
    phase = (np.arange(samples) % word) / word
    sound = (noise * np.where(phase < 0.85, np.sin(np.pi * phase / 0.85), 0.0)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_SAMPLE_RATE)
        file.writeframes(sound.tobytes())


async def _source(folder: Path, video: BenchVideo, rate: int, seed: int) -> tuple[Path, SourceFacts]:
    """Makes a clip longer than a scene; returns its path and its probed facts."""
    path = folder / f"source{seed}.mp4"
    await make_clip(path, width=video.width, height=video.height, rate=rate, seconds=video.seconds + 1, seed=seed)
    probed = (await probe_media(path)).video
    if probed is None:
        raise RuntimeError(f"{path.name} has no video stream")
    return path, probed.as_source()


async def make_clip(path: Path, *, width: int, height: int, rate: int, seconds: float, seed: int) -> None:
    """Makes a clip that is as hard to encode as camera footage, with a key frame every 250 frames.

    Args:
        path: where it is written.
        width: pixels.
        height: pixels.
        rate: frames a second.
        seconds: its length.
        seed: of its picture.
    """
    still = path.with_suffix(".ppm")
    await asyncio.to_thread(_paint, still, width * 5 // 4, height * 5 // 4, seed)
    pan = f"crop={width}:{height}:x='(iw-ow)*t/{seconds}':y='(ih-oh)*t/{seconds}',noise=alls=5:allf=t"
    still_picture: list[str | Path] = ["-loop", "1", "-framerate", str(rate), "-i", still, "-t", str(seconds)]
    filters = ["-vf", f"{pan},format=yuv420p"]
    x264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18"]
    ffmpeg = (await find_ffmpeg()).path
    done = await run_program([ffmpeg, "-v", "error", "-nostdin", *still_picture, *filters, *x264, path], timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr)
    still.unlink()


async def _still(folder: Path, video: BenchVideo, _: int, seed: int) -> tuple[Path, SourceFacts]:
    """Makes a picture and prepares it as sourcing does; returns its path and its facts."""
    painted, picture, path = folder / "still.ppm", folder / "still.png", folder / f"source{seed}.jpg"
    width, height = video.width * 5 // 4, video.height * (5 if video.stills == "zoomed" else 8) // 4
    await asyncio.to_thread(_paint, painted, width, height, seed)
    ffmpeg = (await find_ffmpeg()).path
    done = await run_program([ffmpeg, "-v", "error", "-nostdin", "-y", "-i", painted, picture], timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return path, (await prepare_still(picture, path)).as_source()


def _paint(path: Path, width: int, height: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = 1
    planes = []
    for _ in range(3):
        plane = np.fft.irfft2(np.fft.rfft2(random.standard_normal((height, width))) / frequency, s=(height, width))
        plane -= plane.min()
        planes.append(plane / plane.max() * 255)
    picture = np.stack(planes, axis=-1).astype("u1")
    path.write_bytes(b"P6 %d %d 255\n" % (width, height) + picture.tobytes())
