"""What a project has cost: the rows of its work, summed by stage. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from scenewire.record.timing import STAGES

__all__ = ["costs"]

Row = dict[str, Any]

_SUMMED: Final = (
    "wall_seconds",
    "own_cpu_seconds",
    "child_cpu_seconds",
    "bytes_fetched",
    "bytes_stored",
    "requests",
    "input_tokens",
    "output_tokens",
    "characters",
    "money",
)
_SECONDS_PER_MINUTE: Final = 60


def costs(rows: Sequence[Row], *, video_seconds: float | None) -> Row:
    """Returns what the work of a project took, over all its revisions.

    `stages` and `total` have the sums; `reused` counts results that were stored already, so that their rows have only what it
    took to find them. `per_minute` has processor seconds, wall seconds and money per minute of video; None without a video.
    A sum with an unknown part is None: a provider does not report its tokens, or no price is configured.

    Args:
        rows: of the table `work`.
        video_seconds: length of the latest video.
    """
    stages = [{"stage": stage, **_sums([row for row in rows if row["stage"] == stage])} for stage in _stages(rows)]
    total = _sums(rows)
    return {
        "stages": stages,
        "total": total,
        "video_seconds": video_seconds,
        "per_minute": _per_minute(total, video_seconds) if video_seconds else None,
    }


def _stages(rows: Sequence[Row]) -> list[str]:
    """Returns the stages that rows belong to, in the order of the pipeline."""
    present = dict.fromkeys(row["stage"] for row in rows)
    return [stage for stage in STAGES if stage in present] + [stage for stage in present if stage not in STAGES]


def _sums(rows: Sequence[Row]) -> Row:
    sums = {name: _total([row[name] for row in rows]) for name in _SUMMED}
    own, children = sums["own_cpu_seconds"], sums["child_cpu_seconds"]
    return {
        "scenes": len({row["scene_number"] for row in rows if row["scene_number"] is not None}),
        "results": len(rows),
        "reused": sum(row["results_reused"] > 0 and row["results_made"] == 0 for row in rows),
        "cpu_seconds": None if own is None or children is None else round(own + children, 6),
        **sums,
    }


def _total(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return round(sum(known), 9) if len(known) == len(parts) else None


def _per_minute(total: Row, video_seconds: float) -> Row:
    minutes = video_seconds / _SECONDS_PER_MINUTE
    rates = {name: total[name] for name in ("cpu_seconds", "wall_seconds", "money")}
    return {name: None if value is None else value / minutes for name, value in rates.items()}
