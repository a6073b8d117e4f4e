"""Seeing what ffmpeg does: log events and metrics around any executor."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final
from uuid import uuid4

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from scenewire.ffmpeg.executor import (
    ExecutionResult,
    FfmpegExecutor,
    OnProgress,
    Stdin,
)
from scenewire.observability.logging_setup import redacted
from scenewire.processes.run import Limits

__all__ = ["FfmpegMetrics", "ObservableFfmpegExecutor"]

log = structlog.get_logger(__name__)

_LOGGED_ARGUMENTS: Final = 10


class FfmpegMetrics:
    """What is counted of all runs of a process.

    Args:
        registry: where they are found; a registry takes them once.
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
    """Runs through another executor and tells of it.

    Events: `ffmpeg_execution_started`, then `ffmpeg_execution_completed` or, when something was raised,
    `ffmpeg_execution_failed`. What ffmpeg said is not among their fields.

    Args:
        wrapped: does the work.
        metrics: None counts in the registry of this process.
    """

    def __init__(self, wrapped: FfmpegExecutor, *, metrics: FfmpegMetrics | None = None) -> None:
        self._wrapped = wrapped
        self._metrics = metrics or _metrics_of_this_process()

    @property
    def version(self) -> str:
        """What the ffmpeg calls itself."""
        return self._wrapped.version

    async def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        limits: Limits | None = None,
        stdin: Stdin = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the program's limit
        on_progress: OnProgress | None = None,
        environment: Mapping[str, str] | None = None,
        correlation_id: str | None = None,
    ) -> ExecutionResult:
        """See `FfmpegExecutor.run`.

        `correlation_id` joins the events of one piece of work; None takes the project that the log is about.
        """
        about = log.bind(
            correlation_id=correlation_id or _project() or str(uuid4()),
            command_args=[redacted(word) for word in arguments[:_LOGGED_ARGUMENTS]],
            arg_count=len(arguments),
        )
        about.info("ffmpeg_execution_started")
        with self._metrics.active.track_inprogress():
            try:
                result = await self._wrapped.run(
                    arguments,
                    folder=folder,
                    limits=limits,
                    stdin=stdin,
                    timeout=timeout,
                    on_progress=on_progress,
                    environment=environment,
                )
            except (Exception, asyncio.CancelledError) as error:
                self._metrics.executions.labels("failure").inc()
                # That it was called off is somebody's wish, not an error.
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


def _project() -> str | None:
    project = structlog.contextvars.get_contextvars().get("project_id")
    return str(project) if project else None
