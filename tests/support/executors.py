"""Executors of ffmpeg that tests look through."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from scenewire.ffmpeg.executor import ExecutionResult, OnProgress, Stdin
from scenewire.processes.run import Limits


class Notebook:
    """Writes down what it is asked to run, and gives one answer to everything."""

    version = "notebook"

    def __init__(self, said: str = "") -> None:
        self.said = said
        self.asked: list[list[str]] = []

    async def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        limits: Limits | None = None,
        stdin: Stdin = None,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> ExecutionResult:
        self.asked.append(list(arguments))
        return ExecutionResult(
            returncode=0,
            stdout=b"",
            stderr=self.said.encode(),
            command=("ffmpeg", *arguments),
            duration_seconds=0.0,
        )
