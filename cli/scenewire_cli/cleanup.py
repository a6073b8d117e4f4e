"""Removes the intermediate files of a recorded video."""

import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire_cli.stack.connection import embedded
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["remove_intermediate_files"]

_FOLDER_SCHEME: Final = "file"


async def remove_intermediate_files(folder: DataFolder, project_id: UUID) -> int | None:
    """Removes the files that only the making of this video needed. Files that the record or other projects name stay.

    No service runs meanwhile: it might be about to use one of them.

    Returns:
        The bytes freed; None when nothing may be removed now: other commands use the data folder, the record is behind
        the stream, or the artifacts are not in a folder.

    Raises:
        PipelineError: the bus or the database cannot be used.
    """
    artifacts = urlsplit(os.environ.get("ARTIFACTS_URL") or folder.artifacts_url)
    if artifacts.scheme != _FOLDER_SCHEME:
        return None
    async with embedded(folder, services=()) as access:
        if access.stack is None:
            return None
        if not await access.recorded((await access.bus.state()).last_sequence):
            return None
        from scenewire_recorder import api

        keys = set(await api.disposable_content(folder.record_url, str(project_id)))
        store = FilesystemStore(Path(unquote(artifacts.path)))
        files = [file async for page in store.files("content") for file in page if file.key in keys]
        await store.discard(files)
        return sum(file.size for file in files)
