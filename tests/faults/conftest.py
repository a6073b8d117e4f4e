"""Worlds for the rows of the fault matrix, the oracle after every row, and the table of results.

`World` (tests/support/faults/world.py) says how to add a row.
"""

import json
import os
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from tests.support.faults.oracle import assert_invariants
from tests.support.faults.world import SERVICES, World

RESULTS = "FAULT_RESULTS"
"""Names the file of results, one JSON object a line; unset, none are written."""

_worlds: list[World] = []
"""The shared world of this process, if there is one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("soak"):
            item.add_marker("fault")
            item.add_marker(pytest.mark.timeout(240), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    setattr(item, f"failed_in_{report.when}", report.failed)
    world = getattr(item, "funcargs", {}).get("world") or getattr(item, "funcargs", {}).get("own_world")
    if report.when == "teardown" and isinstance(world, World) and (results := os.environ.get(RESULTS)):
        failed = report.failed or getattr(item, "failed_in_call", True) or getattr(item, "failed_in_setup", False)
        row = {"test": item.nodeid, "outcome": "failed" if failed else "passed", **vars(world.report)}
        with Path(results).open("a") as file:
            file.write(json.dumps(row) + "\n")
    return report


@pytest.fixture(scope="session", autouse=True)
def _worlds_end() -> Iterator[None]:
    yield
    for world in _worlds:
        world.close()


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The shared world, with every service of `SERVICES` running once; the oracle follows."""
    if _worlds and _worlds[0].broken:
        _worlds.pop().close()
    if not _worlds:
        _worlds.append(World(tmp_path_factory.mktemp("world")))
        await _worlds[0].open()
    world = _worlds[0]
    world.begin()
    world.broken = True  # until the test and the oracle have passed
    async with world.connected():
        await world.start_all([name for name in SERVICES if not world.running(name)])
        yield world
        if not getattr(request.node, "failed_in_call", False):
            await assert_invariants(world)
            world.broken = False


@pytest.fixture
async def own_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A world for this test alone, in which no service runs yet; the oracle follows."""
    world = World(tmp_path / "world")
    try:
        await world.open()
        async with world.connected():
            yield world
            if not getattr(request.node, "failed_in_call", False):
                await assert_invariants(world)
    finally:
        world.close()
