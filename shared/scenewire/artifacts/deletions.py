"""Deleted projects: what was delivered of them is removed, and a mark stays for services without a database."""

from collections.abc import Awaitable
from typing import TypeVar
from uuid import UUID

import structlog

from scenewire.artifacts.store import ArtifactStore, check_key
from scenewire.artifacts.webapp_export import WebApp
from scenewire.messages import ProjectDeleted

__all__ = ["Deletions"]

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Deletions:
    """Removes the deliverables of deleted projects.

    A deletion stores its mark before it removes files; a delivery looks for the mark after it has stored files. So
    whichever comes last removes them, and the two need not know of each other.

    Args:
        store: has the deliverables and the marks.
        webapp: has copies of them.
    """

    def __init__(self, store: ArtifactStore, webapp: WebApp | None = None) -> None:
        self._store = store
        self._webapp = webapp

    async def include(self, project_id: UUID) -> bool:
        """Returns whether a project is marked as deleted.

        Raises:
            TransientError: the store is unavailable.
        """
        return await self._store.read_document(_mark(project_id)) is not None

    async def delete(self, deleted: ProjectDeleted) -> None:
        """Marks a project and removes its deliverables, of all revisions; safe to repeat.

        Raises:
            PipelineError: `storage_unavailable`, such as for a bucket whose credentials may not remove objects.
        """
        await self._store.write_once(_mark(deleted.project_id), deleted.model_dump_json().encode())
        await self._remove(deleted.project_id)

    async def delivered(self, project_id: UUID, work: Awaitable[T]) -> T | None:
        """Awaits work that delivers files; if the project was deleted meanwhile, removes them and returns None.

        Raises:
            PipelineError: of the work, or of the store.
        """
        try:
            result = await work
        finally:
            is_deleted = await self.include(project_id)
            if is_deleted:
                await self._remove(project_id)
                log.info("late_delivery_removed", project_id=str(project_id))
        return None if is_deleted else result

    async def _remove(self, project_id: UUID) -> None:
        await self._store.remove_output(project_id)
        if self._webapp is not None:
            await self._webapp.remove(project_id)


def _mark(project_id: UUID) -> str:
    return check_key(f"deletions/{project_id}.json")
