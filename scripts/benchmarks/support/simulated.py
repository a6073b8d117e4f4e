"""Work of known length in place of speech and encoding, for benchmarks of everything around it.

The services' own handlers, delivery and messages run; the artifact store gets small files. A stage sleeps for the processor
time that its work was measured to take, on the assumption that each loop has a processor of its own.
"""

import asyncio
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from scenewire.artifacts.store import ArtifactStore
from scenewire.messages import (
    ArtifactRef,
    AudioRendered,
    Brief,
    Candidate,
    Clip,
    Credit,
    Footage,
    FootageSourced,
    Loudness,
    Narration,
    NarrationRequested,
    Options,
    Scene,
    ScenesScripted,
    ScriptRequested,
    Segment,
    SegmentRendered,
    SourceFacts,
    VideoAssembled,
    Word,
    derive_scene_id,
)

__all__ = ["AT_ONCE", "Journal", "SimulatedStages", "Work", "WorkTimes", "order_of"]

SAMPLE_RATE: Final = 24_000
FRAME_RATE: Final = 30

SCENE_S: Final = (5.97, 5.66, 6.71, 7.4, 5.29, 6.45, 6.36, 6.33, 7.21, 5.66)
"""Narrations of `examples/suez-canal.txt` by espeak, seconds."""

SPEECH_COST: Final = 0.32
"""Processor seconds a second of speech: `kokoro-onnx`, int8, one thread (docs/speech.md, Cost)."""

FOOTAGE_COST: Final = 0.35
"""Processor seconds a scene: search in the library and examination of clips."""

PICTURE_COSTS: Final = (1.13, 1.18, 1.39, 1.43, 0.69)
"""Processor seconds a second of video, by what a scene shows, 1080p (docs/media.md, What videos cost)."""

SOUND_COST: Final = 0.17
"""Processor seconds a second of video for sound, join, checks and thumbnail (docs/media.md)."""

_TEXT: Final = (
    "The canal shortens the way from the Arabian Sea to the North Atlantic by about nine thousand kilometres, and "
    "ships wait for their turn."
)


@dataclass(frozen=True)
class WorkTimes:
    """How long work takes.

    Attributes:
        speed: how many times faster than measured; infinite takes no time at all.
    """

    speed: float = 1.0

    def scene_s(self, project_id: UUID, number: int) -> float:
        """Returns how long a scene lasts, seconds of video."""
        return random.Random(f"{project_id}:{number}").choice(SCENE_S)  # noqa: S311 - the same in every run

    def speech(self, project_id: UUID, number: int) -> float:
        """Returns the seconds that speaking a scene takes."""
        return SPEECH_COST * self.scene_s(project_id, number) / self.speed

    @property
    def footage(self) -> float:
        """Seconds that finding a scene's footage takes."""
        return FOOTAGE_COST / self.speed

    def picture(self, project_id: UUID, number: int) -> float:
        """Returns the seconds that encoding a scene takes."""
        cost = random.Random(f"{number}:{project_id}").choice(PICTURE_COSTS)  # noqa: S311 - the same in every run
        return cost * self.scene_s(project_id, number) / self.speed

    def join(self, project_id: UUID, scenes: int) -> float:
        """Returns the seconds that sound and join of a video take."""
        return SOUND_COST * sum(self.scene_s(project_id, number) for number in range(1, scenes + 1)) / self.speed


AT_ONCE: Final = WorkTimes(speed=math.inf)


@dataclass
class Work:
    """A piece of work: when it began and ended on the monotonic clock, and the seconds that it was to take."""

    stage: str
    planned: float
    began: float
    ended: float = math.inf

    def done(self, since: float, until: float) -> float:
        """Returns the seconds of it that were done within a period."""
        took = max(self.planned, self.ended - self.began) if math.isfinite(self.ended) else self.planned
        share = max(0.0, min(self.ended, until) - max(self.began, since)) / took if took else 0.0
        return self.planned * min(1.0, share)


@dataclass
class Journal:
    """All work of a process."""

    works: list[Work] = field(default_factory=list)

    async def work(self, stage: str, seconds: float) -> None:
        """Works, which is to sleep."""
        work = Work(stage, seconds, time.monotonic())
        self.works.append(work)
        if seconds:
            await asyncio.sleep(seconds)
        work.ended = time.monotonic()

    def done(self, stage: str, since: float, until: float) -> float:
        """Returns the seconds of a stage's work that were done within a period."""
        return sum(work.done(since, until) for work in self.works if work.stage == stage)


