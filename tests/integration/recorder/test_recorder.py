"""The recorder with a real server, real files and real processes."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from faststream import FastStream
from nats.js import JetStreamContext
from structlog.testing import capture_logs

from scenewire.bus.consuming.received import stored_message
from scenewire.bus.provisioning.provision import provision
from scenewire.database.revision import upgrade
from scenewire.errors import PermanentError
from scenewire.messages import StoredMessage, derive_project_id
from scenewire.observability.http_endpoint import monitor_of_this_process
from scenewire.topology import PIPELINE, RECORDER
from scenewire_cli.stack.nats_server import NatsServer
from scenewire_recorder.app import create_app
from scenewire_recorder.settings import RecorderSettings
from tests.integration.shared.test_monitor import fetched
from tests.support.builders import PROJECT
from tests.support.nats import connected, provisioned_server, running_server
from tests.support.web_application import FOOTAGE_PROGRESS, LIST_PROJECTS, LIST_SCENES, create_web_database
from tests.unit.recorder.story import Database, delivered, film, raw_message

OTHER = UUID("22222222-2222-4222-8222-222222222222")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "record.db")


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[tuple[NatsServer, JetStreamContext]]:
    async with provisioned_server(tmp_path / "bus") as provisioned:
        yield provisioned


def recorder(server: NatsServer, database: Database, **settings: Any) -> FastStream:
    return create_app(
        RecorderSettings(
            nats_url=server.url,
            database_url=database.url,
            database_timeout=timedelta(seconds=0.2),
            log_format="console",
            **settings,
        )
    )


@asynccontextmanager
async def running(server: NatsServer, database: Database) -> AsyncIterator[None]:
    app = recorder(server, database)
    await app.start()
    try:
        yield
    finally:
        await app.stop()


async def publish(jetstream: JetStreamContext, messages: Iterable[StoredMessage]) -> None:
    for message in messages:
        await jetstream.publish(message.subject, message.body, headers=dict(message.headers) or None)


async def everything_recorded(jetstream: JetStreamContext) -> None:
    async with asyncio.timeout(20):
        while True:
            last = (await jetstream.stream_info(PIPELINE.name)).state.last_seq
            floor = (await jetstream.consumer_info(PIPELINE.name, RECORDER.name)).ack_floor
            if floor is not None and floor.stream_seq >= last:
                return
            await asyncio.sleep(0.02)


async def test_a_film_goes_on_record_with_whatever_else_was_on_the_stream(
    bus: tuple[NatsServer, JetStreamContext], database: Database
):
    server, jetstream = bus
    noise = [raw_message("audio.rendered", b"\xff\x00"), raw_message("script.requested", b"{}")]
    async with running(server, database):
        await publish(jetstream, [*noise, *delivered(film())])
        await everything_recorded(jetstream)
    assert database.row("SELECT status, current_step FROM projects") == {"status": "complete", "current_step": "export"}
    assert database.row("SELECT count(*) AS n, sum(valid) AS valid FROM message_log") == {"n": 17, "valid": 15}
    assert database.row("SELECT raw_body FROM message_log WHERE body IS NULL")["raw_body"] == b"\xff\x00"


async def test_b35_what_was_published_without_it_is_recorded_when_it_is_back(
    bus: tuple[NatsServer, JetStreamContext], database: Database
):
    server, jetstream = bus
    messages = delivered(film())
    await publish(jetstream, messages[:5])
    async with running(server, database):
        await everything_recorded(jetstream)
        assert database.row("SELECT status FROM projects")["status"] == "active"
    await publish(jetstream, messages[5:])
    async with running(server, database):
        await everything_recorded(jetstream)
    assert database.row("SELECT status FROM projects")["status"] == "complete"


async def test_an_order_typed_by_hand_is_recorded_under_the_id_that_its_scenes_will_have(
    bus: tuple[NatsServer, JetStreamContext], database: Database
):
    server, jetstream = bus
    ack = await jetstream.publish("script.requested", b'{"topic": "Tea"}')
    async with running(server, database):
        await everything_recorded(jetstream)
    reader = await jetstream.pull_subscribe("script.requested", stream=PIPELINE.name)
    (order,) = await reader.fetch(1)
    row = database.row("SELECT project_id, published_at FROM message_log")
    assert row["project_id"] == str(derive_project_id(ack.seq, stored_message(order).published_at_ns))
    assert database.row("SELECT id FROM projects")["id"] == row["project_id"]
    stored = json.loads((await jetstream._nc.request(f"$JS.API.STREAM.MSG.GET.{PIPELINE.name}", b'{"seq": 1}')).data)[
        "message"
    ]["time"]
    assert row["published_at"][:23] == stored[:23]
    assert datetime.fromisoformat(row["published_at"]).tzinfo is not None


async def test_a_server_that_lost_its_stream_and_counts_anew_swallows_nothing(tmp_path: Path, database: Database):
    for life, project in (("first", PROJECT), ("second", OTHER)):
        async with running_server(tmp_path / life) as server, connected(server) as (_, jetstream):
            await provision(jetstream)
            async with running(server, database):
                await publish(jetstream, delivered(film(project)))
                await everything_recorded(jetstream)
    assert database.row("SELECT count(*) AS n FROM projects WHERE status = 'complete'")["n"] == 2
    assert database.row("SELECT count(DISTINCT sequence) AS n FROM message_log")["n"] == 15


async def test_row_44_b35_a_database_that_is_locked_for_a_while_loses_nothing(
    bus: tuple[NatsServer, JetStreamContext], database: Database
):
    server, jetstream = bus
    async with running(server, database):
        with closing(sqlite3.connect(database.path, isolation_level=None)) as holder, capture_logs() as said:
            holder.execute("BEGIN IMMEDIATE")
            await publish(jetstream, delivered(film()))
            async with asyncio.timeout(20):
                while (await jetstream.consumer_info(PIPELINE.name, RECORDER.name)).num_redelivered == 0:
                    await asyncio.sleep(0.02)
            assert database.rows("SELECT * FROM projects") == []
            holder.execute("ROLLBACK")
        await everything_recorded(jetstream)
    told = next(line for line in said if line["event"] == "batch_failed")
    assert (told["code"], told["problem"]) == (
        "database_unavailable",
        f"the database {database.path} is locked by another program",
    )
    assert told["hint"] == "close the program that holds the lock"
    assert database.row("SELECT status FROM projects")["status"] == "complete"


async def test_b36_it_does_not_start_on_a_database_that_it_cannot_use(
    bus: tuple[NatsServer, JetStreamContext], tmp_path: Path
):
    server, _ = bus
    app = recorder(server, Database(tmp_path / "no" / "record.db"))
    with pytest.raises(PermanentError, match=r"the folder .* does not exist"):
        await app.start()
    await app.stop()


async def test_b29_b41_b42_the_web_application_finds_the_film_in_its_own_database(
    bus: tuple[NatsServer, JetStreamContext], database: Database
):
    server, jetstream = bus
    create_web_database(database.path)
    async with running(server, database):
        await publish(jetstream, delivered(film()))
        await everything_recorded(jetstream)
    listed = database.rows(LIST_PROJECTS)
    assert [row["name"] for row in listed] == ["Tea", "Made in the browser"]
    assert listed[0]["current_step"] == "export"
    scenes = database.rows(LIST_SCENES, str(PROJECT))
    assert [(scene["scene_number"], scene["duration"]) for scene in scenes] == [(1, 2.0), (2, 2.0), (3, 2.0)]
    assert database.row(FOOTAGE_PROGRESS, str(PROJECT)) == {"wanted": 3, "found": 3}
    assert database.row("SELECT count(*) AS n FROM messages")["n"] == 1


WORKER = """
import asyncio, sys
from scenewire_recorder.log_entries import read
from scenewire_recorder.repository import Repository
from scenewire.database.engine import writing_engine
from tests.unit.recorder.story import Database, delivered, film

