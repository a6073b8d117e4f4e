"""The film that every way of making it is given: sources, narrations and orders, made on the spot.

Sources are what cameras give an encoder to do: a picture with as much detail at every size (its spectrum falls with
1/f), slowly panned, with grain that changes from frame to frame.
"""

import asyncio
import itertools
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
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
from scenewire.processes.run import run_program

__all__ = ["PROJECT", "Film", "make_film", "read_messages", "store_in"]

PROJECT: Final = UUID("0b0e7d5a-41a5-4d0e-9c56-0d1d4a4f7b11")

_SAMPLE_RATE: Final = 24_000
_WORDS_A_SECOND: Final = 2.5
_WORDS: Final = (
    "The river carries ships and barges past the old harbour while cranes lift boxes onto the quay and gulls follow "
    "every boat that leaves with the tide in the early morning of a clear day"
)


@dataclass(frozen=True, kw_only=True)
class Film:
    """What is to be made.

    Attributes:
        scenes: how many.
        seconds: of each scene.
        width: pixels.
        height: pixels.
        captions: whether words are burnt in.
        clips: a scene's; neighbours fade over half a second when there are two or more.
        rates: frames a second of the sources, in turn.
    """

    scenes: int
    seconds: float
    width: int = 1920
    height: int = 1080
    captions: bool = True
    clips: int = 1
    rates: tuple[int, ...] = (30, 25, 60)

    @property
    def look(self) -> Look:
        """Its picture."""
        # Other ways draw no title.
        return Look(width=self.width, height=self.height, frame_rate=30, captions=self.captions, title=False)

    @property
    def length(self) -> float:
        """Seconds of the whole."""
        return self.scenes * self.seconds


def store_in(folder: Path) -> FilesystemStore:
    """The store of a film's inputs, and of what is made of them."""
    return FilesystemStore(folder / "store")


def read_messages(folder: Path) -> list[FootageSourced]:
    """The scenes of the film in a folder."""
    lines = (folder / "scenes.jsonl").read_text(encoding="utf-8").splitlines()
    return [FootageSourced.model_validate_json(line) for line in lines]


async def make_film(folder: Path, film: Film) -> None:
    """Makes a film's sources and narrations in a folder, and `scenes.jsonl`: what the assembly is told of them."""
    folder.mkdir(parents=True)
    store = store_in(folder)
    sources = [await _source(folder, film, rate, number) for number, rate in enumerate(film.rates, start=1)]
    stored = [(await store.add(path, "video/mp4"), facts) for path, facts in sources]
    turn = itertools.cycle(stored)
    lines: list[str] = []
    for number in range(1, film.scenes + 1):
        chosen = [next(turn) for _ in range(film.clips)]
        clips = tuple(
            Clip(
                file=file,
                in_frame=(number - 1)
                % min(film.rates),  # no two scenes are the same, or the second would be found made
                out_frame=facts.duration_frames,
                facts=facts,
                source_id=f"source-{index}",
                credit=Credit(provider="bench", title=f"Source {index}"),
            )
            for index, (file, facts) in enumerate(chosen, start=1)
        )
        lines.append(await _scene(folder, film, number, clips))
    (folder / "scenes.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")


async def _scene(folder: Path, film: Film, number: int, clips: Sequence[Clip]) -> str:
    count = max(2, round(film.seconds * _WORDS_A_SECOND))
    words = list(itertools.islice(itertools.cycle(_WORDS.split()), number, number + count))
    samples = round(film.seconds * _SAMPLE_RATE)
    each = samples // count
    path = folder / "narration.wav"
    _speak(path, samples, each, seed=number)
    narration = Narration(
        audio=await store_in(folder).add(path, "audio/wav"),
        samples=samples,
        sample_rate=_SAMPLE_RATE,
        words=tuple(
            Word(text=word, start_sample=index * each, end_sample=(index + 1) * each)
            for index, word in enumerate(words)
        ),
        engine="bench",
        voice="noise",
    )
    options = Options(target_duration=film.length, look=film.look)
    brief = Brief(topic="Harbours", title="Harbours", scene_count=film.scenes, options=options)
    scene = Scene(
        id=derive_scene_id(PROJECT, number),
        scene_number=number,
        text=" ".join(words),
        footage_query="harbour",
        estimated_duration=film.seconds,
    )
    return FootageSourced(
        project_id=PROJECT,
        brief=brief,
        scene=scene,
        narration=narration,
        footage=Footage(clips=tuple(clips), fallback=False),
    ).model_dump_json()


def _speak(path: Path, samples: int, word: int, seed: int) -> None:
    """Bursts of noise as long as words, with the pauses between them: loud enough to be measured."""
    noise = np.random.default_rng(seed).standard_normal(samples) * 2000
    phase = (np.arange(samples) % word) / word
    sound = (noise * np.where(phase < 0.85, np.sin(np.pi * phase / 0.85), 0.0)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_SAMPLE_RATE)
        file.writeframes(sound.tobytes())


async def _source(folder: Path, film: Film, rate: int, seed: int) -> tuple[Path, SourceFacts]:
    """A clip at least as long as a scene, and what a probe says of it."""
    still, path = folder / f"still{seed}.ppm", folder / f"source{seed}.mp4"
    width, height = film.width * 5 // 4, film.height * 5 // 4
    await asyncio.to_thread(_paint, still, width, height, seed)
    seconds = film.seconds + 1
    pan = f"crop={film.width}:{film.height}:x='(iw-ow)*t/{seconds}':y='(ih-oh)*t/{seconds}',noise=alls=5:allf=t"
    still_picture: list[str | Path] = ["-loop", "1", "-framerate", str(rate), "-i", still, "-t", str(seconds)]
    filters = ["-vf", f"{pan},format=yuv420p"]
    x264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18"]
    ffmpeg = (await find_ffmpeg()).path
    done = await run_program([ffmpeg, "-v", "error", "-nostdin", *still_picture, *filters, *x264, path], timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr)
    video = (await probe_media(path)).video
    if video is None:
        raise RuntimeError(f"{path.name} has no picture")
    still.unlink()
    return path, video.as_source()


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
