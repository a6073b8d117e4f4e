"""Readers of events miss nothing: neither slow ones, nor those who watch while the bus restarts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

from scenewire.bus.client import BusClient, bus_client
from scenewire.bus.connection import BusAddress
from scenewire.bus.provisioning.provision import provision
from scenewire.database.revision import upgrade
from scenewire.errors import TransientError
from scenewire.messages import Message, ProjectCancelled, ScriptRequested
from scenewire.record.queries import opened
from scenewire_cli.stack.nats_server import NatsServer
from scenewire_gateway.events.hub import Event, Hub
from scenewire_gateway.projects.board import Board
from tests.support.nats import connected, running_server
from tests.support.ports import free_port


@asynccontextmanager
async def watching(folder: Path, *, port: int = -1) -> AsyncIterator[tuple[Hub, Board, BusClient, NatsServer]]:
    """A hub on a real server, with a record that nobody writes."""
    database = f"sqlite:///{folder / 'record.db'}"
    await upgrade(database)
    async with running_server(folder, port=port) as server:
        async with connected(server) as (_, jetstream):
            await provision(jetstream)
        address = BusAddress(url=server.url)
        async with bus_client(address, reconnects=True) as bus, opened(database) as record:
            board = Board(record, bus)
            hub = Hub(board, bus)
            async with hub.running():
                yield hub, board, bus, server


async def publish(bus: BusClient, project_id: UUID, count: int) -> list[int]:
    """Orders a project and cancels it in many revisions; returns the sequences."""
    messages: list[ScriptRequested | Message] = [ScriptRequested(project_id=project_id, text="The sea.")]
    messages += [ProjectCancelled(project_id=project_id, revision=revision) for revision in range(count - 1)]
    return [await bus.publish(message) for message in messages]


async def taken(hub: Hub, after: int | None, wanted: int) -> list[Event]:
    events: list[Event] = []
    async with asyncio.timeout(30), hub.subscription(after=after) as arriving:
        async for event in arriving:
            events.append(event)
            if len(events) == wanted:
                break
    return events


def sequences(events: Sequence[Event]) -> list[int | None]:
    return [event.sequence for event in events]


async def test_a_reader_that_does_not_keep_up_is_let_go_and_gets_the_rest_when_it_comes_back(tmp_path: Path) -> None:
    async with watching(tmp_path) as (hub, _, bus, _):
        project_id = uuid4()
        async with hub.subscription() as slow, hub.subscription() as quick:
            reading = asyncio.create_task(_first(quick, 600))
            published = await publish(bus, project_id, 600)
            async with asyncio.timeout(30):
                assert sequences(await reading) == published
                late = [event async for event in slow]  # ends by itself
        assert 0 < len(late) < len(published)
        rest = await taken(hub, late[-1].sequence, len(published) - len(late))

    assert sequences([*late, *rest]) == published


async def _first(arriving: AsyncIterator[Event], count: int) -> list[Event]:
    events: list[Event] = []
    async for event in arriving:
        events.append(event)
        if len(events) == count:
            break
    return events


async def test_readers_that_arrive_while_much_happens_get_everything_once_and_in_order(tmp_path: Path) -> None:
    async with watching(tmp_path) as (hub, _, bus, _):
        first = await publish(bus, uuid4(), 50)
        publishing = asyncio.create_task(publish(bus, uuid4(), 150))
        readers = [asyncio.create_task(taken(hub, first[9], 190)) for _ in range(5)]
        second = await publishing
        found = await asyncio.gather(*readers)

    assert [sequences(events) for events in found] == [[*first[10:], *second]] * 5


async def test_a_state_is_the_same_for_those_who_ask_and_those_who_watch(tmp_path: Path) -> None:
    async with watching(tmp_path) as (hub, board, bus, _):
        project_id = uuid4()
        published = await publish(bus, project_id, 3)
        events = await taken(hub, published[0] - 1, 3)
        (state,) = await board.states([project_id])

    assert events[-1].project is not None
    assert events[-1].project.state == state.run.state == "cancelled"
    assert state.last_sequence == published[-1]
    assert state.run.revision == 1


async def test_readers_go_on_after_the_bus_was_restarted(tmp_path: Path) -> None:
    async with watching(tmp_path, port=free_port()) as (hub, _, bus, server):
        before = await publish(bus, uuid4(), 5)
        async with hub.subscription(after=0) as arriving:
            events = await _first(arriving, 5)
            await server.stop()
            await server.start()
            after = await _patiently(bus, uuid4())
            async with asyncio.timeout(60):
                events += await _first(arriving, 5)

    assert sequences(events) == [*before, *after]


async def _patiently(bus: BusClient, project_id: UUID) -> list[int]:
    while True:
        try:
            return await publish(bus, project_id, 5)
        except TransientError:  # the connection is not back yet; the server drops what it had stored already
            await asyncio.sleep(0.2)


async def test_a_reader_from_another_stream_begins_with_the_present_state(tmp_path: Path) -> None:
    async with watching(tmp_path) as (hub, board, bus, _):
        project_id = uuid4()
        published = await publish(bus, project_id, 2)
        await taken(hub, 0, 2)
        (state,) = await board.states([project_id])
        assert not await hub.reaches(10**12)
        async with hub.subscription(state, after=10**12) as arriving:
            (present,) = await _first(arriving, 1)

    assert (present.kind, present.sequence) == ("state", published[-1])


async def test_readers_that_take_nothing_do_not_keep_others_waiting(tmp_path: Path) -> None:
    async with watching(tmp_path) as (hub, _, bus, _), AsyncExitStack() as idle:
        published = await publish(bus, uuid4(), 500)
        for _ in range(50):
            arriving = await idle.enter_async_context(hub.subscription(after=0))
            await _first(arriving, 1)  # and takes no more
        events = await taken(hub, 0, 500)

    assert sequences(events) == published
