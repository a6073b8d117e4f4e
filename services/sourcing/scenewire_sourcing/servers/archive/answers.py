"""Keeps archives' answers: in memory, and in a folder that later runs and other workers of the host share.

Archives limit requests for each address, and some require that answers are reused for a day. A damaged, foreign or unreadable
file is an answer that is not there; a folder that cannot be written costs requests, never footage.
"""

import hashlib
import json
import sys
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

__all__ = ["Answers"]

_MAX_IN_MEMORY: Final = 500
_MAX_FILES: Final = 5_000
_FILES_BETWEEN_CLEANUPS: Final = 100
_MAX_AGE_S: Final = 7 * 86_400.0
"""The folder is shared: other archives may keep answers for longer than this one."""


class Answers:
    """Answers of one archive.

    Args:
        url: of the archive's API.
        keep_s: how long an answer is reused.
        folder: keeps them beyond this process; None keeps them in memory only.
        clock: returns seconds since 1970.
    """

    def __init__(self, url: str, *, keep_s: float, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._url = url
        self._keep_s = keep_s
        self._folder = folder
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, dict[str, Any]]] = OrderedDict()
        self._written = 0

    def find(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any] | None:
        """Returns a fresh answer to a request; None if there is none."""
        name = self._name(path, parameters)
        since, answer = self._known.get(name) or self._read(name)
        return answer if 0 <= self._clock() - since < self._keep_s else None

    def keep(self, path: str, parameters: Mapping[str, str], answer: dict[str, Any], *, in_folder: bool = True) -> None:
        """Keeps an answer to a request.

        Args:
            path: of the request.
            parameters: of the request.
            answer: to keep.
            in_folder: whether it may be written to the folder.
        """
        name, now = self._name(path, parameters), self._clock()
        self._known[name] = now, answer
        self._known.move_to_end(name)
        while len(self._known) > _MAX_IN_MEMORY:
            self._known.popitem(last=False)
        if in_folder and self._folder is not None and self._keep_s > 0:
            try:
                self._write(self._folder, name, {"since": now, "answer": answer})
            except OSError as error:
                sys.stderr.write(f"answers are kept in memory only: {self._folder}: {error.strerror}\n")
                self._folder = None

    def _name(self, path: str, parameters: Mapping[str, str]) -> str:
        return hashlib.sha256(json.dumps([self._url, path, sorted(parameters.items())]).encode()).hexdigest()

    def _read(self, name: str) -> tuple[float, dict[str, Any]]:
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            if self._folder is not None:
                stored = json.loads((self._folder / f"{name}.json").read_bytes())
                since, answer = float(stored["since"]), dict(stored["answer"])
                self._known[name] = since, answer
                return since, answer
        return -self._keep_s, {}

    def _write(self, folder: Path, name: str, stored: dict[str, Any]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._written % _FILES_BETWEEN_CLEANUPS == 0:
            self._remove_expired(folder)
        self._written += 1
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False, encoding="utf-8") as file:
            part = Path(file.name)
            json.dump(stored, file)
        part.replace(folder / f"{name}.json")

    def _remove_expired(self, folder: Path) -> None:
        """Removes the oldest files beyond the limit, and those that are older than any archive's answers may be."""
        files = sorted(((file.stat().st_mtime, file) for file in folder.iterdir()), reverse=True)
        for index, (since, file) in enumerate(files):
            if index >= _MAX_FILES or self._clock() - since > max(self._keep_s, _MAX_AGE_S):
                file.unlink(missing_ok=True)
