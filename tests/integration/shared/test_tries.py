"""What counts as a try of a message, and what does not: outages, interruptions, newer schema versions."""

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import nats
import pytest

from scenewire.bus import Bus
from scenewire.bus.consuming.received import current_delivery
from scenewire.bus.provisioning.provision import provision
from scenewire.errors import FailureCode, TransientError
from scenewire.messages import (
    NarrationRequested,
    StoredMessage,
)
from scenewire.topology import DEAD_LETTERS, INTERRUPTIONS, PIPELINE, TTS, interruption_subject
from tests.support import builders
from tests.support.bus_world import FAST, QUICK_TTS, World, bus_world, until


@pytest.fixture
async def world(tmp_path: Path):
    async with bus_world(tmp_path) as world:
        yield world


OUTAGES = [
    TransientError(FailureCode.STORAGE_FULL, "no room"),
    TransientError(FailureCode.STORAGE_UNAVAILABLE, "no bucket"),
    TransientError(FailureCode.BUS_UNAVAILABLE, "no answer"),
    TransientError(FailureCode.BUS_NOT_PROVISIONED, "no stream"),
    OSError(errno.ENOSPC, "No space left on device"),
    nats.errors.NoRespondersError(),
    nats.js.errors.ServiceUnavailableError(),
]


@pytest.mark.parametrize("outage", OUTAGES, ids=repr)
async def test_an_outage_of_bus_or_storage_pauses_the_work_and_costs_no_try(world: World, outage: Exception):
    bus, deliveries, heard = world.bus(), [], []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        deliveries.append(current_delivery().raw.metadata.num_delivered)
        if len(deliveries) <= 2 * FAST.max_tries:
            raise outage

    async def listen(message) -> None:
        heard.append(json.loads(message.data))

    await world.jetstream._nc.subscribe("progress.>", cb=listen)
    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    assert deliveries == [1] * (2 * FAST.max_tries + 1)
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0
    assert any(event["detail"].startswith("waiting 0 s") for event in heard if event["detail"])


async def test_an_outage_that_outlasts_its_limit_is_an_ordinary_failure(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scenewire.bus.consuming.pauses.OUTAGE_TIMEOUT_S", 0.0)
    bus, tries = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        tries.append(1)
        raise TransientError(FailureCode.STORAGE_FULL, "no room")

    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    assert len(tries) == FAST.max_tries
    assert (await world.last_failure()).code == "storage_full"


async def interrupted(world: World, times: int, *, alone: bool = False) -> None:
    """Starts and stops as many workers, each while it has the message in flight."""
    for _ in range(times):
        bus, entered = world.bus(drain_time=timedelta(seconds=0.05), is_alone=alone), asyncio.Event()

        def handler(bus: Bus = bus, entered: asyncio.Event = entered) -> None:
            @bus.subscribe(TTS)
            async def never_ends(request: NarrationRequested) -> None:
                entered.set()
                await asyncio.Event().wait()

        handler()
        async with world.serving(bus):
            await entered.wait()


@pytest.mark.parametrize("alone", [False, True])
async def test_forty_stopped_workers_are_no_tries(world: World, alone: bool):
    message = builders.narration_requested()
    await world.request(message)
    await interrupted(world, 40, alone=alone)
    bus, numbers, tries = world.bus(is_alone=alone), [], []

    @bus.subscribe(TTS)
    async def fails_at_first(request: NarrationRequested) -> None:
        numbers.append(current_delivery().raw.metadata.num_delivered)
        tries.append(current_delivery().tries)
        if len(tries) < FAST.max_tries:
            raise TransientError(FailureCode.PROGRAM_TIMEOUT, "not now")

    async with world.serving(bus):
        await world.settled()
    assert numbers == [41, 42, 43]
    assert tries == [1, 2, 3]
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0


async def test_failures_still_count_between_interruptions(world: World):
    bus, tries = world.bus(), []

    @bus.subscribe(TTS)
    async def fails(request: NarrationRequested) -> None:
        tries.append(1)
        raise TransientError(FailureCode.PROGRAM_TIMEOUT, "never")

    await world.request(builders.narration_requested())
    await interrupted(world, 4)
    async with world.serving(bus):
        await world.settled()
    assert len(tries) == FAST.max_tries
    assert (await world.last_failure()).code == "program_timeout"


async def test_kills_of_a_whole_stack_are_no_deaths_of_workers(world: World):
    await provision(world.jetstream, streams=[], durables=[QUICK_TTS])
    message = builders.narration_requested()
    await world.request(message)
    environment = os.environ | {"NATS_URL": world.server.url, "ARTIFACTS_URL": world.folder.as_uri(), "BUS_ALONE": "1"}
    for _ in range(FAST.max_tries + 1):
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.dying_worker", env=environment, stderr=subprocess.DEVNULL
        )
        assert await worker.wait() == -signal.SIGKILL
    bus, seen = world.bus(is_alone=True), []

    @bus.subscribe(QUICK_TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.project_id)

    async with world.serving(bus):
        await world.settled()
    assert seen == [message.project_id]


