"""Deletions while videos are delivered: whichever comes last removes the files."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.artifacts.finishing import finish
from scenewire.artifacts.store import output_key
from scenewire.artifacts.webapp_export import WebApp, clip_path, film_path, narration_path
from scenewire.messages import ProjectDeleted
from tests.support.slow_disk import SlowDisk, slow_disk


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    with slow_disk(monkeypatch) as disk:
        yield disk


def files(project_id: UUID, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and str(project_id) in str(path.parent)]


async def test_work_in_a_thread_ends_before_its_cancellation_is_raised():
    ended = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        ended.set()

    task = asyncio.create_task(finish(work()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


@pytest.mark.parametrize("place", ["artifacts", "web application"])
async def test_a_file_that_was_being_written_when_its_project_was_deleted_is_removed(
    place: str, disk: SlowDisk, tmp_path: Path
):
    (tmp_path / "webapp").mkdir()
    store, webapp = FilesystemStore(tmp_path / "artifacts"), WebApp(tmp_path / "webapp")
    deletions, deleted = Deletions(store, webapp), ProjectDeleted(project_id=uuid4())
    (tmp_path / "film").write_bytes(b"film")
    work = (
        store.deliver(output_key(deleted.project_id, "film.mp4"), tmp_path / "film", "video/mp4")
        if place == "artifacts"
        else webapp.put(film_path(deleted.project_id), tmp_path / "film")
    )
    delivery = asyncio.create_task(deletions.delivered(deleted.project_id, work))
    await disk.begun()

    delivery.cancel()  # as the bus does when it hears of the deletion
    await deletions.delete(deleted)
    disk.release()
    with pytest.raises(asyncio.CancelledError):
        await delivery
    await disk.written()
    assert files(deleted.project_id, tmp_path) == []


async def test_copies_for_the_web_application_are_removed_too(tmp_path: Path):
    (tmp_path / "webapp").mkdir()
    webapp, deleted, other = WebApp(tmp_path / "webapp"), ProjectDeleted(project_id=uuid4()), uuid4()
    (tmp_path / "film").write_bytes(b"film")
    for project_id in (deleted.project_id, other):
        await webapp.put(film_path(project_id), tmp_path / "film")
        await webapp.put(narration_path(project_id, 3), tmp_path / "film")
        await webapp.put(clip_path(project_id, "content/00/clip.mp4"), tmp_path / "film")
    await Deletions(FilesystemStore(tmp_path / "artifacts"), webapp).delete(deleted)
    assert files(deleted.project_id, tmp_path) == []
    assert len(files(other, tmp_path)) == 3
