"""Installs a voice where there is no `scenewire` command, such as in the image of the tts service.

`python -m scenewire_tts.installation FOLDER [--from PLACE] [--precision NAME]`
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from scenewire.errors import PipelineError
from scenewire.installation.progress import Progress
from scenewire_tts.installation.installer import install


class _Lines(Progress):
    """Prints notes, and the start of each file."""

    def __init__(self) -> None:
        self._name = ""

    @override
    def note(self, text: str) -> None:
        print(text, flush=True)  # noqa: T201 - people read it

    @override
    def advance(self, name: str, done: int, total: int) -> None:
        if name != self._name:
            self._name = name
            self.note(f"{name}: {total / 1e6:.1f} MB")


def main(arguments: Sequence[str]) -> int:
    """Installs a voice; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scenewire_tts.installation", description="Installs a voice.")
    parser.add_argument("folder", type=Path, help="folder of weights")
    parser.add_argument("--from", dest="source", metavar="PLACE", help="as for `scenewire voices install`")
    parser.add_argument("--precision", metavar="NAME", help="int8 (default), fp16 or fp32")
    given = parser.parse_args(arguments)
    progress = _Lines()
    try:
        installed = asyncio.run(
            install(given.folder, source=given.source, precision=given.precision, progress=progress)
        )
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    done = "installed" if installed.is_new else "already installed"
    progress.note(f"{done}: {len(installed.voices)} voices in {installed.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
