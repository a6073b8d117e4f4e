"""What the record says of a deleted project."""

import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire.record import reads
from scenewire.record.queries import opened
from tests.support.builders import PROJECT
from tests.unit.recorder.story import Database, assembled, deleted, delivered, film
from tests.unit.recorder.test_recording import OTHER


@pytest.fixture
async def record(database: Database) -> Database:
    """A project deleted while an edit made its next revision, and another one."""
    late = film(revision=1)
    story = delivered([*film(OTHER), *film()[:-1], deleted(), *late[:4], assembled(PROJECT, 3)])
    await database.record(story[:20], story[20:])
    return database


@pytest.mark.parametrize("text", [str(PROJECT), str(PROJECT)[:8]])
async def test_it_is_not_on_record_and_it_is_said_who_deleted_it_and_when(record: Database, text: str):
    with pytest.raises(PermanentError) as refused:
        await reads.project(record.url, text)
    assert refused.value.code is FailureCode.NOT_ON_RECORD
    assert refused.value.message == (
        f"project {PROJECT} is not on record: it was deleted at 2026-11-21T12:00:00.300Z by Ada: asked by the customer"
    )


async def test_its_messages_and_its_audit_can_be_read(record: Database):
    history = await reads.history(record.url, str(PROJECT)[:8])
    assert [row["subject"] for row in history if row["subject"].startswith("project.")] == ["project.deleted"]
    assert len(history) == 20
    changes = await reads.audit(record.url, str(PROJECT)[:8], limit=100)
    assert [row["operation"] for row in changes if row["entity_id"] == str(PROJECT)] == ["DELETE", "INSERT"]


async def test_it_is_in_no_list_and_no_search(record: Database):
    assert [row["id"] for row in await reads.projects(record.url, limit=10)] == [str(OTHER)]
    assert await reads.unfinished(record.url) == []
    assert {row["path"] for row in await reads.search(record.url, "tea", limit=10)} == {f"output/{OTHER}/Tea_video.mp4"}
    footage = await reads.search_footage(record.url, "title", limit=10)
    assert {scene["project_id"] for source in footage for scene in source["scenes"]} == {str(OTHER)}


async def test_its_deletion_is_the_end_that_a_lost_stream_gets_back_and_no_other_message(record: Database):
    async with opened(record.url) as queries:
        assert [row async for row in queries.unfinished_messages()] == []
        ends = [row["subject"] async for row in queries.ended_messages() if row["project_id"] == str(PROJECT)]
    assert ends[-1] == "project.deleted"


async def test_a_prefix_that_a_deleted_and_another_project_share_is_the_other_one(database: Database):
    twin = type(PROJECT)(str(PROJECT)[:-1] + "2")
    await database.record(delivered([*film(), deleted(), *film(twin)]))
    assert (await reads.project(database.url, str(PROJECT)[:8]))["id"] == str(twin)
