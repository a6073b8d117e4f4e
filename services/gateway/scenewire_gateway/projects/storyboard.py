"""The storyboard of a revision: every scene with its text, narration, footage and state, from the messages on record."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from scenewire.messages import (
    ArtifactRef,
    AudioRendered,
    Clip,
    FootageSourced,
    Narration,
    Scene,
    ScenesScripted,
    SegmentRendered,
)
from scenewire.record.content import parse
from scenewire.record.queries import Row
from scenewire_gateway.projects.state import ProjectState, Run, State
from scenewire_gateway.projects.views import View, project_path

__all__ = ["SceneMessages", "SceneView", "Storyboard", "StoryboardView", "read_storyboard", "storyboard_view"]


class SceneMessages:
    """What became of one scene in a revision."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.spoken: AudioRendered | None = None
        self.sourced: FootageSourced | None = None
        self.rendered: SegmentRendered | None = None

    @property
    def narration(self) -> Narration | None:
        """Its narration, if it has one."""
        return self.spoken.narration if self.spoken else None


class Storyboard:
    """A script and what became of its scenes.

    Attributes:
        script: None before it is written.
        scenes: in order.
    """

    def __init__(self, script: ScenesScripted | None) -> None:
        self.script = script
        self.scenes = [SceneMessages(scene) for scene in script.scenes] if script else []

    @property
    def selections(self) -> dict[int, ArtifactRef]:
        """The selected footage of the scenes that have some, by scene number."""
        return {
            messages.scene.scene_number: messages.sourced.selection
            for messages in self.scenes
            if messages.sourced is not None and messages.sourced.selection is not None
        }


def read_storyboard(rows: Iterable[Row]) -> Storyboard:
    """Returns the storyboard of the messages of one revision."""
    contents = [parse(row["subject"], row["body"])[0] for row in rows if row["body"] is not None]
    script = next((content for content in contents if isinstance(content, ScenesScripted)), None)
    board = Storyboard(script)
    for content in contents:
        match content:
            case AudioRendered() if messages := _of(board, content.scene.scene_number):
                messages.spoken = content
            case FootageSourced() if messages := _of(board, content.scene.scene_number):
                messages.sourced = content
            case SegmentRendered() if messages := _of(board, content.scene.scene_number):
                messages.rendered = content
            case _:
                pass
    return board


def _of(board: Storyboard, number: int) -> SceneMessages | None:
    return board.scenes[number - 1] if number <= len(board.scenes) else None


class ClipView(View):
    """A part of footage that a scene shows."""

    title: str
    creator: str
    licence: str
    licence_url: str
    source_url: str
    provider: str
    source_id: str
    start: float | None = Field(
        description="When it begins in the scene, seconds; null: clips share the scene equally."
    )
    duration: float | None = Field(description="Seconds; null for pictures.")
    kind: Literal["clip", "still"]


class CandidateView(View):
    """Footage that was considered."""

    provider: str
    source_id: str
    title: str
    kind: Literal["clip", "still"]
    duration: float | None
    creator: str
    licence: str
    chosen: bool
    reason: str


class SceneView(View):
    """A scene."""

    number: int
    id: UUID
    text: str
    section: str
    voice: str | None = Field(description="Null: the voice of the video.")
    pause: float = Field(description="Silence after it, seconds.")
    state: Literal["waiting", "spoken", "sourced", "rendered", "failed"]
    attempts: int
    duration: float | None = Field(description="Of its narration, seconds.")
    start: float | None = Field(description="In the video, seconds; null until all scenes before it are spoken.")
    narration_url: str | None
    picture_url: str | None
    segment_url: str | None
    picture: Literal["footage", "design"] | None = Field(description="What it shows; null until that is known.")
    fallback: bool
    reason: str = Field(description="Why it has no footage.")
    footage_query: str
    clips: list[ClipView]
    candidates: list[CandidateView]
    design: str | None = Field(description="The design that it shows where it has no footage.")
    notes: list[str]


class ChapterView(View):
    """A section of the video."""

    title: str
    start: float | None


class StoryboardView(View):
    """What a video consists of."""

    project_id: UUID
    revision: int
    state: State
    title: str | None
    editable: bool = Field(description="Whether an edit is accepted: its script is written.")
    options: Mapping[str, Any] | None = Field(description="Language, voice, look and other options of the whole video.")
    scenes: list[SceneView]
    chapters: list[ChapterView]


