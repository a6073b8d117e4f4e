"""Log events and metrics around any ffmpeg executor."""

import asyncio
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Final
from uuid import uuid4

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from scenewire.ffmpeg.executor import ExecutionResult, FfmpegExecutor, FfmpegRun
from scenewire.observability.logging_setup import redacted
from scenewire.observability.tracing import span

__all__ = ["FfmpegMetrics", "ObservableFfmpegExecutor"]

log = structlog.get_logger(__name__)

_LOGGED_ARGUMENTS: Final = 10
_ENCODER_OPTION: Final = "-c:v"


class FfmpegMetrics:
    """Metrics of all runs of a process.

    Args:
        registry: the registry they are registered in; each name can be registered once.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.executions = Counter(
            "scenewire_ffmpeg_executions_total", "Runs of ffmpeg, by how they ended.", ["status"], registry=registry
        )
        self.duration = Histogram(
            "scenewire_ffmpeg_execution_duration_seconds",
            "Wall seconds of runs that ended by themselves.",
            buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300),
            registry=registry,
        )
        self.active = Gauge("scenewire_ffmpeg_active_processes", "Runs going on.", registry=registry)


@cache
def _metrics_of_this_process() -> FfmpegMetrics:
    return FfmpegMetrics(REGISTRY)


class ObservableFfmpegExecutor:
    """Logs and counts the runs of another executor.

    Events: `ffmpeg_execution_started`, then `ffmpeg_execution_completed` or, on an exception,
    `ffmpeg_execution_failed`. They don't contain ffmpeg's output.

    Args:
        wrapped: runs ffmpeg.
        metrics: None takes those of this process.
    """

    def __init__(self, wrapped: FfmpegExecutor, *, metrics: FfmpegMetrics | None = None) -> None:
        self._wrapped = wrapped
        self._metrics = metrics or _metrics_of_this_process()

    @property
    def version(self) -> str:
        """Version of the wrapped executor's ffmpeg."""
        return self._wrapped.version

    async def run(self, run: FfmpegRun) -> ExecutionResult:
        """See `FfmpegExecutor.run`. The events' `correlation_id` is the project that the log context is bound to."""
        about = log.bind(
            correlation_id=_project() or str(uuid4()),
            command_args=[redacted(word) for word in run.arguments[:_LOGGED_ARGUMENTS]],
            arg_count=len(run.arguments),
        )
        about.info("ffmpeg_execution_started")
        with self._metrics.active.track_inprogress(), span("ffmpeg") as current:
            try:
                result = await self._wrapped.run(run)
                current.set_attribute("process.exit.code", result.returncode)
                if encoder := _encoder(run.arguments):
                    current.set_attribute("scenewire.encoder", encoder)
            except (Exception, asyncio.CancelledError) as error:
                self._metrics.executions.labels("failure").inc()
                # Cancellation is a request, not an error.
                tell = about.info if isinstance(error, asyncio.CancelledError) else about.error
                tell("ffmpeg_execution_failed", error=redacted(str(error)), error_type=type(error).__name__)
                raise
        status = "failure" if result.returncode else "success"
        self._metrics.executions.labels(status).inc()
        self._metrics.duration.observe(result.duration_seconds)
        about.info(
            "ffmpeg_execution_completed",
            returncode=result.returncode,
            duration_seconds=round(result.duration_seconds, 3),
            status=status,
        )
        return result


def _encoder(arguments: Sequence[str]) -> str | None:
    """Returns the encoder of the picture; None if a run encodes none."""
    return next((name for option, name in pairwise(arguments) if option == _ENCODER_OPTION), None)


def _project() -> str | None:
    project = structlog.contextvars.get_contextvars().get("project_id")
    return str(project) if project else None
