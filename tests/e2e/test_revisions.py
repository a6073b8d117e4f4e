"""Storyboards that wait, are approved and edited, as users have them: only what changed is made anew."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import TypeAdapter

from scenewire.bus.client import BusClient
from scenewire.messages import FootageSourced, Message, ScriptRequested, StoredMessage, VideoAssembled, message_model
from scenewire.topology import EDIT_STORYBOARD
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder
from tests.support.media import make_clip
from tests.support.product import run, running_stack

pytestmark = pytest.mark.timeout(300)

SUBJECTS = ("river", "harbour", "bridge", "market", "garden")
TO_JSON = TypeAdapter(dict[str, object])
LOOK = {"width": 320, "height": 180, "closing": False}


class Project:
    """A project on a bus.

    Attributes:
        messages: what was stored of it, by class and revision.
    """

    def __init__(self, bus: BusClient, data: Path) -> None:
        self.id = uuid4()
        self.messages: dict[tuple[type[Message], int], list[Any]] = {}
        self._bus, self._data = bus, data
        self._arrived = asyncio.Event()

    def receive(self, stored: StoredMessage) -> None:
        model = message_model(stored.subject)
        if stored.project_id == self.id and model is not None and issubclass(model, Message):
            message = model.model_validate_json(stored.body)
            self.messages.setdefault((model, message.revision), []).append(message)
            self._arrived.set()

    async def order(self, **order: object) -> None:
        message = ScriptRequested.model_validate({"project_id": self.id, "language": "en", "look": LOOK, **order})
        await self._bus.publish(message)

    async def edit(self, revision: int, **changes: object) -> None:
        selections = {sourced.scene.scene_number: sourced.selection for sourced in self.of(FootageSourced, revision)}
        request = {"project_id": str(self.id), "expected_revision": revision, **changes}
        request["selections"] = {number: ref.model_dump() for number, ref in selections.items() if ref}
        answer = await self._bus.ask(EDIT_STORYBOARD, TO_JSON.dump_json(request), within_s=20)
        assert answer == {"project_id": str(self.id), "revision": revision + 1}

    def of(self, model: type[Message], revision: int) -> list[Any]:
        return self.messages.get((model, revision), [])

    async def awaited(self, model: type[Message], revision: int, count: int = 1) -> list[Any]:
        while len(self.of(model, revision)) < count:
            self._arrived.clear()
            await self._arrived.wait()
        return self.of(model, revision)

    def results(self) -> Counter[str]:
        """Number of stored results by stage."""
        folder = self._data / "artifacts" / "results"
        return Counter({stage: len(list((folder / stage).glob("*.json"))) for stage in ("tts", "sourcing", "segment")})


@asynccontextmanager
async def project(data: Path) -> AsyncIterator[Project]:
    async with existing(DataFolder(data), None) as access:
        found = Project(access.bus, data)
        async with access.bus.following(from_sequence=1, on_message=found.receive, on_progress=lambda _: None):
            yield found


async def test_a_storyboard_waits_and_edits_make_anew_only_what_changed(tmp_path: Path):
    library, data = tmp_path / "library", tmp_path / "data"
    for number, subject in enumerate(SUBJECTS):
        for take in "abc":
            arguments = ("-vf", f"hue=h={number * 40 + ord(take)}")
            await make_clip(library / f"{subject} {take}.mp4", seconds=6, size="320x180", arguments=arguments)
    settings = {"LIBRARY_DIR": str(library), "TTS_ENGINE": "espeak"}
    async with running_stack(data, tmp_path, "--port", "0", **settings) as ready, project(data) as film:
        await film.order(scenes=[f"The {subject} is quiet today." for subject in SUBJECTS], approve=True)
        first = await film.awaited(FootageSourced, 0, len(SUBJECTS))
        assert film.results() == {"tts": 5, "sourcing": 5, "segment": 0}
        (listed,) = (await run("ps", "--json", data=data, cwd=tmp_path)).events
        assert (UUID(listed["id"]), listed["state"]) == (film.id, "awaiting_approval")

        await film.edit(0, scenes=[{"scene": 3, "text": "Nobody crosses the bridge."}])
        await film.awaited(FootageSourced, 1, len(SUBJECTS))
        approve = ("approve", str(film.id)[:8], "--server", ready["page"])
        approved = await run(*approve, data=data, cwd=tmp_path, SCENEWIRE_DATA="")
        assert approved.returncode == 0, approved.err
        (video,) = await film.awaited(VideoAssembled, 2)
        assert film.results() == {"tts": 6, "sourcing": 6, "segment": 5}

        wanted = [{"scene": 2, "text": "Ships leave the harbour."}, {"scene": 1, "footage_query": "garden"}]
        await film.edit(2, order=[1, 2, 3, 5, 4], scenes=wanted)
        (again,) = await film.awaited(VideoAssembled, 3)
        assert film.results() == {"tts": 7, "sourcing": 8, "segment": 7}

        kept = {sourced.scene.id: sourced.footage for sourced in film.of(FootageSourced, 3)}
        shown = {sourced.scene.id: sourced.footage for sourced in first}
        unchanged = [sourced.scene.id for sourced in first if sourced.scene.scene_number > 3]
        assert {scene: kept[scene] for scene in unchanged} == {scene: shown[scene] for scene in unchanged}
        clips = [clip.file.sha256 for footage in kept.values() for clip in footage.clips]
        assert len(clips) == len(set(clips)), "a clip is shown twice"
        (chosen,) = [sourced for sourced in film.of(FootageSourced, 3) if sourced.scene.scene_number == 1]
        assert chosen.footage.clips[0].credit.title.startswith("garden")
    paths = [data / "artifacts" / made.video.key for made in (video, again)]
    assert [path.parent.name for path in paths] == ["revision-2", "revision-3"]
    assert paths[0].read_bytes() != paths[1].read_bytes()
