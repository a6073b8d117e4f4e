"""What happens around a delivered message, against a real nats-server."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from scenewire.bus.consuming.received import current_delivery
from scenewire.bus.provisioning.provision import provision
from scenewire.errors import FailureCode, HandoverError, PermanentError, TransientError
from scenewire.messages import (
    NarrationRequested,
    ProjectCancelled,
    ScriptRequested,
    derive_project_id,
)
from scenewire.topology import DEAD_LETTERS, PIPELINE, SCRIPT, TTS
from tests.support import builders
from tests.support.bus_world import FAST, QUICK_TTS, World, bus_world, until


@pytest.fixture
async def world(tmp_path: Path):
    async with bus_world(tmp_path) as world:
        yield world


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


async def test_b57_a_transient_failure_is_delivered_again_until_it_succeeds(world: World):
    bus, tries = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        tries.append(1)
        if len(tries) < FAST.max_tries:
            raise TransientError(FailureCode.PROGRAM_TIMEOUT, "not now")

    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    assert len(tries) == FAST.max_tries
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0


async def test_a_message_for_another_worker_is_handed_over_as_often_as_it_takes(world: World):
    """The worker that can handle it gets it after more deliveries than a message has tries."""
    wrong, right, refused, done = world.bus(), world.bus(), asyncio.Event(), []

    @wrong.subscribe(TTS)
    async def refuses(request: NarrationRequested) -> None:
        if current_delivery().raw.metadata.num_delivered == 2 * FAST.max_tries:
            refused.set()
        raise HandoverError(FailureCode.PROGRAM_MISSING, "not here", retry_after=0.02)

    @right.subscribe(TTS)
    async def handles(request: NarrationRequested) -> None:
        done.append((current_delivery().raw.metadata.num_delivered, current_delivery().tries))

    async with world.serving(wrong):
        await world.request(builders.narration_requested())
        async with asyncio.timeout(30):
            await refused.wait()
        async with world.serving(right):
            await world.settled()
    ((delivered, tries),) = done
    assert delivered > 2 * FAST.max_tries
    assert tries == 1
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 0


async def test_a_subject_is_answered_as_long_as_a_service_that_answers_it_is_connected(world: World):
    asking, answering = world.bus(), world.bus()

    @asking.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None: ...

    async def select() -> None:  # what a service can do shows when it starts
        answering.answer("encoders.h264_nvenc")(offered)

    async def offered(_: bytes) -> dict[str, object]:
        return {}

    answering.on_start(select)
    async with world.serving(asking):
        assert not await asking.is_answered("encoders.h264_nvenc")
        async with world.serving(answering):
            async with asyncio.timeout(30):
                while not await asking.is_answered("encoders.h264_nvenc"):  # its subscription reaches the server first
                    await asyncio.sleep(0.05)
            assert not await asking.is_answered("encoders.h264_vaapi")
        assert not await asking.is_answered("encoders.h264_nvenc")


async def test_a_failure_that_names_its_delay_comes_again_after_that_delay(world: World):
    bus, times = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        times.append(asyncio.get_running_loop().time())
        if len(times) == 1:
            raise TransientError(FailureCode.PROGRAM_TIMEOUT, "later", retry_after=0.6)

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


async def test_a_rate_limit_that_exceeds_the_timeout_is_an_ordinary_failure(world: World):
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
        (TransientError(FailureCode.PROGRAM_TIMEOUT, "too slow"), "program_timeout", FAST.max_tries),
        (ZeroDivisionError("a bug"), "retries_exhausted", FAST.max_tries),
    ],
)
async def test_b57_a_message_that_cannot_be_handled_is_dead_lettered_and_fails_its_project(
    world: World, error, code, deliveries
):
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
    [b"{", b"\xff\xfe", b"", b"[]", b'{"schema_version": 0}', b'"text"', b"[" * 100_000],
    ids=["broken json", "not utf-8", "empty", "a list", "another version", "a string", "deep"],
)
async def test_row_55_an_unreadable_message_is_dead_lettered_at_once_and_the_next_is_served(world: World, body: bytes):
    bus, seen = world.bus(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(request.project_id)

    good = builders.narration_requested()
    broken_project = uuid4()
    async with world.serving(bus):
        await world.publish(TTS.subjects[0], body, correlation_id=str(broken_project))
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
        sequence = await world.publish(SCRIPT.subjects[0], b'{"topic": "  ", "target_duration": 60}')
        await world.settled(SCRIPT.name)
    failure = await world.last_failure()
    stored = await world.jetstream.get_msg(PIPELINE.name, sequence)
    assert stored.time is not None
    assert failure.code == "invalid_order"
    assert "topic" in failure.message
    assert failure.project_id.version == 4


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"{}", "an order needs a topic, a text or scenes"),
        (b"[]", "it must be a JSON object"),
        (b'{"topic": "Tea", "speed": 9}', "speed must be at most 2"),
        (b'{"topic": "Tea", "language": "??"}', "language must be a language tag such as en, de or pt-BR, not '??'"),
        (b'{"scenes": [{"footage_query": "sea"}]}', "scene 1: text is missing"),
        (b'{"scenes": ["one", 2]}', "scene 2 must be a JSON object"),
        (b'{"topic": "Tea", "duraton": 9}', "unknown key 'duraton'; did you mean 'duration'?"),
        (b"{", "it must be a JSON object"),
        (b"[" * 100_000, "it is nested too deeply"),
    ],
)
async def test_what_is_wrong_with_an_order_is_said_in_its_own_words(world: World, body: bytes, complaint: str):
    bus = world.bus()

    @bus.subscribe(SCRIPT)
    async def write(order: ScriptRequested) -> None:
        raise AssertionError

    async with world.serving(bus):
        await world.publish(SCRIPT.subjects[0], body)
        await world.settled(SCRIPT.name)
    assert (await world.last_failure()).message == f"a message on script.requested cannot be understood: {complaint}"


async def test_the_derived_project_id_is_the_same_at_every_delivery(world: World):
    bus, ids = world.bus(), []

    @bus.subscribe(SCRIPT)
    async def write(order: ScriptRequested) -> None:
        ids.append(bus.derived_project_id())
        if len(ids) == 1:
            raise TransientError(FailureCode.SCRIPT_FAILED, "once more")

    async with world.serving(bus):
        await world.publish(SCRIPT.subjects[0], b'{"topic": "Tea"}')
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


async def test_row_56_a_message_that_kills_its_workers_ends_as_a_dead_letter(world: World):
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
