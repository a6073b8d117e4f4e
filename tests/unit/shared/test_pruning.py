"""Which intermediate files are removed by age and size, and which stay."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.artifacts.pruning import Limits, ProjectAge, Pruned, Usage, prune_files
from scenewire.artifacts.store import StoredFile
from tests.support.artifact_stores import added

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MONTH = Limits(age=timedelta(days=30))


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


class Folder:
    """A store whose files were written so many days ago."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = FilesystemStore(root)

    def put(self, key: str, *, days: float, size: int = 10) -> str:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
        os.utime(path, (ago(days).timestamp(),) * 2)
        return key

    def stored(self) -> set[str]:
        return {path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()}

    async def prune(self, limits: Limits, usage: Usage | None = None, *, dry_run: bool = False) -> Pruned:
        return await prune_files(self.store, usage or Usage(), limits, now=NOW, dry_run=dry_run)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def named(files: Mapping[str, datetime | None]) -> Usage:
    return Usage(files=files)


async def test_files_go_that_nobody_has_used_for_longer_than_the_limit(folder: Folder):
    folder.put("content/aa/old.wav", days=31)
    new = folder.put("content/aa/new.wav", days=29)
    of_unfinished = folder.put("content/aa/unfinished.wav", days=400)
    used_lately = folder.put("content/aa/used.wav", days=400)
    used_long_ago = folder.put("content/aa/forgotten.wav", days=400)
    delivered = folder.put("output/project/film.mp4", days=400)
    mark = folder.put("deletions/project.json", days=400)
    usage = named({of_unfinished: None, used_lately: ago(29), used_long_ago: ago(31), "content/aa/lost.wav": None})
    before = folder.stored()
    assert await folder.prune(MONTH, usage, dry_run=True) == Pruned(files=2, bytes=20, kept_files=3, kept_bytes=30)
    assert folder.stored() == before
    assert await folder.prune(MONTH, usage) == Pruned(files=2, bytes=20, kept_files=3, kept_bytes=30)
    assert folder.stored() == {new, of_unfinished, used_lately, delivered, mark}
    assert (await folder.prune(MONTH, usage)).files == 0


async def test_the_longest_unused_files_go_until_the_rest_fits(folder: Folder):
    for days in (2, 3, 4, 5):
        folder.put(f"content/aa/{days}.wav", days=days)
    folder.put("content/aa/today.wav", days=0.5)
    usage = named({"content/aa/5.wav": None, "content/aa/4.wav": ago(1.5)})
    pruned = await folder.prune(Limits(size=39), usage)
    assert folder.stored() == {f"content/aa/{name}.wav" for name in ("4", "5", "today")}
    assert pruned == Pruned(files=2, bytes=20, kept_files=3, kept_bytes=30)
    pruned = await folder.prune(Limits(size=0), usage)
    assert folder.stored() == {"content/aa/5.wav", "content/aa/today.wav"}
    assert pruned.kept_bytes == 20


async def test_files_of_the_last_day_stay_whatever_the_limits(folder: Folder):
    folder.put("content/aa/upload.mp4", days=0.9)
    assert (await folder.prune(Limits(age=timedelta(0), size=0))).files == 0


async def test_results_stay_that_an_active_project_may_have_stored(folder: Folder):
    folder.put("results/tts/before.json", days=91)
    own = folder.put("results/sourcing-reservations/own.json", days=89)
    folder.put("content/aa/old.wav", days=80)
    waiting = Usage(projects=[ProjectAge(first=ago(90), last=None), ProjectAge(first=ago(200), last=ago(100))])
    await folder.prune(MONTH, waiting)
    assert folder.stored() == {own}
    await folder.prune(MONTH, Usage(projects=[ProjectAge(first=ago(90), last=ago(31))]))
    assert folder.stored() == set()


async def test_documents_of_a_project_stay_until_it_is_deleted(folder: Folder):
    project, other = str(uuid4()), str(uuid4())
    for owner in (project, other):
        folder.put(f"results/script/{owner}-r0.json", days=400)
        folder.put(f"results/orders/{owner}-r0.sha256", days=400)
        folder.put(f"results/moods/{owner}-0123456789abcdef.json", days=400)
    await folder.prune(Limits(age=timedelta(days=30), size=0), Usage(gone={project}))
    assert len(folder.stored()) == 3
    assert all(other in key for key in folder.stored())


async def test_a_file_that_is_written_again_meanwhile_stays(folder: Folder, monkeypatch: pytest.MonkeyPatch):
    ref = await added(folder.store, b"sound")
    os.utime(folder.root / ref.key, (ago(60).timestamp(),) * 2)
    look, looks = folder.store.files, list[str]()

    async def looked(name: str) -> AsyncIterator[Sequence[StoredFile]]:
        if name in looks and name == "content":
            await added(folder.store, b"sound")  # somebody makes it again after the first look
        looks.append(name)
        async for page in look(name):
            yield page

    monkeypatch.setattr(folder.store, "files", looked)
    await folder.prune(MONTH)
    assert looks.count("content") == 2
    assert folder.stored() == {ref.key}


async def test_an_equal_file_that_is_added_again_counts_as_new(folder: Folder):
    ref = await added(folder.store, b"sound")
    os.utime(folder.root / ref.key, (ago(60).timestamp(),) * 2)
    assert await added(folder.store, b"sound") == ref
    assert (folder.root / ref.key).stat().st_mtime > ago(59).timestamp()
