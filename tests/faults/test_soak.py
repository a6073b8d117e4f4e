"""Many projects under many faults at once for minutes: each has one video in the end, and nothing is left.

`make soak` runs it and prints a report. Its environment:

    SOAK_PROJECTS   how many projects of four scenes are ordered, evenly over the first four fifths of the time; 300
    SOAK_MINUTES    for how long faults are caused; 15
    SOAK_SEED       of the faults: victims, moments and durations; printed at the start

Each worker has two replicas. Services and nats-server are killed and stopped, the database is locked and moved away, and
the disk of the artifacts is full, which needs root. Afterwards everything runs until no message is published any more.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import nats
import pytest

from tests.support.faults.chaos import SERVER, Chaos, Fleet, schedule
from tests.support.faults.disk import mounted
from tests.support.faults.oracle import assert_invariants
from tests.support.faults.shim import EncodingCounter
from tests.support.faults.usage import Usage
from tests.support.faults.world import ENDS, WORKERS, Message, World

PROJECTS: Final = int(os.environ.get("SOAK_PROJECTS", "300"))
SECONDS: Final = float(os.environ.get("SOAK_MINUTES", "15")) * 60
SEED: Final = int(os.environ.get("SOAK_SEED", str(time.time_ns() % 1_000_000)))

SCENES: Final = 4
REPLICAS: Final = 2
ORDERED_WITHIN: Final = 0.8
"""Share of the time."""

STANDSTILL_S: Final = 180.0
"""Without a new message; what has not ended then is lost."""

NEWS_EVERY_S: Final = 30.0

UNREACHABLE: Final = (nats.errors.Error, OSError)
"""TimeoutError is an OSError."""


def show(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the report


async def order_all(world: World) -> None:
    """Orders projects evenly; each until the bus has acknowledged it."""
    began = time.monotonic()
    for number in range(PROJECTS):
        due = began + number / PROJECTS * SECONDS * ORDERED_WITHIN
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        order = world.new_order(scenes=SCENES)
        while True:
            try:
                await world.publish(order)
                break
            except UNREACHABLE:
                await asyncio.sleep(0.5)


async def ends(world: World) -> list[Message]:
    """Returns the messages that end a project."""
    return [message for message in await world.messages() if message.subject in ENDS]


async def tell(world: World, chaos: Chaos, began: float) -> None:
    """Shows how far it is, until it is cancelled."""
    while True:
        await asyncio.sleep(NEWS_EVERY_S)
        with suppress(*UNREACHABLE):
            counted = Counter(message.subject for message in await ends(world))
            show(
                f"{time.monotonic() - began:.0f} s: {len(world.orders)} ordered, {dict(counted)}, "
                f"{len(chaos.caused)} faults"
            )


async def all_ended(world: World) -> None:
    """Waits until each project has ended, or nothing happens any more."""
    seen, changed = 0, time.monotonic()
    while time.monotonic() - changed < STANDSTILL_S:
        count = len(await world.messages())
        if len({message.project_id for message in await ends(world)}) == PROJECTS:
            return
        if count != seen:
            seen, changed = count, time.monotonic()
        await asyncio.sleep(1)


def repeated(messages: list[Message], subject: str, key: Callable[[Message], object]) -> int:
    """Counts the messages of a subject beyond the first with their key."""
    found = [key(message) for message in messages if message.subject.startswith(subject)]
    return len(found) - len(set(found))


async def report(world: World, fleet: Fleet, chaos: Chaos, encoder: EncodingCounter) -> dict[str, object]:
    """Counts what came of the projects."""
    messages = await world.messages()
    ended = await ends(world)
    videos = {message.project_id for message in ended if message.subject == "video.assembled"}
    failures = [message for message in ended if message.subject == "project.failed"]
    encoded = sum(message.subject.startswith("segment.rendered") for message in messages)
    scratch = world.artifacts / "scratch"
    alive = {member.service.pid for member in fleet.members.values()}
    used = [entry.name.split("+")[1] for entry in scratch.iterdir()] if scratch.exists() else []
    return {
        "projects": len(world.orders),
        "finished": len(videos),
        "failed": len(failures),
        "why": dict(Counter(str(message.content.get("code")) for message in failures)),
        "lost": len(set(world.orders) - {message.project_id for message in ended}),
        "doubled videos": repeated(messages, "video.assembled", lambda message: message.project_id),
        "messages stored twice": repeated(messages, "", lambda message: message.id),
        "scenes": encoded,
        "scenes with two narrations": repeated(messages, "audio.rendered", scene),
        "scenes with two segments": repeated(messages, "segment.rendered", scene),
        "encodings begun more than once": encoder.runs - encoded,
        "processes left": len([command for command in world.strays() if "nats-server" not in command]),
        "scratch files before the next sweep": len([pid for pid in used if int(pid) not in alive]),
        "faults": {f"{kind} {victim}": n for (kind, victim), n in sorted(kinds(chaos).items())},
        "ended by themselves": dict(Counter(f"{label}: {code}" for label, code in fleet.endings)),
    }


def scene(message: Message) -> tuple[str, object]:
    """Returns what identifies the scene of a message."""
    return message.project_id, message.content["scene"]["scene_number"]


def kinds(chaos: Chaos) -> Counter[tuple[str, str]]:
    """Counts the faults that were caused."""
    return Counter((str(fault.kind), fault.victim.partition("-")[0]) for fault in chaos.caused)


@pytest.mark.soak
@pytest.mark.timeout(0)
async def test_many_projects_end_with_one_video_each_under_many_faults(tmp_path: Path):
    show(f"\nSOAK_SEED={SEED} SOAK_PROJECTS={PROJECTS} SOAK_MINUTES={SECONDS / 60:g}: {tmp_path}")
    world = World(tmp_path / "world")
    encoder = EncodingCounter(tmp_path / "encoder")
    fleet, usage = Fleet(world), Usage()

    def processes() -> Mapping[int, str]:
        services = {member.service.pid: member.service.name for member in fleet.members.values()}
        return services | {world.server.pid: SERVER}

    try:
        async with mounted(world.artifacts) as disk:
            await world.open()
            async with world.connected():
                await fleet.start("recorder", 1)
                for name in WORKERS:
                    await fleet.start(name, REPLICAS, FFMPEG=str(encoder.path))
                faults = schedule(random.Random(SEED), SECONDS, list(fleet.members), has_disk=disk is not None)
                chaos = Chaos(world, fleet, disk)
                began = time.monotonic()
                watching = [asyncio.create_task(usage.watch(processes)), asyncio.create_task(tell(world, chaos, began))]
                async with fleet.supervised():
                    await asyncio.gather(order_all(world), chaos.run(faults))
                    show(f"{time.monotonic() - began:.0f} s: no more faults")
                    watching.pop().cancel()
                    await all_ended(world)
                    took = time.monotonic() - began
                watching.pop().cancel()
                counted = await report(world, fleet, chaos, encoder)
                show("\n".join([f"after {took:.0f} s:", *(f"- {name}: {value}" for name, value in counted.items())]))
                show("\n".join(usage.table()))
                await assert_invariants(world)
                show("the oracle found nothing")
    finally:
        world.close()
    none = ("failed", "lost", "doubled videos", "messages stored twice", "processes left")
    assert {name: counted[name] for name in none} == dict.fromkeys(none, 0)
