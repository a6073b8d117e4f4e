"""Traces: what a collector receives about messages, against a real nats-server."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import structlog

from scenewire.bus import Bus
from scenewire.bus.client import BusClient, bus_client
from scenewire.bus.connection import BusAddress
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import NarrationRequested, ProjectFailed, StoredMessage
from scenewire.observability.tracing import current_context, span
from scenewire.processes.run import child_environment, run_program
from scenewire.topology import DEAD_LETTERS, PIPELINE, RECORDER, TTS
from tests.support import builders
from tests.support.bus_world import World, bus_world
from tests.support.nats import settings_for
from tests.support.trace_collector import Collector, Seen, trace_collector

FOREIGN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
SECRET = "Bearer s3cr3t-key"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with trace_collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization={SECRET.replace(' ', '%20')}")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
        yield collector


@pytest.fixture
async def world(tmp_path: Path):
    async with bus_world(tmp_path) as world:
        yield world


def only(spans: Sequence[Seen], name: str) -> Seen:
    (found,) = [seen for seen in spans if seen.name == name]
    return found


async def test_a_handler_and_what_it_publishes_continue_the_trace_of_their_message(collector: Collector, world: World):
    bus, request = world.bus(), builders.narration_requested()

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        with span("speak", engine="espeak"):
            await asyncio.sleep(0)
        await bus.publish(builders.audio_rendered(request.project_id))

    async with world.serving(bus):
        await bus.publish(request)
        await world.settled()
        await collector.until("process narration.requested")
    spans = collector.of(str(request.project_id))
    ordered, handled = only(spans, "send narration.requested"), only(spans, "process narration.requested")
    assert (ordered.parent_id, handled.parent_id) == ("", ordered.span_id)
    sent = only(spans, "send audio.rendered")
    assert only(spans, "wait narration.requested").parent_id == ordered.span_id
    assert only(spans, "speak").parent_id == sent.parent_id == handled.span_id
    assert handled.attributes["scenewire.scene_number"] == 1
    stored = await world.jetstream.get_last_msg(PIPELINE.name, "audio.rendered")
    assert stored.headers is not None
    assert stored.headers["traceparent"].startswith(f"00-{request.project_id.hex}-{sent.span_id}-")


@pytest.mark.parametrize(
    ("headers", "links"),
    [
        ({}, []),
        ({"traceparent": "nonsense"}, []),
        ({"traceparent": FOREIGN.upper()}, []),
        ({"traceparent": FOREIGN.replace("00-", "ff-", 1)}, []),
        ({"traceparent": FOREIGN.replace("00-", "cc-", 1) + "-" + "x" * 5_000}, []),
        ({"traceparent": FOREIGN}, ["00f067aa0ba902b7"]),
        ({"Traceparent": FOREIGN}, ["00f067aa0ba902b7"]),
        ({"traceparent": FOREIGN.replace("00-", "cc-", 1) + "-more"}, ["00f067aa0ba902b7"]),
    ],
    ids=[
        *("without a trace", "with a broken one", "in capitals", "of no version", "too long", "with one of its own"),
        *("of a client that capitalizes headers", "of a later version"),
    ],
)
async def test_a_message_of_another_client_is_handled_in_the_trace_of_its_project(
    collector: Collector, world: World, headers: dict[str, str], links: list[str]
):
    bus, request = world.bus(), builders.narration_requested()

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None: ...

    async with world.serving(bus):
        await world.publish(request.subject, request.model_dump_json().encode(), **headers)
        handled = await collector.until("process narration.requested")
    assert handled.trace_id == request.project_id.hex
    assert (handled.parent_id, handled.links) == ("", links)


async def test_retries_and_the_end_of_a_project_stay_in_its_trace_without_their_texts(
    collector: Collector, world: World
):
    bus, request, tries = world.bus(), builders.narration_requested(), []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise TransientError(FailureCode.PROGRAM_TIMEOUT, "quotes the narration")
        raise PermanentError(FailureCode.SPEECH_FAILED, "quotes the narration")

    async with world.serving(bus):
        with_trace = {"traceparent": f"00-{request.project_id.hex}-00f067aa0ba902b7-01"}
        await world.publish(request.subject, request.model_dump_json().encode(), **with_trace)
        await world.settled()
        failed = await collector.until("send project.failed")
    spans = collector.of(str(request.project_id))
    first, second = (seen for seen in spans if seen.name == "process narration.requested")
    assert [seen.attributes["error.type"] for seen in (first, second)] == ["program_timeout", "speech_failed"]
    assert [seen.attributes["scenewire.deliveries"] for seen in (first, second)] == [1, 2]
    assert {first.parent_id, second.parent_id} == {"00f067aa0ba902b7"}
    assert first.failed
    assert failed.parent_id == second.span_id
    letter = await world.jetstream.get_last_msg(DEAD_LETTERS.name, "dlq.tts")
    assert letter.headers is not None
    assert letter.headers["traceparent"] == with_trace["traceparent"]
    everything = b"".join(collector.bodies)
    for text in (b"quotes the narration", request.scene.text.encode(), SECRET.encode()):
        assert text not in everything


async def test_a_batch_is_linked_to_the_spans_that_published_its_messages(collector: Collector, world: World):
    bus, handled = world.bus(), asyncio.Event()

    @bus.subscribe_batches(RECORDER, size=10)
    async def record(batch: Sequence[StoredMessage]) -> None:
        handled.set()

    async with bus_client(BusAddress(url=world.server.url)) as client:
        request = builders.narration_requested()
        await client.publish(request)
        async with world.serving(bus):
            await handled.wait()
            batch = await collector.until("process batch of recorder")
    sent = await collector.until("send narration.requested")
    assert batch.links == [sent.span_id]
    assert batch.trace_id != sent.trace_id == request.project_id.hex


async def test_logs_name_the_trace_of_the_project_without_a_collector_and_messages_do_not(world: World):
    bus, request = world.bus(), builders.narration_requested()
    seen = []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        seen.append(current_context())
        await bus.publish(builders.audio_rendered(request.project_id))

    async with world.serving(bus):
        await BusClient(world.jetstream._nc).publish(request)
        await world.settled()
    (context,) = seen
    assert context is not None
    assert context.trace_id == request.project_id.int
    assert context.span_id
    for subject in (request.subject, "audio.rendered"):
        stored = await world.jetstream.get_last_msg(PIPELINE.name, subject)
        assert "traceparent" not in (stored.headers or {})


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "no address"])
async def test_work_goes_on_without_a_collector_that_answers_and_one_line_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch, endpoint: str
):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
    bus = world.bus()

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        await bus.publish(ProjectFailed(project_id=request.project_id, stage="tts", code="x", message="x"))

    async with world.serving(bus):
        with structlog.testing.capture_logs() as logs:
            for number in range(1, 6):
                await world.request(builders.narration_requested(number=number, scene_count=5))
            await world.settled()
            async with asyncio.timeout(30):
                while not any(event["event"] == "traces_not_sent" for event in logs):
                    await asyncio.sleep(0.02)
            await world.request(builders.narration_requested())
            await world.settled()
            await asyncio.sleep(0.5)
    assert sum(event["event"] == "traces_not_sent" for event in logs) == 1
    assert await world.messages(PIPELINE.name, "project.failed") == 6
    assert logging.getLogger("opentelemetry.exporter").getEffectiveLevel() == logging.CRITICAL


async def publish_until(bus: Bus, condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await bus.publish(builders.narration_requested())
            await asyncio.sleep(0.05)


async def test_an_address_that_redirects_is_reported(collector: Collector, world: World):
    bus, collector.location = world.bus(), f"{collector.url}/login"
    async with world.serving(bus):
        with structlog.testing.capture_logs() as logs:  # serving configures logs
            await publish_until(bus, lambda: any(entry["event"] == "traces_not_sent" for entry in logs))
            received = len(collector.bodies)
            await publish_until(bus, lambda: len(collector.bodies) > received + 1)
    assert not [entry for entry in logs if entry["event"] == "traces_sent_again"]


async def test_a_page_that_a_collector_answers_with_is_not_read(collector: Collector, world: World):
    bus, collector.page_bytes = world.bus(), 256 << 20
    async with world.serving(bus):
        await publish_until(bus, lambda: len(collector.bodies) > 1)
    assert collector.sent_bytes < 64 << 20


@pytest.mark.parametrize("state", ["vendor=customers-words", "Customers-Words of theirs"])
async def test_what_another_client_says_of_its_trace_reaches_neither_messages_nor_logs(
    collector: Collector, world: World, caplog: pytest.LogCaptureFixture, state: str
):
    bus, request = world.bus(), builders.narration_requested()

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        await bus.publish(builders.audio_rendered(request.project_id))

    headers = {"traceparent": f"00-{request.project_id.hex}-00f067aa0ba902b7-01", "tracestate": state}
    async with world.serving(bus):
        logging.getLogger("opentelemetry").setLevel(logging.NOTSET)
        await world.publish(request.subject, request.model_dump_json().encode(), **headers)
        await world.settled()
    stored = await world.jetstream.get_last_msg(PIPELINE.name, "audio.rendered")
    assert stored.headers is not None
    assert stored.headers["traceparent"].startswith(f"00-{request.project_id.hex}-")
    assert "tracestate" not in stored.headers
    assert "ustomers-" not in caplog.text


async def test_a_service_starts_without_traces_where_variables_are_wrong(
    collector: Collector, world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "1")  # less than a batch
    bus = world.bus()
    app = bus.app()  # configures logs
    with structlog.testing.capture_logs() as logs:
        async with world.serving_app(app):
            await bus.publish(builders.narration_requested())
    assert await world.messages(PIPELINE.name, "narration.requested") == 1
    assert not collector.spans
    assert [event["service"] for event in logs if event["event"] == "traces_off"] == ["test"]


async def test_a_variable_that_the_packages_refuse_when_they_are_imported_ends_no_process(collector: Collector):
    program = (
        "from scenewire.observability.tracing import Tracing\nfrom scenewire.settings import TraceSettings\n"
        "tracing = Tracing('test', TraceSettings())\ntracing.start()\nprint(tracing.is_recording)"
    )
    variables = {**os.environ, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "-1"}
    done = await run_program([sys.executable, "-c", program], env=variables, timeout=60)
    assert done.returncode == 0, done.stderr
    assert b"traces_off" in done.stdout
    assert done.stdout.endswith(b"False\n")


def test_programs_do_not_inherit_where_traces_are_sent(collector: Collector):
    assert not [name for name in child_environment() if name.startswith("OTEL_")]


def test_settings_name_the_collector_in_the_standard_variable(collector: Collector, tmp_path: Path):
    class Server:
        url = "nats://127.0.0.1:1"

    settings = settings_for(Server(), tmp_path)  # type: ignore[arg-type]
    assert settings.is_tracing
    assert not settings.model_copy(update={"otel_sdk_disabled": True}).is_tracing
