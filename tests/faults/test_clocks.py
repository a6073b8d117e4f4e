"""Clocks of hosts that differ, and one that jumps."""

import json
from datetime import datetime, timedelta

import pytest

from tests.support.faults.world import SERVICES, Service, World

HOUR_S = 3600


def last_time(service: Service) -> datetime:
    """Returns when a service has logged something, by its own clock."""
    lines = service.log.read_text().splitlines()
    return max(datetime.fromisoformat(json.loads(line)["timestamp"]) for line in lines if line.startswith("{"))


@pytest.mark.parametrize("errors", [(HOUR_S, -HOUR_S), (f"jump:-{HOUR_S}", f"jump:{HOUR_S}")], ids=["apart", "jumping"])
async def test_row_53_clocks_of_hosts_differ_by_hours_or_jump(own_world: World, errors: tuple[str, str]):
    own_world.about(53, f"wall clocks wrong by {errors[0]} and {errors[1]} s", "all services")
    for number, name in enumerate(SERVICES):
        runner = ("-m", "tests.support.faults.skewed", str(errors[number % 2]))
        await own_world.start(name, runner=runner)
    own_world.fault()
    for _ in range(2):
        await own_world.outcome(await own_world.order(scenes=3))
    times = [last_time(service) for service in own_world.services]
    assert max(times) - min(times) > timedelta(seconds=HOUR_S), "the clocks were not wrong"
