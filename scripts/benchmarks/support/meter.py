"""Measures programs with all their children: processor time, memory and wall time. Linux only.

Processor time is that of the kernel's accounting, children that have ended included. Memory and the share of each program are read from
/proc ten times a second, so a process may use up to 0.1 s that no program is charged with. Memory is the sum of what is resident: pages that
processes share count once for each.
"""

import asyncio
import contextlib
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

__all__ = ["MIB", "Cost", "Meter", "measure", "metered", "product_environment"]

MIB: Final = 1 << 20

_SAMPLE_INTERVAL_S: Final = 0.1
_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

_PROGRAMS: Final = (
    ("ffmpeg", "ffmpeg"),
    ("espeak/child.py", "speech"),
    ("kokoro.model.child", "speech"),
    ("/probe/", "probing files"),
    ("nats-server", "nats-server"),
    ("scenewire_sourcing.servers", "footage servers"),
)
"""A substring of the command line, and the name of that program."""

_SERVICES: Final = "services and command"
_UNSET: Final = frozenset({"NATS_URL", "ARTIFACTS_URL", "DATABASE_URL", "SCENEWIRE_SERVER", "SCENEWIRE_DATA"})


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Cost of some work.

    Attributes:
        wall_s: elapsed seconds.
        processor_s: processor seconds of all its processes.
        peak_bytes: most memory of all processes together.
        root_peak_bytes: most memory of the first process alone.
        by_program: processor seconds by program, sampled.
        output: what a command printed.
    """

    wall_s: float
    processor_s: float
    peak_bytes: int
    root_peak_bytes: int = 0
    by_program: Mapping[str, float] = field(default_factory=dict)
    output: str = ""


@dataclass(frozen=True)
class _Process:
    parent: int
    started: int
    own_s: float
    ended_children_s: float
    resident_bytes: int


class Meter:
    """Samples a process and its descendants.

    Args:
        root: process id.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._began = time.monotonic()
        self._seen: dict[tuple[int, int], tuple[str, float, float]] = {}
        """By process: program, processor seconds at the first sight and at the last."""
        self._peak_bytes = self._root_peak_bytes = 0
        self._before_s = self._total_s = self._look(is_first=True)

    def sample(self) -> None:
        """Reads /proc once."""
        self._total_s = max(self._total_s, self._look())

    @property
    def cost(self) -> Cost:
        """What the process and its descendants used since the meter was made."""
        programs: Counter[str] = Counter()
        for program, first_s, last_s in self._seen.values():
            programs[program] += last_s - first_s  # type: ignore[assignment]  # Counter values are floats here
        return Cost(
            wall_s=time.monotonic() - self._began,
            processor_s=self._total_s - self._before_s,
            peak_bytes=self._peak_bytes,
            root_peak_bytes=self._root_peak_bytes,
            by_program=dict(programs),
        )

    def _look(self, *, is_first: bool = False) -> float:
        """Returns the processor seconds of the tree: of living processes, and of children that these have waited for."""
        tree = _tree(self._root)
        for pid, process in tree.items():
            key = (pid, process.started)
            program, first_s, _ = self._seen.get(key, (_SERVICES, process.own_s if is_first else 0.0, 0.0))
            if program == _SERVICES:  # before exec, a child has the command line of its parent
                program = _program(pid)
            self._seen[key] = (program, first_s, process.own_s)
        self._peak_bytes = max(self._peak_bytes, sum(process.resident_bytes for process in tree.values()))
        if self._root in tree:
            self._root_peak_bytes = max(self._root_peak_bytes, tree[self._root].resident_bytes)
        return sum(process.own_s + process.ended_children_s for process in tree.values())

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, root: int) -> AsyncIterator[Self]:
        """A meter that samples by itself while the block runs.

        Args:
            root: process id.
        """
        meter = cls(root)

        async def watch() -> None:
            while True:
                await asyncio.sleep(_SAMPLE_INTERVAL_S)
                meter.sample()

        watching = asyncio.create_task(watch())
        try:
            yield meter
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            meter.sample()


metered = Meter.running


async def measure(
    arguments: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = lambda _: None,
) -> Cost:
    """Runs a command to its end.

    Args:
        arguments: the command.
        environment: None takes over that of this process.
        on_line: receives each line of its output when it is printed.

    Raises:
        RuntimeError: it failed; with its output.
    """
    before, began = os.times(), time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *map(str, arguments), env=environment, stdout=asyncio.subprocess.PIPE, limit=MIB
    )
    lines: list[str] = []
    async with metered(process.pid) as meter:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        async for line in process.stdout:
            lines.append(line.decode(errors="replace"))
            on_line(lines[-1])
        await process.wait()
    after, wall_s = os.times(), time.monotonic() - began
    output = "".join(lines)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, arguments))} ended with {process.returncode}: {output}")
    busy_s = after.children_user + after.children_system - before.children_user - before.children_system
    return replace(meter.cost, wall_s=wall_s, processor_s=busy_s, output=output)


def product_environment(**values: str) -> dict[str, str]:
    """Returns the environment for a command of the product: ours without addresses of other stacks, and these values."""
    return {name: value for name, value in os.environ.items() if name not in _UNSET} | values


def _tree(root: int) -> dict[int, _Process]:
    processes: dict[int, _Process] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # the process has ended
            times = [int(ticks) / _TICKS_PER_S for ticks in fields[11:15]]
            processes[int(entry.name)] = _Process(
                int(fields[1]), int(fields[19]), sum(times[:2]), sum(times[2:]), int(fields[21]) * _PAGE
            )

    def is_descendant(pid: int) -> bool:
        while pid > 1 and pid != root:
            pid = processes[pid].parent if pid in processes else 0
        return pid == root

    return {pid: process for pid, process in processes.items() if is_descendant(pid)}


def _program(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return _SERVICES
    return next((name for word, name in _PROGRAMS if word in command), _SERVICES)
