"""Who runs the stack of a data folder, who uses it, and which order a repeated command continues."""

import asyncio
import multiprocessing
import os
from pathlib import Path

import pytest

from scenewire.errors import PermanentError
from scenewire.messages import ScriptRequested
from scenewire_cli.stack.data_folder import Endpoint, Home, require_writable

TEA = ScriptRequested(topic="Tea")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "data")
    home.prepare()
    return home


def test_one_process_owns_a_folder_at_a_time(home: Home):
    with home.ownership() as first, home.ownership() as second:
        assert (first, second) == (True, False)
    with home.ownership() as again:
        assert again


def test_a_killed_owners_address_is_not_used_again(home: Home):
    home.announce(Endpoint("nats://127.0.0.1:1", None))
    with home.ownership():
        assert home.endpoint() is None


async def test_a_stack_in_use_is_not_closed(home: Home):
    home.announce(Endpoint("nats://127.0.0.1:1", "file:///x"))
    waited: list[bool] = []
    with home.lease() as endpoint:
        assert endpoint == Endpoint("nats://127.0.0.1:1", "file:///x")
        with pytest.raises(TimeoutError):
            await _close_at_once(home, waited)
    assert waited == [True]
    await _close_at_once(home, waited)
    assert home.endpoint() is None


async def _close_at_once(home: Home, waited: list[bool]) -> None:
    async with asyncio.timeout(0.3), home.closing(lambda: waited.append(True)):
        pass


def test_a_killed_processs_order_is_continued_by_the_same_words_alone(home: Home):
    killed = multiprocessing.get_context("spawn").Process(target=_order_and_die, args=(home.root,))
    killed.start()
    killed.join()
    left = next((home.root / "orders").glob("*.json"))
    with home.pending(ScriptRequested(topic="Coffee")) as other:
        assert str(other.project_id) not in left.name
        other.finished()
    with home.pending(TEA) as continued:
        assert str(continued.project_id) in left.name
        assert continued.sequence == 7
        continued.finished()
    with home.pending(TEA) as anew:
        assert anew.sequence is None
        assert anew.project_id != continued.project_id


def _order_and_die(root: Path) -> None:
    with Home(root).pending(TEA) as order:
        order.accepted(7)
        os._exit(9)


def test_the_same_words_twice_at_once_are_two_orders(home: Home):
    with home.pending(TEA) as first, home.pending(TEA) as second:
        assert first.project_id != second.project_id


def test_a_folder_that_cannot_be_written_is_an_error_that_names_the_option(tmp_path: Path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(PermanentError, match="--out"):
        require_writable(file / "below", option="--out")


def test_the_default_folder_does_not_depend_on_the_working_directory(monkeypatch, tmp_path: Path):
    before = Home().root
    monkeypatch.chdir(tmp_path)
    assert Home().root == before
    assert before.is_absolute()


def test_a_data_folder_is_closed_to_others_whether_it_is_new_or_not(tmp_path: Path):
    for root in (tmp_path / "new", tmp_path / "empty", tmp_path / "old"):
        if root.name != "new":
            root.mkdir(mode=0o755)
        if root.name == "old":
            (root / "run").mkdir(mode=0o755)
            (root / "scenewire.db-wal").touch()
        Home(root).prepare()
        assert {_mode(folder) for folder in (root, root / "run", root / "logs", root / "orders")} == {0o700}


def test_a_folder_that_holds_what_is_not_ours_keeps_its_mode(tmp_path: Path):
    tmp_path.chmod(0o1777)
    (tmp_path / "of somebody else").touch()
    for _ in range(2):
        Home(tmp_path).prepare()
    assert _mode(tmp_path) == 0o1777
    assert _mode(tmp_path / "run") == 0o700


def test_an_endpoint_is_for_this_user_and_is_shown_without_its_password(home: Home):
    endpoint = Endpoint("nats://scenewire:p-w@127.0.0.1:1", "file:///x")
    (home.run / "endpoint.json").touch(mode=0o644)
    home.announce(endpoint)
    assert home.endpoint() == endpoint
    assert _mode(home.run / "endpoint.json") == 0o600
    assert endpoint.place == "nats://127.0.0.1:1"


def test_a_name_that_is_not_text_is_refused_before_anything_is_made(tmp_path: Path):
    root = tmp_path / os.fsdecode(b"gr\xf6sse")
    with pytest.raises(PermanentError, match="not UTF-8"):
        Home(root).prepare()
    assert not root.exists()


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777
