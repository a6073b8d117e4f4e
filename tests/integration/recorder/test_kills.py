"""The recorder killed at any moment, again and again: no message lost, none counted twice, no half a batch.

`make soak-recorder` does more and longer rounds, with seeds of its own; SOAK_SEED=<seed> SOAK_ROUNDS=1 repeats one.
"""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from nats.js import JetStreamContext

from scenewire.database.engine import writing_engine
from scenewire.database.revision import upgrade
from scenewire.messages import StoredMessage
from scenewire.record.queries import opened
from scenewire.topology import PIPELINE, RECORDER
from scenewire_cli.stack.nats_server import NatsServer
from scenewire_recorder.maintenance.rebuild import rows_from_log
from scenewire_recorder.repository import Repository
from tests.support.nats import provisioned_server
from tests.unit.recorder.story import Database, PostgresDatabase, delivered, film

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "2"))
MESSAGES = int(os.environ.get("SOAK_MESSAGES", "800"))
FIRST_SEED = int(os.environ.get("SOAK_SEED", "0"))
KILLS = 3
SCENES = 12
TOGETHER = 200


def stories(chance: random.Random) -> list[StoredMessage]:
    """The messages of many films, each film's in order, those of some films at a time shuffled into each other."""
    told: list[list[StoredMessage]] = []
    while sum(map(len, told)) < MESSAGES:
        project_id = UUID(int=chance.getrandbits(128), version=4)
        told.append(delivered(film(project_id, SCENES, revision=chance.choice([0, 0, 1]))))
    messages: list[StoredMessage] = []
    running: list[list[StoredMessage]] = []
    while told or running:
        if told and len(running) < 5:
            running.append(told.pop())
        story = chance.choice(running)
        messages.append(story.pop(0))
        running = [story for story in running if story]
    return messages[:MESSAGES]


async def publish(jetstream: JetStreamContext, messages: Sequence[StoredMessage]) -> None:
    for start in range(0, len(messages), TOGETHER):
        await asyncio.gather(
            *(
                jetstream.publish(message.subject, message.body, headers=dict(message.headers), timeout=20)
                for message in messages[start : start + TOGETHER]
            )
        )


@asynccontextmanager
async def running_recorder(server: NatsServer, database: Database) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of its own, dead afterwards."""
    environment = {"NATS_URL": server.url, "DATABASE_URL": database.url, "LOG_LEVEL": "ERROR"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio; from scenewire_recorder.app import create_app; asyncio.run(create_app().run())",
        env=os.environ | environment,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def recorded(database: Database, count: int, process: asyncio.subprocess.Process) -> None:
    """Waits until so many messages are in the log."""
    async with asyncio.timeout(90):
        while database.row("SELECT count(*) AS n FROM message_log")["n"] < count:
            assert process.returncode is None, "it ended by itself"
            await asyncio.sleep(0.002)


async def acknowledged(jetstream: JetStreamContext) -> None:
    async with asyncio.timeout(90):
        while True:
            about = await jetstream.consumer_info(PIPELINE.name, RECORDER.name)
            if about.num_pending == 0 and about.num_ack_pending == 0:
                return
            await asyncio.sleep(0.05)


async def mended_by_a_rebuild(database: Database) -> int:
    """How many projects have rows that are not what the log says."""
    repository = Repository(writing_engine(database.url))
    try:
        async with opened(database.url) as record:
            return (await rows_from_log(record, repository)).mended
    finally:
        repository.close()


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + ROUNDS))
async def test_killed_at_any_moment_it_loses_nothing_and_counts_nothing_twice(
    seed: int, tmp_path: Path, request: pytest.FixtureRequest
):
    chance = random.Random(seed)
    database = Database(tmp_path / "record.db")
    if seed % 2:
        postgres: PostgresDatabase = request.getfixturevalue("postgres_database")
        database = postgres
    await upgrade(database.url)
    messages = stories(chance)
    async with provisioned_server(tmp_path / "bus") as (server, jetstream):
        config = (await jetstream.consumer_info(PIPELINE.name, RECORDER.name)).config
        await jetstream.add_consumer(PIPELINE.name, config.evolve(ack_wait=1))  # seconds until it comes again
        await publish(jetstream, messages)
        moments = sorted(chance.randrange(MESSAGES) for _ in range(KILLS))
        for moment in moments:
            async with running_recorder(server, database) as process:
                await recorded(database, moment, process)
                await asyncio.sleep(chance.random() * 0.03)
        print(f"seed {seed}: {MESSAGES} messages, killed after {moments}")  # noqa: T201
        async with running_recorder(server, database) as process:
            await recorded(database, MESSAGES, process)
            await acknowledged(jetstream)
    logged = [row["message_id"] for row in database.rows("SELECT message_id FROM message_log")]
    assert sorted(logged) == sorted(message.headers["Nats-Msg-Id"] for message in messages)
    assert database.rows("SELECT message_id FROM message_log WHERE NOT valid") == []
    assert database.audit_faults() == []
    assert await mended_by_a_rebuild(database) == 0
