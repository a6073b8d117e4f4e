"""How far unfinished projects are: from the stream of a running stack, else from the record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from scenewire.messages import AudioRendered, FootageSourced, ScenesScripted, SegmentRendered, StoredMessage
from scenewire.record.standing import Standing
from scenewire_cli.progress.projects import StoredProject, stored_projects
from scenewire_cli.stack.connection import Access
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["ProjectStanding", "ProjectState", "recorded_standings", "state_of", "streamed_standings", "with_states"]

ProjectState = Literal["running", "stalled", "interrupted", "awaiting_approval", "finished", "failed", "cancelled"]

_STALLED_AFTER: Final = timedelta(minutes=15)
"""Without a message for as long, a project makes no progress that anybody could see."""

_ENDED: Final[dict[str, ProjectState]] = {"complete": "finished", "error": "failed", "cancelled": "cancelled"}
"""States by status in the record."""

_STEPS: Final = (
    ScenesScripted.SUBJECT,
    AudioRendered.SUBJECT,
    FootageSourced.SUBJECT,
    f"{SegmentRendered.SUBJECT}.>",
)


@dataclass(kw_only=True)
class ProjectStanding(Standing):
    """How far an unfinished project is.

    Attributes:
        awaits_approval: whether its pictures are made only after a person has approved its storyboard.
    """

    project_id: str
    name: str
    last_active: datetime | None
    awaits_approval: bool = False

    def apply(self, message: StoredMessage) -> None:
        """Counts a message of the project."""
        at = datetime.fromtimestamp(message.published_at_ns / 1e9, UTC)
        self.last_active = max(self.last_active or at, at)
        match message.subject:
            case ScenesScripted.SUBJECT:
                self.scene_count = len(message.fields.get("scenes", ()))
                brief = message.fields.get("brief")
                self.awaits_approval = isinstance(brief, dict) and brief.get("awaits_approval") is True
            case AudioRendered.SUBJECT:
                self.spoken += 1
            case FootageSourced.SUBJECT:
                self.sourced += 1
            case _:
                self.rendered_at.append(at)


def state_of(standing: ProjectStanding, *, alive: bool | None) -> ProjectState:
    """Returns the state of an unfinished project.

    Args:
        standing: how far it is.
        alive: whether a stack works on it; None if this host cannot tell.
    """
    last_active = standing.last_active
    if standing.awaits_approval and standing.stage == "picture":
        return "awaiting_approval"
    if alive is False:
        return "interrupted"
    is_recent = last_active is not None and datetime.now(UTC) - last_active < _STALLED_AFTER
    return "running" if is_recent else "stalled"


async def streamed_standings(access: Access) -> list[ProjectStanding]:
    """Returns the unfinished projects of a running stack, in the order in which they were ordered.

    Raises:
        TransientError: `bus_unavailable`.
    """
    unfinished = [project for project in (await stored_projects(access)).values() if project.end is None]
    if not unfinished:
        return []
    first = min(project.first_sequence for project in unfinished)
    steps = [message async for message in access.bus.stored(_STEPS, from_sequence=first)]
    return [_streamed(project, steps) for project in unfinished]


def _streamed(project: StoredProject, steps: Collection[StoredMessage]) -> ProjectStanding:
    ordered_at = datetime.fromtimestamp(project.first_published_at_ns / 1e9, UTC)
    standing = ProjectStanding(project_id=str(project.project_id), name=project.name, last_active=ordered_at)
    counted: set[tuple[str, int | None]] = set()  # a scene may be narrated or sourced again
    for message in steps:
        step = (message.subject, message.scene_number)
        if message.project_id == project.project_id and message.revision == project.revision and step not in counted:
            counted.add(step)
            standing.apply(message)
    return standing


async def recorded_standings(folder: DataFolder) -> Sequence[ProjectStanding]:
    """Returns the unfinished projects on record, the most recently active first.

    Raises:
        PipelineError: the database cannot be used.
    """
    from scenewire.record import reads

    return [_recorded(row) for row in await reads.unfinished(folder.record_url)]


def with_states(
    rows: Sequence[Mapping[str, Any]], unfinished: Sequence[ProjectStanding], folder: DataFolder
) -> list[dict[str, Any]]:
    """Returns rows of projects with `state` and `percent`, and both as `progress` for people.

    Only a record in the data folder belongs to the stack of that folder; others may have their workers elsewhere.
    """
    alive = folder.endpoint() is not None or (None if folder.has_foreign_record else False)
    standings = {standing.project_id: standing for standing in unfinished}
    return [dict(row) | _state(row, standings.get(row["id"]), alive=alive) for row in rows]


def _state(row: Mapping[str, Any], standing: ProjectStanding | None, *, alive: bool | None) -> dict[str, Any]:
    if standing is None:
        state = _ENDED.get(row.get("status") or "")
        return {"state": state, "percent": 100 if state == "finished" else None, "progress": state or row.get("status")}
    state = state_of(standing, alive=alive)
    return {"state": state, "percent": standing.percent, "progress": f"{_words(state)}, {standing.percent} %"}


def _words(state: ProjectState) -> str:
    return state.replace("_", " ")


def _recorded(row: Mapping[str, Any]) -> ProjectStanding:
    return ProjectStanding(
        project_id=row["id"],
        name=row["name"] or "",
        last_active=datetime.fromisoformat(row["last_active"]) if row["last_active"] else None,
        scene_count=row["scene_count"] or None,
        spoken=row["spoken"],
        sourced=row["sourced"],
        rendered_at=[datetime.fromisoformat(at) for at in row["rendered_at"]],
        awaits_approval=row["awaits_approval"],
    )
