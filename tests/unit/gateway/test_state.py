"""The state of a project does not depend on the order in which its messages are heard, nor on repetitions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    ProjectCancelled,
    ProjectFailed,
    ScriptRequested,
    SegmentRendered,
    VideoAssembled,
)
from scenewire.record.content import Content
from scenewire_gateway.projects.entries import Entry
from scenewire_gateway.projects.state import ProjectState
from scenewire_gateway.projects.views import project_view
from tests.support.builders import scripted
from tests.unit.recorder.story import assembled

PROJECT = UUID("5f0c4b0e-0000-4000-8000-000000000001")
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SCENES = 3


def story() -> list[Entry]:
    """A project that fails, is made again, finishes, and is edited and cancelled."""
    entries: list[Entry] = []

    def tell(subject: str, revision: int, *, scene: int | None = None, content: Content | None = None) -> None:
        number = len(entries) + 1
        at = NOON + timedelta(seconds=number)
        entries.append(
            Entry(
                sequence=number,
                subject=subject,
                project_id=PROJECT,
                revision=revision,
                scene_number=scene,
                at=at,
                content=content,
            )
        )

    tell("script.requested", 0, content=ScriptRequested(project_id=PROJECT, topic="Tea", requested_by="ada"))
    for revision in range(3):
        script = scripted(PROJECT, SCENES).model_copy(update={"revision": revision})
        tell("scenes.scripted", revision, content=script)
        for number in range(1, SCENES + 1):
            for subject in (AudioRendered.SUBJECT, FootageSourced.SUBJECT):
                tell(subject, revision, scene=number)
        if revision == 1:
            for number in range(1, SCENES + 1):
                tell(SegmentRendered.SUBJECT, revision, scene=number)
            video = assembled(PROJECT, SCENES).model_copy(update={"revision": revision})
            tell(VideoAssembled.SUBJECT, revision, content=video)
    failed = ProjectFailed(project_id=PROJECT, stage="tts", code="speech_failed", message="no voice", scene_number=2)
    tell(ProjectFailed.SUBJECT, 0, content=failed)
    tell(ProjectCancelled.SUBJECT, 2, content=ProjectCancelled(project_id=PROJECT, revision=2, reason="enough"))
    return entries


def folded(entries: list[Entry]) -> ProjectState:
    state = ProjectState(PROJECT)
    state.apply(entries)
    return state


@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 30), max_size=20))
def test_order_and_repetition_of_messages_do_not_matter(random, repeated):
    entries = story()
    heard = entries + [entries[index % len(entries)] for index in repeated]
    random.shuffle(heard)

    assert project_view(folded(heard)) == project_view(folded(entries))


def test_the_latest_revision_counts_and_earlier_videos_stay():
    view = project_view(folded(story()))

    assert (view.state, view.revision, view.requested_by) == ("cancelled", 2, "ada")
    assert [(version.number, version.revision) for version in view.versions] == [(1, 1)]
    assert view.failure is not None
    assert view.failure.message == "enough"
    assert view.counts.spoken == SCENES


def test_the_latest_order_counts_whichever_is_heard_first():
    orders = [
        ScriptRequested(project_id=PROJECT, topic="Tea", revision=revision, speed=1 + revision) for revision in (0, 1)
    ]
    entries = [
        replace(story()[0], sequence=order.revision + 1, revision=order.revision, content=order) for order in orders
    ]
    for heard in (entries, entries[::-1]):
        assert folded(heard).order == orders[1]


def test_a_video_counts_that_follows_a_failure_of_the_same_revision():
    entries = [entry for entry in story() if entry.revision == 1]
    failed = ProjectFailed(project_id=PROJECT, revision=1, stage="assembly", code="render_failed", message="no disk")
    early = entries[0]
    entries.append(
        Entry(
            sequence=100,
            subject=ProjectFailed.SUBJECT,
            project_id=PROJECT,
            revision=1,
            scene_number=None,
            at=early.at,
            content=failed,
        )
    )

    assert project_view(folded(entries)).state == "finished"
    assert (
        project_view(folded([entry for entry in entries if entry.subject != VideoAssembled.SUBJECT])).state == "failed"
    )


def test_time_left_comes_from_the_times_of_finished_scenes():
    entries = [entry for entry in story() if entry.revision == 1 and entry.subject != VideoAssembled.SUBJECT]
    entries = [entry for entry in entries if (entry.subject, entry.scene_number) != (SegmentRendered.SUBJECT, 3)]

    assert project_view(folded(entries)).time_left is None  # two pictures are one interval
    assert project_view(folded(entries)).stage == "picture"