async def test_restarts_of_the_server_are_no_tries_of_the_work_that_they_interrupt(world: World):
    quick = replace(QUICK_TTS, ack_wait=timedelta(seconds=1), heartbeat=timedelta(seconds=0.2))
    await provision(world.jetstream, streams=[], durables=[quick])
    bus, deliveries, released = world.bus(), [], asyncio.Event()

    @bus.subscribe(quick, loops=2)
    async def narrate(request: NarrationRequested) -> None:
        deliveries.append((current_delivery().raw.metadata.num_delivered, current_delivery().tries))
        await released.wait()

    async def delivered() -> bool:
        return bool(deliveries)

    message = builders.narration_requested()
    counted, port = (
        interruption_subject(TTS.name, await world.request(message)),
        int(world.server.url.rpartition(":")[2]),
    )
    async with world.serving(bus):
        await until(delivered)
        for restarts in range(1, 2 * FAST.max_tries):
            world.server.kill()
            world.server._port = port
            await world.server.start()

            async def is_counted(restarts: int = restarts) -> bool:
                try:
                    stored = await world.jetstream.get_last_msg(INTERRUPTIONS.name, counted)
                except (OSError, nats.errors.Error):
                    return False
                return int(stored.data or b"0") >= restarts

            await until(is_counted)
        released.set()
        await world.settled()
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0
    assert all(tries <= FAST.max_tries for _, tries in deliveries)


async def test_row_73_a_message_of_a_newer_schema_waits_for_a_worker_that_knows_it(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scenewire.bus.consuming.delivery.NEWER_SCHEMA_DELAY_S", 0.05)
    older = world.bus()
    seen: list[tuple[str, UUID | None]] = []

    @older.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(("older", request.project_id))

    known = builders.narration_requested()
    newer = json.loads(builders.narration_requested().model_dump_json()) | {"schema_version": 2}

    async def was_delivered_often() -> bool:
        info = await world.jetstream.consumer_info(PIPELINE.name, TTS.name)
        return info.delivered is not None and info.delivered.consumer_seq > 3 * FAST.max_tries

    async with world.serving(older):
        await world.publish(TTS.subjects[0], json.dumps(newer).encode())
        await world.request(known)
        await until(was_delivered_often)
    assert seen == [("older", known.project_id)]
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0

    monkeypatch.setattr("scenewire.messages.envelope.SCHEMA_VERSION", 2)
    updated = world.bus()

    @updated.subscribe_stored(TTS)
    async def handles(message: StoredMessage) -> None:
        seen.append(("newer", message.project_id))

    async with world.serving(updated):
        await world.settled()
    assert seen[1] == ("newer", UUID(newer["project_id"]))


async def test_row_73_a_newer_schema_that_no_worker_knows_ends_as_a_dead_letter(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scenewire.bus.consuming.delivery.NEWER_SCHEMA_DELAY_S", 0.05)
    monkeypatch.setattr("scenewire.bus.consuming.delivery.NEWER_SCHEMA_TIMEOUT_S", 0.5)
    bus = world.bus()

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        raise AssertionError

    newer = json.loads(builders.narration_requested().model_dump_json()) | {"schema_version": 2}
    async with world.serving(bus):
        await world.publish(TTS.subjects[0], json.dumps(newer).encode())
        await world.settled()
    failure = await world.last_failure()
    assert (failure.code, str(failure.project_id)) == ("invalid_message", newer["project_id"])
    assert await world.messages(DEAD_LETTERS.name, "dlq.tts") == 1
