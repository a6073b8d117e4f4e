"""Publishing, fan-in, batches and provisioning, against a real nats-server."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from uuid import uuid4

import pytest
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from scenewire.bus.client import BusClient
from scenewire.bus.provisioning.provision import (
    configured_durables,
    missing,
    provision,
    provision_server,
    release_unacknowledged,
)
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import NarrationRequested, SegmentRendered, StoredMessage
from scenewire.settings import ProvisionSettings
from scenewire.topology import DURABLES, PIPELINE, RECORDER, STREAMS, TTS
from scenewire_assembly.segment_collector import Collector
from scenewire_cli.stack import nats_server
from tests.support import builders
from tests.support.bus_world import QUICK_TTS, World, bus_world, until
from tests.support.nats import connected, settings_for


@pytest.fixture
async def world(tmp_path: Path):
    async with bus_world(tmp_path) as world:
        yield world


async def test_a_repeated_publish_is_stored_once(world: World):
    bus = world.bus()
    async with world.serving(bus):
        message = builders.audio_rendered()
        first, second = await bus.publish(message), await bus.publish(message)
    assert (first.seq, second.duplicate) == (second.seq, True)
    assert await world.messages(PIPELINE.name, "audio.rendered") == 1


async def test_a_published_message_carries_its_ids_in_headers(world: World):
    bus = world.bus()
    message = builders.segment_rendered(number=2)
    async with world.serving(bus):
        await bus.publish(message)
    stored = await world.jetstream.get_last_msg(PIPELINE.name, "segment.rendered.>")
    assert stored.subject == f"segment.rendered.{message.project_id}.2"
    assert stored.headers is not None
    assert stored.headers["Nats-Msg-Id"] == f"{message.project_id}:2:segment.rendered"
    assert stored.headers["correlation_id"] == str(message.project_id)
    assert stored.headers["content-type"] == "application/json"


async def test_b56_loops_share_a_durable_and_no_more_messages_are_worked_on_than_there_are_loops(world: World):
    bus, in_hand, most = world.bus(), set(), []
    together = asyncio.Event()

    @bus.subscribe(TTS, loops=3)
    async def narrate(request: NarrationRequested) -> None:
        in_hand.add(request.scene.scene_number)
        most.append(len(in_hand))
        if len(in_hand) == 3:
            together.set()
        await together.wait()
        in_hand.discard(request.scene.scene_number)

    project = uuid4()
    async with world.serving(bus):
        for number in range(1, 7):
            await world.request(builders.narration_requested(project, number, 6))
        await world.settled()
    assert max(most) == 3


async def test_b60_progress_goes_out_without_being_stored(world: World):
    bus, heard = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        """Nothing to do."""

    async def listen(message) -> None:
        heard.append(json.loads(message.data))

    await world.jetstream._nc.subscribe("progress.>", cb=listen)
    message = builders.narration_requested()
    async with world.serving(bus):
        await world.request(message)
        await world.settled()

        async def told() -> bool:
            return bool(heard)

        await until(told)
    assert (heard[0]["state"], heard[0]["project_id"]) == ("started", str(message.project_id))


async def test_a_service_waits_until_its_durable_is_provisioned(world: World):
    await world.jetstream.delete_consumer(PIPELINE.name, TTS.name)
    bus, seen = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request)

    await world.request(builders.narration_requested())
    app = bus.app()
    starting = asyncio.create_task(app.start())
    await provision(world.jetstream)
    await starting
    await world.settled()
    await app.stop()
    assert len(seen) == 1


async def test_fan_in_sees_each_scene_once_and_knows_the_last(world: World):
    bus, project = world.bus(), uuid4()
    async with world.serving(bus):
        for number in (1, 3, 3, 2):
            last = await bus.publish(builders.segment_rendered(project, number, 3))
        await bus.publish(builders.segment_rendered(uuid4(), 1, 3))
        pattern = f"segment.rendered.{project}.>"
        assert await bus.count_subjects(pattern) == 3
        assert await bus.last_sequence(pattern) == last.seq
        subject = f"segment.rendered.{project}.3"
        assert (await bus.last_message(subject, type(builders.segment_rendered()))).scene.scene_number == 3
        with pytest.raises(PermanentError, match="holds no message"):
            await bus.last_message(f"segment.rendered.{project}.4", NarrationRequested)


async def test_two_revisions_whose_segments_arrive_in_turns_never_mix_and_both_complete(world: World):
    bus, project = world.bus(), uuid4()
    collector = Collector(bus)
    complete: dict[tuple[int, int, int], list[tuple[int, int]]] = {}

    def segment(number: int, scenes: int, revision: int) -> SegmentRendered:
        return builders.segment_rendered(project, number, scenes).model_copy(update={"revision": revision})

    # The second revision drops a scene, overtakes the first, and repeats; the third, with two digits, has a scene more.
    turns = [(1, 3, 0), (2, 2, 1), (2, 3, 0), (1, 2, 1), (2, 2, 1), (1, 4, 11), (3, 3, 0), (3, 4, 11), (1, 3, 0)]
    turns += [(4, 4, 11), (2, 4, 11), (1, 2, 1)]
    async with world.serving(bus):
        for turn in turns:
            published = await bus.publish(segment(*turn))
            if (found := await collector.complete(segment(*turn), published.seq)) is not None:
                complete.setdefault(turn, [(each.revision, each.scene.scene_number) for each in found])
    assert complete == {
        (1, 2, 1): [(1, 1), (1, 2)],
        (3, 3, 0): [(0, 1), (0, 2), (0, 3)],
        (2, 4, 11): [(11, 1), (11, 2), (11, 3), (11, 4)],
    }


async def test_batches_are_acknowledged_together_and_a_failed_one_comes_again(world: World):
    bus, seen = world.bus(), []

    @bus.subscribe_batches(RECORDER, size=100)
    async def record(batch: Sequence[StoredMessage]) -> None:
        seen.append([message.sequence for message in batch])
        if len(seen) == 1:
            raise TransientError(FailureCode.DATABASE_UNAVAILABLE, "not now")

    for number in range(1, 6):
        await world.publish("script.requested", f"not even JSON {number}".encode())
    async with world.serving(bus):
        await world.settled(RECORDER.name)
    assert seen[0] == [1, 2, 3, 4, 5]
    assert sorted(chain.from_iterable(seen[1:])) == [1, 2, 3, 4, 5]


async def test_provisioning_twice_changes_nothing_and_mends_what_drifted(world: World):
    before = await world.jetstream.stream_info(PIPELINE.name)
    await provision(world.jetstream)
    assert (await world.jetstream.stream_info(PIPELINE.name)).config == before.config

    drifted = before.config.evolve(max_age=60.0, duplicate_window=30.0, subjects=["script.requested"])
    await world.jetstream.update_stream(drifted)
    await provision(world.jetstream, streams=[], durables=[replace(TTS, ack_wait=timedelta(seconds=3))])
    await provision(world.jetstream)
    mended = (await world.jetstream.stream_info(PIPELINE.name)).config
    assert (mended.max_age, mended.duplicate_window) == (before.config.max_age, before.config.duplicate_window)
    assert set(mended.subjects or ()) == set(PIPELINE.subjects)
    consumer = await world.jetstream.consumer_info(PIPELINE.name, TTS.name)
    assert consumer.config.ack_wait == TTS.ack_wait.total_seconds()


async def test_what_a_killed_worker_had_in_hand_comes_again_at_once_when_nobody_else_consumes(world: World):
    for number in range(1, 4):
        await world.request(builders.narration_requested(uuid4(), number, 3))
    killed = await world.jetstream.pull_subscribe(TTS.subjects[0], durable=TTS.name, stream=PIPELINE.name)
    assert len(await killed.fetch(2, timeout=1)) == 2
    await killed.unsubscribe()
    bus, seen = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.scene.scene_number)

    await release_unacknowledged(world.jetstream)
    async with world.serving(bus), asyncio.timeout(TTS.ack_wait.total_seconds() / 2):
        await world.settled()
    assert sorted(seen) == [1, 2, 3]
    config = (await world.jetstream.consumer_info(PIPELINE.name, TTS.name)).config
    assert config.ack_wait == TTS.ack_wait.total_seconds()


async def test_every_durable_is_explicit_unlimited_and_capped(world: World):
    for durable in DURABLES:
        config = (await world.jetstream.consumer_info(durable.stream, durable.name)).config
        assert (config.ack_policy, config.max_deliver) == ("explicit", -1)
        assert config.max_ack_pending == durable.max_ack_pending


async def test_a_full_stream_refuses_instead_of_dropping(world: World):
    small = replace(PIPELINE, max_bytes=20_000)
    await provision(world.jetstream, streams=[small], durables=[])
    first = await world.publish("script.requested", b"x" * 9_000)
    await world.publish("script.requested", b"x" * 9_000)
    with pytest.raises(Exception, match="maximum bytes exceeded"):
        await world.publish("script.requested", b"x" * 9_000)
    assert (await world.jetstream.get_msg(PIPELINE.name, first)).seq == first


async def test_the_service_recovers_after_the_server_was_killed(world: World):
    await provision(world.jetstream, streams=[], durables=[QUICK_TTS])  # acks of the last 100 ms may be lost with it
    bus, seen = world.bus(), []

    @bus.subscribe(QUICK_TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.scene.scene_number)

    port = int(world.server.url.rpartition(":")[2])
    async with world.serving(bus):
        await world.request(builders.narration_requested(number=1))
        await world.settled()
        world.server.kill()
        world.server._port = port
        await world.server.start()
        await until(lambda: _answers(world.jetstream))
        await world.request(builders.narration_requested(number=2))
        await world.settled()
    assert set(seen) == {1, 2}


async def _answers(jetstream: JetStreamContext) -> bool:
    try:
        await jetstream.stream_info(PIPELINE.name)
    except (TimeoutError, OSError, NotFoundError):
        return False
    return True


@asynccontextmanager
async def server_with_room(folder: Path, room: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[JetStreamContext]:
    monkeypatch.setattr(nats_server, "_CONFIG", nats_server._CONFIG.replace("4GB", room))
    server = nats_server.NatsServer(store=folder / "store", run=folder / "run", log=folder / "nats.log")
    await server.start()
    try:
        async with connected(server) as (_, jetstream):
            yield jetstream
    finally:
        await server.stop()


@pytest.mark.parametrize("room", ["64MB", "600MB", "1400MB", "2GB"])
async def test_provisioning_is_idempotent_on_servers_of_every_size(room, tmp_path, monkeypatch):
    async with server_with_room(tmp_path, room, monkeypatch) as jetstream:
        for _ in range(3):
            await provision(jetstream)
        sizes = {stream.name: (await jetstream.stream_info(stream.name)).config.max_bytes for stream in STREAMS}
        assert not await missing(jetstream)
        await provision(jetstream, streams=[replace(PIPELINE, max_age=timedelta(days=3))], durables=[])
        config = (await jetstream.stream_info(PIPELINE.name)).config
        assert (config.max_age, config.max_bytes) == (timedelta(days=3).total_seconds(), sizes["PIPELINE"])
    if room == "2GB":
        assert sizes == {stream.name: stream.max_bytes for stream in STREAMS}


async def test_settings_limit_the_streams_that_are_provisioned_and_repaired(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    limits = {"STREAM_MAX_AGE": "P60D", "STREAM_MAX_SIZE": "64MiB", "DEAD_LETTERS_MAX_AGE": "864000"}
    for name, value in (limits | {"DEAD_LETTERS_MAX_SIZE": "32MiB"}).items():
        monkeypatch.setenv(name, value)

    async def found() -> dict[str, tuple[float | None, int | None]]:
        configs = [(await world.jetstream.stream_info(stream.name)).config for stream in STREAMS]
        return {str(config.name): (config.max_age, config.max_bytes) for config in configs}

    await provision_server(settings_for(world.server, tmp_path))
    expected = {
        "PIPELINE": (60 * 86_400, 64 << 20),
        "DLQ": (10 * 86_400, 32 << 20),
        "INTERRUPTIONS": (60 * 86_400, 16 << 20),
    }
    assert await found() == expected
    await world.jetstream.delete_stream("DLQ")
    client = BusClient(world.jetstream._nc)
    assert (await client.state()).max_age == timedelta(days=60)
    await client.provision(first_sequence=100)
    assert await found() == expected
    monkeypatch.setenv("STREAM_MAX_AGE", "3600")
    with pytest.raises(ValidationError, match="STREAM_MAX_AGE"):
        await provision(world.jetstream)


async def test_a_server_without_room_worth_mentioning_is_refused(tmp_path, monkeypatch):
    async with server_with_room(tmp_path, "4MB", monkeypatch) as jetstream:
        with pytest.raises(PermanentError) as failure:
            await provision(jetstream)
    assert failure.value.code == "storage_full"


async def test_a_hundred_loops_work_at_once_by_default(world: World):
    loops, project_id = 100, uuid4()
    await provision(world.jetstream, streams=[], durables=configured_durables(ProvisionSettings()))
    bus = world.bus()
    all_busy = asyncio.Barrier(loops)

    @bus.subscribe(TTS, loops=loops)
    async def narrate(request: NarrationRequested) -> None:
        await all_busy.wait()

    async with world.serving(bus):
        for number in range(1, loops + 1):
            await world.request(builders.narration_requested(project_id, number, loops))
        await world.settled()


async def test_a_setting_limits_what_all_workers_have_in_flight(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BUS_MAX_IN_FLIGHT", "300")
    await world.request(builders.narration_requested(uuid4(), 1, 3))
    killed = await world.jetstream.pull_subscribe(TTS.subjects[0], durable=TTS.name, stream=PIPELINE.name)
    await killed.fetch(1, timeout=1)
    await killed.unsubscribe()
    await provision_server(settings_for(world.server, world.folder), alone=True)
    for durable in DURABLES:
        config = (await world.jetstream.consumer_info(durable.stream, durable.name)).config
        assert config.max_ack_pending == (300 if durable.is_work else durable.max_ack_pending)


async def test_a_bug_in_the_handler_of_a_request_is_answered_at_once_and_logged(world: World):
    bus = world.bus()

    @bus.answer("orders.make")
    async def fails(body: bytes) -> dict[str, object]:
        raise ZeroDivisionError

    async with world.serving(bus):
        reply = await world.jetstream._nc.request("orders.make", b"{}", timeout=5)
    error = json.loads(reply.data)["error"]
    assert (error["code"], error["message"]) == ("retries_exhausted", "orders.make failed by a bug: ZeroDivisionError")
