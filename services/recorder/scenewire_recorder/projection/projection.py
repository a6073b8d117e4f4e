"""Projection of a project's messages onto its rows. Pure: no database access.

The rows are a fold over the messages in the order of their runs and, within a run, of their publication. Within a run a
project only moves forward.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import fsum
from typing import Any, Final, Self, TypeVar

from scenewire.database.videos import Video
from scenewire.messages import (
    AudioRendered,
    Brief,
    FootageSourced,
    NarrationRequested,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    Scene,
    SceneMessage,
    ScenesScripted,
    ScriptRequested,
    SegmentRendered,
    VideoAssembled,
)
from scenewire.record.content import Content
from scenewire.record.queries import Row
from scenewire.record.standing import STEP_AT_APPROVAL
from scenewire_recorder.log_entries import LogEntry
from scenewire_recorder.projection.files import merged
from scenewire_recorder.projection.media_rows import clip_file, footage_rows, id_from, suggestion_rows, video_file

__all__ = [
    "FLAGS",
    "JOB_COLUMNS",
    "PROJECT_COLUMNS",
    "SCENE_COLUMNS",
    "Cause",
    "ProjectRows",
    "fold",
    "is_edit",
    "job_id",
    "output_folder",
]

T = TypeVar("T")

PROJECT_COLUMNS: Final = (
    "id",
    "name",
    "topic",
    "current_step",
    "status",
    "config_json",
    "voice_id",
    "script_generated",
    "voice_selected",
    "target_duration",
    "total_duration",
    "visuals_generated",
    "visuals_provider",
    "visuals_download_progress",
    "video_path",
    "video_total_duration",
    "video_file_size",
    "thumbnail_path",
    "created_at",
    "last_active",
)
"""Columns that scenewire writes; the others belong to the web application."""

FLAGS: Final = ("script_generated", "voice_selected", "visuals_generated")
"""Boolean columns, which SQLite stores as numbers."""

SCENE_COLUMNS: Final = (
    "id",
    "project_id",
    "scene_number",
    "text",
    "audio_file_path",
    "duration",
    "selected_clip_id",
    "visual_keywords",
    "created_at",
    "updated_at",
)

JOB_COLUMNS: Final = (
    "id",
    "project_id",
    "status",
    "progress",
    "current_stage",
    "current_scene",
    "total_scenes",
    "error_message",
    "started_at",
    "completed_at",
    "created_at",
)

Cause = tuple[str, str | int]
"""Kind and key of a row that a message has changed."""

_STEPS: Final = (
    "topic",
    "voice",
    "script-generation",
    "voiceover",
    "visual-sourcing",
    "visual-curation",
    "editing",
    "export",
)
_RANKS: Final = {step: rank for rank, step in enumerate(_STEPS)}
_STEP_AFTER: Final[dict[type[Content], str]] = {
    ScriptRequested: "script-generation",
    ScenesScripted: "voiceover",
    NarrationRequested: "voiceover",
    AudioRendered: "visual-sourcing",
    FootageSourced: "editing",
    SegmentRendered: "editing",
    VideoAssembled: "export",
}
_ENDED: Final = frozenset({"complete", "cancelled"})
_NO_SEGMENTS: Final[Mapping[str, Any]] = {
    "status": "pending",
    "progress": 0,
    "current_stage": "initializing",
    "current_scene": 0,
    "error_message": None,
    "started_at": None,
    "completed_at": None,
}


@dataclass(kw_only=True)
class ProjectRows:
    """The rows of one project.

    Attributes:
        revision: the latest run that the rows know of; -1 before the first message.
        scenes: by scene number.
        scene_ids: by scene number; the first id that a scene was given stays its id, also when an edit moves it.
        suggestions: by scene number, then by the provider's id of the video; scenes that are not listed stay as they
            are.
        footage: the entries of the index of footage, as `suggestions`.
        videos: by path, those that the folded messages name; shared by all projects.
        job: the assembly, from its first segment on.
        causes: the message that each row was last touched by.
    """

    project_id: str
    revision: int = -1
    project: Row | None = None
    scenes: dict[int, Row] = field(default_factory=dict)
    scene_ids: dict[int, str] = field(default_factory=dict)
    suggestions: dict[int, dict[str, Row]] = field(default_factory=dict)
    footage: dict[int, dict[str, Row]] = field(default_factory=dict)
    videos: dict[str, Video] = field(default_factory=dict)
    job: Row | None = None
    causes: dict[Cause, LogEntry] = field(default_factory=dict, compare=False)

    def copy(self) -> Self:
        """Returns a copy of the rows."""
        return replace(
            self,
            project=None if self.project is None else dict(self.project),
            scenes={number: dict(row) for number, row in self.scenes.items()},
            scene_ids=dict(self.scene_ids),
            suggestions=dict(self.suggestions),
            footage=dict(self.footage),
            videos=dict(self.videos),
            job=None if self.job is None else dict(self.job),
            causes=dict(self.causes),
        )

    def deleted(self, deletion: LogEntry) -> Self:
        """Returns the rows after a deletion: none but those of source files, which other projects may use too."""
        output = output_folder(self.project_id)
        videos = {path: row for path, row in self.videos.items() if not path.startswith(output)}
        causes: dict[Cause, LogEntry] = {("video", path): self.causes["video", path] for path in videos}
        causes["project", self.project_id] = deletion
        return type(self)(project_id=self.project_id, revision=self.revision, videos=videos, causes=causes)

    def restarted(self, entries: Iterable[LogEntry]) -> Self:
        """Returns the rows before the first message, with everything that other tables and applications refer to.

        Args:
            entries: all messages of the project. In a later revision, scenes may have other numbers than in the first
                messages: then they have the ids in their messages.
        """
        kept, is_first = None, not any(entry.revision for entry in entries)
        if self.project is not None:
            kept = _new_project(self.project_id, self.project["created_at"])
            kept |= {name: self.project[name] for name in ("config_json", "last_active")}
        return type(self)(project_id=self.project_id, project=kept, scene_ids=dict(self.scene_ids) if is_first else {})


def output_folder(project_id: str) -> str:
    """Returns the beginning of the paths of a project's finished videos."""
    return f"output/{project_id}/"


