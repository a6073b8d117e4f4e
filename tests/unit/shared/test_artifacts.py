"""The store in a folder: whole files or none, verified when read, the first document wins."""

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from shared.artifacts.results import Results, fingerprint
from shared.artifacts.store import ArtifactStore, check_key, open_store, output_key
from shared.contracts import ArtifactRef
from shared.errors import PermanentError, TransientError
from tests.support import builders


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return open_store((tmp_path / "store").as_uri())


async def added(store: ArtifactStore, content: bytes) -> ArtifactRef:
    async with store.scratch() as folder:
        (folder / "file").write_bytes(content)
        return await store.add(folder / "file", "audio/wav")


async def test_a_file_is_found_again_by_its_reference(store: ArtifactStore):
    ref = await added(store, b"sound")
    assert (await store.open(ref)).read_bytes() == b"sound"
    assert (ref.size, ref.key) == (5, f"content/{ref.sha256[:2]}/{ref.sha256}.wav")


async def test_equal_files_are_kept_once(store: ArtifactStore, tmp_path: Path):
    assert await added(store, b"sound") == await added(store, b"sound")
    assert len(list((tmp_path / "store" / "content").rglob("*.wav"))) == 1


async def test_a_file_of_somebody_else_stays_where_it_was(store: ArtifactStore, tmp_path: Path):
    (tmp_path / "mine").write_bytes(b"mine")
    await store.add(tmp_path / "mine", "audio/wav")
    assert (tmp_path / "mine").read_bytes() == b"mine"


@pytest.mark.parametrize("damage", [b"", b"soun", b"sounD", b"sound and more"])
async def test_a_damaged_file_is_never_handed_out(store: ArtifactStore, damage: bytes):
    ref = await added(store, b"sound")
    (await store.open(ref)).write_bytes(damage)
    with pytest.raises(PermanentError) as caught:
        await store.open(ref)
    assert caught.value.code == "artifact_corrupt"
    assert await added(store, b"sound") == ref  # and is mended by the next who makes it
    assert (await store.open(ref)).read_bytes() == b"sound"


async def test_a_missing_file_is_named(store: ArtifactStore):
    with pytest.raises(PermanentError, match="content/00/a") as caught:
        await store.open(builders.artifact())
    assert caught.value.code == "artifact_missing"


async def test_a_deliverable_replaces_the_older_one(store: ArtifactStore):
    key = output_key("project", "Tea_video.mp4")
    for content in (b"first", b"second"):
        async with store.scratch() as folder:
            (folder / "film").write_bytes(content)
            ref = await store.deliver(key, folder / "film", "video/mp4")
    assert ref.key == "output/project/Tea_video.mp4"
    assert (await store.open(ref)).read_bytes() == b"second"


async def test_the_first_of_many_documents_wins(store: ArtifactStore):
    answers = await asyncio.gather(*(store.write_once("results/script/x.json", f"{n}".encode()) for n in range(20)))
    assert len(set(answers)) == 1
    assert await store.read_document("results/script/x.json") == answers[0]
    assert await store.read_document("results/script/y.json") is None


async def test_a_reader_never_sees_half_a_document(store: ArtifactStore):
    documents = [bytes([letter]) * 300_000 for letter in b"ab"]
    await store.replace_document("results/x.json", documents[0])
    stop = threading.Event()

    def rewrite() -> None:
        turn = 0
        while not stop.is_set():
            asyncio.run(store.replace_document("results/x.json", documents[turn % 2]))
            turn += 1

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        for _ in range(200):
            assert await store.read_document("results/x.json") in documents
    finally:
        stop.set()
        writer.join()


async def test_scratch_is_gone_afterwards_also_after_a_failure(store: ArtifactStore):
    seen: list[Path] = []

    async def fail() -> None:
        async with store.scratch() as folder:
            (folder / "half").write_bytes(b"x")
            seen.append(folder)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert not seen[0].exists()


async def test_what_a_killed_process_left_in_scratch_is_swept_and_work_in_progress_is_not(
    store: ArtifactStore, tmp_path: Path
):
    program = (
        "import asyncio, os, sys\n"
        "from shared.artifacts.store import open_store\n"
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


@pytest.mark.parametrize("url", ["", "/tmp/x", "s3://bucket", "file:relative", "file://host/x", "http://x/y"])
def test_an_unknown_url_is_refused(url: str):
    with pytest.raises(ValueError, match="ARTIFACTS_URL"):
        open_store(url)


class Made(BaseModel):
    """A result that names a file."""

    file: ArtifactRef
    loudness: float


async def test_a_result_counts_only_while_its_files_are_intact(store: ArtifactStore):
    results = Results(store, "test")
    made = Made(file=await added(store, b"sound"), loudness=1.5)
    assert await results.find("inputs", Made) is None
    assert await results.save("inputs", made) == made
    assert await results.find("inputs", Made) == made
    (await store.open(made.file)).unlink()
    assert await results.find("inputs", Made) is None


async def test_of_two_results_for_the_same_inputs_the_first_counts_unless_it_is_damaged(store: ArtifactStore):
    results = Results(store, "test")
    first = Made(file=await added(store, b"first"), loudness=1)
    second = Made(file=await added(store, b"second"), loudness=2)
    await results.save("inputs", first)
    assert await results.save("inputs", second) == first
    (await store.open(first.file)).unlink()
    assert await results.save("inputs", second) == second
    assert await results.find("inputs", Made) == second


def test_a_fingerprint_depends_on_values_and_names_alone():
    one = fingerprint(a=1, b=builders.options(), c=["x", None])
    assert one == fingerprint(c=["x", None], b=builders.options(), a=1)
    assert one != fingerprint(a=1, b=builders.options(voice="en"), c=["x", None])
    assert one != fingerprint(a=1, d=builders.options(), c=["x", None])
    with pytest.raises(TypeError):
        fingerprint(a=object())
