"""ffmpeg executors for tests."""

from scenewire.ffmpeg.executor import ExecutionResult, FfmpegRun


class Notebook:
    """Records the arguments of every run; returns the same error output each time."""

    version = "notebook"

    def __init__(self, stderr: str = "") -> None:
        self.stderr = stderr
        self.asked: list[list[str]] = []

    async def run(self, run: FfmpegRun) -> ExecutionResult:
        self.asked.append(list(run.arguments))
        return ExecutionResult(
            returncode=0,
            stdout=b"",
            stderr=self.stderr,
            command=("ffmpeg", *run.arguments),
            duration_seconds=0.0,
        )
