"""Rows of the work behind messages."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic_core import to_json

from scenewire.messages import Accounted, SceneMessage, VideoAssembled, Work
from scenewire.record.content import Content
from scenewire_recorder.log_entries import LogEntry

__all__ = ["WORK_COLUMNS", "work_row"]

WORK_COLUMNS: Final = (
    "message_id",
    "project_id",
    "revision",
    "stage",
    "scene_number",
    "worker",
    "started_at",
    "wall_seconds",
    "own_cpu_seconds",
    "child_cpu_seconds",
    "bytes_fetched",
    "bytes_stored",
    "results_reused",
    "results_made",
    "requests",
    "input_tokens",
    "output_tokens",
    "characters",
    "money",
    "providers",
)

_STAGES: Final = {"script": "script", "tts": "narration", "sourcing": "footage", "assembly": "picture"}
"""By the service: a message that has a stage work again is published by another one."""


def work_row(entry: LogEntry) -> tuple[Any, ...] | None:
    """Returns the row of a message, in the order of the columns; None if it reports no work."""
    content = entry.content
    if not isinstance(content, Accounted) or (work := content.work) is None:
        return None
    return (
        entry.message_id,
        entry.project_id,
        entry.revision,
        _stage(content, work),
        _scene_number(content),
        work.worker,
        work.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        work.wall_s,
        work.own_cpu_s,
        work.child_cpu_s,
        work.bytes_fetched,
        work.bytes_stored,
        work.results_reused,
        work.results_made,
        sum(use.requests for use in work.providers),
        _total([use.input_tokens for use in work.providers if use.characters is None]),
        _total([use.output_tokens for use in work.providers if use.characters is None]),
        sum(use.characters or 0 for use in work.providers),
        _total([use.money for use in work.providers]),
        to_json([use.model_dump() for use in work.providers]).decode(),
    )


def _stage(content: Content, work: Work) -> str:
    return "video" if isinstance(content, VideoAssembled) else _STAGES.get(work.service, work.service)


def _scene_number(content: Content) -> int | None:
    return content.scene.scene_number if isinstance(content, SceneMessage) else getattr(content, "scene_number", None)


def _total(parts: Sequence[float | None]) -> float | None:
    """Returns the sum; None if a part is unknown."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
