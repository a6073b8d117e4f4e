"""Memory and open files of processes over time."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_INTERVAL_S: Final = 2.0
_STARTED_AFTER_S: Final = 10.0
"""Until a service has loaded its modules, on a busy machine."""


@dataclass(frozen=True)
class Sample:
    """A process at a moment.

    Attributes:
        at: of the monotonic clock.
        rss: bytes.
        files: open file descriptors.
    """

    at: float
    rss: int
    files: int


class Usage:
    """Samples of processes by service."""

    def __init__(self) -> None:
        self._samples: dict[str, dict[int, list[Sample]]] = {}

    async def watch(self, pids: Callable[[], Mapping[int, str]]) -> None:
        """Takes samples until it is cancelled.

        Args:
            pids: the processes at the moment, with the names of their services.
        """
        while True:
            for pid, name in pids().items():
                with suppress(OSError, KeyError, ValueError):  # it has ended
                    self._samples.setdefault(name, {}).setdefault(pid, []).append(_sample(pid))
            await asyncio.sleep(_INTERVAL_S)

    def table(self) -> list[str]:
        """Returns rows of Markdown: first and last of each service's longest process, and the most of all of them."""
        rows = [
            "| service | processes | longest, s | RSS first, MB | last | peak of all | files first | last | peak of all |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for name, processes in sorted(self._samples.items()):
            longest = max(processes.values(), key=lambda samples: samples[-1].at - samples[0].at)
            lived = longest[-1].at - longest[0].at
            started = [sample for sample in longest if sample.at - longest[0].at >= _STARTED_AFTER_S] or longest
            first, last = started[0], started[-1]
            rss = max(sample.rss for samples in processes.values() for sample in samples)
            files = max(sample.files for samples in processes.values() for sample in samples)
            rows.append(
                f"| {name} | {len(processes)} | {lived:.0f} | {_mb(first.rss)} | {_mb(last.rss)} | {_mb(rss)} "
                f"| {first.files} | {last.files} | {files} |"
            )
        return rows


def _sample(pid: int) -> Sample:
    process = Path("/proc") / str(pid)
    lines = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return Sample(time.monotonic(), int(lines["VmRSS"].split()[0]) << 10, len(list((process / "fd").iterdir())))


def _mb(size: int) -> int:
    return round(size / 1_000_000)
