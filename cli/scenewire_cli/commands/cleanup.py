"""Removing what a film needed only while it was made, once it is on record."""

import importlib
import os
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire_cli.stack.connection import embedded
from scenewire_cli.stack.data_folder import Home

__all__ = ["tidy"]

_FOLDER: Final = "file"


async def tidy(home: Home, project_id: UUID) -> int | None:
    """Removes the files that only this film was made of. What the record or another project names stays.

    No worker runs meanwhile: it could be about to use one of them.

    Returns:
        How many bytes that freed; None when nothing may be removed now: others use the data folder, the record does
        not hold everything that was said, or the artifacts are no folder.

    Raises:
        PipelineError: the bus or the database cannot be used.
    """
    artifacts = urlsplit(os.environ.get("ARTIFACTS_URL", home.artifacts_url))
    if artifacts.scheme != _FOLDER:
        return None
    async with embedded(home, services=()) as access:
        if access.stack is None:
            return None
        if not await access.recorded((await access.bus.state()).last_sequence):
            return None
        console = importlib.import_module("scenewire_recorder.api")
        database_url = os.environ.get("DATABASE_URL", home.database_url)
        keys = await console.disposable_content(database_url, str(project_id))
        return await FilesystemStore(Path(unquote(artifacts.path))).discard(keys)
