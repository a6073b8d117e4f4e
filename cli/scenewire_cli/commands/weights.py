"""`scenewire weights`: what a folder of weights of a neural voice is good for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from scenewire.errors import FailureCode, PermanentError
from scenewire_cli.options import JsonOption
from scenewire_cli.output.terminal import say, say_json
from scenewire_cli.running import run
from scenewire_cli.stack.embedded import ask_service

__all__ = ["weights_app"]

_TIMEOUT: Final = 1200
"""Seconds; loading a model twice from a cold disk takes minutes."""

weights_app = typer.Typer(help="Looks at the weights of a neural voice.", no_args_is_help=True, rich_markup_mode=None)


@weights_app.callback()
def _weights() -> None:
    """Looks at the weights of a neural voice."""


@weights_app.command()
def check(
    folder: Annotated[Path, typer.Argument(envvar="TTS_WEIGHTS", help="Holds the weights; the setting TTS_WEIGHTS.")],
    *,
    speak: Annotated[bool, typer.Option("--speak", help="Load the model, too, and have it speak a sentence.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Says whether a folder is complete and for which engine; exits with 0 when there is one.

    Each file is found, missing or damaged. With --speak, every engine that is complete must speak.
    """
    run(_check(folder.absolute(), speak=speak, as_json=as_json))


async def _check(folder: Path, *, speak: bool, as_json: bool) -> int:
    # Asked of the service itself, in a process of its own: what it needs is its own business.
    done = await ask_service("tts", "speak" if speak else "weights", str(folder), timeout=_TIMEOUT)
    if done.returncode:
        raise PermanentError(FailureCode.PROGRAM_FAILED, "the tts service cannot be loaded", hint=done.stderr[-300:])
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines:
        if as_json:
            say_json(line)
            continue
        for said in _words(line):
            say(said)
    complete = any(line["complete"] for line in lines if line["event"] == "engine")
    return 0 if complete and all(line["ok"] for line in lines if line["event"] == "trial") else 1


def _words(line: dict[str, Any]) -> Iterator[str]:
    match line["event"]:
        case "file":
            size = f"{line['size'] / 1e6:10.1f} MB" if line["size"] else " " * 13
            problem = f"  {line['problem']}" if line["problem"] else ""
            yield f"{line['state']:8} {size}  {line['path']}{problem}"
        case "voices":
            yield f"voices   {', '.join(line['voices']) or 'none'}"
        case "engine":
            yield f"{line['engine']}: {'complete' if line['complete'] else 'cannot speak from this folder'}"
            for item in line["missing"]:
                yield f"         {item}"
            for package in line["packages"]:
                yield f"         here the package {package} is not installed"
        case "trial":
            yield f"         {'' if line['ok'] else 'FAILED: '}{line['result']}"