def storyboard_view(state: ProjectState, run: Run, board: Storyboard) -> StoryboardView:
    """Returns a storyboard in JSON."""
    starts = _starts(board.scenes)
    failed = (
        run.end[1].scene_number if run.state == "failed" and run.end and hasattr(run.end[1], "scene_number") else None
    )
    brief = board.script.brief if board.script else None
    scenes = [
        _scene_view(state, run, messages, start, is_failed=messages.scene.scene_number == failed)
        for messages, start in zip(board.scenes, starts, strict=True)
    ]
    return StoryboardView(
        project_id=state.project_id,
        revision=run.revision,
        state=run.state,
        title=brief.title if brief else None,
        editable=brief is not None,
        options=brief.options.model_dump(mode="json") if brief else None,
        scenes=scenes,
        chapters=[ChapterView(title=scene.section, start=scene.start) for scene in scenes if scene.section],
    )


def _starts(scenes: Sequence[SceneMessages]) -> list[float | None]:
    """Returns where scenes begin in the video, seconds, from the frames of their pictures or the length of narrations."""
    lengths = [_seconds(messages) for messages in scenes]
    known = next((number for number, length in enumerate(lengths) if length is None), len(lengths))
    sums: list[float | None] = [0.0, *accumulate(length for length in lengths[:known] if length is not None)]
    return (sums + [None] * len(scenes))[: len(scenes)]


def _seconds(messages: SceneMessages) -> float | None:
    if messages.rendered is not None:
        return messages.rendered.segment.frames / messages.rendered.brief.options.look.frame_rate
    narration = messages.narration
    return None if narration is None else narration.samples / narration.sample_rate


def _scene_view(
    state: ProjectState, run: Run, messages: SceneMessages, start: float | None, *, is_failed: bool
) -> SceneView:
    scene, narration, sourced = messages.scene, messages.narration, messages.sourced
    footage = sourced.footage if sourced else None
    base = f"{project_path(state.project_id)}/scenes/{scene.scene_number}"
    query = f"?revision={run.revision}"
    shown = "segment" if messages.rendered else "clip" if footage is not None and footage.clips else None
    design = scene.sentences[0].designs[0].kind if scene.sentences else None
    return SceneView(
        number=scene.scene_number,
        id=scene.id,
        text=scene.text,
        section=scene.section,
        voice=scene.voice,
        pause=scene.pause,
        state="failed" if is_failed else _scene_state(messages),
        attempts=state.attempts.get(scene.scene_number, 1),
        duration=None if narration is None else narration.samples / narration.sample_rate,
        start=start,
        narration_url=f"{base}/narration{query}" if narration else None,
        picture_url=f"{base}/picture{query}&of={shown}" if shown else None,
        segment_url=f"{base}/segment{query}" if messages.rendered else None,
        picture=None if footage is None else "footage" if footage.clips else "design",
        fallback=footage.fallback if footage else False,
        reason=footage.reason if footage else "",
        footage_query=scene.footage_query,
        clips=[_clip_view(sourced, clip) for clip in footage.clips] if sourced and footage else [],
        candidates=[
            CandidateView.model_validate(candidate.model_dump(include=set(CandidateView.model_fields)))
            for candidate in (footage.candidates if footage else ())
        ],
        design=design if footage is None or not footage.clips else None,
        notes=[*(narration.notes if narration else ()), *(footage.notes if footage else ())],
    )


def _scene_state(messages: SceneMessages) -> Literal["waiting", "spoken", "sourced", "rendered"]:
    if messages.rendered:
        return "rendered"
    return "sourced" if messages.sourced else "spoken" if messages.spoken else "waiting"


def _clip_view(sourced: FootageSourced, clip: Clip) -> ClipView:
    rate = sourced.brief.options.look.frame_rate
    return ClipView(
        **clip.credit.model_dump(include={"title", "creator", "licence", "licence_url", "source_url", "provider"}),
        source_id=clip.source_id,
        start=None if clip.start_frame is None else clip.start_frame / rate,
        duration=None if clip.facts.still else float(clip.length.as_seconds(clip.facts.rate)),
        kind="still" if clip.facts.still else "clip",
    )
