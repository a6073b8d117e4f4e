"""Keeps files that arrive within answers in a private folder until they are ingested."""

import base64
import binascii
import hashlib
import shutil
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Final

from scenewire_sourcing.providers.base import FootageUnavailableError

__all__ = ["InlineFiles"]

_MAX_FILES: Final = 64
"""Files that are kept; each is copied right after it is written."""

_SIGNATURES: Final = (
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"\x89PNG\r\n\x1a\n", ".png"),
    (0, b"GIF8", ".gif"),
    (8, b"WEBP", ".webp"),
    (4, b"ftypavif", ".avif"),
    (4, b"ftypqt  ", ".mov"),
    (4, b"ftyp", ".mp4"),
    (0, b"\x1a\x45\xdf\xa3", ".mkv"),
)
"""Position, bytes and suffix of formats; what the bytes say counts, not what the server says."""


class InlineFiles:
    """The folder; created at the first file."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._files: OrderedDict[Path, None] = OrderedDict()

    def write(self, data: str) -> Path:
        """Writes a file; returns its path, the same one for the same content.

        Args:
            data: base64; a data URL is read as well.

        Raises:
            FootageUnavailableError: it is not base64, or not a picture or video.
        """
        encoded = data.partition(",")[2] if data.startswith("data:") else data
        try:
            content = base64.b64decode("".join(encoded.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise FootageUnavailableError("the file in its answer is not base64") from error
        suffixes = (suffix for start, mark, suffix in _SIGNATURES if content[start : start + len(mark)] == mark)
        suffix = next(suffixes, None)
        if suffix is None:
            raise FootageUnavailableError(
                f"the file in its answer is no picture or video: it begins with {content[:12]!r}"
            )
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="scenewire-"))
        path = self._folder / f"{hashlib.sha256(content).hexdigest()[:32]}{suffix}"
        if path not in self._files:
            path.write_bytes(content)
        self._files[path] = None
        self._files.move_to_end(path)
        while len(self._files) > _MAX_FILES:
            self._files.popitem(last=False)[0].unlink(missing_ok=True)
        return path

    def remove(self) -> None:
        """Removes the folder."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
            self._files.clear()
