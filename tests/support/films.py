"""Small videos with speech-like sound, made by the real stages of assembly."""

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import Footage, FootageSourced, Look, Narration, SegmentRendered, VideoAssembled, Word
from scenewire_assembly.captions.fonts import Fonts
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.sound.mix import Levels
from tests.support.assembly import assembly_stages
from tests.support.builders import PROJECT, brief, options, scene

RATE: Final = 24_000
SMALL: Final = Look(width=128, height=128, closing=False)

Sound = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """The speech of one scene."""

    text: str
    sound: Sound
    words: tuple[Word, ...] = ()


def voice(
    seconds: float, *, pitch: float = 120, level: float = 0.1, breath: float = 0.15, noise: float = 0.0, seed: int = 1
) -> Sound:
    """Four syllables a second: harmonics of a varying pitch with breath noise, and optional hiss throughout."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * pitch * (time + 0.05 * np.sin(2 * np.pi * 0.4 * time))
    tone = sum(np.sin(n * phase) / n for n in range(1, 20))
    swell = np.clip(np.sin(2 * np.pi * 4 * time), 0, None) ** 0.7
    hiss = np.random.default_rng(seed).standard_normal(time.size)
    return np.asarray(level * (tone * swell + breath * hiss * swell) + noise * hiss, dtype=np.float64)


def line(text: str, seconds: float, *, pauses: Sequence[tuple[float, float]] = (), **how: float) -> Line:
    """The speech of a scene: silent in the pauses (seconds), with its words spread over the rest."""
    sound = voice(seconds, **how)  # type: ignore[arg-type]  # a seed is a number too
    edges = [0, *(round(at * RATE) for pause in pauses for at in pause), sound.size]
    for start, end in zip(edges[1:-1:2], edges[2::2], strict=True):
        sound[start:end] = 0
    spoken = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end > start]
    words = []
    for names, (start, end) in zip(np.array_split(text.split(), len(spoken)), spoken, strict=True):
        times = np.linspace(start, end, len(names) + 1).astype(int).tolist()
        words += [
            Word(text=str(name), start_sample=times[at], end_sample=times[at + 1]) for at, name in enumerate(names)
        ]
    return Line(text, sound, tuple(words))


class Studio:
    """Makes videos in a folder.

    Args:
        folder: holds the store.
        levels: wanted loudness and peak.
        fonts: for writing systems that the bundled font lacks.
    """

    def __init__(self, folder: Path, *, levels: Levels | None = None, fonts: Fonts | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.store = FilesystemStore(folder / "store")
        self.stages = assembly_stages(
            self.store, encoder=Encoder(preset="ultrafast", crf=35), levels=levels, fonts=fonts
        )

    async def film(self, *lines: Line, project: UUID = PROJECT, look: Look = SMALL, **asked: Any) -> VideoAssembled:
        """A video with one painted scene for each line."""
        return await self.stages.videos.assemble(await self.segments(*lines, project=project, look=look, **asked))

    async def segments(
        self, *lines: Line, project: UUID = PROJECT, look: Look = SMALL, **asked: Any
    ) -> list[SegmentRendered]:
        whole = brief(len(lines), options=options(look=look, **asked))
        return [
            await self.stages.segments.render(
                FootageSourced(
                    project_id=project,
                    brief=whole,
                    scene=scene(number, each.text, project),
                    narration=await self._narration(each),
                    footage=Footage(fallback=True, reason="test"),
                )
            )
            for number, each in enumerate(lines, start=1)
        ]

    async def path(self, film: VideoAssembled) -> Path:
        """The video file."""
        return await self.store.open(film.video)

    async def _narration(self, each: Line) -> Narration:
        path = self.folder / "line.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((np.clip(each.sound, -1, 1) * 32_767).astype("<i2").tobytes())
        audio = await self.store.add(path, "audio/wav")
        return Narration(
            audio=audio, samples=each.sound.size, sample_rate=RATE, words=each.words, engine="espeak", voice="en"
        )
