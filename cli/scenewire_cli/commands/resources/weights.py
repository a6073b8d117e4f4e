"""`scenewire weights`: checks the weights of a neural voice."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenewire.errors import FailureCode, PermanentError
from scenewire_cli.help_pages import add_command, make_group
from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder

if TYPE_CHECKING:
    from scenewire_tts.diagnostics import WeightsReport

__all__ = ["weights_app"]

FolderArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="FOLDER",
        envvar="TTS_WEIGHTS",
        help="Folder of weights and voices.",
        show_default="the installed voice",
    ),
]
SpeakOption = Annotated[
    bool, typer.Option("--speak", help="Also load each complete engine and have it speak a sentence.")
]


def check(
    folder: FolderArgument = None, *, speak: SpeakOption = False, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Checks a folder of weights; exits with 0 if an engine can use it.

    Lists each file as found, missing or damaged. With --speak, every complete engine must speak.

    Example:
        scenewire weights check ~/kokoro --speak
    """
    run(_check((folder or DataFolder(data).weights).absolute(), speak=speak, as_json=as_json))


async def _check(folder: Path, *, speak: bool, as_json: bool) -> int:
    from scenewire_tts.diagnostics import check_weights

    _require_folder(folder)
    report = await check_weights(folder, speak=speak)
    if as_json:
        for event in _events(report):
            print_json(event)
    else:
        for line in _lines(report):
            print_line(line)
    return 0 if any(engine.complete for engine in report.engines) and all(trial.ok for trial in report.trials) else 1


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"{folder} is not a folder" if folder.exists() else f"the folder of weights {folder} does not exist",
            hint="check the path, or TTS_WEIGHTS; `scenewire voices install` installs a voice",
        )


def _events(report: "WeightsReport") -> Iterator[dict[str, Any]]:
    yield from ({"event": "file", **asdict(file)} for file in report.files)
    yield {"event": "voices", "voices": report.voices}
    yield from ({"event": "engine", **asdict(engine), "complete": engine.complete} for engine in report.engines)
    yield from ({"event": "trial", **asdict(trial)} for trial in report.trials)


def _lines(report: "WeightsReport") -> Iterator[str]:
    for file in report.files:
        size = f"{file.size / 1e6:10.1f} MB" if file.size else " " * 13
        problem = f"  {file.problem}" if file.problem else ""
        yield f"{file.state:8} {size}  {file.path}{problem}"
    yield f"voices   {', '.join(report.voices) or 'none'}"
    trials = {trial.engine: trial for trial in report.trials}
    for engine in report.engines:
        yield f"{engine.engine}: {'complete' if engine.complete else 'cannot use this folder'}"
        yield from (f"         {missing}" for missing in engine.missing)
        yield from (f"         the Python package {package} is not installed" for package in engine.packages)
        if trial := trials.get(engine.engine):
            yield f"         {'' if trial.ok else 'FAILED: '}{trial.message}"


weights_app = make_group("Checks the weights of a neural voice.")


@weights_app.callback()
def _weights() -> None:
    """Checks the weights of a neural voice."""  # without a callback, typer would make the only command the group


add_command(weights_app, check)
