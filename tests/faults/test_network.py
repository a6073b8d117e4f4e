"""A slow, lossy and broken network between the services and the server, and lost answers of either side."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.faults.proxy import Proxy
from tests.support.faults.world import SEED, World, until

PUBLISHED = rb"HPUB audio\.rendered"
ACKNOWLEDGED = rb"PUB \$JS\.ACK\.PIPELINE\.tts\.[^\r]+ \d+\r\n\+ACK|PUB \$JS\.ACK\.PIPELINE\.tts\.[^\r]+ \d+\r\n\r\n"


@asynccontextmanager
async def through_proxy(world: World) -> AsyncIterator[Proxy]:
    """All services of the world, connected through a proxy that faults nothing yet."""
    async with Proxy(world.port).running() as proxy:
        await world.start_all(NATS_URL=proxy.url(world.server.url))
        yield proxy


async def slow(world: World, proxy: Proxy) -> None:
    proxy.latency_s = 0.2


async def divided(world: World, proxy: Proxy) -> None:
    proxy.slice_bytes = 7


async def cut(world: World, proxy: Proxy) -> None:
    """At random moments; clients connect again after a second."""
    print(f"FAULT_SEED={SEED}")  # noqa: T201
    chance = random.Random(SEED)
    lost = 0
    for _ in range(10):
        lost += proxy.cut()
        await asyncio.sleep(chance.uniform(0.3, 1.6))
    assert lost > 10


async def swallowed(world: World, proxy: Proxy) -> None:
    """Longer than the server keeps a message for a silent worker; then the connections, which are dead by now, break."""
    proxy.blackhole = True
    await asyncio.sleep(15)
    proxy.blackhole = False
    proxy.cut()


@pytest.mark.parametrize("fault", [slow, divided, cut, swallowed])
async def test_row_40_the_network_is_slow_lossy_or_cut(own_world: World, fault):
    own_world.about(40, f"the network is {fault.__name__}", "connections to nats-server")
    async with through_proxy(own_world) as proxy:
        project = await own_world.order(scenes=3)
        await own_world.appears("scenes.scripted", project)
        own_world.fault()
        await fault(own_world, proxy)
        await own_world.outcome(project)
        proxy.latency_s, proxy.slice_bytes = 0, None
        await own_world.settled()
        assert len(await own_world.messages("audio.rendered", project)) == 3


@pytest.mark.smoke
async def test_row_41_the_answer_to_a_publish_is_lost(own_world: World):
    own_world.about(41, "the PubAck of audio.rendered is swallowed, then the connection breaks", "tts")
    async with through_proxy(own_world) as proxy:
        proxy.lose("up", PUBLISHED, answer=True)
        project = await own_world.order(scenes=2)
        await until(lambda: proxy.lost == 1, "a PubAck is lost", within_s=60)
        own_world.fault()
        await own_world.outcome(project)
        await own_world.settled()
        assert len(await own_world.messages("audio.rendered", project)) == 2


async def test_row_42_an_acknowledgement_is_lost(own_world: World):
    own_world.about(42, "the ack of narration.requested is swallowed, then the connection breaks", "tts")
    async with through_proxy(own_world) as proxy:
        proxy.lose("up", ACKNOWLEDGED)
        project = await own_world.order(scenes=2)
        await until(lambda: proxy.lost == 1, "an ack is lost", within_s=60)
        own_world.fault()
        await own_world.outcome(project)
        await own_world.settled()
        info = await own_world.jetstream.consumer_info("PIPELINE", "tts")
        assert info.delivered is not None
        assert info.delivered.consumer_seq > 2, "no message came twice"
        assert len(await own_world.messages("audio.rendered", project)) == 2
