"""Progress on the terminal: bars where there is one, a line per event where there is none, JSON when asked."""

import time
from typing import Any, Final, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text
from typing_extensions import override

from scenewire.messages import Progress as Telemetry
from scenewire_cli.output.formatting import shortened
from scenewire_cli.output.terminal import harmless, say, say_json
from scenewire_cli.progress.events import Event, Film, Unreadable

__all__ = ["Display", "make_display"]

_STAGES: Final = ("script", "speech", "footage", "picture", "film")


class Display(Protocol):
    """Shows a film in the making."""

    def __enter__(self) -> Self:
        """Begins."""
        ...

    def __exit__(self, *_: object) -> None:
        """Leaves the terminal as it was."""
        ...

    def show(self, film: Film, event: Event) -> None:
        """Shows what just happened."""
        ...

    def note(self, text: str) -> None:
        """Shows a remark."""
        ...


def make_display(*, as_json: bool) -> Display:
    """The display that fits the terminal."""
    if as_json:
        return _JsonLines()
    console = Console(stderr=True)
    return _Bars(console) if console.is_terminal else _Lines()


class _JsonLines(Display):
    """One JSON object a line on standard output."""

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(self, *_: object) -> None:
        pass

    @override
    def show(self, film: Film, event: Event) -> None:
        if isinstance(event.message, Telemetry):
            fields: dict[str, Any] = {"event": "progress", **event.message.model_dump(mode="json", exclude_none=True)}
        elif isinstance(event.message, Unreadable):
            fields = {"event": "unreadable", "project_id": str(film.project_id), "sequence": event.sequence}
            fields |= {"subject": event.message.subject, "fault": event.message.fault}
        else:
            scene = getattr(event.message, "scene", None)
            fields = {"event": event.message.SUBJECT, "project_id": str(film.project_id), "sequence": event.sequence}
            if scene is not None:
                fields["scene_number"] = scene.scene_number
            if film.scene_count is not None:
                fields["scene_count"] = film.scene_count
        say_json(fields)

    @override
    def note(self, text: str) -> None:
        say_json({"event": "note", "text": text})


class _Lines(Display):
    """A line per event on standard error: for logs and pipes."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(self, *_: object) -> None:
        pass

    @override
    def show(self, film: Film, event: Event) -> None:
        text = _describe(film, event)
        if text:
            self.note(text)

    @override
    def note(self, text: str) -> None:
        say(f"[{time.monotonic() - self._started:6.1f}s] {text}", error=True)


class _Bars(Display):
    """A bar per stage, with the scenes that are in work beside it."""

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
    def show(self, film: Film, event: Event) -> None:
        count = film.scene_count
        encoding = ", ".join(f"scene {n} {share:.0%}" for n, share in sorted(film.encoding.items()))
        self._set("script", int(film.script is not None), 1, f"{count} scenes" if count else "")
        self._set("speech", len(film.spoken), count, f"{sum(film.spoken.values()):.0f} s" if film.spoken else "")
        self._set("footage", len(film.sourced), count, _last(film.sourced))
        self._set("picture", len(film.rendered), count, encoding)
        self._set("film", int(film.video is not None), 1, "" if film.video else film.joining)
        if isinstance(event.message, Unreadable) or (
            isinstance(event.message, Telemetry) and event.message.state == "retrying"
        ):
            self.note(_describe(film, event))

    @override
    def note(self, text: str) -> None:
        self._bars.console.print(Text(harmless(text)))

    def _set(self, stage: str, completed: int, total: int | None, detail: str) -> None:
        self._bars.update(self._tasks[stage], completed=completed, total=total, detail=harmless(detail))


def _last(titles: dict[int, str]) -> str:
    return shortened(next(reversed(titles.values()), ""), 40)


def _describe(film: Film, event: Event) -> str:
    message = event.message
    if isinstance(message, Unreadable):
        return f"unreadable: {message.subject} at sequence {event.sequence} of the stream: {message.fault}"
    if isinstance(message, Telemetry):
        where = f"scene {message.scene_number}: " if message.scene_number else ""
        if message.state == "retrying":
            return f"{where}{message.stage}: {message.detail}"
        return f"film: {message.detail}" if message.detail and not message.scene_number else ""
    scene = getattr(message, "scene", None)
    number = scene.scene_number if scene is not None else 0
    of = f"scene {number} of {film.scene_count or '?'}"
    match message.SUBJECT:
        case "scenes.scripted":
            return f"script: {film.scene_count} scenes"
        case "audio.rendered":
            return f"{of}: spoken, {film.spoken[number]:.1f} s"
        case "footage.sourced":
            return f"{of}: {film.sourced[number]}"
        case "segment.rendered":
            return f"{of}: picture ready ({len(film.rendered)} of {film.scene_count or '?'})"
        case "video.assembled":
            return "film: joined and verified"
        case other:
            return other
