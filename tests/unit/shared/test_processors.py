import os
import sys
from pathlib import Path

import pytest

from scenewire.processes.run import run_program
from scenewire.processors import usable_processors

ALL = len(os.sched_getaffinity(0))
NARROWED = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from scenewire_assembly.settings import AssemblySettings
from scenewire.processors import usable_processors
print(usable_processors(), AssemblySettings(artifacts_url="file:///tmp").loops)
"""


def machine(root: Path, groups: str, files: dict[str, str]) -> Path:
    for name, content in {"proc/self/cgroup": groups, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


@pytest.fixture
def _many_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))


async def test_b56_a_process_that_may_use_one_processor_encodes_one_scene_at_a_time() -> None:
    done = await run_program([sys.executable, "-c", NARROWED], timeout=60)

    assert done.stdout.split() == [b"1", b"1"], done.stderr


@pytest.mark.usefixtures("_many_processors")
@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "150000 100000\n"}, 2),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "10000 100000\n"}, 1),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "max 100000\n"}, 64),
        (
            "0::/a.slice/b.service\n",
            {
                "sys/fs/cgroup/a.slice/cpu.max": "300000 100000\n",
                "sys/fs/cgroup/a.slice/b.service/cpu.max": "max 100000\n",
            },
            3,
        ),
        (
            "5:memory:/x\n4:cpu,cpuacct:/docker/12\n0::/\n",  # the container's group has no folder of that name inside
            {
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "400000\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            },
            4,
        ),
        (
            "1:cpu:/\n",
            {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"},
            64,
        ),
        ("", {}, 64),
    ],
)
def test_b56_a_quota_of_a_control_group_limits_the_count(
    tmp_path: Path, groups: str, files: dict[str, str], expected: int
) -> None:
    assert usable_processors(machine(tmp_path, groups, files)) == expected


def test_a_quota_above_what_there_is_changes_nothing(tmp_path: Path) -> None:
    assert usable_processors(machine(tmp_path, "0::/\n", {"sys/fs/cgroup/cpu.max": "9900000 100000\n"})) == ALL
