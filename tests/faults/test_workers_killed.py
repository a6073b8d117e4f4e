"""Workers killed at each point of their work: what they did is found again, and nothing is done twice."""

import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from scenewire.failpoints import Point
from scripts.doubles.language_model import KEY, GroqDouble
from tests.support.faults.shim import FfmpegShim
from tests.support.faults.world import ACK_WAIT, KILLED, World

STAGE_S = 20
"""Most that the rest of a small project takes once its message has come again, on a busy machine."""

NOTHING_REPEATED = {Point.STORED, Point.PUBLISHED, Point.ACKNOWLEDGED}
"""Points after which the work is stored."""


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


def modified(world: World, suffix: str) -> dict[str, int]:
    """Returns when each artifact of a kind was written."""
    return {str(file): file.stat().st_mtime_ns for file in world.artifacts.rglob(f"content/**/*.{suffix}")}


async def recovers(
    world: World, victim: str, failpoint: str, *, settings: dict[str, str] | None = None, **order
) -> str:
    """Kills a service at a point of the project's work, starts it again, and waits for the project's end."""
    service = await world.replace(victim, FAILPOINT=failpoint, **(settings or {}))
    project = await world.order(**order)
    assert await service.ended() == KILLED
    world.fault()
    await world.start(victim, **(settings or {}))
    await world.outcome(project)
    assert world.report.seconds is not None
    assert world.report.seconds < ACK_WAIT.total_seconds() + STAGE_S
    return project


@each_point(1)
async def test_rows_01_to_06_script_killed_at_each_point(world: World, row: int, point: Point):
    world.about(row, f"kill -9 at {point}", "script")
    async with AsyncExitStack() as stack:
        groq = await stack.enter_async_context(GroqDouble().serving())
        stack.push_async_callback(world.replace, "script")
        world.secrets.add(KEY)
        settings = {"SCRIPT_PROVIDER": "groq", "GROQ_API_KEY": KEY, "GROQ_BASE_URL": groq.url}
        project = await recovers(
            world, "script", f"script.{point}:kill", settings=settings, scenes=0, duration=10, topic="Canals"
        )
        tasks = [json.dumps(request.body, sort_keys=True) for request in groq.completions]
    most = 1 if point in NOTHING_REPEATED else 2
    assert max(map(tasks.count, tasks)) <= most
    assert len(await world.messages("scenes.scripted", project)) == 1


@each_point(7)
async def test_rows_07_to_12_tts_killed_at_each_point(world: World, row: int, point: Point):
    world.about(row, f"kill -9 at {point}", "tts")
    service = await world.replace("tts", FAILPOINT=f"3.{point}:kill")  # scene 3; the others may be narrated
    project = await world.order(scenes=3)
    assert await service.ended() == KILLED
    world.fault()
    spoken = modified(world, "wav")
    await world.start("tts")
    await world.outcome(project)
    assert spoken.items() <= modified(world, "wav").items()
    assert len(await world.messages("audio.rendered", project)) == 3


@each_point(13)
async def test_rows_13_to_18_sourcing_killed_at_each_point(world: World, row: int, point: Point):
    world.about(row, f"kill -9 at {point}", "sourcing")
    project = await recovers(world, "sourcing", f"sourcing.{point}:kill")
    sourced = [message.content["footage"] for message in await world.messages("footage.sourced", project)]
    assert len(sourced) == 2
    assert any(footage["clips"] for footage in sourced), "the library has a clip of tea"


@each_point(19)
async def test_rows_19_to_24_assembly_killed_at_each_point(world: World, tmp_path: Path, row: int, point: Point):
    world.about(row, f"kill -9 at {point}", "assembly")
    counter = FfmpegShim(tmp_path / "ffmpeg", "pass", times=100)
    project = await recovers(
        world, "assembly", f"assembly.{point}:kill", settings={"FFMPEG": str(counter.path)}, scenes=1
    )
    assert len(await world.messages("segment.rendered.*", project)) == 1
    assert counter.runs <= (1 if point in NOTHING_REPEATED else 2), "a stored picture was encoded again"
    await world.replace("assembly")


@pytest.mark.parametrize(
    ("row", "point"),
    [
        pytest.param(25, Point.FETCHED, id="P0"),
        pytest.param(26, Point.WORKING, id="P1", marks=pytest.mark.smoke),
        pytest.param(27, Point.STORED, id="P3", marks=pytest.mark.smoke),
        pytest.param(28, Point.ACKNOWLEDGED, id="P5"),
    ],
)
async def test_rows_25_to_28_recorder_killed_around_its_transaction(world: World, row: int, point: Point):
    world.about(row, f"kill -9 at {point}", "recorder")
    await recovers(world, "recorder", f"recorder.{point}:kill")
