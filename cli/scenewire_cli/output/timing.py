"""Shows where the time of a video went: as a waterfall on a terminal, as columns in a pipe, or as JSON."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from rich.console import Console, Group
from rich.style import Style
from rich.text import Text

from scenewire.record.timing import STAGES, Part, ProjectTiming, Stage, Step
from scenewire_cli.output.terminal import print_json, print_line

__all__ = ["print_timing", "waterfall"]

_COLOURS: Final[Mapping[Stage, str]] = {
    "script": "white",
    "narration": "cyan",
    "footage": "yellow",
    "picture": "magenta",
    "video": "green",
}
_BARS: Final[Mapping[Stage, str]] = {"script": "█", "narration": "▓", "footage": "▒", "picture": "█", "video": "▓"}
"""Stages that follow each other differ without colours, too."""
_WAIT: Final = "·"

_LABEL_WIDTH: Final = 10
_TIME_WIDTH: Final = 9
_MIN_CHART_WIDTH: Final = 20
_TICKS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
"""Seconds between two marks of the time axis."""
_TICK_WIDTH: Final = 12
"""Columns that a mark and the space after it need at least."""
_NAME_WIDTH: Final = len("narration of scene 100")
_WORTH_NAMING_S: Final = 0.05
"""A shorter wait is not one for a worker."""


def print_timing(timing: ProjectTiming, *, as_json: bool) -> None:
    """Prints the times of a project; in a pipe, a line for each step, for `cut` and `awk`."""
    if as_json:
        print_json({"event": "trace", **_fields(timing)})
    elif sys.stdout.isatty():
        console = Console(highlight=False)
        console.print(waterfall(timing, console.width))
    else:
        for row in _steps(timing):
            print_line(*("" if value is None else str(value) for value in row.values()))


def waterfall(timing: ProjectTiming, width: int) -> Group:
    """Returns the drawing of a project's times.

    Args:
        timing: the times.
        width: columns of the terminal.
    """
    chart = _Chart(timing, max(_MIN_CHART_WIDTH, width - _LABEL_WIDTH - _TIME_WIDTH))
    return Group(
        _title(timing), Text(), chart.axis(), *chart.rows(), Text(), _legend(timing), Text(), *_summary(timing)
    )


class _Chart:
    """The waterfall: a row for the script, for each scene, and for the video."""

    def __init__(self, timing: ProjectTiming, width: int) -> None:
        self._timing = timing
        self._width = width
        self._seconds = max(timing.total_s, 1e-3)
        self._critical = {id(part.step) for part in timing.path}

    def axis(self) -> Text:
        tick = next((tick for tick in _TICKS if tick / self._seconds * self._width >= _TICK_WIDTH), self._seconds)
        line = Text(" " * _LABEL_WIDTH)
        count = 0
        while (column := round(count * tick / self._seconds * self._width)) + _TICK_WIDTH // 2 < self._width:
            line.append(" " * (_LABEL_WIDTH + column - line.cell_len))
            line.append(f"╷{_length(count * tick, digits=0 if tick >= 1 else 1)}" if count else "╷0", "dim")
            count += 1
        return line

    def rows(self) -> Iterator[Text]:
        of_video = [step for step in self._timing.steps if step.scene_number is None]
        of_scenes = sorted(
            (step for step in self._timing.steps if step.scene_number is not None),
            key=lambda step: (step.scene_number, step.ended_at),
        )
        yield from (self._row(step.stage, [step]) for step in of_video if step.stage == "script")
        for number, steps in groupby(of_scenes, key=lambda step: step.scene_number):
            yield self._row(f"scene {number}", list(steps))
        yield from (self._row(step.stage, [step]) for step in of_video if step.stage != "script")

    def _row(self, label: str, steps: Sequence[Step]) -> Text:
        is_critical = any(id(step) in self._critical for step in steps)
        cells: list[tuple[str, Style]] = [(" ", Style())] * self._width
        for step in steps:
            style = Style(
                color=_COLOURS[step.stage], dim=id(step) not in self._critical, bold=id(step) in self._critical
            )
            start, end = self._column(step.queued_at), self._column(step.started_at)
            cells[start:end] = [(_WAIT, style)] * (end - start)
        for step in steps:
            style = Style(color="red" if step.has_failed else _COLOURS[step.stage], dim=id(step) not in self._critical)
            start = min(self._column(step.started_at), self._width - 1)
            end = max(start + 1, self._column(step.ended_at))
            cells[start:end] = [("✗" if step.has_failed else _BARS[step.stage], style)] * (end - start)
        line = Text(f"{label:<{_LABEL_WIDTH}}"[:_LABEL_WIDTH], "bold" if is_critical else "dim")
        for style, run in groupby(cells, key=itemgetter(1)):
            line.append("".join(character for character, _ in run), style)
        busy = sum(step.worked_s for step in steps)
        line.append(f"{_length(busy):>{_TIME_WIDTH}}", "bold" if is_critical else "dim")
        return line

    def _column(self, at: datetime) -> int:
        offset = (at - self._timing.began_at).total_seconds() / self._seconds
        return min(self._width, max(0, round(offset * self._width)))


def _title(timing: ProjectTiming) -> Text:
    title = Text(timing.project_id, "bold")
    if timing.revision:
        title.append(f", revision {timing.revision}")
    verb = {None: "goes on; so far", "video.assembled": "made in", "project.failed": "failed after"}
    title.append(f"  {verb.get(timing.outcome, 'ended after')} {_length(timing.total_s)}", "")
    return title


def _legend(timing: ProjectTiming) -> Text:
    line = Text()
    for stage in STAGES:
        if any(step.stage == stage for step in timing.steps):
            line.append(_BARS[stage] * 2, _COLOURS[stage]).append(f" {stage}   ")
    return line.append(_WAIT * 2).append(" waiting")


def _summary(timing: ProjectTiming) -> Iterator[Text]:
    """Returns the critical path, line by line, and what stands out."""
    if timing.path:
        yield Text(f"Critical path, bright above: what {_length(timing.total_s)} went to", "bold")
    for part in timing.path:
        step = part.step
        share = part.seconds / timing.total_s if timing.total_s else 0.0
        line = Text().append(f"  {_name(step):<{_NAME_WIDTH}}", _COLOURS[step.stage])
        line.append(f"{_length(part.seconds):>{_TIME_WIDTH}} {share:>4.0%}  ", "bold")
        line.append(", ".join(_details(part)), "dim")
        yield line
    if timing.path:
        yield Text()
    yield Text("All scenes together", "bold")
    for stage in timing.stages:
        line = Text().append(f"  {stage.stage:<{_NAME_WIDTH}}", _COLOURS[stage.stage])
        line.append(f"{_length(stage.worked_s):>{_TIME_WIDTH}} ", "bold").append("work")
        if stage.steps > 1:
            line.append(f" in {stage.steps} steps, {_length(stage.waited_s)} waiting", "dim")
        yield line
    for step in timing.steps:
        if step.deliveries > 1 or step.paused_s:
            yield Text(f"! {_name(step)}: {', '.join(_trouble(step))}", "yellow")


def _details(part: Part) -> Iterator[str]:
    step = part.step
    if step.waited_s >= _WORTH_NAMING_S:
        noun = "scene" if len(part.behind) == 1 else "scenes"
        yield f"waited {_length(step.waited_s)}" + (f" behind {noun} {_ranges(part.behind)}" if part.behind else "")
    if step.is_reused:
        yield "reused"
    yield from _trouble(step)


def _trouble(step: Step) -> Iterator[str]:
    if step.has_failed:
        yield "failed"
    if step.deliveries > 1:
        yield f"delivered {step.deliveries} times"
    if step.paused_s:
        yield f"paused {_length(step.paused_s)} by rate limits or outages"


def _name(step: Step) -> str:
    return step.stage if step.scene_number is None else f"{step.stage} of scene {step.scene_number}"


def _ranges(numbers: Sequence[int]) -> str:
    """Formats ascending numbers, such as `1-3, 5`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _length(seconds: float, *, digits: int = 1) -> str:
    """Formats a duration: `0.42 s`, `12.3 s`, `4:07 min`, `1:02:30 h`."""
    if seconds < 60:
        return f"{seconds:.{2 if digits and seconds < 1 else digits}f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} h" if hours else f"{minutes}:{rest:02} min"


