"""The delivery middleware and the provisioning, against a real nats-server."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.bus import Bus
from shared.bus.delivery import current_delivery
from shared.bus.provision import give_back, provision
from shared.contracts import NarrationRequested, ProjectCancelled, ProjectFailed, ScriptRequested, derive_project_id
from shared.errors import FailureCode, PermanentError, TransientError
from shared.topology import DEAD_LETTERS, DURABLES, PIPELINE, RECORDER, SCRIPT, TTS, Retry
from tests.support import builders
from tests.support.nats import provisioned_server, settings_for

FAST = Retry(max_tries=3, base=timedelta(milliseconds=20), cap=timedelta(milliseconds=100))
QUICK_TTS = replace(TTS, ack_wait=timedelta(seconds=1.5), heartbeat=timedelta(seconds=0.3))


@pytest.fixture
async def world(tmp_path: Path):
    async with provisioned_server(tmp_path) as (server, jetstream):
        yield World(server, jetstream, tmp_path)


class World:
    """A provisioned server and services on it."""

    def __init__(self, server, jetstream: JetStreamContext, folder: Path) -> None:
        self.server, self.jetstream, self.folder = server, jetstream, folder

    def bus(self, **changes) -> Bus:
        settings = settings_for(self.server, self.folder).model_copy(update=changes)
        return Bus("test", settings, retry=FAST)

    @asynccontextmanager
    async def serving(self, bus: Bus):
        app = bus.app()
        await app.start()
        try:
            yield app
        finally:
            await app.stop()

    async def publish(self, subject: str, body: bytes, **headers: str) -> int:
        return (await self.jetstream.publish(subject, body, headers=headers or None)).seq

    async def request(self, message: NarrationRequested) -> int:
        return await self.publish(
            message.subject, message.model_dump_json().encode(), correlation_id=str(message.project_id)
        )

    async def messages(self, stream: str, subject: str) -> int:
        info = await self.jetstream.stream_info(stream, subjects_filter=subject)
        return sum((info.state.subjects or {}).values())

    async def last_failure(self) -> ProjectFailed:
        stored = await self.jetstream.get_last_msg(PIPELINE.name, ProjectFailed.SUBJECT)
        return ProjectFailed.model_validate_json(stored.data or b"")

    async def settled(self, durable: str = TTS.name) -> None:
        """Waits until nothing is pending and nothing is in hand."""

        async def idle() -> bool:
            info = await self.jetstream.consumer_info(PIPELINE.name, durable)
            return bool(info.num_pending == 0 and info.num_ack_pending == 0)

        await until(idle)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_a_handled_message_is_acknowledged_once_and_its_result_published(world: World):
    bus, seen = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.scene.scene_number)
        await bus.publish(builders.audio_rendered(request.project_id))

    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    assert seen == [1]
    assert await world.messages(PIPELINE.name, "audio.rendered") == 1


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


async def test_a_transient_failure_is_delivered_again_until_it_succeeds(world: World):
    bus, tries = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        tries.append(1)
        if len(tries) < FAST.max_tries:
            raise TransientError(FailureCode.STORAGE_UNAVAILABLE, "not now")

    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    assert len(tries) == FAST.max_tries
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0


async def test_a_failure_that_names_its_delay_comes_again_after_that_delay(world: World):
    bus, times = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        times.append(asyncio.get_running_loop().time())
        if len(times) == 1:
            raise TransientError(FailureCode.STORAGE_UNAVAILABLE, "later", retry_after=0.6)

    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    assert times[1] - times[0] > 0.5  # the computed delay would have been 0.02


async def test_waiting_for_a_rate_limit_uses_up_no_delivery(world: World):
    bus, deliveries, heard = world.bus(), [], []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        deliveries.append(current_delivery().raw.metadata.num_delivered)
        if len(deliveries) <= 2 * FAST.max_tries:
            told = 0.05 if len(deliveries) % 2 else None
            raise TransientError(FailureCode.RATE_LIMITED, "slow down", retry_after=told)

    async def listen(message) -> None:
        heard.append(json.loads(message.data))

    await world.jetstream._nc.subscribe("progress.>", cb=listen)
    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    assert deliveries == [1] * (2 * FAST.max_tries + 1)
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0
    assert any(event["state"] == "retrying" and "slow down" in event["detail"] for event in heard)


async def test_a_rate_limit_that_outlasts_all_patience_is_a_failure_like_others(world: World):
    bus, heard = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        raise TransientError(FailureCode.RATE_LIMITED, "come back tomorrow", retry_after=86_400)

    async def listen(message) -> None:
        heard.append(json.loads(message.data)["detail"])

    async def told_twice() -> bool:
        return len(heard) == 2

    await world.jetstream._nc.subscribe("progress.>", cb=listen)
    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await until(told_twice)
    assert heard[1].startswith("trying again in 86400 s")


async def test_a_service_that_waits_for_a_rate_limit_stops_at_once_and_another_goes_on(world: World):
    first, second, refused, done = world.bus(drain_time=timedelta(seconds=60)), world.bus(), asyncio.Event(), []

    @first.subscribe(TTS)
    async def is_refused(request: NarrationRequested) -> None:
        refused.set()
        raise TransientError(FailureCode.RATE_LIMITED, "slow down", retry_after=1)

    @second.subscribe(TTS)
    async def goes_on(request: NarrationRequested) -> None:
        done.append(request.project_id)

    message = builders.narration_requested()
    async with asyncio.timeout(30), world.serving(first):
        await world.request(message)
        await refused.wait()
    async with world.serving(second):
        await world.settled()
    assert done == [message.project_id]


async def test_a_project_that_is_called_off_waits_for_no_rate_limit(world: World):
    bus, refused, tries = world.bus(), asyncio.Event(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        tries.append(1)
        refused.set()
        raise TransientError(FailureCode.RATE_LIMITED, "slow down", retry_after=600)

    message = builders.narration_requested()
    async with world.serving(bus):
        await world.request(message)
        await refused.wait()
        await bus.publish(ProjectCancelled(project_id=message.project_id))
        await world.settled()
    assert tries == [1]


@pytest.mark.parametrize(
    ("error", "code", "deliveries"),
    [
        (PermanentError(FailureCode.SPEECH_FAILED, "scene 1 cannot be spoken", hint="change it"), "speech_failed", 1),
        (TransientError(FailureCode.STORAGE_FULL, "no room"), "storage_full", FAST.max_tries),
        (ZeroDivisionError("a bug"), "retries_exhausted", FAST.max_tries),
    ],
)
async def test_a_message_that_cannot_be_handled_is_buried_and_fails_its_project(world: World, error, code, deliveries):
    bus, tries = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        tries.append(1)
        raise error

    message = builders.narration_requested(number=2).model_copy(update={"revision": 3})
    async with world.serving(bus):
        sequence = await world.request(message)
        await world.settled()
    assert len(tries) == deliveries
    letter = await world.jetstream.get_last_msg(DEAD_LETTERS.name, "dlq.tts")
    assert letter.data == message.model_dump_json().encode()
    assert letter.headers is not None
    assert letter.headers["scenewire-reason"] == code
    assert letter.headers["scenewire-sequence"] == str(sequence)
    assert letter.headers["correlation_id"] == str(message.project_id)
    failure = await world.last_failure()
    assert (failure.project_id, failure.stage, failure.scene_number) == (message.project_id, "tts", 2)
    assert failure.revision == 3
    assert failure.code == code


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"", b"[]", b'{"schema_version": 99}', b'"text"', b"[" * 100_000],
    ids=["broken json", "not utf-8", "empty", "a list", "another version", "a string", "deep"],
)
async def test_an_unreadable_message_is_buried_at_once_and_the_next_is_served(world: World, body: bytes):
    bus, seen = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.project_id)

    good = builders.narration_requested()
    broken_project = uuid4()
    async with world.serving(bus):
        await world.publish(TTS.subject, body, correlation_id=str(broken_project))
        await world.request(good)
        await world.settled()
    assert seen == [good.project_id]
    letter = await world.jetstream.get_last_msg(DEAD_LETTERS.name, "dlq.tts")
    assert (letter.data or b"") == body
    assert letter.headers is not None
    assert letter.headers["scenewire-deliveries"] == "1"
    failure = await world.last_failure()
    assert (failure.project_id, failure.code) == (broken_project, "invalid_message")


async def test_an_invalid_order_fails_under_the_id_that_is_derived_from_its_place_in_the_stream(world: World):
    bus = world.bus()

    @bus.subscribe(SCRIPT)
    async def write(order: ScriptRequested) -> None:
        raise AssertionError

    async with world.serving(bus):
        sequence = await world.publish(SCRIPT.subject, b'{"topic": "  ", "target_duration": 60}')
        await world.settled(SCRIPT.name)
    failure = await world.last_failure()
    stored = await world.jetstream.get_msg(PIPELINE.name, sequence)
    assert stored.time is not None
    assert failure.code == "invalid_order"
    assert "topic" in failure.message
    assert failure.project_id.version == 4


async def test_the_derived_project_id_is_the_same_at_every_delivery(world: World):
    bus, ids = world.bus(), []

    @bus.subscribe(SCRIPT)
    async def write(order: ScriptRequested) -> None:
        ids.append(bus.derived_project_id())
        if len(ids) == 1:
            raise TransientError(FailureCode.SCRIPT_FAILED, "once more")

    async with world.serving(bus):
        await world.publish(SCRIPT.subject, b'{"topic": "Tea"}')
        await world.settled(SCRIPT.name)
    assert ids[0] == ids[1]
    assert UUID(str(ids[0])).version == 4
    assert derive_project_id(1, 2) != derive_project_id(2, 1)


async def test_a_validation_error_of_our_own_is_not_taken_for_bad_input(world: World):
    bus, tries = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        tries.append(1)
        NarrationRequested.model_validate({})

    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    assert len(tries) == FAST.max_tries
    assert (await world.last_failure()).code == "retries_exhausted"


async def test_work_longer_than_the_wait_is_delivered_once_while_its_heart_beats(world: World):
    await provision(world.jetstream, streams=[], durables=[QUICK_TTS])
    bus, tries = world.bus(), []

    @bus.subscribe(QUICK_TTS)
    async def narrate(request: NarrationRequested) -> None:
        tries.append(1)
        await asyncio.sleep(QUICK_TTS.ack_wait.total_seconds() * 2)

    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    assert len(tries) == 1


async def test_a_message_in_hand_when_we_are_stopped_is_given_back_at_once(world: World):
    first, second, entered, taken_over = world.bus(drain_time=timedelta(seconds=0.2)), world.bus(), asyncio.Event(), []

    @first.subscribe(TTS)
    async def never_ends(request: NarrationRequested) -> None:
        entered.set()
        await asyncio.Event().wait()

    @second.subscribe(TTS)
    async def takes_over(request: NarrationRequested) -> None:
        taken_over.append(request.project_id)

    message = builders.narration_requested()
    async with world.serving(first):
        await world.request(message)
        await entered.wait()
    async with world.serving(second), asyncio.timeout(TTS.ack_wait.total_seconds() / 2):
        await world.settled()  # in half the time that silence would have cost
    assert taken_over == [message.project_id]


async def test_a_burial_without_a_reachable_dead_letter_stream_loses_nothing(world: World):
    await provision(world.jetstream, streams=[], durables=[QUICK_TTS])
    await world.jetstream.delete_stream(DEAD_LETTERS.name)
    bus, tries = world.bus(), []

    @bus.subscribe(QUICK_TTS)
    async def narrate(request: NarrationRequested) -> None:
        tries.append(1)
        if len(tries) == 2:
            await provision(world.jetstream)
            await provision(world.jetstream, streams=[], durables=[QUICK_TTS])
        raise PermanentError(FailureCode.SPEECH_FAILED, "no")

    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    assert len(tries) >= 2
    assert await world.messages(DEAD_LETTERS.name, "dlq.tts") == 1


async def test_a_message_that_kills_its_workers_ends_as_a_dead_letter(world: World):
    await provision(world.jetstream, streams=[], durables=[QUICK_TTS])
    message = builders.narration_requested()
    await world.request(message)
    environment = os.environ | {"NATS_URL": world.server.url, "ARTIFACTS_URL": world.folder.as_uri()}
    for _ in range(FAST.max_tries):
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.dying_worker", env=environment, stderr=subprocess.DEVNULL
        )
        assert await worker.wait() == -signal.SIGKILL
    bus, seen = world.bus(), []

    @bus.subscribe(QUICK_TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request)

    async with world.serving(bus):
        await world.settled()
    assert seen == []
    failure = await world.last_failure()
    assert (failure.code, failure.project_id) == ("crash_loop", message.project_id)


async def test_loops_share_a_durable_and_work_side_by_side(world: World):
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


async def test_nobody_works_for_a_project_that_was_cancelled(world: World):
    bus, entered, stopped, seen = world.bus(), asyncio.Event(), asyncio.Event(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.scene.scene_number)
        entered.set()
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            stopped.set()
            raise

    project = uuid4()
    async with world.serving(bus):
        await world.request(builders.narration_requested(project, 1))
        await entered.wait()
        await bus.publish(ProjectCancelled(project_id=project))
        await stopped.wait()
        await world.request(builders.narration_requested(project, 2))
        await world.settled()
    assert seen == [1]
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0


async def test_a_service_that_starts_later_knows_which_projects_have_ended_and_which_run_again(world: World):
    bus, seen, project = world.bus(), [], uuid4()

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.revision)

    request = builders.narration_requested(project)
    cancelled = ProjectCancelled(project_id=project)
    await world.publish(cancelled.subject, b"not a message")
    await world.publish(cancelled.subject, cancelled.model_dump_json().encode())
    await world.request(request)
    await world.request(request.model_copy(update={"revision": 1}))
    async with world.serving(bus):
        await world.settled()
    assert seen == [1]


async def test_progress_goes_out_without_being_stored(world: World):
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


async def test_batches_are_acknowledged_together_and_a_failed_one_comes_again(world: World):
    bus, seen = world.bus(), []

    @bus.subscribe_batches(RECORDER, size=100)
    async def record(batch: Sequence[Msg]) -> None:
        seen.append([message.metadata.sequence.stream for message in batch])
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
    killed = await world.jetstream.pull_subscribe(TTS.subject, durable=TTS.name, stream=PIPELINE.name)
    assert len(await killed.fetch(2, timeout=1)) == 2
    await killed.unsubscribe()
    bus, seen = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.scene.scene_number)

    await give_back(world.jetstream)
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
