"""Local copies: compared when they are handed out, bounded, and never taken from under somebody's hands."""

import hashlib
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from scenewire.artifacts.cache import Cache
from scenewire.messages import ArtifactRef


def kept(cache: Cache, content: bytes) -> tuple[ArtifactRef, Path]:
    digest = hashlib.sha256(content).hexdigest()
    ref = ArtifactRef(key=f"content/x/{digest}.wav", sha256=digest, size=len(content), media_type="audio/wav")
    part = cache.new_file()
    part.write_bytes(content)
    return ref, cache.keep(part, ref)


def used_before(path: Path, age: timedelta) -> None:
    then = time.time() - age.total_seconds()
    os.utime(path, (then, then))


def test_a_copy_is_found_by_its_content_and_keeps_its_ending(tmp_path: Path):
    cache = Cache(tmp_path, limit=100)
    ref, path = kept(cache, b"sound")
    assert cache.find(ref) == path
    assert path.suffix == ".wav"
    assert cache.find(ref.model_copy(update={"sha256": "0" * 64})) is None


@pytest.mark.parametrize("damage", [b"", b"sounD", b"sound and more"])
def test_a_damaged_copy_is_thrown_away(tmp_path: Path, damage: bytes):
    cache = Cache(tmp_path, limit=100)
    ref, path = kept(cache, b"sound")
    path.write_bytes(damage)
    assert cache.find(ref) is None
    assert not path.exists()


def test_what_was_used_least_recently_goes_first(tmp_path: Path):
    cache = Cache(tmp_path, limit=100)
    old, old_path = kept(cache, b"o" * 40)
    _, middle_path = kept(cache, b"m" * 40)
    used_before(old_path, timedelta(hours=3))
    used_before(middle_path, timedelta(hours=2))
    assert cache.find(old) == old_path  # used again just now
    _, new_path = kept(cache, b"n" * 40)
    assert [path.exists() for path in (old_path, middle_path, new_path)] == [True, False, True]


def test_what_may_be_in_use_stays_when_there_is_too_much(tmp_path: Path):
    cache = Cache(tmp_path, limit=10)
    paths = [kept(cache, bytes([letter]) * 40)[1] for letter in b"abc"]
    assert all(path.exists() for path in paths)
    for path in paths:
        used_before(path, timedelta(hours=2))
    _, last = kept(cache, b"last")
    assert [path.exists() for path in (*paths, last)] == [False, False, False, True]


def test_two_processes_that_keep_the_same_file_have_one(tmp_path: Path):
    one, other = Cache(tmp_path, limit=100), Cache(tmp_path, limit=100)
    assert kept(one, b"sound") == kept(other, b"sound")
    assert len(list((tmp_path / "content").rglob("*.wav"))) == 1
