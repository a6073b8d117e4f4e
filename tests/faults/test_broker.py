"""The server dies, stays away, and everything dies at once."""

import asyncio
import random
import time

import pytest

from tests.support.faults.world import SEED, SERVICES, World, until

NATS_PY_GIVES_UP_S = 120
"""By default: 60 attempts, 2 s apart."""

BUSY = 0.3
"""Share of a processor that a service without a server may use."""


async def outage(world: World, seconds: float) -> None:
    """Kills the server, and starts it on the same store after so long; services must neither end nor spin meanwhile."""
    services = [service for service in world.services if service.alive]
    world.fault()
    world.server.kill()
    used = {service: service.processor_s for service in services}

    async def none_is_ready() -> bool:
        return not any(await asyncio.gather(*(service.is_ready() for service in services)))

    await until(none_is_ready, "no service says that it is ready without a server")
    await asyncio.sleep(seconds)
    shares = {service.name: (service.processor_s - used[service]) / seconds for service in services}
    assert all(service.alive for service in services)
    assert max(shares.values()) < BUSY, shares
    await world.server.start()


@pytest.mark.smoke
async def test_row_34_the_server_is_killed_and_started_again(world: World):
    world.about(34, "kill -9, 5 s later started on the same store", "nats-server")
    project = await world.order(scenes=3)
    await world.appears("audio.rendered", project)
    await outage(world, 5)
    await world.outcome(project)
    later = await world.order()
    await world.outcome(later)


@pytest.mark.timeout(400)
async def test_row_35_the_server_is_away_for_longer_than_clients_usually_wait(world: World):
    world.about(35, f"away for {NATS_PY_GIVES_UP_S + 10} s", "nats-server")
    project = await world.order(scenes=3)
    await world.appears("audio.rendered", project)
    await outage(world, NATS_PY_GIVES_UP_S + 10)
    await world.outcome(project)
    later = await world.order()
    await world.outcome(later)


@pytest.mark.parametrize("round_", [0, 1])
async def test_row_75_everything_is_killed_at_a_random_moment(world: World, round_: int):
    print(f"FAULT_SEED={SEED}")  # noqa: T201
    world.about(75, f"kill -9 at a random moment, seed {SEED}", "all services and nats-server")
    chance = random.Random(SEED + round_)
    project = await world.order(scenes=3)
    moment = time.monotonic() + chance.uniform(0, 4)
    await until(lambda: time.monotonic() > moment, "the moment")
    world.fault()
    for name in chance.sample(SERVICES, len(SERVICES)):
        world.kill(name)
    world.server.kill()
    await world.server.start()
    await world.start_all()
    await world.outcome(project)
