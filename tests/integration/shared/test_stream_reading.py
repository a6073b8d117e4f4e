"""Readers of the stream get what was published, in order, without a consumer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from scenewire.bus.client import BusClient
from scenewire.bus.reading.stream_reader import BATCH_BYTES, BATCH_MESSAGES, StreamReader
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import StoredMessage
from scenewire.topology import PIPELINE
from tests.support.bus_world import World, bus_world

ORDER, END = "script.requested", "project.cancelled"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bus_world(tmp_path / "bus") as world:
        yield world


def client_of(world: World) -> Client:
    client = world.jetstream._nc
    assert isinstance(client, Client)
    return client


async def publish_raw(world: World, subject: str, header: bytes, body: bytes) -> None:
    """Publishes header bytes that no library would write."""
    sizes = f"{len(header)} {len(header) + len(body)}".encode()
    await client_of(world)._send_command(b"HPUB " + subject.encode() + b" " + sizes + b"\r\n" + header + body + b"\r\n")
    await client_of(world).flush()


async def test_stored_messages_of_several_subjects_come_in_the_streams_order(world: World) -> None:
    subjects = [END if i % 3 == 0 else ORDER for i in range(2 * BATCH_MESSAGES + 7)]
    for i, subject in enumerate(subjects):
        await client_of(world).publish(subject, str(i).encode())
    await world.publish("video.assembled", b"")

    stored = [message async for message in BusClient(client_of(world)).stored((ORDER, END))]

    assert [(m.sequence, m.subject, m.body) for m in stored] == [
        (i + 1, subject, str(i).encode()) for i, subject in enumerate(subjects)
    ]


async def test_a_batch_holds_few_bytes_and_leaves_nothing_out(world: World) -> None:
    body = bytes(900_000)
    count = 2 * BATCH_BYTES // len(body)
    for _ in range(count):
        await world.publish(ORDER, body)

    async with aclosing(StreamReader(client_of(world)).batches()) as batches:
        sizes = [len(batch) async for batch in batches]

    assert sum(sizes) == count
    assert max(sizes) * len(body) <= BATCH_BYTES + len(body)


@pytest.mark.parametrize(
    "header",
    [
        b"NATS/1.0\r\nNats-Sequence: 99\r\nNats-Subject: x\r\nStatus: 204\r\nNats-Num-Pending: 0\r\n\r\n",
        b"NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\n\r\n",
        b"NATS/1.0 404 Message Not Found\r\n\r\n",
        b"NATS/1.0\r\nno colon\r\n\r\n",
        b"NATS/1.0\r\n\r\n",
    ],
)
async def test_no_header_that_a_publisher_writes_ends_or_misleads_a_reader(world: World, header: bytes) -> None:
    await publish_raw(world, ORDER, header, b"1")
    await world.publish(ORDER, b"2", kind="plain")

    stored = [message async for message in BusClient(client_of(world)).stored(PIPELINE.subjects)]

    assert [(m.sequence, m.subject, m.body) for m in stored] == [(1, ORDER, b"1"), (2, ORDER, b"2")]
    assert stored[1].headers == {"kind": "plain"}


async def test_a_follower_is_woken_by_what_is_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenewire.bus.reading.stream_reader.POLL_S", 3_600)
    arrived: asyncio.Queue[StoredMessage] = asyncio.Queue()
    first = await world.publish(END, b"0")
    async with StreamReader(client_of(world)).following("project.*", arrived.put_nowait, from_sequence=first + 1):
        for i in range(1, 20):
            await world.publish(ORDER, b"")
            await world.publish(END, str(i).encode())
            async with asyncio.timeout(20):
                assert (await arrived.get()).body == str(i).encode()
    assert arrived.empty()


async def test_a_follower_whose_news_are_lost_asks_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenewire.bus.reading.stream_reader.POLL_S", 0.05)
    monkeypatch.setattr("scenewire.bus.reading.stream_reader.news_subject", lambda _: "never.published")
    arrived: asyncio.Queue[StoredMessage] = asyncio.Queue()
    async with StreamReader(client_of(world)).following("project.*", arrived.put_nowait, from_sequence=1):
        for i in range(3):
            await world.publish(END, str(i).encode())
            async with asyncio.timeout(20):
                assert (await arrived.get()).body == str(i).encode()


async def test_a_follower_of_a_quiet_subject_has_the_server_search_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenewire.bus.reading.stream_reader.POLL_S", 0.05)
    await world.publish(END, b"1")
    await world.publish(ORDER, b"2")
    asked: asyncio.Queue[str] = asyncio.Queue()

    async def note(request: Msg) -> None:
        asked.put_nowait(next(key for key in ("next_by_subj", "last_by_subj") if key in json.loads(request.data)))

    requests = await client_of(world).subscribe("$JS.API.DIRECT.GET.PIPELINE", cb=note)
    received: asyncio.Queue[StoredMessage] = asyncio.Queue()
    async with StreamReader(client_of(world)).following("project.*", received.put_nowait, from_sequence=2):
        assert [await asked.get() for _ in range(5)] == ["last_by_subj"] * 5
        sequence = await world.publish(END, b"3")
        assert (await received.get()).sequence == sequence
        while await asked.get() != "last_by_subj":
            pass
        assert [await asked.get() for _ in range(3)] == ["last_by_subj"] * 3
    await requests.unsubscribe()


async def test_reading_makes_no_consumer(world: World) -> None:
    before = (await world.jetstream.stream_info(PIPELINE.name)).state.consumer_count
    await world.publish(END, b"")
    arrived: asyncio.Queue[StoredMessage] = asyncio.Queue()
    async with StreamReader(client_of(world)).following(">", arrived.put_nowait, from_sequence=1):
        async with asyncio.timeout(20):
            await arrived.get()
        assert (await world.jetstream.stream_info(PIPELINE.name)).state.consumer_count == before


async def test_a_server_that_cannot_return_batches_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_of(world)._current_server, "server_version", "2.10.26")
    with pytest.raises(PermanentError, match=r"2\.10") as failed:
        await BusClient(client_of(world)).batch(from_sequence=1, limit=1)
    assert failed.value.code is FailureCode.BUS_NOT_PROVISIONED
