"""Shows progress: as bars on a terminal, as lines in a pipe, or as JSON."""

import time
from typing import Any, Final, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text
from typing_extensions import override

from scenewire.messages import Progress as Telemetry
from scenewire.messages import ProjectCancelled
from scenewire_cli.output.formatting import shortened
from scenewire_cli.output.terminal import print_json, print_line, sanitize
from scenewire_cli.progress.events import Event, ProjectProgress, Unreadable
from scenewire_cli.progress.projects import short_id

__all__ = ["Display", "make_display"]

_STAGES: Final = ("script", "speech", "footage", "picture", "video")


class Display(Protocol):
    """Shows the progress of a project."""

    def __enter__(self) -> Self:
        """Starts the display."""
        ...

    def __exit__(self, *_: object) -> None:
        """Restores the terminal."""
        ...

    def show(self, project: ProjectProgress, event: Event) -> None:
        """Shows an event that was just applied to the project."""
        ...

    def note(self, text: str) -> None:
        """Shows a note."""
        ...

    def page(self, url: str) -> None:
        """Shows the address of the project's page."""
        ...


def make_display(*, as_json: bool) -> Display:
    """Returns the display for this terminal, or for --json."""
    if as_json:
        return _JsonLines()
    console = Console(stderr=True)
    return _Bars(console) if console.is_terminal else _Lines()


class _JsonLines(Display):
    """Prints one JSON object per line on standard output."""

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(self, *_: object) -> None:
        pass

    @override
    def show(self, project: ProjectProgress, event: Event) -> None:
        if isinstance(event.message, Telemetry):
            fields: dict[str, Any] = {"event": "progress", **event.message.model_dump(mode="json", exclude_none=True)}
        elif isinstance(event.message, Unreadable):
            fields = {"event": "unreadable", "project_id": str(project.project_id), "sequence": event.sequence}
            fields |= {"subject": event.message.subject, "fault": event.message.fault}
        else:
            scene = getattr(event.message, "scene", None)
            fields = {"event": event.message.SUBJECT, "project_id": str(project.project_id), "sequence": event.sequence}
            if scene is not None:
                fields["scene_number"] = scene.scene_number
            if project.scene_count is not None:
                fields["scene_count"] = project.scene_count
        print_json(fields)

    @override
    def note(self, text: str) -> None:
        print_json({"event": "note", "text": text})

    @override
    def page(self, url: str) -> None:
        print_json({"event": "page", "url": url})


class _Lines(Display):
    """Prints a line per event on standard error, for logs and pipes."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(self, *_: object) -> None:
        pass

    @override
    def show(self, project: ProjectProgress, event: Event) -> None:
        text = _describe(project, event)
        if text:
            self.note(text)

    @override
    def note(self, text: str) -> None:
        print_line(f"[{time.monotonic() - self._started:6.1f}s] {text}", error=True)

    @override
    def page(self, url: str) -> None:
        self.note(f"page: {url}")


class _Bars(Display):
    """Draws a bar per stage, with the scenes in progress beside it."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description:8}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}", markup=False),
            TimeElapsedColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    @override
    def __enter__(self) -> Self:
        self._bars.start()
        for stage in _STAGES:
            self._tasks[stage] = self._bars.add_task(stage, total=None, detail="")
        return self

    @override
    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @override
    def show(self, project: ProjectProgress, event: Event) -> None:
        count = project.scene_count
        encoding = ", ".join(f"scene {n} {share:.0%}" for n, share in sorted(project.encoding.items()))
        script = ", ".join(filter(None, (_scenes(project), _awaited(project))))
        self._set("script", int(project.script is not None), 1, script if count else "")
        self._set(
            "speech", len(project.spoken), count, f"{sum(project.spoken.values()):.0f} s" if project.spoken else ""
        )
        self._set("footage", len(project.sourced), count, _last(project.sourced))
        self._set("picture", len(project.rendered), count, encoding)
        self._set("video", int(project.video is not None), 1, "" if project.video else project.joining)
        if isinstance(event.message, Unreadable) or (
            isinstance(event.message, Telemetry) and event.message.state == "retrying"
        ):
            self.note(_describe(project, event))

    @override
    def note(self, text: str) -> None:
        self._bars.console.print(Text(sanitize(text)))

    @override
    def page(self, url: str) -> None:
        self.note(f"page: {url}")

    def _set(self, stage: str, completed: int, total: int | None, detail: str) -> None:
        self._bars.update(self._tasks[stage], completed=completed, total=total, detail=sanitize(detail))


def _last(titles: dict[int, str]) -> str:
    return shortened(next(reversed(titles.values()), ""), 40)


def _describe(project: ProjectProgress, event: Event) -> str:
    message = event.message
    if isinstance(message, Unreadable):
        return f"unreadable: {message.subject} at stream sequence {event.sequence}: {message.fault}"
    if isinstance(message, Telemetry):
        where = f"scene {message.scene_number}: " if message.scene_number else ""
        if message.state == "retrying":
            return f"{where}{message.stage}: {message.detail}"
        return f"video: {message.detail}" if message.detail and not message.scene_number else ""
    scene = getattr(message, "scene", None)
    number = scene.scene_number if scene is not None else 0
    of = f"scene {number} of {project.scene_count or '?'}"
    match message.SUBJECT:
        case "scenes.scripted":
            return "script: " + "; ".join(filter(None, (_scenes(project), _awaited(project))))
        case "audio.rendered":
            return f"{of}: narration ready, {project.spoken[number]:.1f} s"
        case "footage.sourced":
            return f"{of}: {project.sourced[number]}"
        case "segment.rendered":
            return f"{of}: picture ready ({len(project.rendered)} of {project.scene_count or '?'})"
        case "video.assembled":
            return "video: joined and verified"
        case "project.deleted":
            return "deleted"
        case _:
            return "cancelled" if isinstance(message, ProjectCancelled) else "failed"


def _awaited(project: ProjectProgress) -> str:
    """What a person has to do before pictures are made."""
    return f"awaits `scenewire approve {short_id(project.project_id)}`" if project.awaits_approval else ""


def _scenes(project: ProjectProgress) -> str:
    return "1 scene" if project.scene_count == 1 else f"{project.scene_count} scenes"
