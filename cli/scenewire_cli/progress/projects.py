"""Projects on the bus, by the messages that start and end them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from scenewire.messages import (
    SHORT_ID_CHARACTERS,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    StoredMessage,
    VideoAssembled,
    read_id_prefix,
    select_id,
)
from scenewire_cli.output.formatting import shortened
from scenewire_cli.output.terminal import single_spaced
from scenewire_cli.stack.connection import Access

__all__ = ["ENDS", "StoredProject", "find_project", "project_label", "short_id", "stored_projects", "unfinished_note"]

ENDS: Final = (VideoAssembled.SUBJECT, ProjectFailed.SUBJECT, ProjectCancelled.SUBJECT, ProjectDeleted.SUBJECT)

_STATES: Final[dict[str, Literal["finished", "failed", "cancelled", "deleted"]]] = {
    VideoAssembled.SUBJECT: "finished",
    ProjectFailed.SUBJECT: "failed",
    ProjectCancelled.SUBJECT: "cancelled",
    ProjectDeleted.SUBJECT: "deleted",
}

_MAX_NAME_CHARACTERS: Final = 60
_MAX_NAMED: Final = 3
"""Projects that a note names; it counts the others."""


@dataclass
class StoredProject:
    """A project in the stream.

    Attributes:
        first_sequence: of its first message in the stream.
        first_published_at_ns: when that was published, nanoseconds since the epoch.
        name: its title, topic, or the first line of its text; empty if the stream holds no order of it.
        end: the message that ended its latest run, if any; a deletion ends every run.
    """

    project_id: UUID
    first_sequence: int
    first_published_at_ns: int
    name: str = ""
    revision: int = 0
    end: StoredMessage | None = None

    @property
    def state(self) -> Literal["unfinished", "finished", "failed", "cancelled", "deleted"]:
        """How its latest run ended."""
        return "unfinished" if self.end is None else _STATES[self.end.subject]

    @property
    def label(self) -> str:
        """Its short id and its name, for people."""
        return project_label(self.project_id, self.name)

    def apply(self, message: StoredMessage) -> None:
        """Applies an order, a storyboard or an end."""
        if message.subject == ScriptRequested.SUBJECT:
            self.name = self.name or _name(message)
        if self.state == "deleted":
            return
        if message.revision > self.revision:
            self.revision, self.end = message.revision, None
        if message.subject == ProjectDeleted.SUBJECT:
            self.end = message
        elif message.subject in ENDS and message.revision == self.revision and self.state in ("unfinished", "failed"):
            self.end = message  # a video may still follow a failure


def short_id(project_id: UUID) -> str:
    """Returns the beginning of an id, as it is shown to people and accepted from them."""
    return str(project_id)[:SHORT_ID_CHARACTERS]


def project_label(project_id: UUID, name: str) -> str:
    """Returns a short id and a name, for people."""
    return f"{short_id(project_id)} “{name}”" if name else short_id(project_id)


async def stored_projects(access: Access, *, prefix: str = "") -> dict[UUID, StoredProject]:
    """Returns the projects in the stream whose ids begin with a prefix, in order of their first messages.

    Raises:
        TransientError: `bus_unavailable`.
    """
    messages = [message async for message in access.bus.stored((ScriptRequested.SUBJECT, *ENDS))]
    # An edit makes a revision without an order. Storyboards are long, and their headers have all that is of interest.
    messages += [message async for message in access.bus.stored((ScenesScripted.SUBJECT,), headers_only=True)]
    projects: dict[UUID, StoredProject] = {}
    for message in sorted(messages, key=lambda message: message.sequence):
        project_id = message.project_id
        if project_id is not None and str(project_id).startswith(prefix):
            if project_id not in projects:
                projects[project_id] = StoredProject(project_id, message.sequence, message.published_at_ns)
            projects[project_id].apply(message)
    return projects


async def find_project(access: Access, text: str) -> StoredProject:
    """Returns the project whose id, or its beginning, a person has given.

    Raises:
        PermanentError: `invalid_order`, too short; `not_on_record`, the stream holds no such project, or several.
        TransientError: `bus_unavailable`.
    """
    prefix = read_id_prefix(text)
    projects = {str(project.project_id): project for project in (await stored_projects(access, prefix=prefix)).values()}
    return projects[select_id(prefix, tuple(projects), place="in the stream")]


def unfinished_note(projects: Collection[StoredProject]) -> str:
    """Returns one line about unfinished projects that a stack continues; empty without projects."""
    unfinished = [project for project in projects if project.end is None]
    if not unfinished:
        return ""
    named = ", ".join(project.label for project in unfinished[:_MAX_NAMED])
    more = f" and {len(unfinished) - _MAX_NAMED} more" if len(unfinished) > _MAX_NAMED else ""
    which = short_id(unfinished[0].project_id) if len(unfinished) == 1 else "PROJECT"
    return f"also continues unfinished {named}{more}; `scenewire cancel {which}` cancels"


def _name(order: StoredMessage) -> str:
    fields, scenes = order.fields, order.fields.get("scenes")
    first = scenes[0].get("text") if isinstance(scenes, list) and scenes and isinstance(scenes[0], dict) else None
    texts = (fields.get("title"), fields.get("topic"), fields.get("text"), first)
    text = next((value for value in texts if isinstance(value, str)), "")
    line = text.strip().partition("\n")[0].lstrip("# ")
    return shortened(single_spaced(line), _MAX_NAME_CHARACTERS)
