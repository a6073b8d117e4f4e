"""The history says who ordered, edited and approved."""

from typing import Any

from scenewire.messages import Message, ProjectCancelled, ScriptRequested
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


def storyboard(revision: int, by: str, *, waits: bool) -> Message:
    script = scripted(PROJECT, 2)
    brief = script.brief.model_copy(update={"awaits_approval": waits})
    return script.model_copy(update={"revision": revision, "requested_by": by, "brief": brief})


def test_an_edit_that_ends_the_wait_is_an_approval_and_later_ones_are_edits():
    messages: list[ScriptRequested | Message] = [
        ScriptRequested(project_id=PROJECT, topic="Tea", requested_by="ada"),
        storyboard(0, "", waits=True),
        storyboard(1, "bob", waits=True),
        storyboard(2, "ada", waits=False),
        storyboard(3, "bob", waits=False),
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