def is_edit(entry: LogEntry) -> bool:
    """Returns whether a message is a storyboard that a person has edited: its scenes may have other numbers than before."""
    return isinstance(entry.content, ScenesScripted) and entry.content.edit is not None


def fold(rows: ProjectRows, entries: Iterable[LogEntry]) -> ProjectRows:
    """Returns the rows after further messages; the given rows do not change."""
    after, deletion = rows.copy(), None
    for entry in sorted(entries, key=lambda entry: (*entry.position, entry.message_id)):
        if entry.content is not None:
            _apply(after, entry.content, entry)
        if isinstance(entry.content, ProjectDeleted):
            deletion = entry
    if deletion is not None:
        return after.deleted(deletion)
    if after.project is not None and after.scenes:
        _sum_up(after.project, [row for _, row in sorted(after.scenes.items())])
    return after


def _sum_up(project: Row, scenes: list[Row]) -> None:
    spoken = [row["duration"] for row in scenes if row["duration"] is not None]
    project["total_duration"] = round(fsum(spoken), 2) if spoken else None
    found = sum(row["selected_clip_id"] is not None for row in scenes)
    if project["video_path"] is None:
        project["visuals_generated"] = found == len(scenes)
        project["visuals_download_progress"] = 100 * found // len(scenes)


def _apply(rows: ProjectRows, content: Content, entry: LogEntry) -> None:
    project = _touched_project(rows, content, entry)
    match content:
        case SegmentRendered():
            _scene_message(rows, project, content, entry)
            _segment(rows, content, entry)
        case SceneMessage():
            _scene_message(rows, project, content, entry)
        case ScriptRequested():
            _order(project, content)
        case ScenesScripted():
            _script(rows, project, content, entry)
        case VideoAssembled():
            _finish(rows, project, content, entry)
        case ProjectFailed():
            _end(project, "error")
            _end_job(rows, entry, content.message)
        case ProjectCancelled():
            _end(project, "cancelled")
            _end_job(rows, entry, "cancelled")
        case _:
            pass


def _touched_project(rows: ProjectRows, content: Content, entry: LogEntry) -> Row:
    """Applies the changes that every message makes to its project."""
    at = entry.published_at
    project = rows.project = rows.project or _new_project(rows.project_id, at)
    rows.causes["project", rows.project_id] = entry
    if content.revision > rows.revision:
        rows.revision = content.revision
        project.update(status="active", current_step=_STEPS[0])
        if rows.job is not None:
            rows.causes["job", rows.project_id] = entry
            rows.job.update(_NO_SEGMENTS)
    step = _STEP_AFTER.get(type(content), _STEPS[0])
    if isinstance(content, FootageSourced) and content.brief.awaits_approval:
        step = STEP_AT_APPROVAL
    if _RANKS[step] > _RANKS.get(project["current_step"], -1):
        project["current_step"] = step
    project["created_at"] = min(project["created_at"] or at, at)
    project["last_active"] = max(project["last_active"] or at, at)
    return project


