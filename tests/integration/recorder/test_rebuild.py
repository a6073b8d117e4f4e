"""What is lost comes back: rows from the log, the log from the stream, the stream from the log. With real servers."""

import asyncio
import json
import shutil
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.js import JetStreamContext
from structlog.testing import capture_logs

from scenewire.bus.client import BusClient
from scenewire.bus.provisioning.provision import provision, release_unacknowledged
from scenewire.database.revision import upgrade
from scenewire.messages import Message, ProjectCancelled, ProjectDeleted, ScriptRequested
from scenewire.observability.http_endpoint import monitor_of_this_process
from scenewire.record.queries import opened
from scenewire.topology import PIPELINE, RECORDER
from scenewire_cli.stack.nats_server import NatsServer
from scenewire_recorder.app import create_app
from scenewire_recorder.maintenance.rebuild import Restored, log_from_stream, stream_from_log
from scenewire_recorder.settings import RecorderSettings
from tests.support.nats import connected, running_server, settings_for
from tests.support.ports import free_port
from tests.support.quick_workers import Stages, quick_workers
from tests.unit.recorder.story import Database, delivered


class Site:
    """A server with its store in a folder, a record, and workers; each can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bus = folder / "bus"
        self.database = Database(folder / "record.db")

    @asynccontextmanager
    async def running(
        self, *, keep: Collection[str] = (), workers: bool = True, port: int = -1
    ) -> AsyncIterator["Running"]:
        async with running_server(self.bus, port=port) as server, connected(server) as (_, jetstream):
            await provision(jetstream)
            await release_unacknowledged(jetstream)
            recorder = create_app(
                RecorderSettings(
                    nats_url=server.url,
                    database_url=self.database.url,
                    log_file=self.folder / "log",
                    monitor_port=0,
                    stream_check_interval=timedelta(seconds=0.1),
                )
            )
            await recorder.start()
            try:
                if workers:
                    async with quick_workers(settings_for(server, self.folder), keep=keep) as stages:
                        yield Running(server, jetstream, stages, self.database)
                else:
                    yield Running(server, jetstream, Stages(), self.database)
            finally:
                await recorder.stop()

    def alarms(self) -> list[dict[str, Any]]:
        """What the recorder said at its starts about a stream that lacks what it had."""
        entries = [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]
        return [entry for entry in entries if entry["event"] == "stream_lost_messages"]

    def lose_store(self) -> None:
        shutil.rmtree(self.bus / "store")

    def copy_store(self) -> Path:
        return shutil.copytree(self.bus / "store", self.folder / "older")

    def restore(self, copy: Path) -> None:
        self.lose_store()
        shutil.copytree(copy, self.bus / "store")


class Running:
    def __init__(self, server: NatsServer, jetstream: JetStreamContext, stages: Stages, database: Database) -> None:
        self.server, self.jetstream, self.stages, self.database = server, jetstream, stages, database

    async def order(self, topic: str) -> UUID:
        order = ScriptRequested(project_id=uuid4(), topic=topic, target_duration=60)
        await self.publish(order)
        return order.project_id or uuid4()

    async def publish(self, message: Message | ScriptRequested) -> None:
        (stored,) = delivered([message])
        await self.jetstream.publish(stored.subject, stored.body, headers=dict(stored.headers))

    async def half_done(self, count: int = 1) -> set[UUID]:
        """Returns when so many films are at the picture that is never finished, and all that is on record."""
        async with asyncio.timeout(20):
            found = {await self.stages.begun.get() for _ in range(count)}
        await self.recorded()
        return found

    async def recorded(self) -> None:
        """Returns when the recorder has committed all that the stream holds."""
        async with asyncio.timeout(20):
            while True:
                last = (await self.jetstream.stream_info(PIPELINE.name)).state.last_seq
                floor = (await self.jetstream.consumer_info(PIPELINE.name, RECORDER.name)).ack_floor
                if floor is not None and floor.stream_seq >= last:
                    return
                await asyncio.sleep(0.02)

    async def finished(self, *project_ids: UUID) -> None:
        async with asyncio.timeout(20):
            while any(self.status(project_id) != "complete" for project_id in project_ids):
                await asyncio.sleep(0.02)
        await self.recorded()

    def status(self, project_id: UUID) -> str | None:
        rows = self.database.rows("SELECT status FROM projects WHERE id = ?", str(project_id))
        return rows[0]["status"] if rows else None

    async def subjects(self) -> dict[str, int]:
        info = await self.jetstream.stream_info(PIPELINE.name, subjects_filter=">")
        return dict(info.state.subjects or {})

    async def restore(self) -> Restored:
        async with opened(self.database.url) as record:
            return await stream_from_log(record, BusClient(self.jetstream._nc))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    return database.projections() | {"log": database.rows("SELECT * FROM message_log ORDER BY message_id")}


async def test_row_47_b35_the_record_comes_back_from_the_stream_row_for_row(site: Site, tmp_path: Path):
    async with site.running(keep={"Tea"}) as running:
        film = await running.order("Tea")
        await running.jetstream.publish("script.requested", b'{"topic": "Typed by hand"}')
        await running.jetstream.publish("audio.rendered", b"\xff\x00")
        await running.half_done()
    async with site.running() as running:
        await running.finished(film)
        lost = everything(running.database)
        restored = Database(tmp_path / "restored.db")
        await upgrade(restored.url)
        async with restored.stage() as stage:
            count = await log_from_stream(stage, BusClient(running.jetstream._nc))
    assert count == len(lost["log"]) > 20
    assert {row["name"] for row in lost["projects"]} == {"Tea", "Typed by hand"}
    assert everything(restored) == lost


async def test_row_36_a_half_done_film_is_finished_after_the_server_lost_its_store(site: Site):
    async with site.running() as running:
        finished = await running.order("Coffee")
        await running.finished(finished)
    async with site.running(keep={"Tea", "Typed"}) as running:
        film = await running.order("Tea")
        await running.jetstream.publish("script.requested", b'{"topic": "Typed", "target_duration": 61}')
        (typed,) = await running.half_done(2) - {film}
    before = everything(site.database)
    site.lose_store()
    async with site.running(workers=False):
        assert [entry["last_in_stream"] for entry in site.alarms()] == [0]
    async with site.running() as running:
        restored = await running.restore()
        await running.finished(film, typed)
        assert sorted(running.stages.joined) == sorted(running.stages.written) == sorted([film, typed])
        subjects = await running.subjects()
        assert subjects["video.assembled"] == 2
        assert not [subject for subject in subjects if str(finished) in subject]
        assert await running.restore() == Restored(messages={}, ends=0)
    assert restored.ends == 0
    assert restored.messages.keys() == {str(film), str(typed)}
    after = everything(site.database)
    known = {row["message_id"]: row for row in after["log"]}
    assert all(known[row["message_id"]] == row for row in before["log"])
    assert not [row for row in after["log"] if row["problem"]]


async def test_row_37_films_go_on_after_the_server_came_back_with_an_older_store(site: Site):
    async with site.running(keep={"Tea", "Milk", "Juice"}) as running:
        tea, milk, juice = [await running.order(topic) for topic in ("Tea", "Milk", "Juice")]
        await running.half_done(3)
    older = site.copy_store()
    async with site.running(keep={"Milk", "Juice", "Wine", "Typed"}) as running:
        await running.half_done(2)
        await running.publish(ProjectCancelled(project_id=milk))
        wine = await running.order("Wine")
        await running.jetstream.publish("script.requested", b'{"topic": "Typed"}')
        (typed,) = await running.half_done(2) - {wine}
        await running.finished(tea)
    assert site.alarms() == []
    site.restore(older)
    async with site.running(workers=False) as running:
        assert len(site.alarms()) == 1
        restored = await running.restore()
        await running.recorded()
    async with site.running() as running:
        await running.finished(tea, juice, wine, typed)
        assert milk not in running.stages.joined
        assert running.status(milk) == "cancelled"
        assert (await running.subjects())["video.assembled"] == 4
    assert restored.messages.keys() == {str(wine), str(typed)}
    assert restored.ends == 2
    films = site.database.rows("SELECT project_id FROM message_log WHERE subject = 'video.assembled'")
    assert sorted(row["project_id"] for row in films) == sorted(map(str, (tea, juice, wine, typed)))
    assert not site.database.rows("SELECT * FROM message_log WHERE problem IS NOT NULL")


async def test_row_37_a_deleted_project_stays_deleted_after_the_server_came_back_with_an_older_store(site: Site):
    async with site.running(keep={"Milk"}) as running:
        milk = await running.order("Milk")
        await running.half_done()
    older = site.copy_store()
    async with site.running(keep={"Milk"}) as running:
        await running.half_done()
        await running.publish(ProjectDeleted(project_id=milk))
        await running.recorded()
        assert running.status(milk) is None
    site.restore(older)
    async with site.running(workers=False) as running:
        assert await running.restore() == Restored(messages={}, ends=1)
        await running.recorded()
    async with site.running() as running:
        await running.finished(await running.order("Tea"))
        assert milk not in running.stages.joined
        assert running.status(milk) is None
    assert {row["name"] for row in site.database.rows("SELECT name FROM projects")} == {"Tea"}


async def stream_health() -> str:
    """What the recorder reports of the stream."""

    def fetch() -> str:
        try:
            with urllib.request.urlopen(f"{monitor_of_this_process().url}/healthz", timeout=10) as answer:
                body = answer.read()
        except urllib.error.HTTPError as error:
            body = error.read()
        return str(json.loads(body)["services"]["recorder"]["stream"])

    return await asyncio.to_thread(fetch)


async def turns(wanted: Callable[[str], bool]) -> None:
    async with asyncio.timeout(20):
        while not wanted(await stream_health()):
            await asyncio.sleep(0.05)


async def test_row_36_a_stream_that_is_emptied_while_the_recorder_runs_is_an_alarm_until_it_is_restored(site: Site):
    async with site.running(keep={"Tea"}) as running:
        with capture_logs() as logs:
            film = await running.order("Tea")
            await running.half_done()
            assert await stream_health() == "ok"
            await running.jetstream.delete_stream(PIPELINE.name)
            await provision(running.jetstream)
            await turns(lambda health: "`scenewire rebuild --to-stream`" in health)
            assert (await running.restore()).messages.keys() == {str(film)}
            await turns(lambda health: health == "ok")
    watched = [(entry["event"], entry["log_level"]) for entry in logs if entry["event"].startswith("stream_")]
    assert watched == [("stream_lost_messages", "critical"), ("stream_restored", "info")]


async def test_row_37_an_older_stream_that_comes_back_while_the_recorder_runs_is_an_alarm(site: Site):
    async with site.running(workers=False, port=free_port()) as running:
        await running.order("Tea")
        await running.recorded()
        await running.server.stop()
        older = site.copy_store()
        await running.server.start()
        await running.order("Milk")
        await running.recorded()
        await running.server.stop()
        site.restore(older)
        await running.server.start()
        await turns(lambda health: "lost messages" in health)
