"""An ffmpeg that hangs, dies or lies."""

from pathlib import Path

import pytest

from tests.support.faults.shim import FfmpegShim
from tests.support.faults.world import World

ENDS = {
    "killed": "os.kill(os.getpid(), 9)",
    "segmentation fault": "os.kill(os.getpid(), 11)",
    "exit 1": "sys.exit(1)",
    "exit 69": "sys.exit(69)",
    "empty output": "Path(sys.argv[-1]).touch()\nsys.exit(0)",
    "cut output": "Path(sys.argv[-1]).write_bytes(b'\\0' * 1_000)\nsys.exit(0)",
    "no output": "sys.exit(0)",
}

HANGS = "print('frame=3', 'out_time_us=100000', 'progress=continue', sep=chr(10), flush=True)\ntime.sleep(600)"


@pytest.mark.parametrize("end", ENDS)
async def test_row_68_ffmpeg_ends_badly_once_in_each_scene(world: World, tmp_path: Path, end: str):
    """One scene shows a clip, the other one a generated background."""
    world.about(68, f"ffmpeg: {end}", "assembly")
    projects = []
    for number, text in enumerate((f"Tea is hot, says {end}.", f"Granite is hard, says {end}.")):
        shim = FfmpegShim(tmp_path / str(number), ENDS[end])
        await world.replace("assembly", FFMPEG=str(shim.path))
        world.fault()
        projects.append(await world.order(scenes=0, topic=text.split()[0], text=text))
        await world.outcome(projects[-1])
        assert shim.runs == 1
    sourced = [(await world.messages("footage.sourced", project))[0].content["footage"] for project in projects]
    assert [bool(footage["clips"]) for footage in sourced] == [True, False]
    await world.replace("assembly")


async def test_row_68_ffmpeg_always_crashes(world: World, tmp_path: Path):
    world.about(68, "ffmpeg: segmentation fault, always", "assembly")
    shim = FfmpegShim(tmp_path / "ffmpeg", ENDS["segmentation fault"], times=1_000)
    await world.replace("assembly", FFMPEG=str(shim.path))
    world.fault()
    project = await world.order(scenes=1)
    world.expected.ends[project] = "project.failed"
    world.expected.dead_letters = 1
    failed = (await world.outcome(project)).content
    assert failed["scene_number"] == 1
    assert "ffmpeg" in failed["message"]
    await world.replace("assembly")


@pytest.mark.parametrize(("hangs", "end"), [(1, "video.assembled"), (10, "project.failed")])
async def test_row_67_ffmpeg_hangs(world: World, tmp_path: Path, hangs: int, end: str):
    world.about(67, f"ffmpeg hangs {'once' if hangs == 1 else 'always'}", "assembly")
    shim = FfmpegShim(tmp_path / "ffmpeg", HANGS, on="-progress", times=hangs)
    await world.replace("assembly", FFMPEG=str(shim.path), ASSEMBLY_STALL_TIMEOUT="1")
    world.fault()
    project = await world.order(scenes=1)
    world.expected.ends[project] = end
    world.expected.dead_letters = int(end == "project.failed")
    outcome = (await world.outcome(project)).content
    if end == "project.failed":
        assert outcome["message"] == "scene 1: ffmpeg made no progress for 1 s and was killed, twice"
    await world.replace("assembly")
