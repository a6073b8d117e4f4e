"""Progress of a project after each message."""

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import pytest

from scenewire.messages import Progress, ProjectCancelled, ProjectFailed
from scenewire_cli.progress.events import Event, ProjectProgress, follow
from scenewire_cli.stack.connection import Access
from tests.support import builders
from tests.support.builders import PROJECT


def progress_after(*messages) -> ProjectProgress:
    project = ProjectProgress(PROJECT)
    for sequence, message in enumerate(messages, start=1):
        project.apply(Event(message, sequence))
    return project


def test_b60_every_stage_counts_its_scenes_once():
    audio = builders.audio_rendered(PROJECT, 1)
    project = progress_after(
        builders.scripted(PROJECT, 2),
        audio,
        audio,
        builders.footage_sourced(PROJECT, 1),
        builders.segment_rendered(PROJECT, 1),
    )
    assert project.scene_count == 2
    assert project.spoken == {1: 2.0}
    assert project.sourced == {1: "generated background"}
    assert project.rendered == {1}
    assert not project.ended
    assert project.last_sequence == 5


def test_a_rendered_scene_is_no_longer_being_encoded():
    working = Progress(project_id=PROJECT, stage="assembly", scene_number=1, state="working", fraction=0.5)
    assert progress_after(working).encoding == {1: 0.5}
    assert progress_after(working, builders.segment_rendered(PROJECT, 1)).encoding == {}
    assert progress_after(builders.segment_rendered(PROJECT, 1), working).encoding == {}


def test_a_failure_ends_the_project():
    failed = ProjectFailed(project_id=PROJECT, stage="tts", code="speech_failed", message="no")
    assert progress_after(failed).ended


def test_a_later_revision_starts_from_the_beginning_and_earlier_ones_no_longer_count():
    first, audio = builders.scripted(PROJECT, 3), builders.audio_rendered(PROJECT, 1, 3)
    cancelled = ProjectCancelled(project_id=PROJECT)
    edited = builders.scripted(PROJECT, 2).model_copy(update={"revision": 1})
    project = progress_after(first, audio, cancelled, edited)
    assert (project.revision, project.scene_count, project.spoken, project.ended) == (1, 2, {}, False)
    assert project.is_outdated(Event(audio, 9))
    assert not project.is_outdated(Event(edited, 10))


class LosesCancellations:
    """A bus that answers at the moment at which its first question is cancelled: Python 3.11's `wait_for` drops that."""

    def __init__(self) -> None:
        self.bus, self.asked = self, asyncio.Event()

    @asynccontextmanager
    async def following(self, **_: Any):
        yield

    async def check(self) -> None:
        if self.asked.is_set():
            await asyncio.Event().wait()
        self.asked.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()


async def test_a_cancellation_that_is_lost_in_a_question_to_the_bus_ends_the_wait(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scenewire_cli.progress.events._CHECK_INTERVAL_S", 0.01)
    access = LosesCancellations()

    async def wait() -> None:
        async for _ in follow(cast("Access", access), ProjectProgress(PROJECT), from_sequence=1):
            pass

    waiting = asyncio.create_task(wait())
    await access.asked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await waiting
