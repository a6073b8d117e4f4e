"""What every artifact store must do, whatever it is made of: a suite that each kind of store is held to."""

import asyncio
import threading
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import BaseModel

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.result_cache import Results
from scenewire.artifacts.store import ArtifactStore, StoredFile, output_key
from scenewire.errors import PermanentError
from scenewire.messages import ArtifactRef, ProjectDeleted
from tests.support import builders


class Rig(ABC):
    """A store, and ways to do to it what it must withstand."""

    store: ArtifactStore

    @abstractmethod
    def damage(self, ref: ArtifactRef, content: bytes) -> None:
        """Puts other bytes where an artifact lies, on this host too."""

    @abstractmethod
    def remove(self, ref: ArtifactRef) -> None:
        """Removes an artifact, on this host too."""


class Made(BaseModel):
    """A result that names a file."""

    file: ArtifactRef
    loudness: float


async def added(store: ArtifactStore, content: bytes) -> ArtifactRef:
    async with store.scratch() as folder:
        (folder / "file").write_bytes(content)
        return await store.add(folder / "file", "audio/wav")


class ArtifactStoreContract:
    """Subclasses give the fixture `rig`."""

    @pytest.fixture
    def store(self, rig: Rig) -> ArtifactStore:
        return rig.store

    async def test_a_file_is_found_again_by_its_reference(self, store: ArtifactStore):
        ref = await added(store, b"sound")
        assert (await store.open(ref)).read_bytes() == b"sound"
        assert (ref.size, ref.key) == (5, f"content/{ref.sha256[:2]}/{ref.sha256}.wav")

    async def test_a_file_keeps_its_ending_where_it_is_opened(self, store: ArtifactStore):
        assert (await store.open(await added(store, b"sound"))).suffix == ".wav"

    async def test_an_empty_file_is_a_file(self, store: ArtifactStore):
        assert (await store.open(await added(store, b""))).read_bytes() == b""

    async def test_a_big_file_comes_back_as_it_was(self, store: ArtifactStore):
        big = bytes(range(256)) * 80_000  # 20 MB, more than one part
        assert (await store.open(await added(store, big))).read_bytes() == big

    async def test_equal_files_have_one_reference(self, store: ArtifactStore):
        assert await added(store, b"sound") == await added(store, b"sound")

    async def test_a_file_of_somebody_else_stays_where_it_was(self, store: ArtifactStore, tmp_path: Path):
        (tmp_path / "mine").write_bytes(b"mine")
        ref = await store.add(tmp_path / "mine", "audio/wav")
        (tmp_path / "mine").write_bytes(b"yours")
        assert (await store.open(ref)).read_bytes() == b"mine"

    @pytest.mark.parametrize("damage", [b"", b"soun", b"sounD", b"sound and more"])
    async def test_a_damaged_file_is_never_handed_out(self, rig: Rig, damage: bytes):
        ref = await added(rig.store, b"sound")
        rig.damage(ref, damage)
        with pytest.raises(PermanentError) as caught:
            await rig.store.open(ref)
        assert caught.value.code == "artifact_corrupt"
        assert await added(rig.store, b"sound") == ref  # and is mended by the next who makes it
        assert (await rig.store.open(ref)).read_bytes() == b"sound"

    async def test_a_missing_file_is_named(self, store: ArtifactStore):
        with pytest.raises(PermanentError, match="content/00/a") as caught:
            await store.open(builders.artifact())
        assert caught.value.code == "artifact_missing"

    async def test_a_deliverable_replaces_the_older_one(self, store: ArtifactStore):
        key = output_key("project", "Tea_video.mp4")
        for content in (b"first", b"second"):
            async with store.scratch() as folder:
                (folder / "film").write_bytes(content)
                ref = await store.deliver(key, folder / "film", "video/mp4")
        assert ref.key == "output/project/Tea_video.mp4"
        assert (await store.open(ref)).read_bytes() == b"second"

    async def test_a_deliverable_may_be_called_in_any_language(self, store: ArtifactStore, tmp_path: Path):
        (tmp_path / "film").write_bytes(b"film")
        ref = await store.deliver(output_key("project", "Тшай_茶_हिन्दी_video.mp4"), tmp_path / "film", "video/mp4")
        assert (await store.open(ref)).read_bytes() == b"film"

    async def test_the_deliverables_of_a_project_are_removed_and_nothing_else(self, rig: Rig):
        content, project, other = await added(rig.store, b"film"), uuid4(), uuid4()

        async def deliver(key: str) -> ArtifactRef:
            async with rig.store.scratch() as folder:
                (folder / "film").write_bytes(b"film")
                return await rig.store.deliver(key, folder / "film", "video/mp4")

        names = [output_key(project, "a.mp4"), output_key(project, "b.mp4"), output_key(project, "a.mp4", revision=2)]
        gone = [await deliver(key) for key in names]
        kept = [await deliver(output_key(other, "a.mp4")), await deliver(output_key(f"{project}9", "a.mp4")), content]
        await rig.store.replace_document(f"results/script/{project}-r0.json", b"script")
        await rig.store.remove_output(project)
        await rig.store.remove_output(project)
        for ref in gone:
            assert await rig.store.read_document(ref.key) is None
        for ref in kept:
            assert (await rig.store.open(ref)).read_bytes() == b"film"
        assert await rig.store.read_document(f"results/script/{project}-r0.json") == b"script"

    async def test_files_are_listed_by_folder_with_their_sizes_and_times(self, store: ArtifactStore):
        before = datetime.now(UTC) - timedelta(seconds=2)  # stores may keep whole seconds
        sounds = [await added(store, content) for content in (b"", b"sound")]
        await store.write_once("results/tts/x.json", b"{}")
        await store.write_once("results/y.json", b"{}")
        found = [file async for page in store.files("content") for file in page]
        assert {(file.key, file.size) for file in found} == {(ref.key, ref.size) for ref in sounds}
        assert all(before <= file.written <= datetime.now(UTC) + timedelta(seconds=1) for file in found)
        documents = {file.key async for page in store.files("results") for file in page}
        assert documents == {"results/tts/x.json", "results/y.json"}
        assert [page async for page in store.files("elsewhere")] == []

    async def test_only_intermediate_files_are_discarded_and_twice_is_once(self, store: ArtifactStore, tmp_path: Path):
        kept = await added(store, b"kept")
        gone = [await added(store, f"{number}".encode()) for number in range(3)]
        await store.write_once("results/tts/x.json", b"{}")
        found = [file for folder in ("content", "results") async for page in store.files(folder) for file in page]
        victims = [file for file in found if file.key != kept.key]
        await store.discard(victims)
        await store.discard(victims)
        await store.discard([])
        assert [file.key async for page in store.files("content") for file in page] == [kept.key]
        assert await store.read_document("results/tts/x.json") is None
        for ref in gone:
            with pytest.raises(PermanentError, match=ref.key) as caught:
                await store.require(ref)
            assert caught.value.code == "artifact_missing"
        (tmp_path / "film").write_bytes(b"film")
        film = await store.deliver(output_key("project", "film.mp4"), tmp_path / "film", "video/mp4")
        with pytest.raises(ValueError, match="only files in content/ and results/"):
            await store.discard([StoredFile(key=film.key, size=4, written=datetime.now(UTC))])
        await store.require(film)

    async def test_a_deletion_is_marked_and_a_delivery_that_ends_after_it_leaves_no_file(self, rig: Rig):
        deletions, deleted = Deletions(rig.store), ProjectDeleted(project_id=uuid4())
        key = output_key(deleted.project_id, "film.mp4")

        async def deliver() -> str:
            async with rig.store.scratch() as folder:
                (folder / "film").write_bytes(b"film")
                await rig.store.deliver(key, folder / "film", "video/mp4")
            return "delivered"

        assert await deletions.delivered(deleted.project_id, deliver()) == "delivered"
        assert not await deletions.include(deleted.project_id)
        await deletions.delete(deleted)
        assert await deletions.include(deleted.project_id)
        assert await rig.store.read_document(key) is None
        assert await deletions.delivered(deleted.project_id, deliver()) is None
        assert await rig.store.read_document(key) is None

    async def test_the_first_of_many_documents_wins(self, store: ArtifactStore):
        answers = await asyncio.gather(*(store.write_once("results/script/x.json", f"{n}".encode()) for n in range(20)))
        assert len(set(answers)) == 1
        assert await store.read_document("results/script/x.json") == answers[0]
        assert await store.read_document("results/script/y.json") is None

    async def test_a_reader_never_sees_half_a_document(self, store: ArtifactStore):
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
            for _ in range(100):
                assert await store.read_document("results/x.json") in documents
        finally:
            stop.set()
            writer.join()

    async def test_scratch_is_gone_afterwards_also_after_a_failure(self, store: ArtifactStore):
        seen: list[Path] = []

        async def fail() -> None:
            async with store.scratch() as folder:
                (folder / "half").write_bytes(b"x")
                seen.append(folder)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert not seen[0].exists()

    async def test_a_result_counts_only_while_its_files_are_intact(self, rig: Rig):
        results = Results(rig.store, "test")
        made = Made(file=await added(rig.store, b"sound"), loudness=1.5)
        assert await results.find("inputs", Made) is None
        assert await results.save("inputs", made) == made
        assert await results.find("inputs", Made) == made
        rig.remove(made.file)
        assert await results.find("inputs", Made) is None

    async def test_of_two_results_for_the_same_inputs_the_first_counts_unless_it_is_damaged(self, rig: Rig):
        results = Results(rig.store, "test")
        first = Made(file=await added(rig.store, b"first"), loudness=1)
        second = Made(file=await added(rig.store, b"second"), loudness=2)
        await results.save("inputs", first)
        assert await results.save("inputs", second) == first
        rig.remove(first.file)
        assert await results.save("inputs", second) == second
        assert await results.find("inputs", Made) == second
