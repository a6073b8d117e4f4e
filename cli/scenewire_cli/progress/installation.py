"""How an installation shows its progress: a bar on a terminal, lines in a pipe, or JSON."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from typing_extensions import override

from scenewire.installation.progress import Progress as InstallationDisplay
from scenewire_cli.output.terminal import print_json, print_line, sanitize

__all__ = ["installation_display"]

_STEPS: Final = 20
"""Events or lines for a large file; one for each would be thousands."""


@contextmanager
def installation_display(*, as_json: bool) -> Iterator[InstallationDisplay]:
    """Yields the display for this terminal, or for --json."""
    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        yield _Events(as_json=as_json)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as bars:
        yield _Bars(bars)


class _Events(InstallationDisplay):
    """Prints the start of each file on standard error, or all steps as JSON on standard output."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._last: tuple[str, int] | None = None

    @override
    def note(self, text: str) -> None:
        if self._as_json:
            print_json({"event": "note", "text": text})
        else:
            print_line(text, error=True)

    @override
    def advance(self, name: str, done: int, total: int) -> None:
        step = (name, done * _STEPS // max(1, total))
        if step == self._last:
            return
        if self._as_json:
            print_json({"event": "progress", "name": name, "bytes": done, "size": total})
        elif self._last is None or self._last[0] != name:
            print_line(f"{name}: {total / 1e6:.1f} MB", error=True)
        self._last = step


class _Bars(InstallationDisplay):
    """Draws a bar for each file."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    @override
    def note(self, text: str) -> None:
        self._bars.console.print(sanitize(text), markup=False, highlight=False)

    @override
    def advance(self, name: str, done: int, total: int) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(sanitize(name), total=total)
        self._bars.update(self._tasks[name], completed=done)