async def main():
    database = Database(sys.argv[1])
    await database.record(delivered(film()[:3]))
    with Repository(writing_engine(database.url)).unit_of_work() as work:
        work.append([read(message) for message in delivered(film())[3:]])
        print("in the middle", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_b33_killed_in_the_middle_of_a_batch_it_leaves_none_of_it(database: Database):
    await upgrade(database.url)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, str(database.path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert b"in the middle" in await process.stdout.readline()
    assert database.row("SELECT count(*) AS n FROM message_log")["n"] == 3  # another process reads meanwhile
    process.kill()
    await process.wait()
    assert database.row("SELECT count(*) AS n FROM message_log")["n"] == 3
    await database.record(delivered(film()))
    assert database.row("SELECT status FROM projects")["status"] == "complete"


async def test_row_46_it_waits_for_a_database_of_a_newer_version_with_failing_health(
    bus: tuple[NatsServer, JetStreamContext], database: Database
):
    server, jetstream = bus
    await upgrade(database.url)
    (known,) = database.row("SELECT version_num FROM scenewire_version").values()
    database.execute("UPDATE scenewire_version SET version_num = 'ffffffffffff'")
    app = recorder(server, database, monitor_port=0)
    await app.start()
    try:
        await publish(jetstream, delivered(film()))
        status, body = await asyncio.to_thread(fetched, f"{monitor_of_this_process().url}/healthz")
        answers = json.loads(body)["services"]["recorder"]
        assert (status, answers["durable recorder"]) == (503, "ok")
        assert "has the schema ffffffffffff, which this version does not know" in answers["database"]
        assert database.rows("SELECT * FROM message_log") == []
        database.execute(f"UPDATE scenewire_version SET version_num = '{known}'")  # noqa: S608 - our own schema
        await everything_recorded(jetstream)
    finally:
        await app.stop()
    assert database.row("SELECT status FROM projects")["status"] == "complete"
