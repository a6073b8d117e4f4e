"""Who runs the stack of a data folder, who uses it, and which order a repeated command continues."""

import asyncio
import fcntl
import multiprocessing
import os
from pathlib import Path
from typing import IO

import pytest

from scenewire.errors import PermanentError
from scenewire.messages import ScriptRequested
from scenewire_cli.stack.data_folder import DataFolder, Endpoint, require_writable

TEA = ScriptRequested(topic="Tea")


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    return folder


def test_one_process_owns_a_folder_at_a_time(folder: DataFolder):
    with folder.ownership() as first, folder.ownership() as second:
        assert (first, second) == (True, False)
    with folder.ownership() as again:
        assert again


def test_the_address_of_a_killed_owner_is_not_reused(folder: DataFolder):
    folder.announce(Endpoint("nats://127.0.0.1:1", None))
    assert folder.endpoint() is None
    with folder.lease() as endpoint:
        assert endpoint is None
    with folder.ownership():
        assert folder.endpoint() is None


async def test_a_stack_in_use_is_not_closed(folder: DataFolder):
    waited: list[bool] = []
    with folder.ownership():
        folder.announce(Endpoint("nats://127.0.0.1:1", "file:///x"))
        with folder.lease() as endpoint:
            assert endpoint == Endpoint("nats://127.0.0.1:1", "file:///x")
            with pytest.raises(TimeoutError):
                await _close_at_once(folder, waited)
        assert waited == [True]
        await _close_at_once(folder, waited)
        assert folder.endpoint() is None


async def _close_at_once(folder: DataFolder, waited: list[bool]) -> None:
    async with asyncio.timeout(0.3), folder.closing(lambda: waited.append(True)):
        pass


def test_only_an_equal_order_continues_that_of_a_killed_process(folder: DataFolder):
    killed = multiprocessing.get_context("spawn").Process(target=_order_and_die, args=(folder.root,))
    killed.start()
    killed.join()
    left = next((folder.root / "orders").glob("*.json"))
    with folder.pending(ScriptRequested(topic="Coffee")) as other:
        assert str(other.project_id) not in left.name
        other.finished()
    with folder.pending(TEA) as continued:
        assert str(continued.project_id) in left.name
        assert continued.sequence == 7
        continued.finished()
    with folder.pending(TEA) as anew:
        assert anew.sequence is None
        assert anew.project_id != continued.project_id


def _order_and_die(root: Path) -> None:
    with DataFolder(root).pending(TEA) as order:
        order.accepted(7)
        os._exit(9)


def test_the_delivered_video_of_an_equal_order_is_remembered(folder: DataFolder, tmp_path: Path):
    video = tmp_path / "Tea_video-1" / "größe.mp4"
    assert folder.made(TEA) is None
    for _ in range(2):
        with folder.pending(TEA) as order:
            order.finished(video)
    assert folder.made(TEA) is None  # somebody has removed it
    video.parent.mkdir()
    video.touch()
    made = folder.made(TEA)
    assert made is not None
    assert (made.project_id, made.video) == (order.project_id, video)
    assert folder.made(ScriptRequested(topic="Coffee")) is None
    with folder.pending(TEA) as order:
        order.finished()  # failed
    assert folder.made(TEA) == made


@pytest.mark.parametrize("moment", ["before it is opened", "before it is locked"])
def test_an_equal_order_that_another_process_finishes_meanwhile_is_not_continued(
    folder: DataFolder, moment: str, monkeypatch: pytest.MonkeyPatch
):
    with folder.pending(TEA) as finished:
        (path,) = (folder.root / "orders").iterdir()
    if moment == "before it is opened":
        monkeypatch.setattr(Path, "glob", lambda *_: [path])
        path.unlink()
    else:
        lock = fcntl.flock

        def finish_first(file: IO[str], mode: int) -> None:
            path.unlink(missing_ok=True)
            lock(file, mode)

        monkeypatch.setattr(fcntl, "flock", finish_first)

    with folder.pending(TEA) as order:
        assert order.project_id != finished.project_id


def test_two_equal_orders_at_once_are_two_projects(folder: DataFolder):
    with folder.pending(TEA) as first, folder.pending(TEA) as second:
        assert first.project_id != second.project_id


def test_a_folder_that_cannot_be_written_is_an_error_that_names_the_option(tmp_path: Path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(PermanentError, match="--out"):
        require_writable(file / "below", option="--out")


def test_the_default_folder_does_not_depend_on_the_working_directory(monkeypatch, tmp_path: Path):
    before = DataFolder().root
    monkeypatch.chdir(tmp_path)
    assert DataFolder().root == before
    assert before.is_absolute()


def test_a_data_folder_is_closed_to_others_whether_it_is_new_or_not(tmp_path: Path):
    for root in (tmp_path / "new", tmp_path / "empty", tmp_path / "old"):
        if root.name != "new":
            root.mkdir(mode=0o755)
        if root.name == "old":
            (root / "run").mkdir(mode=0o755)
            (root / "scenewire.db-wal").touch()
        DataFolder(root).prepare()
        assert {_mode(folder) for folder in (root, root / "run", root / "logs", root / "orders")} == {0o700}


def test_a_folder_with_foreign_files_keeps_its_mode(tmp_path: Path):
    tmp_path.chmod(0o1777)
    (tmp_path / "of somebody else").touch()
    for _ in range(2):
        DataFolder(tmp_path).prepare()
    assert _mode(tmp_path) == 0o1777
    assert _mode(tmp_path / "run") == 0o700


def test_an_endpoint_is_private_and_shown_without_its_password(folder: DataFolder):
    endpoint = Endpoint("nats://scenewire:p-w@127.0.0.1:1", "file:///x")
    (folder.run / "endpoint.json").touch(mode=0o644)
    with folder.ownership():
        folder.announce(endpoint)
        assert folder.endpoint() == endpoint
    assert _mode(folder.run / "endpoint.json") == 0o600
    assert endpoint.redacted_url == "nats://127.0.0.1:1"


def test_a_name_that_is_not_utf_8_is_refused_before_anything_is_created(tmp_path: Path):
    root = tmp_path / os.fsdecode(b"gr\xf6sse")
    with pytest.raises(PermanentError, match="not valid UTF-8"):
        DataFolder(root).prepare()
    assert not root.exists()


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777
