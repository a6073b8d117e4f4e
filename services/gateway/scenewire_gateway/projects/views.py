"""Projects in JSON, as REST, pages and agents get them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from scenewire.messages import SHORT_ID_CHARACTERS, ProjectCancelled, ProjectFailed, VideoAssembled
from scenewire_gateway.projects.state import ProjectState, Run, State

__all__ = [
    "API_VERSION",
    "Counts",
    "Failure",
    "ProjectList",
    "ProjectView",
    "Version",
    "View",
    "project_path",
    "project_view",
]

API_VERSION: Final = "1"
"""Of what callers get, over REST and MCP."""


class View(BaseModel):
    """Base of what is answered."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Counts(View):
    """Scenes that each stage has completed."""

    spoken: int
    sourced: int
    rendered: int


class Failure(View):
    """Why there is no video."""

    code: str = Field(description="One of the codes in docs/errors.md.")
    message: str
    hint: str = Field(description="What to do next.")
    stage: str
    scene_number: int | None


class Version(View):
    """A finished video of a project; an edit makes another."""

    number: int = Field(description="Counts the finished videos of the project, from 1.")
    revision: int
    at: datetime
    duration: float = Field(description="Seconds.")
    width: int
    height: int
    links: Mapping[str, str]


class ProjectView(View):
    """A video from order to file."""

    id: str
    short_id: str
    title: str
    topic: str | None
    state: State
    stage: Literal["script", "speech", "footage", "picture", "video"]
    percent: int
    time_left: float | None = Field(description="Seconds, from the measured times of finished scenes; null: unknown.")
    revision: int
    scene_count: int | None
    counts: Counts
    versions: list[Version]
    created_at: datetime | None
    updated_at: datetime | None
    duration: float | None = Field(description="Of the latest video, seconds.")
    notes: list[str]
    failure: Failure | None
    requested_by: str
    links: Mapping[str, str]


class ProjectList(View):
    """Projects, the most recently active first."""

    projects: list[ProjectView]
    next_offset: int | None = Field(description="Pass it as `offset` to read on; null: these are the last projects.")


def project_path(project_id: object) -> str:
    """Returns the path of a project."""
    return f"/v1/projects/{project_id}"


def project_view(state: ProjectState) -> ProjectView:
    """Returns a project as it is."""
    run, order = state.run, state.order
    standing, brief = run.standing, None if run.script is None else run.script.brief
    versions = [_version(state, number, version) for number, version in enumerate(state.versions, 1)]
    left = standing.time_left if run.state == "running" else None
    links = {"self": project_path(state.project_id), "page": f"/#/projects/{state.project_id}"}
    for name in ("storyboard", "events", "history", "cost"):
        links[name] = f"{links['self']}/{name}"
    links["preview"] = f"{links['self']}/preview/playlist.m3u8"
    if versions:
        links |= {name: versions[-1].links[name] for name in ("video", "thumbnail")}
    ordered = None if order is None else order.title or order.topic or _first_line(order.text)
    if not ordered and order is not None and order.scenes:
        ordered = _first_line(order.scenes[0].text)
    notes = list(brief.notes) if brief else []
    return ProjectView(
        id=str(state.project_id),
        short_id=str(state.project_id)[:SHORT_ID_CHARACTERS],
        title=brief.title if brief else ordered or str(state.project_id),
        topic=order.topic if order else None,
        state=run.state,
        stage=standing.stage,
        percent=100 if run.state == "finished" else standing.percent,
        time_left=None if left is None else left.total_seconds(),
        revision=run.revision,
        scene_count=standing.scene_count,
        counts=Counts(spoken=standing.spoken, sourced=standing.sourced, rendered=standing.rendered),
        versions=versions,
        created_at=state.created_at,
        updated_at=state.updated_at,
        duration=versions[-1].duration if versions else None,
        notes=list(dict.fromkeys([*notes, *(run.video.notes if run.video else ())])),
        failure=_failure(run),
        requested_by=order.requested_by if order else "",
        links=links,
    )


def _version(state: ProjectState, number: int, run: Run) -> Version:
    at, video = run.end or (None, None)
    assert at is not None  # noqa: S101 - a version has ended
    assert isinstance(video, VideoAssembled)  # noqa: S101 - with a video
    look = video.brief.options.look
    base = f"{project_path(state.project_id)}/versions/{run.revision}"
    files = {
        "video": "video",
        "captions_vtt": "captions.vtt",
        "captions_srt": "captions.srt",
        "thumbnail": "thumbnail",
        "credits_json": "credits.json",
        "credits_txt": "credits.txt",
        "script_json": "script.json",
    }
    return Version(
        number=number,
        revision=run.revision,
        at=at,
        duration=video.duration,
        width=look.width,
        height=look.height,
        links={name: f"{base}/{file}" for name, file in files.items()},
    )


def _failure(run: Run) -> Failure | None:
    match run.end:
        case (_, ProjectFailed() as failed):
            fields: dict[str, Any] = failed.model_dump(include={"code", "message", "hint", "stage", "scene_number"})
            return Failure(**fields)
        case (_, ProjectCancelled() as cancelled):
            return Failure(
                code="cancelled", message=cancelled.reason or "cancelled", hint="", stage="", scene_number=None
            )
        case _:
            return None


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0].lstrip("# ")[:200]
