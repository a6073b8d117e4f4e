"""Searches the clips and stills of a folder."""

import sqlite3
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Final

from scenewire.text.vocabulary import divide_into_words, is_unspaced
from scenewire.text.words import WORD_PART
from scenewire_sourcing.candidates import FootageFile, FoundFootage, describe
from scenewire_sourcing.library_folder import LibraryFile, describe_file, walk, with_sidecars
from scenewire_sourcing.meaning.similarity import Meaning

__all__ = ["Catalogue"]

_MAX_QUERY_WORDS: Final = 32
_TOKENIZER: Final = "porter unicode61 remove_diacritics 2 categories ''L* N* Co Mn Mc''"
"""With vowel signs as parts of words: by default, they would divide Hindi words into letters."""

_MAX_NEW_TEXTS: Final = 300
"""Texts that one search reads for their meaning, about 8 s; a search may take 20 s."""

_UNSPACED_LANGUAGE: Final = "ja"
"""One dictionary divides Japanese and Chinese; Thai and its neighbours are told by their letters."""

_MIN_INFLECTED_CHARS: Final = 4
"""Shorter words are searched as they are. Of others, the forms with other endings are found, too, whatever the language:
`fari` for `faro`. Clients rank what is found."""

_MIN_LONG_CHARS: Final = 6
"""From this length on, an ending has two letters."""


class Catalogue:
    """Indexes the clips and stills of a folder. Every call checks the folder for changes.

    Args:
        folder: need not exist yet.
        meaning: finds clips in other languages than that of a query; without it, only words find them.
    """

    def __init__(self, folder: Path, meaning: Meaning | None = None) -> None:
        self._folder = folder
        self._meaning = meaning
        self._lock = threading.Lock()  # tools run in threads
        self._state: tuple[LibraryFile, ...] | None = None
        self._clips: dict[str, tuple[Path, FoundFootage]] = {}
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute(
            f"CREATE VIRTUAL TABLE clips USING fts5(id UNINDEXED, title, keywords, tokenize = '{_TOKENIZER}')"
        )

    def search(self, query: str, limit: int) -> list[FoundFootage]:
        """Returns the clips that contain at least one of the words, best first, then those that mean something similar.

        Raises:
            FileNotFoundError: the folder does not exist.
        """
        words = _search_words(query)[:_MAX_QUERY_WORDS]
        with self._lock:
            self._refresh()
            if not words:
                return []
            expression = " OR ".join(map(_forms, words))
            rows = self._index.execute(
                "SELECT id FROM clips WHERE clips MATCH ? ORDER BY bm25(clips, 0, 2, 1), id LIMIT ?",
                (expression, limit),
            ).fetchall()
            found = [self._clips[name][1] for (name,) in rows]
            return found + self._similar(query, {clip.id for clip in found}, limit - len(found))

    def _similar(self, query: str, found: Collection[str], limit: int) -> list[FoundFootage]:
        """Returns the clips that mean most nearly the same as a query, without those that were found already.

        Reads a limited number of new clips: in a large library, only later searches know the rest.
        """
        if self._meaning is None or limit <= 0:
            return []
        others = [clip for name, (_, clip) in sorted(self._clips.items()) if name not in found]
        known = [clip for clip in others if self._meaning.is_known(describe(clip))]
        fresh = [clip for clip in others if not self._meaning.is_known(describe(clip))]
        offered = [*known, *fresh[:_MAX_NEW_TEXTS]]
        similarities = self._meaning.similarities([query], [describe(clip) for clip in offered])
        best = sorted(zip(similarities, offered, strict=True), key=lambda pair: (-pair[0], pair[1].id))
        return [clip for _, clip in best[:limit]]

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
        state = tuple(sorted(entry for entry in walk(root) if isinstance(entry, LibraryFile)))
        if state == self._state:
            return
        self._clips = {}
        for file, sidecar in with_sidecars(state):
            footage, _ = describe_file(root, file, sidecar)
            self._clips[footage.id] = (root / file.name, footage)
        with self._index:
            self._index.execute("DELETE FROM clips")
            self._index.executemany(
                "INSERT INTO clips (id, title, keywords) VALUES (?, ?, ?)",
                (
                    (clip.id, " ".join(_search_words(clip.title)), " ".join(_search_words(" ".join(clip.keywords))))
                    for _, clip in self._clips.values()
                ),
            )
        self._state = state


def _search_words(text: str) -> list[str]:
    """Divides a text into the words of the index; a dictionary divides what is written without spaces."""
    return [part for word in divide_into_words(text, _UNSPACED_LANGUAGE) for part in WORD_PART.findall(word.text)]


def _forms(word: str) -> str:
    """Returns an expression that finds a word and its inflected forms. Quoted: a query cannot contain operators."""
    if len(word) < _MIN_INFLECTED_CHARS or is_unspaced(word):
        return f'"{word}"'
    ending = 1 if len(word) < _MIN_LONG_CHARS else 2
    return f'"{word}" OR "{word[:-ending]}"*'
