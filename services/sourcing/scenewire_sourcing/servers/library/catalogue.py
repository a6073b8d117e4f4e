"""Searches the clips of a folder."""

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

from scenewire.text.words import WORD_PART
from scenewire_sourcing.candidates import FootageFile, FoundFootage

__all__ = ["Catalogue"]

_SUFFIXES: Final = frozenset({".mp4", ".mov", ".mkv", ".webm"})
_MAX_SIDECAR_BYTES: Final = 64 << 10
_MAX_QUERY_WORDS: Final = 32
_TOKENIZER: Final = "porter unicode61 remove_diacritics 2 categories ''L* N* Co Mn Mc''"
"""With vowel signs as parts of words: by default, they would divide Hindi words into letters."""

_State = tuple[tuple[str, int, int], ...]
"""Relative path, modification time and size of every clip and sidecar."""


class Catalogue:
    """Indexes the clips of a folder. Every call checks the folder for changes.

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
            f"CREATE VIRTUAL TABLE clips USING fts5(id UNINDEXED, title, keywords, tokenize = '{_TOKENIZER}')"
        )

    def search(self, query: str, limit: int) -> list[FoundFootage]:
        """Returns the clips that contain at least one of the words, best first.

        Raises:
            FileNotFoundError: the folder does not exist.
        """
        words = WORD_PART.findall(query)[:_MAX_QUERY_WORDS]
        with self._lock:
            self._refresh()
            if not words:
                return []
            expression = " OR ".join(f'"{word}"' for word in words)  # quoted: a query cannot contain operators
            rows = self._index.execute(
                "SELECT id FROM clips WHERE clips MATCH ? ORDER BY bm25(clips, 0, 2, 1), id LIMIT ?",
                (expression, limit),
            ).fetchall()
            return [self._clips[name][1] for (name,) in rows]

    def get(self, name: str) -> FootageFile | None:
        """Returns a clip and its path; None if it does not, or no longer, exist.

        Raises:
            FileNotFoundError: the folder does not exist.
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
                described, problem = _read_sidecar(sidecar) if str(sidecar.relative_to(root)) in present else ({}, "")
                footage = _describe(Path(name), described, problem)
                self._clips[footage.id] = (path, footage)
        with self._index:
            self._index.execute("DELETE FROM clips")
            self._index.executemany(
                "INSERT INTO clips (id, title, keywords) VALUES (?, ?, ?)",
                ((clip.id, clip.title, " ".join(clip.keywords)) for _, clip in self._clips.values()),
            )
        self._state = state


def _files(root: Path) -> Iterator[tuple[str, int, int]]:
    """Yields clips and sidecars, except hidden files and links that lead out of the folder."""
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
                continue  # deleted meanwhile, a circular link, or a name that is not valid Unicode
            yield below, found.st_mtime_ns, found.st_size


def _read_sidecar(path: Path) -> tuple[dict[str, Any], str]:
    """Returns the fields of a sidecar, and what is wrong with it as a whole."""
    try:
        if path.stat().st_size > _MAX_SIDECAR_BYTES:
            return {}, f"{path.name} is larger than {_MAX_SIDECAR_BYTES >> 10} KiB"
        described = json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        return {}, f"{path.name} is not JSON: line {error.lineno}, {error.msg}"
    except (OSError, ValueError, RecursionError):
        return {}, f"{path.name} cannot be read"
    if not isinstance(described, dict):
        return {}, f"{path.name} is not a JSON object"
    return {"licence": described.get("license"), **described}, ""


def _describe(name: Path, described: dict[str, Any], problem: str) -> FoundFootage:
    """Describes a clip. An invalid field of its sidecar costs that field only, and the clip's rights need review then."""
    own, above = _words(name.stem), [word for part in name.parent.parts for word in _words(part)]
    plain: dict[str, Any] = {
        "id": hashlib.sha256(str(name).encode()).hexdigest()[:20],
        "title": " ".join(own) or "clip",
        "keywords": [*own, *above],
    }
    given = {key: value for key, value in described.items() if value is not None and key != "id"}
    invalid = _invalid_fields(given)
    given = {key: value for key, value in given.items() if key not in invalid}
    fields = plain | {key: value for key, value in given.items() if value or key not in plain}
    if problem or invalid:
        fault = problem or f"{name.with_suffix('.json').name} has an invalid {' and '.join(invalid)}"
        fields["review"] = "; ".join(filter(None, (fault, given.get("review"))))
    return FoundFootage.model_validate(fields)


def _invalid_fields(described: dict[str, Any]) -> list[str]:
    try:
        FoundFootage.model_validate(described | {"id": "any"})
    except ValidationError as error:
        return sorted({str(fault["loc"][0]) for fault in error.errors()})
    return []


def _words(text: str) -> list[str]:
    return [word.lower() for word in WORD_PART.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))]
