"""`scenewire voices install` of a small voice, in a process of its own: installing_child.py WHEELS DATA PLACE."""

import sys
from pathlib import Path

import typer

from scenewire_cli.commands.resources.voice_installation import _install
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder
from tests.support.published_voice import publish

if __name__ == "__main__":
    wheels, data, place = sys.argv[1:]
    try:
        run(_install(DataFolder(Path(data)), place, None, None, as_json=True, release=publish(Path(wheels)).release))
    except typer.Exit as end:
        sys.exit(end.exit_code)