class SimulatedStages:
    """The stages of all services, as their handlers call them.

    Args:
        store: gets a small file for each narration, segment and video; None stores nothing.
        times: how long work takes.
        journal: gets what was done when.
    """

    def __init__(self, store: ArtifactStore | None, times: WorkTimes, journal: Journal) -> None:
        self._store, self._times, self._journal = store, times, journal

    async def write(self, order: ScriptRequested, project_id: UUID) -> ScenesScripted:
        """Returns the script of an order of `order_of`."""
        topic = order.topic or ""
        count = int(topic.rpartition(" ")[2])
        brief = Brief(topic=topic, title=topic, scene_count=count, options=Options(target_duration=60))
        scenes = tuple(self._scene(project_id, number) for number in range(1, count + 1))
        return ScenesScripted(project_id=project_id, brief=brief, scenes=scenes, writer="outline")

    async def require_affordable(self, script: ScenesScripted) -> None:
        """Nothing costs money here."""

    def requests(self, script: ScenesScripted) -> list[NarrationRequested]:
        """Returns a request for each scene."""
        return [
            NarrationRequested(project_id=script.project_id, brief=script.brief, scene=scene) for scene in script.scenes
        ]

    async def narrate(self, request: NarrationRequested) -> AudioRendered:
        """Speaks."""
        project_id, number = request.project_id, request.scene.scene_number
        await self._journal.work("tts", self._times.speech(project_id, number))
        samples = round(self._times.scene_s(project_id, number) * SAMPLE_RATE)
        words = request.scene.text.split()
        step = samples // len(words)
        narration = Narration(
            audio=await self._stored(f"{project_id}:{number} narration", "audio/wav"),
            samples=samples,
            sample_rate=SAMPLE_RATE,
            words=tuple(
                Word(text=word, start_sample=place * step, end_sample=(place + 1) * step)
                for place, word in enumerate(words)
            ),
            text=request.scene.text,
            engine="espeak",
            device="cpu",
            voice="en-us",
        )
        return request.next(AudioRendered, narration=narration)

    async def select_footage(self, audio: AudioRendered) -> FootageSourced:
        """Finds footage."""
        await self._journal.work("sourcing", self._times.footage)
        return audio.next(FootageSourced, footage=_footage(audio))

    async def check_order(self, sourced: FootageSourced) -> None:
        """Accepts every order."""

    async def render(self, sourced: FootageSourced, _report: object) -> SegmentRendered:
        """Encodes a scene."""
        project_id, number = sourced.project_id, sourced.scene.scene_number
        await self._journal.work("assembly", self._times.picture(project_id, number))
        video = await self._stored(f"{project_id}:{number} segment", "video/mp4")
        frames = round(sourced.narration.samples / SAMPLE_RATE * FRAME_RATE)
        return sourced.next(
            SegmentRendered, segment=Segment(video=video, frames=frames, encoder="libx264", device="cpu")
        )

    async def assemble(self, segments: Sequence[SegmentRendered], _report: object) -> VideoAssembled:
        """Joins a video."""
        project_id, brief = segments[0].project_id, segments[0].brief
        await self._journal.work("assembly", self._times.join(project_id, brief.scene_count))
        video = await self._stored(f"{project_id} video", "video/mp4")
        frames = sum(segment.segment.frames for segment in segments)
        names = ("captions_srt", "captions_vtt", "thumbnail", "credits_json", "credits_txt", "script_json")
        return VideoAssembled(
            project_id=project_id,
            brief=brief,
            video=video,
            **dict.fromkeys(names, video),
            frames=frames,
            duration=frames / FRAME_RATE,
            video_codec="h264",
            encoder="libx264",
            device="cpu",
            audio_codec="aac",
            loudness=Loudness(integrated_lufs=-14, true_peak_dbtp=-1),
        )

    def _scene(self, project_id: UUID, number: int) -> Scene:
        return Scene(
            id=derive_scene_id(project_id, number),
            scene_number=number,
            text=_TEXT,
            footage_query="ships suez canal",
            keywords=("canal", "ships", "atlantic", "sea"),
            estimated_duration=self._times.scene_s(project_id, number),
        )

    async def _stored(self, content: str, media_type: str) -> ArtifactRef:
        if self._store is None:
            return ArtifactRef(key=f"content/00/{len(content)}", sha256="0" * 64, size=1_000, media_type=media_type)
        async with self._store.scratch() as folder:
            path: Path = folder / "file"
            path.write_text(content)
            return await self._store.add(path, media_type)


def order_of(project_id: UUID, scenes: int) -> ScriptRequested:
    """Returns an order of a number of scenes."""
    return ScriptRequested(project_id=project_id, topic=f"The Suez Canal in scenes: {scenes}")


def _footage(audio: AudioRendered) -> Footage:
    source = f"{audio.project_id}-{audio.scene.scene_number}"
    file = ArtifactRef(key=f"content/00/{source}.mp4", sha256="0" * 64, size=1_000_000, media_type="video/mp4")
    facts = SourceFacts(
        width=1920,
        height=1080,
        frame_rate_numerator=30,
        frame_rate_denominator=1,
        duration_frames=600,
        video_codec="h264",
        audio_codec="aac",
    )
    credit = Credit(
        provider="dvids",
        title="Ships in the canal",
        creator="A. Maker",
        licence="public domain",
        source_url=f"https://example.org/{source}",
        original_name=f"{source}.mp4",
    )
    clip = Clip(file=file, in_frame=0, out_frame=200, facts=facts, source_id=source, credit=credit)
    candidates = tuple(
        Candidate(
            provider="dvids",
            source_id=f"{source}-{rank}" if rank else source,
            title="Ships in the canal",
            score=1 / (rank + 1),
            reason="the title has 2 of 3 words",
            chosen=not rank,
            source_url=f"https://example.org/{source}",
            duration=20.4,
        )
        for rank in range(4)
    )
    return Footage(clips=(clip,), candidates=candidates, fallback=False)
