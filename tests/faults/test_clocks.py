"""Clocks of hosts that differ, and one that jumps."""

import pytest

from tests.support.faults.world import SERVICES, World

HOUR_S = 3600


@pytest.mark.parametrize("errors", [(HOUR_S, -HOUR_S), (f"jump:-{HOUR_S}", f"jump:{HOUR_S}")], ids=["apart", "jumping"])
async def test_row_53_clocks_of_hosts_differ_by_hours_or_jump(own_world: World, errors: tuple[str, str]):
    own_world.about(53, f"wall clocks wrong by {errors[0]} and {errors[1]} s", "all services")
    for number, name in enumerate(SERVICES):
        runner = ("-m", "tests.support.faults.skewed", str(errors[number % 2]))
        await own_world.start(name, runner=runner)
    own_world.fault()
    for _ in range(2):
        await own_world.outcome(await own_world.order(scenes=3))
