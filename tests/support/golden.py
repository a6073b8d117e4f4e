"""Stored messages: one of every type and version, which must be understood for ever.

`python -m tests.support.golden` writes those that are missing; a stored one is never rewritten.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from scenewire.messages import (
    ArtifactRef,
    Clip,
    Credit,
    Footage,
    Look,
    Loudness,
    Message,
    Progress,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    ProviderUse,
    ScriptRequested,
    SourceFacts,
    StoryboardEdit,
    VideoAssembled,
    Work,
)
from scenewire.messages.base import WireModel
from scenewire.topology import EDIT_STORYBOARD
from tests.support import builders
from tests.support.builders import PROJECT, artifact

FOLDER = Path(__file__).parents[1] / "data" / "contracts" / "v1"


def messages() -> Mapping[str, WireModel]:
    """One of every type, with every optional part filled."""
    clip = Clip(
        file=artifact("c", "video/mp4"),
        in_frame=10,
        out_frame=60,
        facts=SourceFacts(
            width=1280,
            height=720,
            frame_rate_numerator=30_000,
            frame_rate_denominator=1001,
            duration_frames=300,
            video_codec="h264",
        ),
        source_id="pot",
        credit=Credit(
            provider="library", title="Tea pot", creator="A. Person", licence="CC0", source_url="https://a/b"
        ),
    )
    sourced = builders.footage_sourced(PROJECT).model_copy(update={"footage": Footage(clips=(clip,), fallback=False)})
    refs: dict[str, ArtifactRef] = {
        name: artifact(name)
        for name in ("video", "captions_srt", "captions_vtt", "thumbnail", "credits_json", "credits_txt", "script_json")
    }
    use = ProviderUse(provider="groq", model="m", requests=2, input_tokens=900, output_tokens=400, money=0.00039)
    work = Work(
        service="script",
        worker="host:12",
        started_at=datetime(2026, 11, 29, 12, tzinfo=UTC),
        wall_s=2.5,
        own_cpu_s=0.25,
        child_cpu_s=1.5,
        bytes_fetched=1_000,
        bytes_stored=2_000,
        results_made=1,
        providers=(use,),
    )
    everything: list[Message | ScriptRequested] = [
        ScriptRequested(
            project_id=PROJECT,
            topic="Tea",
            text="Tea is old.",
            target_duration=60,
            language="en-GB",
            voice="en",
            look=Look(width=1080, height=1920, frame_rate=25, captions=False),
            footage_providers=("library",),
        ),
        builders.scripted(PROJECT).model_copy(update={"work": work}),
        builders.narration_requested(PROJECT),
        builders.audio_rendered(PROJECT),
        sourced,
        builders.segment_rendered(PROJECT),
        VideoAssembled(
            project_id=PROJECT,
            brief=builders.brief(notes=("a note",)),
            notes=("a note",),
            **refs,
            frames=120,
            duration=4.0,
            video_codec="h264",
            encoder="h264_nvenc",
            device="NVIDIA L4, driver 550.54",
            audio_codec="aac",
            loudness=Loudness(integrated_lufs=-14.0, true_peak_dbtp=-1.5),
            work=work.model_copy(update={"service": "assembly", "providers": ()}),
        ),
        ProjectFailed(project_id=PROJECT, stage="tts", scene_number=2, code="speech_failed", message="no", hint="do"),
        ProjectCancelled(project_id=PROJECT, reason="changed my mind"),
        ProjectDeleted(project_id=PROJECT, revision=2, reason="asked by the customer", requested_by="a person"),
    ]
    progress = Progress(project_id=PROJECT, stage="assembly", scene_number=1, state="working", fraction=0.5)
    edit = StoryboardEdit.model_validate(
        {
            "project_id": PROJECT,
            "expected_revision": 2,
            "scenes": [
                {
                    "scene": 3,
                    "text": "Tea is old.",
                    "voice": None,
                    "media": [{"file": artifact("m", "video/mp4"), "end": 2}],
                    "footage_query": "old tea",
                    "picture": "footage",
                    "pause": 1,
                }
            ],
            "added": [{"after": 3, "text": "Tea is young.", "voice": "en"}],
            "order": [1, 3],
            "options": {"voice": "en", "look": {"captions": False}, "speed": 1.1, "music": None},
            "approve": True,
            "selections": {1: artifact("f", "application/json")},
            "requested_by": "a person",
        }
    )
    return {message.SUBJECT: message for message in everything} | {"progress": progress, EDIT_STORYBOARD: edit}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, message in messages().items():
        path = FOLDER / f"{name}.json"
        if not path.exists():
            path.write_text(
                json.dumps(
                    message.model_dump(mode="json", exclude_unset=isinstance(message, StoryboardEdit)),
                    indent=2,
                    ensure_ascii=False,
                )
                + "\n"
            )


if __name__ == "__main__":
    main()
