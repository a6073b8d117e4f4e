"""`scenewire show --cost` of a made video, against what the operating system says of the same processes."""

import resource
import stat
import sys
from pathlib import Path

import pytest

from scenewire.ffmpeg.discovery import find_ffmpeg
from tests.support.product import SMALL, run

TEXT = """Tea is made from the leaves of one plant. The plant is called Camellia sinensis.

Green tea is steamed soon after picking. The heat keeps the leaves from turning brown.
"""

TIMED_FFMPEG = """\
#!{python} -IS
import os, sys
child = os.posix_spawn({ffmpeg!r}, [{ffmpeg!r}, *sys.argv[1:]], os.environ)
_, status, usage = os.wait4(child, 0)
if "-progress" in sys.argv:
    with open({log!r}, "a") as log:
        print(usage.ru_utime + usage.ru_stime, file=log)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
"""

pytestmark = pytest.mark.timeout(300)


def processor_seconds_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


async def test_the_cost_of_a_video_agrees_with_what_the_system_measured(tmp_path: Path) -> None:
    data, log, program, script = (tmp_path / name for name in ("data", "log", "ffmpeg", "tea.txt"))
    ffmpeg = (await find_ffmpeg()).path
    program.write_text(TIMED_FFMPEG.format(python=sys.executable, ffmpeg=str(ffmpeg), log=str(log)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    script.write_text(TEXT)
    order = ("make", "--script", str(script), "--size", SMALL, "--json")

    before = processor_seconds_of_children()
    made = await run(*order, data=data, cwd=tmp_path, ASSEMBLY_FFMPEG=str(program))
    whole = processor_seconds_of_children() - before
    assert made.returncode == 0, made.err
    encoded = list(map(float, log.read_text().split()))
    shown = await run("show", made.result["project_id"], "--cost", "--json", data=data, cwd=tmp_path)
    again = await run(*order, data=data, cwd=tmp_path, ASSEMBLY_FFMPEG=str(program))
    found = await run("show", again.result["project_id"], "--cost", "--json", data=data, cwd=tmp_path)

    (cost,) = shown.events
    stages = {stage["stage"]: stage for stage in cost["stages"]}
    assert list(stages) == ["script", "narration", "footage", "picture", "video"]
    pictures = stages["picture"]["child_cpu_seconds"] + stages["video"]["child_cpu_seconds"]
    assert len(encoded) >= 3, "two scenes and the video"
    assert sum(encoded) < pictures < 3 * sum(encoded), "encodes, and less for measurements and probes"
    assert pictures < cost["total"]["cpu_seconds"] < whole
    assert stages["video"]["bytes_stored"] > Path(made.result["video"]).stat().st_size
    assert cost["video_seconds"] == pytest.approx(made.result["duration"])
    assert cost["total"]["money"] == 0

    (cheaper,) = found.events
    stages = {stage["stage"]: stage for stage in cheaper["stages"]}
    assert stages["narration"]["reused"] == stages["narration"]["results"], "the same words are spoken once"
    assert stages["narration"]["child_cpu_seconds"] == 0
