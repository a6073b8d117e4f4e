"""Measures what an edit of a storyboard costs, as a share of the first revision, and counts what it made.

scripts/bench_revisions.py [number of scenes]

Makes a video of 20 scenes with espeak and footage of a library, then edits it: one scene reworded, a scene added at the
beginning, two scenes swapped, a caption style changed. For each revision it prints the processor time of the whole stack,
its children included, and the results that the artifact store did not have before: scenes narrated, selected and encoded.

Reads processor time from /proc: of all living processes, and of the children that they have waited for. Linux only.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from scenewire.bus.client import BusClient
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.messages import FootageSourced, ScriptRequested, StoryboardEdit, VideoAssembled, message_model
from scenewire.processes.run import run_program
from scenewire.topology import EDIT_STORYBOARD
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_STAGES: Final = {"tts": "narrated", "sourcing": "selected", "segment": "encoded", "video": "joined"}
_SUBJECTS: Final = ("river", "harbour", "bridge", "tower", "market", "garden", "forest", "desert", "mountain", "island")
_FILLERS: Final = ("in the morning light", "before the rain comes", "after a long winter", "when nobody is looking")
_CLIP_S: Final = 8


@dataclass(frozen=True)
class Cost:
    """What a revision took."""

    wall_s: float
    processor_s: float
    made: Counter[str]


def text_of(number: int) -> str:
    """Returns the text of a scene: two sentences about something that the library has."""
    subject, filler = _SUBJECTS[number % len(_SUBJECTS)], _FILLERS[number % len(_FILLERS)]
    return f"The {subject} number {number} is quiet {filler}. People look at the {subject}, and then they walk on."


async def make_library(folder: Path) -> None:
    """Makes three clips of each subject."""
    folder.mkdir()
    ffmpeg = (await find_ffmpeg()).path
    for number, subject in enumerate(subject for subject in _SUBJECTS for _ in "123"):
        source = f"testsrc2=size=1280x720:rate=30,hue=h={number * 12}"
        arguments = ["-hide_banner", "-v", "error", "-f", "lavfi", "-i", source, "-t", str(_CLIP_S)]
        encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        name = folder / f"{subject} {number}.mp4"
        done = await run_program([str(ffmpeg), *arguments, *encoder, str(name)], timeout=60)
        if done.returncode:
            sys.exit(str(done.stderr))


def processor_s(root: int) -> float:
    """Returns the processor time of a process, its living descendants, and all children that they have waited for."""
    parents, ticks = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # the process has ended
            parents[int(entry.name)] = int(fields[1])
            ticks[int(entry.name)] = sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime

    def is_descendant(pid: int) -> bool:
        while pid > 1 and pid != root:
            pid = parents.get(pid, 0)
        return pid == root

    return sum(own for pid, own in ticks.items() if is_descendant(pid)) / _TICKS_PER_S


def results(data: Path) -> Counter[str]:
    """Returns the number of stored results by what they are of."""
    folder = data / "artifacts" / "results"
    return Counter({name: len(list((folder / stage).glob("*.json"))) for stage, name in _STAGES.items()})


@asynccontextmanager
async def stack(data: Path, library: Path) -> AsyncIterator[int]:
    """Runs an embedded stack for as long as the block runs; yields its process id."""
    unset = {"NATS_URL", "ARTIFACTS_URL", "DATABASE_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "scenewire_cli", "up", "--nats-port", "-1", "--data", str(data), "--json"),
        env=environment | {"TTS_ENGINE": "espeak", "LIBRARY_DIR": str(library)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        async for line in process.stdout:
            if json.loads(line)["event"] == "ready":
                break
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


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


async def main() -> None:
    """Prints the measurements."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    swapped = [2, 1, *range(3, count + 2)]
    edits: list[tuple[str, dict[str, Any]]] = [
        (
            "one scene reworded",
            {"scenes": [{"scene": count // 2, "text": f"Nobody knows the {_SUBJECTS[3]} any more."}]},
        ),
        ("a scene added at the beginning", {"added": [{"after": 0, "text": f"This is about the {_SUBJECTS[0]}."}]}),
        ("two scenes swapped", {"order": swapped}),
        ("nothing changed", {}),
        ("another caption style", {"options": {"look": {"caption_style": "box"}}}),
    ]
    project_id = uuid4()
    with tempfile.TemporaryDirectory(prefix="scenewire-bench-") as name:
        data, library = Path(name) / "data", Path(name) / "library"
        await make_library(library)
        async with stack(data, library) as pid, existing(DataFolder(data), None) as access:
            before, started, busy = results(data), time.monotonic(), processor_s(pid)
            scenes = [{"text": text_of(number)} for number in range(1, count + 1)]
            order = ScriptRequested.model_validate({"scenes": scenes, "title": "Quiet places", "language": "en"})
            await access.bus.publish(order.model_copy(update={"project_id": project_id}))
            costs: list[tuple[str, Cost]] = []
            selections: dict[int, Any] = {}
            for revision, (what, changes) in enumerate([("first revision", {}), *edits]):
                if revision:
                    before, started, busy = results(data), time.monotonic(), processor_s(pid)
                    request = {"project_id": str(project_id), "expected_revision": revision - 1, **changes}
                    edit = StoryboardEdit.model_validate(request | {"selections": selections})
                    await access.bus.ask(EDIT_STORYBOARD, edit.model_dump_json(exclude_unset=True).encode())
                selections = await finished(access.bus, project_id, revision)
                cost = Cost(time.monotonic() - started, processor_s(pid) - busy, results(data) - before)
                costs.append((what, cost))
    first = costs[0][1].processor_s
    print(f"{count} scenes; processor time of the stack, share of the first revision, wall time, results made")
    for what, cost in costs:
        made = ", ".join(f"{cost.made[name]} {name}" for name in _STAGES.values())
        share = cost.processor_s / first
        print(f"{what:32}{cost.processor_s:7.1f} s{share:8.1%}{cost.wall_s:8.1f} s   {made}")


if __name__ == "__main__":
    asyncio.run(main())
