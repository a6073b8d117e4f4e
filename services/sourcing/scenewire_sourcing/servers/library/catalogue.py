"""What is in the folder, searchable."""

import hashlib
import json
import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from scenewire_sourcing.candidates import FootageFile, FoundFootage

__all__ = ["Catalogue"]

_SUFFIXES: Final = frozenset({".mp4", ".mov", ".mkv", ".webm"})
_LARGEST_SIDECAR: Final = 64 << 10
_MOST_WORDS: Final = 32
_WORD: Final = re.compile(r"[^\W_]+")

_State = tuple[tuple[str, int, int], ...]
"""Path below the folder, modification time and size of every file that matters."""


class Catalogue:
    """The clips of a folder. Looks at the folder at every question: what was added or removed counts at once.

    Args:
        folder: need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()  # tools run in threads
        self._state: _State | None = None
        self._clips: dict[str, tuple[Path, FoundFootage]] = {}
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute(
            "CREATE VIRTUAL TABLE clips USING fts5(id UNINDEXED, title, keywords,"
            " tokenize = 'porter unicode61 remove_diacritics 2')"
        )

    def search(self, query: str, limit: int) -> list[FoundFootage]:
        """The clips with at least one of the words, best first.

        Raises:
            FileNotFoundError: there is no such folder.
        """
        words = _WORD.findall(query)[:_MOST_WORDS]
        with self._lock:
            self._refresh()
            if not words:
                return []
            any_of_them = " OR ".join(f'"{word}"' for word in words)  # quoted: nothing in a query is an operator
            rows = self._index.execute(
                "SELECT id FROM clips WHERE clips MATCH ? ORDER BY bm25(clips, 0, 2, 1), id LIMIT ?",
                (any_of_them, limit),
            ).fetchall()
            return [self._clips[name][1] for (name,) in rows]

    def get(self, name: str) -> FootageFile | None:
        """A clip and where it lies; None if it is not, or no longer, there.

        Raises:
            FileNotFoundError: there is no such folder.
        """
        with self._lock:
            self._refresh()
            known = self._clips.get(name)
        if known is None:
            return None
        path, footage = known
        return FootageFile(**footage.model_dump(), path=str(path))

    def _refresh(self) -> None:
        root = self._folder.resolve(strict=True)
        state = tuple(sorted(_files(root)))
        if state == self._state:
            return
        present = {name for name, _, _ in state}
        self._clips = {}
        for name in present:
            path = root / name
            if path.suffix.lower() in _SUFFIXES:
                sidecar = path.with_suffix(".json")
                described = _read_sidecar(sidecar) if str(sidecar.relative_to(root)) in present else {}
                footage = _describe(Path(name), described)
                self._clips[footage.id] = (path, footage)
        with self._index:
            self._index.execute("DELETE FROM clips")
            self._index.executemany(
                "INSERT INTO clips (id, title, keywords) VALUES (?, ?, ?)",
                ((clip.id, clip.title, " ".join(clip.keywords)) for _, clip in self._clips.values()),
            )
        self._state = state


def _files(root: Path) -> Iterator[tuple[str, int, int]]:
    """Clips and sidecars, without what is hidden or, through a link, lies elsewhere."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if name.startswith(".") or path.suffix.lower() not in _SUFFIXES | {".json"}:
                continue
            try:
                if not path.resolve(strict=True).is_relative_to(root) or not path.is_file():
                    continue
                found, below = path.stat(), str(path.relative_to(root))
                below.encode()
            except (OSError, RuntimeError, UnicodeEncodeError):
                continue  # gone meanwhile, a link to itself, a name that no message can carry
            yield below, found.st_mtime_ns, found.st_size


def _read_sidecar(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_SIDECAR:
            return {}
        described = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(described, dict):
        return {}
    return {"licence": described.get("license"), **described}


def _describe(name: Path, described: dict[str, Any]) -> FoundFootage:
    own, above = _words(name.stem), [word for part in name.parent.parts for word in _words(part)]
    plain: dict[str, Any] = {
        "id": hashlib.sha256(str(name).encode()).hexdigest()[:20],
        "title": " ".join(own) or "clip",
        "keywords": [*own, *above],
    }
    try:
        return FoundFootage(
            **{**described, "id": plain["id"], **{k: v for k, v in plain.items() if not described.get(k)}}
        )
    except (ValidationError, TypeError):
        return FoundFootage(**plain)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))]
