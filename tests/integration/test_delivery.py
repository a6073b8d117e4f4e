"""What happens around a delivered message, against a real nats-server."""

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
from uuid import UUID, uuid4

import nats
import pytest

from scenewire.bus import Bus
from scenewire.bus.provision import provision
from scenewire.bus.received import current_delivery
from scenewire.errors import FailureCode, HandoverError, PermanentError, TransientError
from scenewire.messages import (
    Message,
    NarrationRequested,
    ProjectCancelled,
    ProjectFailed,
    ScriptRequested,
    StoredMessage,
    VideoAssembled,
    derive_project_id,
)
from scenewire.topology import DEAD_LETTERS, INTERRUPTIONS, PIPELINE, SCRIPT, TTS, WEBHOOKS, interruption_subject
from tests.support import builders, golden
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
            assert await asking.is_answered("encoders.h264_nvenc")
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


async def test_row_71_nobody_works_for_a_project_that_was_cancelled(world: World):
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


async def test_the_end_of_a_revision_does_not_stop_the_work_on_a_later_one(world: World):
    bus, done, stopped, go_on = world.bus(), [], asyncio.Event(), asyncio.Event()
    entered: asyncio.Queue[int] = asyncio.Queue()

    @bus.subscribe(TTS, loops=2)
    async def narrate(request: NarrationRequested) -> None:
        entered.put_nowait(request.revision)
        try:
            await go_on.wait()
        except asyncio.CancelledError:
            stopped.set()
            raise
        done.append(request.revision)

    request = builders.narration_requested()
    async with world.serving(bus):
        await world.request(request)
        await world.request(request.model_copy(update={"revision": 1}))
        assert {await entered.get(), await entered.get()} == {0, 1}
        await bus.publish(ProjectCancelled(project_id=request.project_id))
        await stopped.wait()
        go_on.set()
        await world.settled()
    assert done == [1]
    assert entered.empty()


async def test_ends_of_projects_reach_a_durable_that_is_no_work_and_never_fail_a_project(world: World):
    bus, seen, project = world.bus(), [], uuid4()

    @bus.subscribe_stored(WEBHOOKS)
    async def notify(message: StoredMessage) -> None:
        seen.append((message.subject, message.project_id, message.body))
        if message.subject == ProjectFailed.SUBJECT:
            raise PermanentError(FailureCode.PROVIDER_REFUSED, "410 Gone")

    cancelled = ProjectCancelled(project_id=project)
    failed = ProjectFailed(project_id=project, stage="tts", code="bug", message="no")
    video = golden.messages()["video.assembled"]
    assert isinstance(video, VideoAssembled)
    async with world.serving(bus):
        await bus.publish(builders.narration_requested(project))
        for message in (cancelled, failed, video):
            await bus.publish(message)
        await world.publish(ProjectCancelled.SUBJECT, b"not a message")
        await world.settled(WEBHOOKS.name)
    ends: list[Message] = [cancelled, failed, video]
    whole = [(end.subject, end.project_id, end.model_dump_json().encode()) for end in ends]
    assert seen == [*whole, (ProjectCancelled.SUBJECT, None, b"not a message")]
    assert await world.messages(DEAD_LETTERS.name, f"dlq.{WEBHOOKS.name}") == 1
    assert await world.messages(PIPELINE.name, ProjectFailed.SUBJECT) == 1


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
    monkeypatch.setattr("scenewire.bus.pauses.OUTAGE_TIMEOUT_S", 0.0)
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
    monkeypatch.setattr("scenewire.bus.delivery.NEWER_SCHEMA_DELAY_S", 0.05)
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
    monkeypatch.setattr("scenewire.bus.delivery.NEWER_SCHEMA_DELAY_S", 0.05)
    monkeypatch.setattr("scenewire.bus.delivery.NEWER_SCHEMA_TIMEOUT_S", 0.5)
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
