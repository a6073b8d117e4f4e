"""A program in place of ffmpeg that misbehaves where a test asks for it, and otherwise runs the real one.

`FFMPEG` of assembly names the shim. It acts on runs whose arguments contain a word, as many times as wanted.
"""

import json
import sys
from pathlib import Path
from typing import Final

from tests.support.media import ffmpeg_path

_PROGRAM: Final = """\
#!{python} -I
import json, os, sys, time
from pathlib import Path
plan = json.loads(Path({plan!r}).read_text())
act = plan["on"] in " ".join(sys.argv)
if act:
    for number in range(plan["times"]):
        try:
            Path({plan!r} + "." + str(number)).touch(exist_ok=False)
            break
        except FileExistsError:
            continue
    else:
        act = False
if act:
{action}
os.execv({ffmpeg!r}, [{ffmpeg!r}, *sys.argv[1:]])
"""


class FfmpegShim:
    """See the module.

    Args:
        folder: where it lies.
        action: statements of Python that run before ffmpeg; `sys.exit(1)` or `os.kill(os.getpid(), 9)` in its place.
        on: a word that the arguments must contain; encoding runs have `libx264`.
        times: how many runs it acts on.
    """

    def __init__(self, folder: Path, action: str, *, on: str = "libx264", times: int = 1) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path: Final = folder / "ffmpeg"
        self._plan = folder / "plan.json"
        self._gate = folder / "gate"
        self._plan.write_text(json.dumps({"on": on, "times": times}))
        indented = "\n".join(f"    {line}" for line in action.format(gate=str(self._gate)).splitlines())
        self.path.write_text(
            _PROGRAM.format(python=sys.executable, plan=str(self._plan), action=indented, ffmpeg=str(ffmpeg_path()))
        )
        self.path.chmod(0o755)

    @classmethod
    def gate(cls, folder: Path, *, times: int = 1) -> "FfmpegShim":
        """Returns a shim whose first runs wait until the gate is open."""
        return cls(folder, "while not os.path.exists({gate!r}): time.sleep(0.02)", times=times)

    @property
    def runs(self) -> int:
        """How many runs it has acted on."""
        return len(list(self._plan.parent.glob("plan.json.*")))

    def open(self) -> None:
        """Lets the runs go on that wait at the gate."""
        self._gate.touch()


class EncodingCounter:
    """A program in place of ffmpeg that notes each encoding run and then becomes the real one. It costs next to nothing.

    Args:
        folder: where it lies.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path: Final = folder / "ffmpeg"
        self._notes = folder / "encodings"
        self._notes.touch()
        self.path.write_text(
            f'#!/bin/sh\ncase "$*" in *libx264*) echo >> {self._notes} ;; esac\nexec {ffmpeg_path()} "$@"\n'
        )
        self.path.chmod(0o755)

    @property
    def runs(self) -> int:
        """How many encodings have begun."""
        return self._notes.stat().st_size
