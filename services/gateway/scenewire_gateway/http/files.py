"""Files of the artifact store as answers, with ranges."""

from collections import OrderedDict
from pathlib import Path
from typing import Final

from fastapi import Response
from fastapi.responses import FileResponse

from scenewire.artifacts.store import ArtifactStore
from scenewire.messages import ArtifactRef

__all__ = ["Files", "file_answer"]

_KNOWN: Final = 2_000

_IMMUTABLE: Final = "private, max-age=31536000, immutable"


class Files:
    """Opens artifacts. One whose content was verified is not read again until its file changes.

    Args:
        store: the artifact store.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._verified: OrderedDict[tuple[str, str], tuple[Path, int, int]] = OrderedDict()

    async def open(self, ref: ArtifactRef) -> Path:
        """Returns a local file with the content of an artifact.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt`.
            TransientError: the store cannot be used now.
        """
        known = self._verified.get((ref.key, ref.sha256))
        if known is not None and _version(known[0]) == known[1:]:
            return known[0]
        path = await self._store.open(ref)
        if (version := _version(path)) is not None:
            self._verified[ref.key, ref.sha256] = (path, *version)
            while len(self._verified) > _KNOWN:
                self._verified.popitem(last=False)
        return path

    async def answer(self, ref: ArtifactRef, *, name: str, download: bool = False, is_final: bool = True) -> Response:
        """Returns an artifact as an answer that supports ranges.

        Args:
            ref: the artifact.
            name: of the file, for those who save it.
            download: whether browsers save it instead of showing it.
            is_final: whether the same address never has another file.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt`.
            TransientError: the store cannot be used now.
        """
        return file_answer(
            await self.open(ref), media_type=ref.media_type, name=name, download=download, is_final=is_final
        )


def file_answer(path: Path, *, media_type: str, name: str, download: bool = False, is_final: bool = True) -> Response:
    """Returns a file as an answer that supports ranges; see `Files.answer`."""
    return FileResponse(
        path,
        media_type=media_type,
        filename=name,
        content_disposition_type="attachment" if download else "inline",
        headers={"Cache-Control": _IMMUTABLE if is_final else "private, no-cache"},
    )


def _version(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
