"""Workers killed at each point of their work: what they did is found again, and nothing is done twice."""

import pytest

from scenewire.failpoints import Point
from tests.support.faults.world import KILLED, World


def modified(world: World, suffix: str) -> dict[str, int]:
    """Returns when each artifact of a kind was written."""
    return {str(file): file.stat().st_mtime_ns for file in world.artifacts.rglob(f"content/**/*.{suffix}")}


def each_point(first_row: int) -> pytest.MarkDecorator:
    """A test of six rows, which get the numbers from `first_row` on."""
    smoke = {Point.STORED, Point.PUBLISHED}
    return pytest.mark.parametrize(
        ("row", "point"),
        [
            pytest.param(first_row + number, point, id=point, marks=pytest.mark.smoke if point in smoke else ())
            for number, point in enumerate(Point)
        ],
    )


@each_point(7)
async def test_rows_07_to_12_tts_killed_at_each_point(world: World, row: int, point: Point):
    world.about(row, f"kill -9 at {point}", "tts")
    service = await world.replace("tts", FAILPOINT=f"3.{point}:kill")  # scene 3; the others are narrated
    project = await world.order(scenes=3)
    assert await service.ended() == KILLED
    world.fault()
    spoken = modified(world, "wav")
    await world.start("tts")
    await world.outcome(project)
    assert spoken.items() <= modified(world, "wav").items()
    assert len(await world.messages("audio.rendered", project)) == 3
