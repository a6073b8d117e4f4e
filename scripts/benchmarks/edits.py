"""What an edit of a storyboard costs, as a share of the first revision, and what it makes again.

A running stack makes a video of 20 scenes with espeak and footage of a library; then one scene is reworded, a scene added at the beginning, two scenes
swapped, nothing changed, and the style of all captions changed. Processor seconds are those of the whole stack. The other columns count results
that the artifact store did not have before. An edit of one scene of 20 costs at least a twentieth; the sound of the whole video is mixed again. The
short form makes 640x360 pictures, the long form 1920x1080: fixed costs weigh more in small ones.
"""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from scenewire.bus.client import BusClient
from scenewire.messages import FootageSourced, ScriptRequested, StoryboardEdit, VideoAssembled, message_model
from scenewire.topology import EDIT_STORYBOARD
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder
from scripts.benchmarks.support.library import SUBJECTS, make_library, scene_text
from scripts.benchmarks.support.meter import metered
from scripts.benchmarks.support.result import Aim, Column, Result, Table
from scripts.benchmarks.support.stack import running_stack

TITLE: Final = "Edits"

_SCENES: Final = 20
_STAGES: Final = {"tts": "narrated", "sourcing": "selected", "segment": "encoded", "video": "joined"}


def results(data: Path) -> Counter[str]:
    """Returns the number of stored results by what they are of."""
    folder = data / "artifacts" / "results"
    return Counter({name: len(list((folder / stage).glob("*.json"))) for stage, name in _STAGES.items()})


async def finished(bus: BusClient, project_id: UUID, revision: int) -> dict[int, Any]:
    """Waits for the video of a revision; returns the selections of its scenes."""
    done = asyncio.Event()
    selections: dict[int, Any] = {}

    def received(stored: Any) -> None:
        model = message_model(stored.subject)
        if model is None or stored.project_id != project_id or stored.revision != revision:
            return
        if model is FootageSourced:
            sourced = FootageSourced.model_validate_json(stored.body)
            if sourced.selection is not None:
                selections[sourced.scene.scene_number] = sourced.selection.model_dump(mode="json")
        if model is VideoAssembled:
            done.set()

    async with bus.following(from_sequence=1, on_message=received, on_progress=lambda _: None):
        await asyncio.wait_for(done.wait(), 1_800)
    return selections


async def run(scratch: Path, *, long: bool) -> Result:
    """Makes a video, and edits it."""
    width, height = (1920, 1080) if long else (640, 360)
    edits: list[tuple[str, dict[str, Any]]] = [
        (
            "one scene reworded",
            {"scenes": [{"scene": _SCENES // 2, "text": f"Nobody knows the {SUBJECTS[3]} any more."}]},
        ),
        ("a scene added at the beginning", {"added": [{"after": 0, "text": f"This is about the {SUBJECTS[0]}."}]}),
        ("two scenes swapped", {"order": [2, 1, *range(3, _SCENES + 2)]}),
        ("nothing changed", {}),
        ("another style of captions", {"options": {"look": {"caption_style": "box"}}}),
    ]
    project_id, data = uuid4(), scratch / "data"
    library = await make_library(scratch / "library", width=width, height=height)
    rows: dict[str, tuple[float, ...]] = {}
    async with (
        running_stack(data, TTS_ENGINE="espeak", LIBRARY_DIR=str(library)) as stack,
        existing(DataFolder(data), None) as access,
    ):
        scenes = [{"text": scene_text(number)} for number in range(1, _SCENES + 1)]
        order = ScriptRequested.model_validate(
            {"scenes": scenes, "title": "Quiet places", "language": "en", "look": {"width": width, "height": height}}
        )
        selections: dict[int, Any] = {}
        first_s = 0.0
        for revision, (name, changes) in enumerate([("first revision", {}), *edits]):
            before = results(data)
            async with metered(stack) as meter:
                if revision:
                    request = {"project_id": str(project_id), "expected_revision": revision - 1, **changes}
                    edit = StoryboardEdit.model_validate(request | {"selections": selections})
                    await access.bus.ask(EDIT_STORYBOARD, edit.model_dump_json(exclude_unset=True).encode())
                else:
                    await access.bus.publish(order.model_copy(update={"project_id": project_id}))
                selections = await finished(access.bus, project_id, revision)
            cost, made = meter.cost, results(data) - before
            first_s = first_s or cost.processor_s
            counts = (float(made[each]) for each in _STAGES.values())
            rows[name] = (cost.processor_s, cost.processor_s / first_s, cost.wall_s, *counts)
    return Result(
        tables=(
            Table(
                title=f"{_SCENES} scenes, {width}x{height}",
                label="revision",
                columns=(
                    Column(name="processor s"),
                    Column(name="share", digits=3),
                    Column(name="wall s"),
                    *(Column(name=name, digits=0) for name in _STAGES.values()),
                ),
                rows=rows,
            ),
        ),
        aims=(Aim(name="one scene reworded / first revision", value=rows[edits[0][0]][1], at_most=0.10),),
    )
