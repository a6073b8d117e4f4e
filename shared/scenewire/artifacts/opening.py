"""Opens the artifact store that a URL names."""

from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.settings import ObjectStoreSettings

__all__ = ["open_store"]

_BUCKETS: Final = {"s3", "gs", "az", "abfss"}
"""Schemes of object stores: S3 and compatible services, Google Cloud Storage, Azure."""


def open_store(url: str, settings: ObjectStoreSettings | None = None) -> ArtifactStore:
    """Opens the store of an `ARTIFACTS_URL`.

    Args:
        url: a folder, or a bucket with or without a prefix.
        settings: access to a bucket; None reads the environment.

    Raises:
        PermanentError: `invalid_settings`, the scheme is unknown, a file URL is not absolute, or the access is invalid.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path.startswith("/"):
        return FilesystemStore(Path(unquote(parts.path)))
    if parts.scheme in _BUCKETS and parts.netloc and not (parts.query or parts.fragment or parts.username):
        from scenewire.artifacts.object_store import open_bucket  # noqa: PLC0415 - a library that a folder does not need

        return open_bucket(url, settings or ObjectStoreSettings())
    raise PermanentError(
        FailureCode.INVALID_SETTINGS,
        f"ARTIFACTS_URL must look like file:///absolute/folder or s3://bucket/prefix, not {parts.scheme}://…",
        hint="docs/artifacts.md lists the valid forms",
    )
