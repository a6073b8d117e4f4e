"""Everything that was measured, as it is stored."""

import os
from datetime import datetime

from pydantic import BaseModel

from scripts.benchmarks.support.result import Result

__all__ = ["Outcome", "Runs"]


class Outcome(BaseModel):
    """One run of a benchmark.

    Attributes:
        title: of the benchmark.
        text: what it compares, Markdown.
        seconds: how long it took.
        result: what was measured.
        skipped: why it did not run.
        failed: why it ended early.
    """

    title: str
    text: str
    seconds: float = 0
    result: Result | None = None
    skipped: str = ""
    failed: str = ""


class Runs(BaseModel):
    """All runs of a command.

    Attributes:
        machine: facts by name.
        is_long: whether the long forms ran.
        started: when the first run started.
        outcomes: by benchmark, in the order of the runs.
        loads: load average, of one minute, before the first run, between the runs, and after the last.
    """

    machine: dict[str, str]
    is_long: bool
    started: datetime
    outcomes: dict[str, list[Outcome]]
    loads: list[float]

    def note_load(self) -> None:
        """Adds the load average of this moment."""
        self.loads.append(os.getloadavg()[0])
