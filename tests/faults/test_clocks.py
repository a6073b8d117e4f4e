"""Clocks of hosts that differ, and ones that jump."""

import json
from datetime import datetime, timedelta

import pytest

from tests.support.faults.world import SERVICES, Service, World

HOUR_S = 3600


def times(service: Service) -> list[datetime]:
    """Returns when a service has logged something, by its own clock."""
    lines = service.log.read_text().splitlines()
    return [datetime.fromisoformat(json.loads(line)["timestamp"]) for line in lines if line.startswith("{")]


@pytest.mark.parametrize("jumps", [False, True], ids=["apart", "jumping"])
async def test_row_53_clocks_of_hosts_differ_by_hours_or_jump(own_world: World, jumps: bool):
    own_world.about(
        53, f"wall clocks {'jump' if jumps else 'wrong'} by an hour, some forward, some back", "all services"
    )
    moment = own_world.folder / "clocks jump"
    for number, name in enumerate(SERVICES):
        error = f"{HOUR_S if number % 2 else -HOUR_S}{f'@{moment}' if jumps else ''}"
        await own_world.start(name, runner=("-m", "tests.support.faults.skewed", error), LOG_LEVEL="DEBUG")
    project = await own_world.order(scenes=3)
    await own_world.appears("audio.rendered", project)
    own_world.fault()
    moment.touch()
    await own_world.outcome(project)
    await own_world.outcome(await own_world.order(scenes=3))
    logged = [time for service in own_world.services for time in times(service)]
    assert max(logged) - min(logged) > timedelta(seconds=HOUR_S), "no clock was wrong"
