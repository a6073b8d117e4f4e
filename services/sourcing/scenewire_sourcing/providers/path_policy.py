"""Decides which local files a footage server may name."""

from pathlib import Path

from scenewire_sourcing.providers.base import FootageUnavailableError

__all__ = ["resolve_in_root"]


def resolve_in_root(path: str, root: Path | None) -> Path:
    """Resolves the path of a file that a server named; it must lie below the server's root folder.

    Raises:
        FootageUnavailableError: the server has no root folder, the file does not exist, or it lies outside.
    """
    if root is None:
        raise FootageUnavailableError("it names a local file, but has no root folder configured")
    try:
        root, resolved = root.resolve(strict=True), Path(path).resolve(strict=True)
        is_inside = Path(path).is_absolute() and resolved.is_relative_to(root) and resolved.is_file()
    except (OSError, ValueError, RuntimeError) as error:
        raise FootageUnavailableError("it names a file that does not exist") from error
    if not is_inside:
        raise FootageUnavailableError("it names a file outside its root folder")
    return resolved
