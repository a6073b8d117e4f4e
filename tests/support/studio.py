"""Scenes and videos made by the real assembly stages and ffmpeg, and their decoded frames and sound."""

import wave
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import (
    ArtifactRef,
    Clip,
    Credit,
    Footage,
    FootageSourced,
    Look,
    Narration,
    Progress,
    SourceFacts,
    Word,
)
from scenewire.probe.probe import probe_media
from scenewire_assembly.picture.encoder import Encoder
from tests.support.assembly import AssemblyStages, assembly_stages
from tests.support.builders import PROJECT, brief, options, scene
from tests.support.media import run_ffmpeg

LOOK = Look(width=320, height=180, title=False, closing=False)
BURST = np.random.default_rng(7).normal(0, 6_000, 2_400).clip(-20_000, 20_000)
"""A tenth of a second of noise at the start of every test narration, to locate it in the video."""


class Studio:
    """The stages over a store, and builders for their messages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FilesystemStore(folder / "store")
        self.stages = self.stages_with()
        self.reports: list[Progress] = []

    def stages_with(self, preset: str = "ultrafast") -> AssemblyStages:
        return assembly_stages(self.store, encoder=Encoder(preset=preset))

    async def report(self, progress: Progress) -> None:
        self.reports.append(progress)

    async def narration(self, samples: int, text: str = "") -> Narration:
        """A burst, then a tone with varying level, about as loud as speech."""
        time = np.arange(samples) / 24_000
        sound = np.sin(2 * np.pi * 220 * time) * (0.55 + 0.45 * np.sin(2 * np.pi * 2.5 * time)) * 4_000
        sound[: len(BURST)] = BURST[:samples]
        path = self.folder / "narration.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(24_000)
            file.writeframes(sound.astype("<i2").tobytes())
        names = text.split()
        each = samples // max(1, len(names))
        words = tuple(
            Word(text=name, start_sample=at * each, end_sample=(at + 1) * each) for at, name in enumerate(names)
        )
        audio = await self.store.add(path, "audio/wav")
        return Narration(audio=audio, samples=samples, sample_rate=24_000, words=words, engine="e", voice="v")

    async def clip(self, path: Path, in_frame: int = 0, frames: int | None = None) -> Clip:
        found = (await probe_media(path)).video
        assert found is not None
        return self.clip_of(await self.store.add(path, "video/mp4"), found.as_source(), in_frame, frames)

    @staticmethod
    def clip_of(file: ArtifactRef, facts: SourceFacts, in_frame: int = 0, frames: int | None = None) -> Clip:
        out_frame = facts.duration_frames if frames is None else in_frame + frames
        credit = Credit(provider="library", title="A clip")
        return Clip(file=file, in_frame=in_frame, out_frame=out_frame, facts=facts, source_id="a", credit=credit)

    async def sourced(
        self,
        number: int = 1,
        *,
        of: int = 1,
        samples: int = 24_000,
        text: str = "Tea is a drink.",
        clips: Sequence[Clip] = (),
        look: Look = LOOK,
    ) -> FootageSourced:
        return FootageSourced(
            project_id=PROJECT,
            brief=brief(of, title="The story of tea", topic="The story of tea", options=options(look=look)),
            scene=scene(number, text=text),
            narration=await self.narration(samples, text),
            footage=Footage(clips=tuple(clips), fallback=not clips),
        )

    async def pictures(self, file: ArtifactRef) -> np.ndarray:
        """Every frame of a file as RGB."""
        with av.open(str(await self.store.open(file))) as container:
            return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])

    async def sound(self, file: ArtifactRef) -> np.ndarray:
        """The sound of a file, shape (samples, channels), with its edit list applied."""
        wav = self.folder / "decoded.wav"
        await run_ffmpeg("-i", await self.store.open(file), "-vn", "-c:a", "pcm_s16le", wav)
        with wave.open(str(wav)) as file_:
            assert file_.getframerate() == 48_000
            pcm = np.frombuffer(file_.readframes(file_.getnframes()), "<i2")
        return pcm.reshape(-1, 2).astype(float) / 32_768