def _fields(timing: ProjectTiming) -> dict[str, Any]:
    return {
        "project_id": timing.project_id,
        "revision": timing.revision,
        "began_at": timing.began_at.isoformat(),
        "ended_at": timing.ended_at.isoformat(),
        "outcome": timing.outcome,
        "total_s": round(timing.total_s, 3),
        "steps": list(_steps(timing)),
        "critical_path": [
            _position(part.step)
            | {"seconds": round(part.seconds, 3), "waited_s": round(part.step.waited_s, 3)}
            | {"worked_s": round(part.step.worked_s, 3), "behind": list(part.behind)}
            for part in timing.path
        ],
        "stages": [
            {
                "stage": stage.stage,
                "steps": stage.steps,
                "waited_s": round(stage.waited_s, 3),
                "worked_s": round(stage.worked_s, 3),
                "critical_s": round(stage.critical_s, 3),
            }
            for stage in timing.stages
        ],
    }


def _steps(timing: ProjectTiming) -> Iterator[dict[str, Any]]:
    critical = {id(part.step) for part in timing.path}
    for step in timing.steps:
        yield _position(step) | {
            "queued_s": round((step.queued_at - timing.began_at).total_seconds(), 3),
            "waited_s": round(step.waited_s, 3),
            "worked_s": round(step.worked_s, 3),
            "deliveries": step.deliveries,
            "paused_s": round(step.paused_s, 3),
            "reused": step.is_reused,
            "failed": step.has_failed,
            "critical": id(step) in critical,
            "worker": step.worker,
        }


def _position(step: Step) -> dict[str, Any]:
    return {"stage": step.stage, "scene_number": step.scene_number}
