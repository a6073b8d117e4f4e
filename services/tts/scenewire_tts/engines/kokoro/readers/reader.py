"""Reads Japanese and Chinese through a child process, with packages that are extras."""

import importlib.util
import json
from typing import Final, NamedTuple

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.processes.run import Limits, python_module, run_program
from scenewire_tts.engines.kokoro.readers.words import ReadWord

__all__ = ["READERS", "read_words", "require_reader"]

_LIMITS: Final = Limits(memory=2 << 30, cpu=120, file_size=0)
_TIMEOUT_S: Final = 180


class _Reader(NamedTuple):
    language: str
    package: str
    extra: str


READERS: Final = {
    "j": _Reader("ja", "pyopenjtalk", "tts-ja"),
    "z": _Reader("zh", "pypinyin", "tts-zh"),
}
"""By the first letter of the voices' names."""


def require_reader(dialect: str) -> None:
    """Requires that the package of a reader is installed. Imports nothing.

    Raises:
        PermanentError: `speech_failed`, naming the extra to install.
    """
    reader = READERS[dialect]
    if importlib.util.find_spec(reader.package) is None:
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"reading {reader.language!r} needs the extra {reader.extra}: the package {reader.package} is not installed",
            hint=f"install scenewire[{reader.extra}], or set TTS_ENGINE=espeak",
        )


async def read_words(text: str, dialect: str) -> list[ReadWord]:
    """Reads a text.

    Raises:
        PermanentError: `speech_failed`, a package is missing or failed.
        TransientError: the child was killed.
    """
    require_reader(dialect)
    request = {"language": READERS[dialect].language, "text": text}
    done = await run_program(
        python_module("scenewire_tts.engines.kokoro.readers.child"),
        stdin=json.dumps(request).encode(),
        timeout=_TIMEOUT_S,
        limits=_LIMITS,
    )
    if done.returncode < 0:
        raise TransientError(FailureCode.PROGRAM_FAILED, f"the reader was killed by signal {-done.returncode}")
    if done.returncode:
        reason = done.stderr.rpartition("\n")[2] or f"exit code {done.returncode}"
        raise PermanentError(
            FailureCode.SPEECH_FAILED,
            f"reading {READERS[dialect].language!r} failed: {reason}",
            hint=f"reinstall scenewire[{READERS[dialect].extra}]",
        )
    return [ReadWord(*word) for word in json.loads(done.stdout)["words"]]
