"""What a running process says of itself over HTTP: counters that move, and whether it can work."""

import asyncio
import json
import signal
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from faststream import FastStream
from prometheus_client import REGISTRY

from scenewire.bus.provisioning.provision import provision
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import NarrationRequested
from scenewire.observability import healthcheck
from scenewire.observability.http_endpoint import monitor_of_this_process
from scenewire.processes.run import run_program
from scenewire.topology import PIPELINE, RECORDER, TTS
from scenewire_recorder.app import create_app
from scenewire_recorder.settings import RecorderSettings
from tests.support import builders
from tests.support.bus_world import World, bus_world, until
from tests.support.nats import running_server
from tests.support.product import environment, kill_group, running_stack

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bus_world(tmp_path) as world:
        yield world


@asynccontextmanager
async def running(app: FastStream) -> AsyncIterator[None]:
    await app.start()
    try:
        yield
    finally:
        await app.stop()


def url() -> str:
    found = monitor_of_this_process().url
    assert found is not None
    return found


def fetched(address: str, *, method: str = "GET") -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


async def get(path: str) -> tuple[int, str]:
    return await asyncio.to_thread(fetched, f"{url()}{path}")


async def health(service: str) -> tuple[int, dict[str, str]]:
    status, body = await get("/healthz")
    return status, json.loads(body)["services"][service]


def order(number: int) -> NarrationRequested:
    """Each of a project of its own: one that fails stops nobody else."""
    return builders.narration_requested(uuid4(), number, scene_count=4)


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a36_counters_histograms_and_gauges_of_the_bus_move_with_successes_and_with_exceptions(world: World):
    bus = world.bus(monitor_port=0)
    held, seen = asyncio.Event(), asyncio.Event()
    answers: list[BaseException | None] = [
        None,
        TransientError(FailureCode.PROGRAM_TIMEOUT, "slow"),
        PermanentError(FailureCode.SPEECH_FAILED, "no voice"),
        RuntimeError("bug"),
    ]

    @bus.subscribe(TTS)
    async def narrate(requested: NarrationRequested) -> None:
        seen.set()
        await held.wait()
        number = requested.scene.scene_number
        answer = answers[number - 1]
        if number == 2:
            answers[1] = None
        if answer is not None:
            raise answer

    handler = {"app_name": "test", "broker": "nats", "handler": "narration.requested"}
    before = {
        "received": value("faststream_received_messages_total", **handler),
        "slow": value("scenewire_failed_deliveries_total", durable="tts", code="program_timeout", answer="retried"),
        "speech": value(
            "scenewire_failed_deliveries_total", durable="tts", code="speech_failed", answer="dead_lettered"
        ),
        "bug": value("scenewire_failed_deliveries_total", durable="tts", code="bug", answer="retried"),
        "handled": value("scenewire_handler_duration_seconds_count", durable="tts", status="handled"),
        "failed": value("scenewire_handler_duration_seconds_count", durable="tts", status="failed"),
    }
    async with world.serving(bus):
        await world.request(order(1))
        await seen.wait()
        assert value("faststream_received_messages_in_process", **handler) == 1
        held.set()
        for number in (2, 3, 4):
            await world.request(order(number))
        await world.settled()
        status, text = await get("/metrics")

    assert status == 200
    assert 'faststream_received_messages_total{app_name="test",broker="nats",handler="narration.requested"}' in text
    assert value("faststream_received_messages_in_process", **handler) == 0
    deliveries = 1 + 2 + 1 + 3  # handled; full, then handled; no voice; a bug until the tries are used up
    assert value("faststream_received_messages_total", **handler) - before["received"] == deliveries
    assert value("scenewire_handler_duration_seconds_count", durable="tts", status="handled") - before["handled"] == 2
    assert value("scenewire_handler_duration_seconds_count", durable="tts", status="failed") - before["failed"] == 5
    counted = {
        "slow": value("scenewire_failed_deliveries_total", durable="tts", code="program_timeout", answer="retried"),
        "speech": value(
            "scenewire_failed_deliveries_total", durable="tts", code="speech_failed", answer="dead_lettered"
        ),
        "bug": value("scenewire_failed_deliveries_total", durable="tts", code="bug", answer="retried"),
    }
    assert {name: now - before[name] for name, now in counted.items()} == {"slow": 1, "speech": 1, "bug": 2}


async def test_a36_batches_are_counted_by_how_they_ended(world: World):
    bus = world.bus(monitor_port=0)
    failures = [TransientError(FailureCode.DATABASE_UNAVAILABLE, "locked")]

    @bus.subscribe_batches(RECORDER, size=10)
    async def record(messages: object) -> None:
        if failures:
            raise failures.pop()

    before = [value("scenewire_batch_messages_total", durable="recorder", status=s) for s in ("handled", "failed")]
    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled(RECORDER.name)
    now = [value("scenewire_batch_messages_total", durable="recorder", status=s) for s in ("handled", "failed")]
    assert [after - was for after, was in zip(now, before, strict=True)] == [1, 1]
    assert value("scenewire_batch_duration_seconds_count", durable="recorder", status="failed") >= 1


