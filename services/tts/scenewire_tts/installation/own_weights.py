"""Takes weights that somebody has already: a folder or an archive, in any of the published layouts."""

import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.installation.files import sha256_of
from scenewire.installation.published import PublishedFile
from scenewire_tts.engines.kokoro.weights import ENGINES, examine

__all__ = ["ARCHIVES", "copy", "unpack", "weights_in"]

ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz")
"""Suffixes of archives."""

_MAX_BYTES: Final = 2 << 30
"""Of everything in an archive; the largest published folder has 0.4 GB."""

_MAX_ENTRIES: Final = 2_000
_COPY_BYTES: Final = 1 << 20


def weights_in(folder: Path) -> tuple[Path, list[PublishedFile]]:
    """Returns the folder of weights in a folder, which may be a single one in it, and the files that engines read.

    Raises:
        PermanentError: `voice_unavailable`, it has no complete weights.
    """
    places = [folder, *sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())]
    examined = [examine(place) for place in places]
    weights = next((found for found in examined if not all(found.missing(engine) for engine in ENGINES)), None)
    if weights is None:
        missing = "; ".join(f"for {engine}: {', '.join(examined[0].missing(engine))}" for engine in ENGINES)
        raise PermanentError(
            FailureCode.VOICE_UNAVAILABLE,
            f"{folder} has no complete weights ({missing})",
            hint="docs/speech.md lists the files of each layout",
        )
    found = [weights.folder / file.path for file in weights.files if file.state == "found"]
    return weights.folder, [
        PublishedFile(path.relative_to(weights.folder).as_posix(), path.stat().st_size, sha256_of(path))
        for path in found
    ]


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks the regular files of an archive.

    Raises:
        PermanentError: `voice_unavailable`, it is damaged, too large, or has an entry that leads out of the folder.
        OSError: a file cannot be written.
    """
    left = _MAX_BYTES
    try:
        for number, (name, content) in enumerate(_entries(archive)):
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
                raise _refused(archive, f"its entry {name[:100]!r} leads out of the folder")
            if number >= _MAX_ENTRIES:
                raise _refused(archive, f"it has more than {_MAX_ENTRIES} files")
            target = folder.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with content, target.open("xb") as file:
                while block := content.read(_COPY_BYTES):
                    left -= len(block)
                    if left < 0:
                        raise _refused(archive, f"it has more than {_MAX_BYTES >> 30} GB")
                    file.write(block)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, ValueError, FileExistsError, NotADirectoryError) as error:
        raise _refused(archive, f"it cannot be read: {error}") from error
    except (RuntimeError, zlib.error) as error:
        raise _refused(archive, f"it is encrypted, or compressed in an unknown way: {error}") from error


def _entries(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yields the regular files of an archive. Links and devices are left out: they are not weights."""
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as zipped:
            for entry in zipped.infolist():
                if not entry.is_dir() and not stat.S_ISLNK(entry.external_attr >> 16):
                    yield entry.filename, zipped.open(entry)
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isreg() and (content := tar.extractfile(member)) is not None:
                yield member.name, content


def _refused(archive: Path, reason: str) -> PermanentError:
    return PermanentError(
        FailureCode.VOICE_UNAVAILABLE,
        f"{archive} cannot be used: {reason}",
        hint="pack the folder of weights again, or name the folder itself",
    )


def copy(source: Path, target: Path) -> None:
    """Copies the content of a file, not its permissions."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
