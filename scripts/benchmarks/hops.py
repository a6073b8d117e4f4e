"""What the bus costs for each message: FastStream with the product's middleware, against bare nats-py.

A worker takes the messages of narrated scenes from the durable of sourcing, one at a time, publishes a message of footage for each, waits until the server
has stored it, and acknowledges. The bodies are the same for all ways, and the server is the same kind of `nats-server`, which syncs what it stores:

- **nats-py**: fetch, publish, acknowledge. The body is not read.
- **nats-py and models**: it also validates the message and builds the answer, as every worker has to.
- **scenewire**: `Bus.subscribe` and `Bus.publish`: FastStream, validation, heartbeat, retries, dead letters, cancelled projects, progress, metrics, logs.

The ways take turns, each with a new server. The short form sends 500 messages a turn, the long form 3,000.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final
from uuid import uuid4

from nats.aio.msg import Msg
from nats.js import JetStreamContext

from scenewire.bus import Bus
from scenewire.bus.publishing import message_headers
from scenewire.messages import AudioRendered, FootageSourced
from scenewire.observability.logging_setup import configure_logs
from scenewire.settings import ServiceSettings
from scenewire.topology import PIPELINE, SOURCING
from scripts.benchmarks.support.meter import Meter
from scripts.benchmarks.support.result import Column, Result, Table
from tests.support.builders import audio_rendered
from tests.support.nats import provisioned_server
from tests.unit.recorder.story import footage

TITLE: Final = "Messages"

_SCENES: Final = 25
_ROUNDS: Final = 3

_Way = Callable[["_World"], Awaitable[None]]


@dataclass(frozen=True)
class _World:
    """A provisioned server with messages to handle."""

    settings: ServiceSettings
    jetstream: JetStreamContext
    answers: dict[tuple[str, int], FootageSourced]
    """By project and scene."""

    @property
    def left(self) -> int:
        return len(self.answers)


@dataclass(frozen=True)
class _Cost:
    wall_s: float
    worker_s: float
    server_s: float


async def run(scratch: Path, *, long: bool) -> Result:
    """Lets every way handle the same messages, in turns."""
    configure_logs(level="ERROR", style="console")
    number = 3000 if long else 500
    ways: dict[str, _Way] = {"nats-py": _bare, "nats-py and models": _with_models, "scenewire": _product}
    costs: dict[str, list[_Cost]] = {name: [] for name in ways}
    for turn in range(_ROUNDS):
        for name, way in ways.items():
            costs[name].append(await _measured(scratch / f"{turn} {name}", way, number))
    rows: dict[str, tuple[float, ...]] = {}
    for name, measured in costs.items():
        worker_us, server_us, wall_us = (
            median(values) / number * 1e6
            for values in zip(*((cost.worker_s, cost.server_s, cost.wall_s) for cost in measured), strict=True)
        )
        bare = rows.get("nats-py", (worker_us, server_us))
        rows[name] = (worker_us, server_us, (worker_us + server_us) / (bare[0] + bare[1]), 1e6 / wall_us)
    return Result(
        tables=(
            Table(
                title=f"{number} messages, median of {_ROUNDS} turns",
                label="way",
                columns=(
                    Column(name="worker, processor us a message", digits=0),
                    Column(name="server", digits=0),
                    Column(name="both, relative", digits=2),
                    Column(name="messages a second", digits=0),
                ),
                rows=rows,
            ),
        ),
    )


async def _measured(folder: Path, way: _Way, number: int) -> _Cost:
    async with provisioned_server(folder) as (server, jetstream):
        settings = ServiceSettings(nats_url=server.url, artifacts_url=folder.as_uri(), log_level="ERROR")
        answers = {}
        for _ in range(number // _SCENES):
            project_id = uuid4()
            for scene in range(1, _SCENES + 1):
                message = audio_rendered(project_id, scene, _SCENES)
                answers[str(project_id), scene] = footage(project_id, scene, _SCENES, f"{project_id}-{scene}")
                body = message.model_dump_json().encode()
                await jetstream.publish(message.subject, body, headers=message_headers(message))
        meter, began, busy_s = Meter(os.getpid()), time.perf_counter(), time.process_time()
        await way(_World(settings, jetstream, answers))
        worker_s, wall_s = time.process_time() - busy_s, time.perf_counter() - began
        meter.sample()
    return _Cost(wall_s, worker_s, meter.cost.by_program["nats-server"])


async def _bare(world: _World) -> None:
    bodies = [
        (answer.subject, answer.model_dump_json().encode(), message_headers(answer)) for answer in _in_order(world)
    ]

    async def handle(message: Msg) -> None:
        subject, body, headers = bodies[message.metadata.sequence.stream - 1]
        await world.jetstream.publish(subject, body, stream=PIPELINE.name, headers=headers)

    await _pull(world, handle)


async def _with_models(world: _World) -> None:
    async def handle(message: Msg) -> None:
        audio = AudioRendered.model_validate_json(message.data)
        answer = world.answers[str(audio.project_id), audio.scene.scene_number]
        body = answer.model_dump_json().encode()
        await world.jetstream.publish(answer.subject, body, stream=PIPELINE.name, headers=message_headers(answer))

    await _pull(world, handle)


async def _pull(world: _World, handle: Callable[[Msg], Awaitable[None]]) -> None:
    subscription = await world.jetstream.pull_subscribe_bind(SOURCING.name, PIPELINE.name)
    for _ in range(world.left):
        (message,) = await subscription.fetch(1)
        await handle(message)
        await message.ack()


async def _product(world: _World) -> None:
    bus, done, handled = Bus("sourcing", world.settings), asyncio.Event(), 0

    @bus.subscribe(SOURCING)
    async def answer(audio: AudioRendered) -> None:
        nonlocal handled
        await bus.publish(world.answers[str(audio.project_id), audio.scene.scene_number])
        handled += 1
        if handled == world.left:
            done.set()

    app = bus.app()
    await app.start()
    await done.wait()
    await app.stop()


def _in_order(world: _World) -> Sequence[FootageSourced]:
    return list(world.answers.values())
