"""Workers that make nothing: the services' own handlers around stages that answer at once. For tests of the flow."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.opening import open_store
from scenewire.bus import Bus
from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    Message,
    NarrationRequested,
    ScenesScripted,
    ScriptRequested,
    SegmentRendered,
    VideoAssembled,
)
from scenewire.settings import AdmissionSettings, ServiceSettings
from scenewire_assembly.handlers import register as register_assembly
from scenewire_script.handlers import register as register_script
from scenewire_script.orders.claims import OrderClaims
from scenewire_sourcing.handlers import register as register_sourcing
from scenewire_tts.handlers import register as register_tts
from tests.support.builders import audio_rendered, narration_requested, scripted, segment_rendered
from tests.unit.recorder.story import assembled, footage

SCENES = 3

MessageT = TypeVar("MessageT", bound=Message)


class Stages:
    """All stages at once, for films of three scenes.

    Attributes:
        keep: topics of films whose second picture is never finished.
        begun: gets the project when work on such a picture has begun.
        written: projects whose script was written.
        joined: projects whose film was joined.
        checked: numbers of scenes that await approval, with which the files of their order were checked.
    """

    def __init__(self, keep: Collection[str] = ()) -> None:
        self.keep = keep
        self.begun: asyncio.Queue[UUID] = asyncio.Queue()
        self.written: list[UUID] = []
        self.joined: list[UUID] = []
        self.checked: list[int] = []

    async def write(self, order: ScriptRequested, project_id: UUID) -> ScenesScripted:
        self.written.append(project_id)
        return _about(scripted(project_id, SCENES), order.topic or "")

    async def require_affordable(self, script: ScenesScripted) -> None: ...

    def requests(self, script: ScenesScripted) -> list[NarrationRequested]:
        numbers = range(1, SCENES + 1)
        return [
            _about(narration_requested(script.project_id, number, SCENES), script.brief.topic) for number in numbers
        ]

    async def narrate(self, request: NarrationRequested) -> AudioRendered:
        return _about(audio_rendered(request.project_id, request.scene.scene_number, SCENES), request.brief.topic)

    async def select_footage(self, audio: AudioRendered) -> FootageSourced:
        found = footage(audio.project_id, audio.scene.scene_number, SCENES, "clip", "other")
        return _about(found, audio.brief.topic)

    async def check_order(self, sourced: FootageSourced) -> None:
        self.checked.append(sourced.scene.scene_number)

    async def render(self, sourced: FootageSourced, _report: object) -> SegmentRendered:
        if sourced.brief.topic in self.keep and sourced.scene.scene_number == 2:
            self.begun.put_nowait(sourced.project_id)
            await asyncio.Event().wait()
        return _about(segment_rendered(sourced.project_id, sourced.scene.scene_number, SCENES), sourced.brief.topic)

    async def assemble(self, segments: Sequence[SegmentRendered], _report: object) -> VideoAssembled:
        self.joined.append(segments[0].project_id)
        return _about(assembled(segments[0].project_id, SCENES), segments[0].brief.topic)


def _about(message: MessageT, topic: str) -> MessageT:
    brief = getattr(message, "brief").model_copy(update={"topic": topic})  # noqa: B009 - only some messages have one
    return message.model_copy(update={"brief": brief})


@asynccontextmanager
async def quick_workers(settings: ServiceSettings, *, keep: Collection[str] = ()) -> AsyncIterator[Stages]:
    stages: Any = Stages(keep)
    bus = Bus("quick", settings.model_copy(update={"drain_time": timedelta(seconds=0.1)}))
    store = open_store(settings.artifacts_url)
    deletions = Deletions(store)
    register_script(bus, stages, OrderClaims(store), stages, deletions, loops=1, limits=AdmissionSettings())
    register_tts(bus, stages, stages, loops=1)
    register_sourcing(bus, stages, loops=1)
    register_assembly(bus, stages, stages, deletions, loops=4)
    app = bus.app()
    await app.start()
    try:
        yield stages
    finally:
        await app.stop()