def _new_project(project_id: str, at: str) -> Row:
    return dict.fromkeys(PROJECT_COLUMNS) | {
        "id": project_id,
        "name": project_id,
        "script_generated": False,
        "voice_selected": False,
        "visuals_generated": False,
        "visuals_download_progress": 0,
        "created_at": at,
        "last_active": at,
    }


def _order(project: Row, order: ScriptRequested) -> None:
    if project["topic"] is None:
        first = order.scenes[0].text if order.scenes else (order.text or "").strip().partition("\n")[0]
        project["name"] = order.topic or first
        project["topic"] = order.topic
    if order.voice is not None:
        project.update(voice_id=order.voice, voice_selected=True)
    if order.target_duration is not None or (order.text is None and order.scenes is None):
        _set_length(project, order.options.target_duration)  # own words without an ordered length last as they last
    if order.footage_providers:
        _configure(project, preferredProvider=order.footage_providers[0])


def _script(rows: ProjectRows, project: Row, script: ScenesScripted, entry: LogEntry) -> None:
    _describe(project, script.brief)
    if any(scene.wanted_duration is not None for scene in script.scenes):
        _set_length(project, script.brief.options.target_duration)
    project["script_generated"] = True
    words = sum(len(scene.text.split()) for scene in script.scenes)
    _configure(project, sceneCount=script.brief.scene_count, estimatedWords=words)
    if script.edit is not None:
        _renumber(rows, script, entry)
    for scene in script.scenes:
        _scene_row(rows, scene, entry)
    for number in [number for number in rows.scenes if number > script.brief.scene_count]:  # of an earlier run
        rows.causes["scene", rows.scenes[number]["id"]] = entry
        del rows.scenes[number]
        rows.suggestions.pop(number, None)
        rows.footage.pop(number, None)


def _renumber(rows: ProjectRows, script: ScenesScripted, entry: LogEntry) -> None:
    """Moves the rows of scenes to their new numbers; those of dropped scenes go."""
    places = {row["id"]: number for number, row in rows.scenes.items()}
    rows.scene_ids = {scene.scene_number: str(scene.id) for scene in script.scenes}
    before = {number: places[scene_id] for number, scene_id in rows.scene_ids.items() if scene_id in places}
    for scene_id in places.keys() - set(rows.scene_ids.values()):
        rows.causes["scene", scene_id] = entry
    rows.scenes = _moved(rows.scenes, before)
    rows.suggestions = _moved(rows.suggestions, before)
    rows.footage = _moved(rows.footage, before)


def _moved(by_number: Mapping[int, T], before: Mapping[int, int]) -> dict[int, T]:
    """Returns what belongs to scenes by their new numbers.

    Args:
        by_number: by the numbers before.
        before: the number before of each new number.
    """
    return {number: by_number[old] for number, old in before.items() if old in by_number}


def _describe(project: Row, brief: Brief) -> None:
    project["name"] = project["topic"] = brief.topic


def _set_length(project: Row, seconds: float) -> None:
    project["target_duration"] = round(seconds)
    _configure(project, targetDuration=round(seconds / 60, 2))  # minutes, as the web application counts


def _configure(project: Row, **values: object) -> None:
    before = _configuration(project["config_json"])
    if (after := before | values) != before:
        project["config_json"] = json.dumps(after, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=256)
