"""The history says who ordered, edited and approved."""

from typing import Any
from uuid import uuid4

from scenewire.messages import Message, ProjectCancelled, ScriptRequested
from scenewire_gateway.projects.changes import NO_CHANGES, Changes, changes_between
from scenewire_gateway.projects.history import history_view
from tests.support.builders import PROJECT, scripted


def row(sequence: int, message: ScriptRequested | Message) -> dict[str, Any]:
    return {
        "subject": message.subject,
        "body": message.model_dump_json(),
        "published_at": f"2026-11-29T12:00:{sequence:02d}.000Z",
        "revision": message.revision,
        "sequence": sequence,
    }


def storyboard(revision: int, by: str, *, waits: bool, **options: Any) -> Message:
    script = scripted(PROJECT, 2)
    changed = script.brief.options.model_copy(update=options)
    brief = script.brief.model_copy(update={"awaits_approval": waits, "options": changed})
    return script.model_copy(update={"revision": revision, "requested_by": by, "brief": brief})


def test_an_edit_that_ends_the_wait_is_an_approval_and_later_ones_are_edits():
    messages: list[ScriptRequested | Message] = [
        ScriptRequested(project_id=PROJECT, topic="Tea", requested_by="ada"),
        storyboard(0, "", waits=True),
        storyboard(1, "bob", waits=True, voice="other"),
        storyboard(2, "ada", waits=False),
        storyboard(3, "bob", waits=False, speed=1.5),
        ProjectCancelled(project_id=PROJECT, revision=3, requested_by="eve", reason="enough"),
    ]

    history = history_view(row(sequence, message) for sequence, message in enumerate(messages, 1)).history

    assert [(entry.by, entry.what) for entry in history] == [
        ("ada", "ordered"),
        ("bob", "edited"),
        ("ada", "approved"),
        ("bob", "edited"),
        ("eve", "cancelled: enough"),
    ]


def test_every_change_of_a_storyboard_is_named():
    before = scripted(PROJECT, 4)
    first, second, third, fourth = before.scenes
    scenes = [
        third,
        first.model_copy(update={"text": "Other words."}),
        second.model_copy(update={"id": uuid4(), "text": "A new scene."}),
        fourth.model_copy(update={"keywords": ("follows", "from", "words")}),
    ]
    numbered = [scene.model_copy(update={"scene_number": number}) for number, scene in enumerate(scenes, 1)]
    options = before.brief.options.model_copy(update={"speed": 1.5, "voice": "other"})
    brief = before.brief.model_copy(update={"options": options, "remade": before.brief.remade.since("footage", 1)})
    after = before.model_copy(update={"scenes": tuple(numbered), "brief": brief, "revision": 1})

    assert changes_between(before, after) == Changes(
        edited=[2],
        added=[3],
        dropped=[2],
        reordered=True,
        options=["voice", "speed"],
        remade=["footage", "assembly"],
    )


def test_an_edit_that_changes_nothing_is_a_retry():
    storyboards = [storyboard(0, "", waits=False), storyboard(1, "bob", waits=False)]
    [retry] = history_view(row(sequence, board) for sequence, board in enumerate(storyboards, 1)).history
    assert (retry.by, retry.what, retry.changes) == ("bob", "retried", NO_CHANGES)
