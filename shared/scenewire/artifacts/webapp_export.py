"""Copies files to where the prior system's web application expects them.

Its paths are relative to its own folder. It serves files under `public`, and plays narrations from `.cache/audio` only.
"""

import asyncio
import os
import shutil
from pathlib import Path, PurePosixPath
from typing import Final
from uuid import UUID

from scenewire.artifacts.finishing import finish
from scenewire.errors import FailureCode, PermanentError, storage_failure

__all__ = ["DATABASE", "WebApp", "clip_path", "film_path", "narration_path", "thumbnail_path"]

DATABASE: Final = "ai-video-generator.db"
"""File name of its database, in its folder."""


def film_path(project_id: UUID | str) -> str:
    """Returns the path of a project's video."""
    return f"public/videos/{project_id}/final.mp4"


def thumbnail_path(project_id: UUID | str) -> str:
    """Returns the path of the video's thumbnail."""
    return f"public/videos/{project_id}/thumbnail.jpg"


def narration_path(project_id: UUID | str, scene_number: int) -> str:
    """Returns the path of a scene's narration."""
    return f".cache/audio/projects/{project_id}/scene-{scene_number}.mp3"


def clip_path(project_id: UUID | str, key: str) -> str:
    """Returns the path of a clip or still that a project shows.

    Args:
        project_id: the project.
        key: the key of its artifact, or this path.
    """
    return f".cache/videos/projects/{project_id}/{PurePosixPath(key).name}"


class WebApp:
    """The web application's folder.

    Args:
        root: the folder; it must exist.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, path: str, source: Path) -> None:
        """Copies a file atomically. A link would let the application change the artifact.

        Args:
            path: one of the paths above.
            source: the file.

        Raises:
            PermanentError: `storage_unavailable`, the web application's folder does not exist.
            TransientError: `storage_full` or `storage_unavailable`, as for artifacts.
        """
        await finish(asyncio.to_thread(self._put, self._root / path, source))

    async def remove(self, project_id: UUID) -> None:
        """Removes the copies of a project; nothing happens if there are none.

        Raises:
            TransientError: `storage_unavailable`, a file cannot be removed.
        """
        await asyncio.to_thread(self._remove, project_id)

    def _remove(self, project_id: UUID) -> None:
        for path in (film_path(project_id), narration_path(project_id, 1), clip_path(project_id, "any")):
            folder = (self._root / path).parent
            try:
                shutil.rmtree(folder)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise storage_failure(error, f"cannot remove {folder}") from error

    def _put(self, target: Path, source: Path) -> None:
        if not self._root.is_dir():
            raise PermanentError(
                FailureCode.STORAGE_UNAVAILABLE,
                f"the folder of the web application does not exist: {self._root}",
                hint="correct WEBAPP_DIR",
            )
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            shutil.copyfile(source, part)
            part.replace(target)
        except OSError as error:
            raise storage_failure(error, f"cannot write {target}") from error
        finally:
            part.unlink(missing_ok=True)
