"""The recorder's work: turns a batch of messages into rows, in one transaction."""

import asyncio
import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog

from scenewire.errors import PipelineError
from scenewire.failpoints import Point, failpoint
from scenewire.messages import FootageSourced, StoredMessage
from scenewire_recorder.log_entries import LogEntry, Position, read
from scenewire_recorder.projection.path_layouts import FOLDS, Fold, Layout
from scenewire_recorder.projection.projection import is_edit
from scenewire_recorder.repository import ALL_SCENES, Repository, UnitOfWork

__all__ = ["RecorderStage"]

log = structlog.get_logger(__name__)


class RecorderStage:
    """Writes the log and its projections.

    A project's rows are a fold over its messages in order. Messages after the end of the log are folded into the present
    rows. After a late message, the rows are folded again from the log, so that they do not depend on the order of arrival.
    """

    def __init__(self, repository: Repository, *, layout: Layout = "plain") -> None:
        self._repository = repository
        self._fold = FOLDS[layout]
        self._failure: PipelineError | None = None

    async def record(self, batch: Sequence[StoredMessage]) -> None:
        """Records a batch; messages that are already recorded change nothing.

        Raises:
            PipelineError: `database_unavailable`; nothing of the batch may have been written.
        """
        try:
            await asyncio.to_thread(self._record, batch)
        except PipelineError as error:
            self._failure = error
            raise
        self._failure = None

    async def check(self) -> None:
        """Raises why the latest batch could not be written, until one can be.

        Raises:
            PipelineError: `database_unavailable` or `database_too_new`.
        """
        if self._failure is not None:
            raise self._failure

    async def repair_index(self) -> None:
        """Rebuilds the full-text index if it differs from the videos, for example after a VACUUM.

        Raises:
            PipelineError: `database_unavailable`.
        """
        await asyncio.to_thread(self._repair_index)

    def _repair_index(self) -> None:
        with self._repository.unit_of_work() as work:
            if work.repair_index():
                log.warning("index_rebuilt")

    def _record(self, batch: Sequence[StoredMessage]) -> None:
        with _no_collections():
            self._record_all([read(message) for message in batch])

    def _record_all(self, entries: Sequence[LogEntry]) -> None:
        try:
            self._commit(entries)
        except PipelineError:
            raise
        except Exception as error:  # noqa: BLE001 - one message's fault, and nothing was written
            log.warning("batch_divided", messages=len(entries), error=repr(error))
            for entry in entries:
                self._commit_alone(entry)

    def _commit_alone(self, entry: LogEntry) -> None:
        """Records a single message; one that cannot be projected is logged and left out of the projections."""
        try:
            self._commit([entry])
        except PipelineError:
            raise
        except Exception as error:
            log.exception("message_not_projected", message_id=entry.message_id, subject=entry.subject)
            self._commit([entry.rejected(f"it cannot be projected: {error!r}")])

    def _commit(self, entries: Sequence[LogEntry]) -> None:
        with self._repository.unit_of_work() as work:
            ends = work.last_positions(_by_project(entries))
            new = work.append(entries)
            _project(work, _by_project(new), ends, self._fold)
            failpoint(Point.WORKING)
        failpoint(Point.STORED)
        for entry in new:
            if entry.problem is not None:
                log.warning("message_flagged", message_id=entry.message_id, problem=entry.problem)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Disables garbage collection: the objects of a batch live until its end, and collections would be in vain."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _project(work: UnitOfWork, new: Mapping[str, list[LogEntry]], ends: Mapping[str, Position], fold: Fold) -> None:
    changes = []
    rows = work.load({project_id: _scenes_with_footage(entries) for project_id, entries in new.items()})
    for project_id, entries in new.items():
        before, end = rows[project_id], ends.get(project_id)
        if end is None or (before.project is not None and min(entry.position for entry in entries) > end):
            before.revision = -1 if end is None else end[0]
            after = fold(before, entries)
        else:
            whole = work.entries_of(project_id)
            before = work.load({project_id: _scenes_with_footage(whole)})[project_id]
            after = fold(before.restarted(whole), whole)
        changes.append((before, after))
    work.save(changes)


def _by_project(entries: Iterable[LogEntry]) -> dict[str, list[LogEntry]]:
    groups: dict[str, list[LogEntry]] = defaultdict(list)
    for entry in entries:
        if entry.content is not None and entry.project_id is not None:
            groups[entry.project_id].append(entry)
    return groups


def _scenes_with_footage(entries: Sequence[LogEntry]) -> frozenset[int]:
    """Returns the numbers of scenes whose footage messages change; all, if an edit gives scenes other numbers."""
    if any(is_edit(entry) for entry in entries):
        return ALL_SCENES
    return frozenset(entry.content.scene.scene_number for entry in entries if isinstance(entry.content, FootageSourced))
