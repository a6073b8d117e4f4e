"""What the record says of old projects, and how deleted ones leave it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from scenewire.artifacts.pruning import ProjectAge
from scenewire.database.revision import upgrade
from scenewire.messages import Message, ScriptRequested, StoredMessage
from scenewire.record import reads
from scenewire_recorder import api
from scenewire_recorder.repository import UnitOfWork
from tests.support.builders import PROJECT
from tests.unit.recorder.story import NOON_NS, Database, cancelled, deleted, delivered, failed, film, raw_message, ref
from tests.unit.recorder.test_disposal import told
from tests.unit.recorder.test_recording import OTHER

THIRD = UUID("33333333-3333-4333-8333-333333333333")
NOON = datetime.fromtimestamp(NOON_NS / 1e9, UTC)
DAY_NS = 86_400 * 10**9


def days_ago(days: float, messages: Sequence[Message | ScriptRequested], *, first: int = 1) -> list[StoredMessage]:
    return delivered(messages, first=first, start_ns=NOON_NS - round(days * DAY_NS))


def day(days: float) -> datetime:
    return NOON - timedelta(days=days)


async def test_a_file_is_in_use_while_a_project_that_names_it_is_unfinished(database: Database):
    await database.record(
        days_ago(90, told(PROJECT, "content/aa/own.mp4", "content/aa/shared.mp4")),
        days_ago(60, told(OTHER, "content/aa/theirs.mp4", "content/aa/shared.mp4"), first=100),
        days_ago(400, told(THIRD, "content/aa/waiting.mp4", "content/aa/both.mp4")[:-1], first=200),
        [raw_message("footage.sourced", b'{"key": "content/aa/odd.mp4"}', sequence=300)],
    )
    usage = await api.usage(database.url, deleted_before=NOON)
    near = timedelta(minutes=1)
    assert usage.files["content/aa/waiting.mp4"] is None
    for key, days in (("own", 90), ("shared", 60), ("theirs", 60), ("odd", 0)):
        last = usage.files[f"content/aa/{key}.mp4"]
        assert last is not None
        assert abs(last - day(days)) < near, key
    oldest = min(usage.projects, key=lambda age: age.first)
    assert oldest == ProjectAge(first=day(400) + timedelta(seconds=2), last=None)
    assert usage.gone == frozenset()


async def test_an_edited_project_is_in_use_again(database: Database):
    await database.record(days_ago(90, told(PROJECT, "content/aa/own.mp4")))
    assert (await api.usage(database.url, deleted_before=NOON)).files["content/aa/own.mp4"] is not None
    await database.record(days_ago(1, film(PROJECT, 1, revision=1)[:2], first=100))
    assert (await api.usage(database.url, deleted_before=NOON)).files["content/aa/own.mp4"] is None


async def test_ended_projects_are_old_by_their_last_message_and_unfinished_ones_never(database: Database):
    stories = [
        days_ago(90, film(UUID(int=1), 1)),
        days_ago(80, [*film(UUID(int=2), 1)[:3], failed(UUID(int=2))], first=100),
        days_ago(70, [*film(UUID(int=3), 1)[:3], cancelled(UUID(int=3))], first=200),
        days_ago(90, film(UUID(int=4), 1)[:-1], first=300),
        days_ago(90, [*film(UUID(int=5), 1), deleted(UUID(int=5))], first=400),
        days_ago(10, film(UUID(int=6), 1), first=500),
        days_ago(90, film(UUID(int=7), 1), first=600),
        days_ago(10, film(UUID(int=7), 1, revision=1), first=700),
    ]
    await database.record(*stories)
    old = await api.ended_before(database.url, day(30))
    assert [UUID(row["project_id"]).int for row in old] == [1, 2, 3]
    assert await api.deleted_before(database.url, day(30)) == [str(UUID(int=5))]
    assert await api.deleted_before(database.url, day(91)) == []
    assert (await api.usage(database.url, deleted_before=day(30))).gone == {str(UUID(int=5))}


def everything() -> list[list[StoredMessage]]:
    """Two deleted projects, which share a clip with each other and one with a third that stays."""
    return [
        days_ago(90, [*named(PROJECT, "mine", "ours", "all"), deleted(PROJECT)]),
        days_ago(80, [*named(OTHER, "yours", "ours", "all"), deleted(OTHER)], first=100),
        days_ago(70, named(THIRD, "theirs", "all"), first=200),
    ]


def named(project_id: UUID, *clips: str) -> list[Message | ScriptRequested]:
    """A film with a clip for each scene."""
    names = iter(clips)
    messages: list[Message | ScriptRequested] = []
    for message in film(project_id, len(clips)):
        if message.SUBJECT == "footage.sourced":
            footage = message.footage  # type: ignore[union-attr]
            clip = footage.clips[0].model_copy(update={"file": ref(f"content/cc/{next(names)}.mp4")})
            message = message.model_copy(update={"footage": footage.model_copy(update={"clips": (clip,)})})  # noqa: PLW2901
        messages.append(message)
    return messages


async def check_forgetting(database: Database, fresh: Database) -> None:
    for batch in everything():
        await database.record(batch)
    kept_audit = database.rows("SELECT * FROM audit_log WHERE context LIKE ?", f"%{THIRD}%")
    old = await api.deleted_before(database.url, day(30))
    assert old == [str(PROJECT), str(OTHER)]
    assert await api.forget(database.url, old) == sum(len(batch) for batch in everything()[:2])
    assert await api.forget(database.url, old) == 0

    ids = {row["project_id"] for row in database.rows("SELECT DISTINCT project_id FROM message_log")}
    assert ids == {str(THIRD)}
    left = [row for row in database.rows("SELECT * FROM audit_log") if str(THIRD) not in row["context"]]
    assert [
        (row["operation"], row["entity_type"], row["entity_id"]) for row in left if "retention" in row["context"]
    ] == [
        ("DELETE", "message_log", str(PROJECT)),
        ("DELETE", "message_log", str(OTHER)),
    ]
    paths = {row["path"]: row["id"] for row in database.rows("SELECT path, id FROM videos")}
    assert set(paths) == {"content/cc/theirs.mp4", "content/cc/all.mp4", f"output/{THIRD}/Tea_video.mp4"}
    assert {row["entity_id"] for row in left if "retention" not in row["context"]} == {paths["content/cc/all.mp4"]}
    assert database.rows("SELECT * FROM audit_log WHERE context LIKE ?", f"%{THIRD}%") == kept_audit

    before = database.projections()
    assert (await api.rebuild(database.url))["mended"] == 0
    assert database.projections() == before
    await fresh.record(everything()[2])
    alike = [database.projections(), fresh.projections()]
    for found in alike:
        for row in found["videos"]:
            del row["created_at"], row["filename"]  # a shared clip was first used by a project that is forgotten
    assert alike[0] == alike[1]
    assert (await api.check(database.url))["problems"] == ()


async def test_a_forgotten_project_leaves_one_entry_and_a_rebuild_agrees(database: Database, tmp_path: Path):
    fresh = Database(tmp_path / "fresh.db")
    await upgrade(fresh.url)
    await check_forgetting(database, fresh)
    assert [row["id"] for row in await reads.projects(database.url, limit=9)] == [str(THIRD)]
    entry, *others = await reads.audit(database.url, str(PROJECT), limit=9)
    assert {row["entity_type"] for row in others} == {"video"}  # which other projects use
    assert entry["changes"] == {"messages": {"old": len(everything()[0]), "new": None}}


async def test_a_kill_between_two_projects_leaves_a_record_that_agrees_with_its_log(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    for batch in everything():
        await database.record(batch)
    both = [str(PROJECT), str(OTHER)]
    forget = UnitOfWork.forget

    def die_at_the_second(work: UnitOfWork, project_id: str, **changes: Any) -> int:
        if project_id == both[1]:
            raise ZeroDivisionError
        return forget(work, project_id, **changes)

    monkeypatch.setattr(UnitOfWork, "forget", die_at_the_second)
    with pytest.raises(ZeroDivisionError):
        await api.forget(database.url, both)
    monkeypatch.undo()
    assert {row["project_id"] for row in database.rows("SELECT project_id FROM message_log")} == {both[1], str(THIRD)}
    before = database.projections()
    assert (await api.rebuild(database.url))["mended"] == 0
    assert database.projections() == before
    await api.forget(database.url, both)
    assert {row["path"] for row in database.rows("SELECT path FROM videos WHERE path LIKE 'content/%'")} == {
        "content/cc/theirs.mp4",
        "content/cc/all.mp4",
    }


async def test_only_deleted_projects_can_be_forgotten(database: Database):
    await database.record(days_ago(90, film(PROJECT)), days_ago(90, film(OTHER)[:-1], first=100))
    assert await api.forget(database.url, [str(PROJECT), str(OTHER)]) == 0
    assert {row["project_id"] for row in database.rows("SELECT project_id FROM message_log")} == {
        str(PROJECT),
        str(OTHER),
    }
