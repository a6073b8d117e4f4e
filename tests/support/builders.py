"""Valid messages in one line."""

from uuid import UUID, uuid4

from scenewire.messages import (
    ArtifactRef,
    AudioRendered,
    Brief,
    Footage,
    FootageSourced,
    Look,
    Narration,
    NarrationRequested,
    Options,
    Scene,
    ScenesScripted,
    Segment,
    SegmentRendered,
    Word,
    derive_scene_id,
)

PROJECT = UUID("11111111-1111-4111-8111-111111111111")


def options(**changes) -> Options:
    return Options(**{"target_duration": 60, "look": Look(width=320, height=180, closing=False), **changes})


def brief(scene_count: int = 2, **changes) -> Brief:
    values = {"topic": "Tea", "title": "Tea", "scene_count": scene_count, "options": options(), **changes}
    return Brief(**values)


def scene(number: int = 1, text: str = "Tea is a drink.", project_id: UUID = PROJECT) -> Scene:
    return Scene(
        id=derive_scene_id(project_id, number),
        scene_number=number,
        text=text,
        footage_query="tea drink",
        keywords=("tea", "drink"),
        estimated_duration=2.0,
    )


def artifact(name: str = "a", media_type: str = "audio/wav") -> ArtifactRef:
    return ArtifactRef(key=f"content/00/{name}", sha256="0" * 64, size=1, media_type=media_type)


def narration(samples: int = 48_000) -> Narration:
    return Narration(
        audio=artifact(),
        samples=samples,
        sample_rate=24_000,
        words=(Word(text="Tea", start_sample=0, end_sample=samples // 2),),
        engine="espeak",
        device="cpu",
        voice="en",
    )


def scripted(project_id: UUID | None = None, scene_count: int = 2) -> ScenesScripted:
    project_id = project_id or uuid4()
    scenes = tuple(scene(number, project_id=project_id) for number in range(1, scene_count + 1))
    return ScenesScripted(project_id=project_id, brief=brief(scene_count), scenes=scenes, writer="outline")


def narration_requested(project_id: UUID | None = None, number: int = 1, scene_count: int = 2) -> NarrationRequested:
    project_id = project_id or uuid4()
    return NarrationRequested(
        project_id=project_id, brief=brief(scene_count), scene=scene(number, project_id=project_id)
    )


def audio_rendered(project_id: UUID | None = None, number: int = 1, scene_count: int = 2) -> AudioRendered:
    request = narration_requested(project_id, number, scene_count)
    return AudioRendered(project_id=request.project_id, brief=request.brief, scene=request.scene, narration=narration())


def footage_sourced(project_id: UUID | None = None, number: int = 1, scene_count: int = 2) -> FootageSourced:
    audio = audio_rendered(project_id, number, scene_count)
    return FootageSourced(
        project_id=audio.project_id,
        brief=audio.brief,
        scene=audio.scene,
        narration=audio.narration,
        footage=Footage(fallback=True, reason="test"),
    )


def segment_rendered(project_id: UUID | None = None, number: int = 1, scene_count: int = 2) -> SegmentRendered:
    sourced = footage_sourced(project_id, number, scene_count)
    return SegmentRendered(
        project_id=sourced.project_id,
        brief=sourced.brief,
        scene=sourced.scene,
        narration=sourced.narration,
        footage=sourced.footage,
        segment=Segment(video=artifact("s", "video/mp4"), frames=60, encoder="libx264", device="cpu"),
    )
