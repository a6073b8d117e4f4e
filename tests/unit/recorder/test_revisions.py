"""Edited storyboards on record: rows follow the latest revision, whatever the order of arrival, and earlier videos stay."""

import random
from uuid import UUID

import pytest

from scenewire.messages import Message, Scene, ScenesScripted, ScriptRequested, VideoAssembled, derive_scene_id
from tests.support.builders import PROJECT, brief, scene
from tests.unit.recorder.story import Database, cancelled, delivered, film, ref
from tests.unit.recorder.test_rebuild import execute, rebuild

ADDED = derive_scene_id(PROJECT, 1, 1)


def run(revision: int, scenes: list[Scene], *, until: int | None = None) -> list[Message]:
    """The messages of an edited storyboard, from the script to the video."""
    count = len(scenes)
    script = ScenesScripted(
        project_id=PROJECT,
        revision=revision,
        brief=brief(count),
        scenes=tuple(scenes),
        writer="outline",
        edit=f"{revision}" * 64,
    )
    _, _, *others = film(scene_count=count, revision=revision)
    messages: list[Message] = [script]
    for message in others:
        assert not isinstance(message, ScriptRequested)
        own = getattr(message, "scene", None)
        changes: dict[str, object] = {} if own is None else {"scene": scenes[own.scene_number - 1]}
        if isinstance(message, VideoAssembled):
            changes = {"video": ref(f"output/{PROJECT}/revision-{revision}/Tea_video.mp4")}
        messages.append(message.model_copy(update=changes))
    return messages[:until]


def story() -> list[Message | ScriptRequested]:
    """Three scenes; then the third, a new one and the first; then the first, reworded, and the third."""
    one, three = scene(1), scene(3)
    new = scene(2, "Tea is new.").model_copy(update={"id": ADDED})
    first_edit = [three.model_copy(update={"scene_number": 1}), new, one.model_copy(update={"scene_number": 3})]
    second_edit = [one.model_copy(update={"text": "Tea is hot."}), three.model_copy(update={"scene_number": 2})]
    return [*film(), *run(1, first_edit), *run(2, second_edit)]


def scenes(database: Database) -> list[tuple[int, str, str]]:
    rows = database.rows("SELECT * FROM scenes ORDER BY scene_number")
    return [(row["scene_number"], row["id"], row["text"]) for row in rows]


def ids(*numbers: int) -> list[str]:
    return [str(derive_scene_id(PROJECT, number)) for number in numbers]


async def test_rows_follow_the_latest_revision_and_scenes_keep_their_ids(database: Database):
    messages = delivered(story())
    script = [at for at, message in enumerate(messages) if message.subject == "scenes.scripted"]
    await database.record(messages[: script[1]])
    execute(database, "UPDATE scenes SET sanitized_text = 'theirs ' || scene_number")
    await database.record(messages[script[1] : script[1] + 1])
    first, third = ids(1, 3)
    assert scenes(database) == [
        (1, third, "Tea is a drink."),
        (2, str(ADDED), "Tea is new."),
        (3, first, "Tea is a drink."),
    ]
    theirs = database.rows("SELECT id, sanitized_text FROM scenes WHERE sanitized_text IS NOT NULL ORDER BY id")
    assert {row["id"]: row["sanitized_text"] for row in theirs} == {first: "theirs 1", third: "theirs 3"}
    project = database.row("SELECT * FROM projects")
    assert (project["status"], project["current_step"]) == ("active", "voiceover")
    assert project["video_path"] == f"output/{PROJECT}/Tea_video.mp4"
    await database.record(messages[script[1] + 1 :])
    assert scenes(database) == [(1, first, "Tea is hot."), (2, third, "Tea is a drink.")]
    project = database.row("SELECT * FROM projects")
    assert (project["status"], project["video_path"]) == ("complete", f"output/{PROJECT}/revision-2/Tea_video.mp4")
    videos = database.rows("SELECT path FROM videos WHERE path LIKE 'output/%' ORDER BY path")
    assert len(videos) == 3
    assert database.audit_faults() == []


@pytest.mark.parametrize("seed", range(12))
async def test_any_order_and_any_batches_give_the_same_rows(database: Database, tmp_path, seed: int):
    expected = database.copied_to(tmp_path / "expected.db")
    await expected.record(delivered(story()))
    shuffled = delivered(story())
    randomly = random.Random(seed)
    if seed:
        randomly.shuffle(shuffled)
    while shuffled:
        size = randomly.randint(1, 9)
        await database.record(shuffled[:size])
        del shuffled[:size]
    assert database.projections() == expected.projections()
    assert database.audit_faults() == []


async def test_a_rebuild_gives_the_same_rows(database: Database):
    await database.record(delivered(story()))
    before = database.projections()
    assert (await rebuild(database)).mended == 0
    execute(database, "UPDATE scenes SET text = 'x'", "DELETE FROM scenes WHERE scene_number = 1")
    assert (await rebuild(database)).mended == 1
    assert database.projections() == before
    execute(database, "DELETE FROM projects", "DELETE FROM videos")
    await rebuild(database)
    assert database.projections() == before


async def test_footage_of_moved_scenes_stays_theirs_until_it_is_sourced_again(database: Database):
    messages = story()
    edit = next(at for at, message in enumerate(messages) if isinstance(message, ScenesScripted) and message.edit)
    await database.record(delivered(messages[: edit + 1]))
    shown = "SELECT scene_id, video_id FROM visual_suggestions WHERE rank = 1"
    first, third = ids(1, 3)
    assert {row["scene_id"]: row["video_id"] for row in database.rows(shown)} == {first: "s1r0", third: "s3r0"}
    indexed = database.rows("SELECT scene_id, source_id FROM footage WHERE state = 'used'")
    assert {row["scene_id"]: row["source_id"] for row in indexed} == {first: "s1r0", third: "s3r0"}


async def test_a_project_that_was_cancelled_is_active_again_after_an_edit(database: Database):
    again = run(1, [scene(1), scene(2), scene(3)], until=1)
    await database.record(delivered([*film()[:8], cancelled(), *again]))
    assert database.row("SELECT status FROM projects")["status"] == "active"


async def test_a_storyboard_that_awaits_approval_stands_where_a_person_looks_at_the_footage(database: Database):
    waiting = brief(3, awaits_approval=True)
    messages = [
        message.model_copy(update={"brief": waiting}) if hasattr(message, "brief") else message for message in film()
    ]
    await database.record(delivered(messages[:11]))
    project = database.row("SELECT * FROM projects")
    assert (project["status"], project["current_step"]) == ("active", "visual-curation")
    assert UUID(project["id"]) == PROJECT