async def test_a_service_is_fit_while_the_bus_and_its_durables_are_there(world: World):
    bus = world.bus(monitor_port=0)

    @bus.subscribe(TTS)
    async def narrate(requested: NarrationRequested) -> None: ...

    async def says(what: str, answer: str) -> bool:
        return (await health("test"))[1][what] == answer

    async with world.serving(bus) as app:
        assert await health("test") == (200, {"state": "ok", "bus": "ok", "durable tts": "ok"})
        await world.jetstream.delete_consumer(PIPELINE.name, TTS.name)
        assert await health("test") == (503, {"state": "ok", "bus": "ok", "durable tts": "not provisioned"})
        await provision(world.jetstream)
        port = int(world.server.url.rpartition(":")[2])
        await world.server.stop()
        await until(lambda: says("bus", "not connected"))
        assert (await get("/livez"))[0] == 200  # a new process could not reach the bus either
        async with running_server(world.folder, port=port):
            await until(lambda: says("bus", "ok"))
            assert (await health("test"))[0] == 200
            await app.stop()


async def test_a_service_that_waits_for_provisioning_or_is_stopped_is_not_ready(tmp_path: Path, world: World):
    await world.jetstream.delete_consumer(PIPELINE.name, TTS.name)
    bus = world.bus(monitor_port=0)
    entered, leave = asyncio.Event(), asyncio.Event()

    @bus.subscribe(TTS)
    async def narrate(requested: NarrationRequested) -> None:
        entered.set()
        await leave.wait()

    app: FastStream = bus.app()
    starting = asyncio.create_task(app.start())

    async def listens() -> bool:
        return monitor_of_this_process().url is not None

    await until(listens)
    status, answers = await health("test")
    assert (status, answers["state"], answers["durable tts"]) == (503, "starting", "not provisioned")
    await provision(world.jetstream)
    await starting
    assert (await health("test"))[0] == 200
    await world.request(builders.narration_requested())
    await entered.wait()
    stopping = asyncio.create_task(app.stop())

    async def drains() -> bool:
        return (await health("test"))[1]["state"] == "stopping"

    await until(drains)
    leave.set()
    await stopping
    assert monitor_of_this_process().url is None


async def test_a_recorder_without_its_database_is_not_ready(world: World, tmp_path: Path):
    database = tmp_path / "record.db"
    settings = RecorderSettings(
        nats_url=world.server.url, database_url=f"sqlite:///{database}", monitor_port=0, log_format="console"
    )
    async with running(create_app(settings)):
        assert await health("recorder") == (
            200,
            {"state": "ok", "database": "ok", "stream": "ok", "bus": "ok", "durable recorder": "ok"},
        )
        database.rename(tmp_path / "elsewhere.db")
        status, answers = await health("recorder")
    assert status == 503
    assert "record.db" in answers["database"]


async def test_a_process_whose_event_loop_hangs_is_not_alive(world: World):
    bus = world.bus(monitor_port=0)

    @bus.subscribe(TTS)
    async def narrate(requested: NarrationRequested) -> None: ...

    async with world.serving(bus):
        answers: list[tuple[int, str]] = []
        address = url()
        asking = threading.Thread(target=lambda: answers.append(fetched(f"{address}/livez")))
        asking.start()
        asking.join(15)  # on the loop's own thread: it hangs for as long
    assert answers[0][0] == 503
    assert "does not respond" in answers[0][1]


async def test_other_paths_and_methods_are_refused(world: World):
    async with world.serving(world.bus(monitor_port=0)):
        status, body = await get("/")
        assert status == 404
        assert "/healthz" in body
        assert (await asyncio.to_thread(fetched, f"{url()}/metrics", method="DELETE"))[0] == 405


async def test_a_port_that_is_taken_is_named(world: World):
    async with world.serving(world.bus(monitor_port=0)):
        port = int(url().rpartition(":")[2])
        taken = await run_program(
            [sys.executable, "-m", "faststream", "run", "scenewire_script.app:create_app", "--factory"],
            cwd=ROOT,
            timeout=60,
            env=environment(
                world.folder, NATS_URL=world.server.url, ARTIFACTS_URL="file:///unused", MONITOR_PORT=str(port)
            ),
        )
    assert taken.returncode != 0
    assert f"port {port}" in taken.stderr


async def test_the_health_check_needs_no_packages_and_fails_for_a_stopped_or_ended_process(world: World):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "faststream", "run", "scenewire_script.app:create_app", "--factory"),
        cwd=ROOT,
        env=environment(world.folder, NATS_URL=world.server.url, ARTIFACTS_URL=world.folder.as_uri(), MONITOR_PORT="0"),
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        while b"monitor_listens" not in (line := await process.stderr.readline()):
            assert line
        port = json.loads(line)["url"].rpartition(":")[2]

        async def check(*arguments: str) -> int | None:
            asked = await run_program(
                [sys.executable, "-I", "-S", healthcheck.__file__, *arguments],
                cwd=world.folder,
                timeout=30,
                env=environment(world.folder, MONITOR_PORT=port, MONITOR_HOST="0.0.0.0"),
            )
            return asked.returncode

        async def fit() -> bool:
            return await check() == 0

        await until(fit)
        assert await check("--alive") == 0
        process.send_signal(signal.SIGSTOP)
        assert await check("--alive") == 1
        process.send_signal(signal.SIGCONT)
        await until(fit)
        process.send_signal(signal.SIGTERM)
        await process.wait()
        assert await check() == 1
    finally:
        kill_group(process)


async def test_all_services_of_an_embedded_stack_share_one_endpoint(tmp_path: Path):
    async with running_stack(tmp_path / "data", tmp_path, MONITOR_PORT="0") as ready:
        status, body = await asyncio.to_thread(fetched, f"{ready['monitor']}/healthz")
    assert status == 200
    assert json.loads(body)["services"].keys() == {"recorder", "script", "tts", "sourcing", "assembly", "gateway"}


def test_nothing_listens_unless_a_port_is_named():
    assert RecorderSettings(database_url="sqlite:////x").monitor_port is None
