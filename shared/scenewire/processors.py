"""How many processors this process may use. A container often has a share of a host's many."""

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["usable_processors"]

_GROUPS: Final = "sys/fs/cgroup"


def usable_processors(root: Path = Path("/")) -> int:
    """The processors of the process's affinity, or fewer where a control group's quota allows less; at least one.

    A quota of one and a half processors counts as two: with one busy thread, half of a processor would stay idle.

    Args:
        root: the folder in which `proc` and `sys` are.
    """
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([affinity, *(math.ceil(quota) for quota in _quotas(root))]))


def _quotas(root: Path) -> Iterator[float]:
    """The quotas of the process's control groups and of all groups around them, in processors."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, group = line.split(":", 2)
        if not controllers:
            read, mount = _quota_v2, root / _GROUPS
        elif "cpu" in controllers.split(","):
            read, mount = _quota_v1, root / _GROUPS / controllers
        else:
            continue
        # Inside a container, the group may be named as the host names it; then only the mount itself exists here.
        path = mount / group.lstrip("/")
        for folder in (path, *path.parents):
            if folder.is_relative_to(mount) and (quota := read(folder)) is not None:
                yield quota


def _quota_v2(folder: Path) -> float | None:
    quota, _, period = _read(folder / "cpu.max").partition(" ")
    return int(quota) / int(period) if quota.isdecimal() else None


def _quota_v1(folder: Path) -> float | None:
    quota, period = (_read(folder / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period"))
    return int(quota) / int(period) if quota.isdecimal() else None  # -1: no quota


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:  # no such group, or not Linux
        return ""
