"""Every frame of a film is the frame of the clip that belongs there, and every narration begins at its very sample.

The sources carry their frame numbers in their pictures; what the film shows is read from there. Frames are compared one
by one, so that a black, lost or repeated one is found wherever it is, joins first of all. The sound of each scene begins
with the same noise, which is looked for at 48,000 Hz. `make exactness` runs every cell, up to 160 scenes.
"""

import math
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import pytest_asyncio

from scenewire.messages import ArtifactRef, Clip, Look, SegmentRendered, SourceFacts
from scenewire.processes.run import run_program
from tests.support.media import ffmpeg_path
from tests.support.studio import BURST, Studio

pytestmark = pytest.mark.asyncio(loop_scope="module")

RATE = 30
LOOK = Look(width=192, height=128, frame_rate=RATE, captions=False, title=False, closing=False)
COLUMNS, ROWS = 8, 2
PAINTED = 260
"""Frames of a source."""

SOURCES = ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60", "variable"]
EVERY_CELL = [(scenes, source) for scenes in (1, 10, 40, 160) for source in (*SOURCES, "mixed")]
QUICK = [*((1, source) for source in SOURCES), (10, "mixed"), (40, "mixed")]


@dataclass(frozen=True)
class Source:
    """A clip whose frames show their numbers."""

    file: ArtifactRef
    facts: SourceFacts
    shown_at: Sequence[tuple[int, Fraction]]
    """The number in each frame, and its time in seconds."""