def _configuration(config_json: str | None) -> dict[str, Any]:
    """Cached for all messages of a project; do not modify the result."""
    try:
        known = json.loads(config_json or "{}")
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def _scene_message(rows: ProjectRows, project: Row, message: SceneMessage, entry: LogEntry) -> None:
    _describe(project, message.brief)
    number, scene_id = message.scene.scene_number, str(message.scene.id)
    if rows.scene_ids.get(number) != scene_id and scene_id in rows.scene_ids.values():
        return  # an edit has moved the scene; the rows are folded again when that storyboard arrives, which is late
    row = _scene_row(rows, message.scene, entry)
    if isinstance(message, AudioRendered):
        narration = message.narration
        row["audio_file_path"] = narration.audio.key
        row["duration"] = narration.samples / narration.sample_rate
        project.update(voice_id=narration.voice, voice_selected=True)
    elif isinstance(message, FootageSourced):
        footage, at = message.footage, entry.published_at
        suggestions = {row["video_id"]: row for row in suggestion_rows(row["id"], footage, at)}
        rows.suggestions[number] = suggestions
        rows.footage[number] = {row["source_id"]: row for row in footage_rows(row["id"], footage, at)}
        rows.causes["footage", number] = entry
        row["selected_clip_id"] = None
        if footage.clips:
            row["selected_clip_id"] = suggestions[footage.clips[0].source_id]["id"]
            project["visuals_provider"] = footage.clips[0].credit.provider
        for clip in footage.clips:
            _use_file(rows, clip_file(clip, at), entry)


def _use_file(rows: ProjectRows, file: Video, entry: LogEntry) -> None:
    before = rows.videos.get(file.path)
    rows.videos[file.path] = file if before is None else merged(before, file)
    rows.causes["video", file.path] = entry


def _scene_row(rows: ProjectRows, scene: Scene, entry: LogEntry) -> Row:
    number, at = scene.scene_number, entry.published_at
    row = rows.scenes.get(number)
    if row is None:
        row = rows.scenes[number] = dict.fromkeys(SCENE_COLUMNS) | {"created_at": at, "updated_at": at}
    if number not in rows.scene_ids:
        rows.scene_ids[number] = str(scene.id)
    rows.causes["scene", number] = entry
    row["id"] = rows.scene_ids[number]
    row["project_id"] = rows.project_id
    row["scene_number"] = number
    row["text"] = scene.text
    row["visual_keywords"] = _as_json(scene.keywords)
    row["created_at"] = min(row["created_at"] or at, at)
    row["updated_at"] = max(row["updated_at"] or at, at)
    return row


@lru_cache(maxsize=1024)
def _as_json(words: tuple[str, ...]) -> str:
    return json.dumps(words, ensure_ascii=False)


def _segment(rows: ProjectRows, message: SegmentRendered, entry: LogEntry) -> None:
    """Counts messages by id, so that each scene of a run counts once."""
    job = _job(rows, message.brief.scene_count, entry)
    job["started_at"] = job["started_at"] or entry.published_at
    job["current_scene"] = min(job["current_scene"] + 1, job["total_scenes"])
    if job["status"] != "complete":
        job.update(status="processing", current_stage="trimming", error_message=None)
        job["progress"] = min(99, 100 * job["current_scene"] // job["total_scenes"])


def _end_job(rows: ProjectRows, entry: LogEntry, problem: str) -> None:
    if rows.job is not None and rows.job["status"] != "complete":
        rows.causes["job", rows.project_id] = entry
        rows.job.update(status="error", error_message=problem)


def _job(rows: ProjectRows, scene_count: int, entry: LogEntry) -> Row:
    rows.causes["job", rows.project_id] = entry
    if rows.job is None:
        known = {"id": job_id(rows.project_id), "project_id": rows.project_id, "created_at": entry.published_at}
        rows.job = {**dict.fromkeys(JOB_COLUMNS), **_NO_SEGMENTS, **known}
    rows.job["total_scenes"] = scene_count
    return rows.job


def job_id(project_id: str) -> str:
    """Returns the id of a project's assembly job."""
    return id_from("assembly", project_id)


def _end(project: Row, status: str) -> None:
    """The first end of a run counts, but a video may still follow a failure."""
    if project["status"] not in _ENDED:
        project["status"] = status


def _finish(rows: ProjectRows, project: Row, video: VideoAssembled, entry: LogEntry) -> None:
    at = entry.published_at
    _describe(project, video.brief)
    _end(project, "complete")
    _use_file(rows, video_file(video, at), entry)
    project.update(
        video_path=video.video.key,
        video_total_duration=video.duration,
        video_file_size=video.video.size,
        thumbnail_path=video.thumbnail.key,
        script_generated=True,
        voice_selected=True,
        visuals_generated=True,
        visuals_download_progress=100,
    )
    job = _job(rows, video.brief.scene_count, entry)
    job["current_scene"] = job["total_scenes"]
    job["started_at"] = job["started_at"] or at
    job.update(status="complete", progress=100, current_stage="finalizing", error_message=None, completed_at=at)
