"""Finds ffmpeg and checks that it has what scenewire needs."""

import importlib.util
import os
import re
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.processes.run import run_program

__all__ = ["Ffmpeg", "find_ffmpeg"]

_OLDEST: Final = (5, 1)
"""All commands are tested on 5.1 and 9.0."""

_NEEDED_FILTERS: Final = ("ass", "scale", "tpad", "bwdif", "lut3d", "gblur", "overlay", "ebur128", "alimiter")
_NEEDED_ENCODERS: Final = ("libx264", "aac", "mov_text", "mjpeg")


@dataclass(frozen=True)
class Ffmpeg:
    """An ffmpeg that was run and checked."""

    path: Path
    version: str
    """As it reports it, such as `n9.0.2`; part of every cache key."""


async def find_ffmpeg(setting: Path | None = None) -> Ffmpeg:
    """Finds the ffmpeg to use: the setting, else $FFMPEG, else one on PATH if suitable, else the one in the wheel.

    A setting or variable that names an unfit ffmpeg is an error, not a reason to take another.

    Raises:
        PermanentError: `program_missing`, with what is wrong and where it was looked for.
    """
    named = setting or (Path(os.environ["FFMPEG"]) if os.environ.get("FFMPEG") else None)
    if named is not None:
        return await _examine(named)
    on_path = shutil.which("ffmpeg")
    if on_path:
        try:
            return await _examine(Path(on_path))
        except PermanentError:
            pass  # too old or built without what is needed: the wheel's is known to be fit
    return await _examine(_from_wheel())


@cache
def _from_wheel() -> Path:
    """Returns the ffmpeg in the wheel. The wheel's own function would run it with the full environment and no timeout."""
    wheel = importlib.util.find_spec("imageio_ffmpeg")  # only images that handle media have it
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        for program in sorted(Path(folder, "binaries").glob("ffmpeg-*")):
            return program
    raise PermanentError(
        FailureCode.PROGRAM_MISSING,
        "no usable ffmpeg: FFMPEG is not set, PATH has no suitable one, and the wheel is not installed",
        hint="install the Python package imageio-ffmpeg, or set FFMPEG to an ffmpeg of version 5.1 or newer",
    )


async def _examine(path: Path) -> Ffmpeg:
    version = await _ask(path, "-version")
    found = re.match(r"ffmpeg version (\S+)", version)
    if found is None:
        raise PermanentError(FailureCode.PROGRAM_MISSING, f"{path} is not an ffmpeg", hint="set FFMPEG to one")
    numbers = re.match(r"n?(\d+)\.(\d+)", found[1])
    if numbers and (int(numbers[1]), int(numbers[2])) < _OLDEST:
        raise PermanentError(
            FailureCode.PROGRAM_MISSING,
            f"{path} is ffmpeg {found[1]}; 5.1 is the oldest that works",
            hint="unset FFMPEG to use the bundled one",
        )
    filters, encoders = await _ask(path, "-filters"), await _ask(path, "-encoders")
    lacking = [name for name in _NEEDED_FILTERS if f" {name} " not in filters]
    lacking += [name for name in _NEEDED_ENCODERS if f" {name} " not in encoders]
    if lacking:
        raise PermanentError(
            FailureCode.PROGRAM_MISSING,
            f"{path} was built without {', '.join(lacking)}",
            hint="unset FFMPEG to use the bundled one",
        )
    return Ffmpeg(path=path, version=found[1])


async def _ask(path: Path, question: str) -> str:
    answer = await run_program([path, "-hide_banner", question], timeout=20)
    return answer.stdout.decode(errors="replace")
