"""Executors of ffmpeg that tests look through."""

from scenewire.ffmpeg.executor import ExecutionResult, FfmpegRun


class Notebook:
    """Writes down what it is asked to run, and gives one answer to everything."""

    version = "notebook"

    def __init__(self, said: str = "") -> None:
        self.said = said
        self.asked: list[list[str]] = []

    async def run(self, run: FfmpegRun) -> ExecutionResult:
        self.asked.append(list(run.arguments))
        return ExecutionResult(
            returncode=0,
            stdout=b"",
            stderr=self.said,
            command=("ffmpeg", *run.arguments),
            duration_seconds=0.0,
        )