def painted(number: int) -> np.ndarray:
    """A grey picture with 16 dark or bright fields: the bits of the number."""
    bits = np.array([number >> bit & 1 for bit in range(COLUMNS * ROWS)]).reshape(ROWS, COLUMNS)
    return np.kron(np.where(bits, 210, 40), np.ones((LOOK.height // ROWS, LOOK.width // COLUMNS))).astype(np.uint8)


def read(picture: np.ndarray) -> int:
    """The number in a picture; -1 if a field is neither dark nor bright, which no source has."""
    fields = picture.reshape(ROWS, LOOK.height // ROWS, COLUMNS, LOOK.width // COLUMNS)[:, 8:-8, :, 4:-4].mean(
        axis=(1, 3)
    )
    if ((fields > 90) & (fields < 160)).any() or fields.max() < 90:
        return -1
    return int(sum(1 << bit for bit, bright in enumerate((fields > 125).ravel()) if bright))


async def source(studio: Studio, folder: Path, rate: str, index: int) -> Source:
    """A clip with numbers that differ from those of every other source."""
    variable = rate == "variable"
    frames = PAINTED * (2 if variable else 1)
    first = 1 + index * 1_024
    kept = [at for at in range(frames) if not variable or at % 7 in (0, 1, 4)]
    shape = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{LOOK.width}x{LOOK.height}")
    uneven = ("-vf", "select='eq(mod(n,7),0)+eq(mod(n,7),1)+eq(mod(n,7),4)'", "-fps_mode", "vfr") if variable else ()
    path = folder / f"source{index}.mp4"
    encoded = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "48", "-bf", "2", "-pix_fmt", "yuv420p", path)
    pictures = b"".join(painted(first + at).tobytes() for at in range(frames))
    words = [
        ffmpeg_path(),
        "-v",
        "error",
        "-y",
        *shape,
        "-r",
        "60" if variable else rate,
        "-i",
        "pipe:0",
        *uneven,
        *encoded,
    ]
    done = await run_program(words, timeout=120, stdin=pictures)
    assert done.returncode == 0, done.stderr
    clip = await studio.clip(path)
    step = 1 / Fraction(60 if variable else rate)
    return Source(clip.file, clip.facts, [(first + at, at * step) for at in kept])


@dataclass
class Cutter:
    """Makes scenes of the sources, and the expected number of each of their frames."""

    studio: Studio
    sources: dict[str, Source]

    def named(self, name: str, number: int) -> Source:
        return self.sources[SOURCES[number % len(SOURCES)] if name == "mixed" else name]

    def cut(self, source: Source, number: int) -> tuple[Clip, int]:
        """A clip for a scene and its number of samples: all differ, and few are a whole number of frames."""
        samples = 6_001 + number * 977 % 4_801
        frames = -(-samples * RATE // 24_000)
        rate = source.facts.rate
        length = math.ceil(frames * Fraction(rate.numerator, rate.denominator) / RATE) + 3
        begin = number * 37 % (source.facts.duration_frames - length)
        return self.studio.clip_of(source.file, source.facts, begin, length), samples

    def wanted(self, source: Source, clip: Clip, frames: int) -> Iterator[int]:
        """The expected numbers of a scene: at each frame the last picture whose time, rounded to frames, has come."""
        rate = Fraction(clip.facts.frame_rate_numerator, clip.facts.frame_rate_denominator)
        begin = (clip.in_frame - Fraction(1, 2)) / rate if clip.in_frame else Fraction(-1)
        shown = [(number, time) for number, time in source.shown_at if time >= begin]
        zero = shown[0][1]
        due = [(math.floor((time - zero) * RATE + Fraction(1, 2)), number) for number, time in shown]
        for frame in range(frames):
            yield [number for at, number in due if at <= frame][-1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cutter(tmp_path_factory: pytest.TempPathFactory) -> Cutter:
    folder = tmp_path_factory.mktemp("exact")
    studio = Studio(folder)
    made = {rate: await source(studio, folder, rate, index) for index, rate in enumerate(SOURCES)}
    return Cutter(studio, made)


def burst() -> np.ndarray:
    """The noise at 48,000 Hz: the same spectrum, and silence above it."""
    return np.fft.irfft(np.pad(np.fft.rfft(BURST), (0, len(BURST) // 2)))


@pytest.mark.parametrize(("scenes", "name"), EVERY_CELL if os.environ.get("EXACTNESS") else QUICK)
async def test_b20_every_frame_and_every_narration_of_a_video_is_in_its_place(
    cutter: Cutter, scenes: int, name: str
) -> None:
    segments: list[SegmentRendered] = []
    wanted: list[int] = []
    starts: list[int] = []
    for number in range(1, scenes + 1):
        source = cutter.named(name, number)
        clip, samples = cutter.cut(source, number)
        message = await cutter.studio.sourced(number, of=scenes, samples=samples, clips=[clip], look=LOOK)
        segments.append(await cutter.studio.stages.segments.render(message))
        starts.append(len(wanted))
        wanted += cutter.wanted(source, clip, -(-samples * RATE // 24_000))
    film = await cutter.studio.stages.videos.assemble(segments)
    path = await cutter.studio.store.open(film.video)

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        times, shown = [], []
        for frame in container.decode(stream):
            assert frame.pts is not None
            times.append(frame.pts * stream.time_base)
            shown.append(read(frame.to_ndarray(format="gray")))
    with av.open(str(path)) as container:
        decoding = [packet.dts for packet in container.demux(video=0) if packet.dts is not None]
    sound = (await cutter.studio.sound(film.video))[:, 0]
    template = burst()
    late = []
    for start in (start * 48_000 // RATE for start in starts):
        near = sound[max(0, start - 1_200) : start + 1_200 + len(template)]
        late.append(int(np.correlate(near, template, "valid").argmax()) - min(1_200, start))
    wrong = [at for at, (is_, must) in enumerate(zip(shown, wanted, strict=False)) if is_ != must]
    if os.environ.get("EXACTNESS"):
        off = max(map(abs, late))
        sys.stdout.write(
            f"\n| {scenes} | {name} | {len(shown)} of {len(wanted)} | {len(wrong)} | {len(sound)} | {off} |\n"
        )

    assert wrong == []
    assert len(shown) == len(wanted) == film.frames
    assert times == [Fraction(at, RATE) for at in range(len(shown))]
    assert decoding == sorted(set(decoding))
    assert len(sound) == film.frames * 48_000 // RATE
    assert late == [0] * scenes
