"""The file of API keys."""

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire_gateway.access.keys import KeysFile
from scenewire_gateway.access.scopes import Scope


@pytest.fixture
def file(tmp_path: Path) -> KeysFile:
    return KeysFile(tmp_path / "gateway" / "keys.toml")


def test_a_token_finds_its_key_and_the_file_does_not_contain_it(file: KeysFile):
    tokens = {name: file.add(name, Scope.ORDER) for name in ("alice", "bob@example.com")}

    assert {name: key.name for name in tokens if (key := file.find(tokens[name]))} == {name: name for name in tokens}
    assert not any(token in file.path.read_text() for token in tokens.values())
    assert all(token.startswith("sw_") and len(token) == 46 and "alice" not in token for token in tokens.values())


def test_only_its_user_may_read_the_file(file: KeysFile):
    file.add("alice", Scope.ORDER)
    file.path.chmod(0o644)
    file.add("bob", Scope.READ)

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.path.parent.iterdir()] == ["keys.toml"]


@pytest.mark.parametrize("token", ["", "sw_", "alice", "sw_ä", "\udcff", "sw_" + "A" * 43])
def test_no_other_token_finds_a_key(file: KeysFile, token: str):
    file.add("alice", Scope.ORDER)

    assert file.find(token) is None


def test_the_hash_of_a_token_is_not_a_token(file: KeysFile):
    token = file.add("alice", Scope.ORDER)
    key = file.find(token)

    assert key is not None
    assert file.find(key.sha256) is None


def test_another_process_s_changes_are_seen_at_once(file: KeysFile):
    other = KeysFile(file.path)
    token = file.add("alice", Scope.ORDER)
    assert other.find(token) is not None

    file.remove("alice")
    assert other.find(token) is None
    again = file.add("alice", Scope.READ)
    assert (other.find(token), getattr(other.find(again), "scope", None)) == (None, Scope.READ)


def test_keys_added_at_the_same_time_are_all_kept(file: KeysFile):
    threads = [threading.Thread(target=KeysFile(file.path).add, args=(f"key{i}", Scope.READ)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(key.name for key in file.read()) == sorted(f"key{i}" for i in range(16))


def test_an_expiry_is_kept_in_the_file(file: KeysFile):
    file.add("alice", Scope.ADMIN, lifetime=timedelta(days=1))
    [key] = KeysFile(file.path).read()

    assert not key.is_expired(datetime.now(UTC))
    assert key.is_expired(datetime.now(UTC) + timedelta(days=1))


@pytest.mark.parametrize("name", ["", "a b", "-x", "x" * 65, 'a"b', "a\nb", "ä"])
def test_a_name_that_cannot_be_one_is_refused_before_anything_is_written(file: KeysFile, name: str):
    with pytest.raises(PermanentError, match="cannot be the name of a key"):
        file.add(name, Scope.ORDER)
    assert not file.path.exists()


def test_a_name_is_taken_once_and_removed_once(file: KeysFile):
    file.add("alice", Scope.ORDER)

    with pytest.raises(PermanentError, match="has a key named alice"):
        file.add("alice", Scope.ADMIN)
    file.remove("alice")
    with pytest.raises(PermanentError, match="has no key named alice"):
        file.remove("alice")


@pytest.mark.parametrize(
    "content",
    [
        "not toml",
        "key = 1",
        '[[key]]\nname = "alice"\nscope = "root"\nsha256 = "' + "0" * 64 + '"\ncreated = 2026-11-29T00:00:00Z',
        '[[key]]\nname = "alice"\nscope = "read"\nsha256 = "sw_secret"\ncreated = 2026-11-29T00:00:00Z',
        '[[key]]\nname = "a"\nscope = "read"\nsha256 = "' + "0" * 64 + '"\ncreated = 2026-11-29T00:00:00',
        "\n".join(
            ['[[key]]\nname = "a"\nscope = "read"\nsha256 = "' + "0" * 64 + '"\ncreated = 2026-11-29T00:00:00Z'] * 2
        ),
    ],
)
def test_a_file_that_cannot_be_understood_is_an_error_and_stays_as_it_is(file: KeysFile, content: str):
    token = file.add("alice", Scope.ORDER)
    file.path.write_text(content)

    for use in (lambda: file.find(token), lambda: file.add("bob", Scope.READ), lambda: file.remove("alice")):
        with pytest.raises(PermanentError) as refused:
            use()
        assert refused.value.code == FailureCode.INVALID_SETTINGS
    assert file.path.read_text() == content


def test_a_file_that_was_there_and_is_gone_admits_nobody(file: KeysFile):
    assert not file.required
    token = file.add("alice", Scope.ORDER)
    assert file.required
    file.path.unlink()

    assert file.required
    with pytest.raises(PermanentError, match=r"cannot be used: No such file"):
        file.find(token)


def test_scopes_include_the_smaller_ones():
    assert [[one.includes(other) for other in Scope] for one in Scope] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
