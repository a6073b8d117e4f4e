"""The oracle notices what it is for: each test of a fault relies on it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.faults.oracle import assert_invariants
from tests.support.faults.world import World


@contextmanager
def damaged_artifact(world: World) -> Iterator[None]:
    file = next(world.artifacts.rglob("content/**/*.wav"))
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    yield
    file.write_bytes(content)


@contextmanager
def changed_row(world: World) -> Iterator[None]:
    world.record.execute("UPDATE projects SET name = name || '!'")
    yield
    world.record.execute("UPDATE projects SET name = rtrim(name, '!')")


@contextmanager
def left_process(world: World) -> Iterator[None]:
    with subprocess.Popen(["sleep", "600"], cwd=world.artifacts) as process:
        yield
        process.kill()


@contextmanager
def wrong_end(world: World) -> Iterator[None]:
    world.expected.ends = dict.fromkeys(world.orders, "project.failed")
    yield
    world.expected.ends = {}


@contextmanager
def missing_letter(world: World) -> Iterator[None]:
    world.expected.dead_letters = 1
    yield
    world.expected.dead_letters = 0


@contextmanager
def written_secret(world: World) -> Iterator[None]:
    world.secrets.add("Tea is a drink")
    yield
    world.secrets.discard("Tea is a drink")


@pytest.mark.smoke
async def test_the_oracle_notices_what_is_wrong(world: World):
    await world.outcome(await world.order())
    await assert_invariants(world)
    faults = {
        "I1": wrong_end,
        "I3": damaged_artifact,
        "I4": changed_row,
        "I5": left_process,
        "I7": missing_letter,
        "I9": written_secret,
    }
    for invariant, fault in faults.items():
        with fault(world), pytest.raises(AssertionError, match=invariant):
            await assert_invariants(world)
