"""The store in a folder: whole files or none, verified when read, the first document wins."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from scenewire.artifacts.opening import open_store
from scenewire.artifacts.result_cache import fingerprint
from scenewire.artifacts.store import ArtifactStore, check_key
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import ArtifactRef
from tests.support import builders
from tests.support.artifact_stores import ArtifactStoreContract, Rig, added


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return open_store((tmp_path / "store").as_uri())


class Folder(Rig):
    """A store in a folder."""

    def __init__(self, root: Path) -> None:
        self.store = open_store(root.as_uri())
        self._root = root

    @override
    def damage(self, ref: ArtifactRef, content: bytes) -> None:
        (self._root / ref.key).write_bytes(content)

    @override
    def remove(self, ref: ArtifactRef) -> None:
        (self._root / ref.key).unlink()


class TestFolder(ArtifactStoreContract):
    """A folder fulfils what every store promises."""

    @pytest.fixture
    def rig(self, tmp_path: Path) -> Rig:
        return Folder(tmp_path / "store")


async def test_equal_files_are_kept_once(store: ArtifactStore, tmp_path: Path):
    assert await added(store, b"sound") == await added(store, b"sound")
    assert len(list((tmp_path / "store" / "content").rglob("*.wav"))) == 1


async def test_row_50_what_a_killed_process_left_in_scratch_is_swept_and_work_in_progress_is_not(
    store: ArtifactStore, tmp_path: Path
):
    program = (
        "import asyncio, os, sys\n"
        "from scenewire.artifacts.opening import open_store\n"
        "async def main():\n"
        "    async with open_store(sys.argv[1]).scratch() as folder:\n"
        "        (folder / 'half').write_bytes(b'x')\n"
        "        os._exit(9)\n"
        "asyncio.run(main())\n"
    )
    url = (tmp_path / "store").as_uri()
    root = Path(__file__).parents[3]
    ended = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, url, cwd=root, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(root)}
    )
    assert await ended.wait() == 9
    left = list((tmp_path / "store" / "scratch").iterdir())
    assert len(left) == 1
    async with store.scratch() as ours:
        another = open_store(url)
        async with another.scratch():
            assert not left[0].exists()
            assert ours.exists()


async def test_an_unusable_folder_is_an_error_that_may_pass(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(TransientError) as caught:
        await open_store((tmp_path / "file" / "store").as_uri()).write_once("x.json", b"")
    assert caught.value.code == "storage_unavailable"


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "a/../b", "a//b", ".hidden", "a/.b", "a b", "a\nb", "a\0b"])
def test_a_key_that_could_lead_elsewhere_is_refused(key: str):
    with pytest.raises(ValueError, match="not an artifact key"):
        check_key(key)


@given(st.text())
def test_an_accepted_key_stays_inside(key: str):
    try:
        check_key(key)
    except ValueError:
        return
    assert (Path("/store") / key).resolve().is_relative_to("/store")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/tmp/x",
        "s3:bucket",
        "s3:///x",
        "s3://key@bucket",
        "s3://b?x=1",
        "file:relative",
        "file://host/x",
        "http://x/y",
    ],
)
def test_an_unknown_url_is_refused(url: str):
    with pytest.raises(PermanentError, match="ARTIFACTS_URL") as caught:
        open_store(url)
    assert caught.value.code is FailureCode.INVALID_SETTINGS
    assert caught.value.hint


def test_a_fingerprint_depends_on_values_and_names_alone():
    one = fingerprint(a=1, b=builders.options(), c=["x", None])
    assert one == fingerprint(c=["x", None], b=builders.options(), a=1)
    assert one != fingerprint(a=1, b=builders.options(voice="en"), c=["x", None])
    assert one != fingerprint(a=1, d=builders.options(), c=["x", None])
    with pytest.raises(TypeError):
        fingerprint(a=object())
