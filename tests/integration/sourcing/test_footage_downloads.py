"""From an archive's answer to a clip in a scene: downloaded once for all workers, examined, credited."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from typing_extensions import override

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import AudioRendered, Footage
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.ingest.download import Downloader
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.providers.base import FootageSource, LocatedFootage, RemoteFile
from scenewire_sourcing.providers.server_config import FootageServer
from scenewire_sourcing.selection.licence_policy import LicencePolicy
from scenewire_sourcing.stage import SourcingStage
from scripts.doubles.archive import KEY, Item, dvids, unlike
from tests.support.builders import PROJECT, audio_rendered
from tests.support.footage import connected
from tests.support.media import make_clip
from tests.support.web import Asked, Reply, Web, serving


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    clip = tmp_path_factory.mktemp("clips") / "tea.mp4"
    return asyncio.run(make_clip(clip, seconds=6, size="160x90", rate=10)).read_bytes()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> FilesystemStore:
    return FilesystemStore(tmp_path / "store")


class FarSource:
    """Clips on a web server, all about tea."""

    identity = name = "far"
    is_own = False
    max_queries: int | None = None

    def __init__(self, web: Web, *ids: str) -> None:
        self._web = web
        self._ids = ids
        self.located: list[str] = []

    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        return [FoundFootage(id=clip_id, title=f"Tea {clip_id}") for clip_id in self._ids]

    async def locate(self, footage_id: str) -> LocatedFootage:
        self.located.append(footage_id)
        url = f"{self._web.url}/{footage_id}.mp4"
        file = FootageFile(id=footage_id, title=f"Tea {footage_id}", url=url, rendition="720p")
        return LocatedFootage(RemoteFile(url, (), (self._web.host,)), file)

    async def aclose(self) -> None:
        """Nothing runs."""


def stage_over(store: FilesystemStore, *sources: FootageSource, **changes: Any) -> SourcingStage:
    """A worker of its own on a store that others may use too."""
    downloads = Downloader(max_bytes=1 << 20, timeout_s=20, stall_timeout_s=5)
    return SourcingStage(store, sources, Ingest(store, max_file_bytes=1 << 20, downloads=downloads, **changes))


async def choice(stage: SourcingStage, audio: AudioRendered | None = None) -> Footage:
    return (await stage.select_footage(audio or audio_rendered(uuid4()))).footage


async def test_b15_a_clip_of_dvids_is_downloaded_measured_and_credited(
    web: Web, store: FilesystemStore, tea: bytes
) -> None:
    dvids(web, [Item(7, "Tea", "drink", credit="Courtesy Video")], content=tea)
    env = {"DVIDS_URL": web.url, "DVIDS_INTERVAL": "0", "DVIDS_API_KEY": KEY}
    server = FootageServer(
        name="dvids", env={name: SecretStr(value) for name, value in env.items()}, local_hosts=(web.host,)
    )
    async with connected(server.with_defaults({})) as source:
        footage = await choice(stage_over(store, source))
    (clip,) = footage.clips
    assert (await store.open(clip.file)).read_bytes().startswith(tea)
    assert (clip.facts.width, clip.facts.duration_frames, clip.file.media_type) == (160, 60, "video/mp4")
    assert (clip.source_id, clip.credit.provider) == ("video:7", "dvids")
    assert clip.credit.creator == "Courtesy Video, 1st Unit"
    assert clip.credit.source_url == "https://www.dvidshub.net/video/7"
    assert clip.credit.licence.startswith("Courtesy of DVIDS. Public domain in the United States")
    assert clip.credit.notice.endswith("does not imply or constitute DoD endorsement.")
    assert clip.credit.review.startswith("its description says “courtesy”")
    (candidate,) = footage.candidates
    assert candidate.reason.startswith("about tea, drink; its rights need review; shows 0.0 to ")
    assert KEY not in footage.model_dump_json()


class LicensedSource(FarSource):
    """Clips whose licences are their ids. Clips of `files` state another licence with their file."""

    def __init__(self, web: Web, *ids: str, files: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(web, *ids)
        self._files = files

    @override
    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        found = await super().search(query, limit)
        return [clip.model_copy(update={"licence": clip.id, "creator": "Ann"}) for clip in found]

    @override
    async def locate(self, footage_id: str) -> LocatedFootage:
        located = await super().locate(footage_id)
        stated = {"licence": self._files.get(footage_id, "")}
        return LocatedFootage(located.place, located.footage.model_copy(update=stated))


async def test_clips_whose_licence_forbids_it_are_passed_over_and_the_reason_says_so(
    web: Web, store: FilesystemStore, tea: bytes
) -> None:
    web.routes["/CC BY-SA 4.0.mp4"] = Reply(tea)
    source = LicensedSource(web, "CC BY-ND 4.0", "CC BY-NC 2.0", "CC BY-SA 4.0", "All rights reserved")
    footage = await choice(stage_over(store, source))
    assert source.located == ["CC BY-SA 4.0"]
    passed_over = {candidate.source_id: candidate.reason for candidate in footage.candidates if not candidate.chosen}
    assert "forbids changes" in passed_over["CC BY-ND 4.0"]
    assert "forbids commercial use" in passed_over["CC BY-NC 2.0"]
    assert "its rights are reserved" in passed_over["All rights reserved"]
    assert footage.notes == ("Footage asks for the same licence on what is made from it: CC BY-SA 4.0",)
    (clip,) = footage.clips
    assert clip.credit.licence_url == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert clip.credit.notice == "Footage asks for the same licence on what is made from it: CC BY-SA 4.0"


async def test_a_scene_without_footage_says_how_much_was_left_out_because_of_licences(
    web: Web, store: FilesystemStore
) -> None:
    footage = await choice(stage_over(store, LicensedSource(web, "CC BY-ND 4.0", "CC BY-NC 2.0")))
    assert footage.fallback
    assert "may be used; 2 left out because of licences" in footage.reason


async def test_a_licence_that_only_the_file_states_decides(web: Web, store: FilesystemStore) -> None:
    source = LicensedSource(web, "CC BY 4.0", files={"CC BY 4.0": "All rights reserved"})
    footage = await choice(stage_over(store, source))
    assert footage.fallback
    assert "its rights are reserved" in footage.candidates[0].reason
    assert not [path for path in web.paths() if path.endswith(".mp4")]


async def test_another_policy_makes_another_selection(web: Web, store: FilesystemStore, tea: bytes) -> None:
    web.routes["/CC BY-NC 4.0.mp4"] = Reply(tea)
    source, audio = LicensedSource(web, "CC BY-NC 4.0"), audio_rendered(uuid4())
    assert (await choice(stage_over(store, source), audio)).fallback
    downloads = Downloader(max_bytes=1 << 20, timeout_s=20, stall_timeout_s=5)
    ingest = Ingest(store, max_file_bytes=1 << 20, downloads=downloads)
    private = SourcingStage(store, [source], ingest, policy=LicencePolicy(allow_noncommercial=True))
    assert not (await choice(private, audio)).fallback


async def test_b19_a_second_run_of_another_worker_downloads_nothing(
    web: Web, store: FilesystemStore, tea: bytes
) -> None:
    web.routes["/1.mp4"] = Reply(tea)
    first = await choice(stage_over(store, FarSource(web, "1")))
    second = await choice(stage_over(store, FarSource(web, "1")))
    assert first.clips[0].file == second.clips[0].file
    assert web.paths() == ["/1.mp4"]


async def test_b19_scenes_that_want_the_same_clip_at_once_download_it_once(
    web: Web, store: FilesystemStore, tea: bytes
) -> None:
    web.routes["/1.mp4"] = Reply(tea)
    stage = stage_over(store, FarSource(web, "1"))
    await asyncio.gather(*(choice(stage) for _ in range(4)))
    assert web.paths() == ["/1.mp4"]


async def test_b16_a_clip_reserved_by_another_scene_is_not_located(
    web: Web, store: FilesystemStore, tea: bytes
) -> None:
    web.routes |= {"/a.mp4": Reply(tea), "/b.mp4": Reply(tea + unlike(1))}
    source = FarSource(web, "a", "b")
    stage = stage_over(store, source)
    for number in (1, 3):  # both would begin with the same clip
        await choice(stage, audio_rendered(PROJECT, number, scene_count=3))
    assert sorted(source.located) == ["a", "b"]


@pytest.mark.parametrize("harm", ["truncated", "changed", "gone"])
async def test_b19_a_corrupt_or_partial_copy_is_downloaded_again(
    web: Web, store: FilesystemStore, tea: bytes, harm: str
) -> None:
    web.routes["/1.mp4"] = Reply(tea)
    first = await choice(stage_over(store, FarSource(web, "1")))
    kept = await store.open(first.clips[0].file)
    if harm == "gone":
        kept.unlink()
    else:
        kept.write_bytes(tea[:-1] if harm == "truncated" else tea[:-1] + b"!")
    again = await choice(stage_over(store, FarSource(web, "1")))
    assert (await store.open(again.clips[0].file)).read_bytes() == tea
    assert web.paths() == ["/1.mp4"] * 2


async def test_b19_an_expired_copy_is_downloaded_again_and_then_kept(
    web: Web, store: FilesystemStore, tea: bytes
) -> None:
    web.routes["/1.mp4"] = Reply(tea)
    await choice(stage_over(store, FarSource(web, "1")))
    await choice(stage_over(store, FarSource(web, "1"), cache_time=timedelta(0)))
    assert len(web.asked) == 2
    await choice(stage_over(store, FarSource(web, "1")))
    assert len(web.asked) == 2


async def test_row_66_whatever_goes_wrong_with_a_download_the_next_candidate_is_taken(
    web: Web, store: FilesystemStore, tea: bytes
) -> None:
    web.routes |= {
        "/a.mp4": Reply(status=404),
        "/b.mp4": Reply(b"<!doctype html><html>"),
        "/c.mp4": Reply(tea[:-100], length=len(tea)),
        "/d.mp4": Reply(tea, length=50 << 30),
        "/e.mp4": Reply(tea[:2_000]),  # complete, says its length, and yet half a film
        "/f.mp4": Reply(tea),
    }
    first_in_turn = UUID(int=PROJECT.int - PROJECT.int % 6)
    footage = await choice(stage_over(store, FarSource(web, *"abcdef")), audio_rendered(first_in_turn))
    (clip,) = footage.clips
    assert clip.source_id == "f"
    refused = {candidate.source_id: candidate.reason for candidate in footage.candidates if not candidate.chosen}
    reasons = {
        "a": "its host answers 404",
        "b": "is not an accepted video",
        "c": "its download broke off",
        "d": "the limit is",
        "e": "Tea e is refused: ",
    }
    assert {name for name in refused if name in reasons and reasons[name] in refused[name]} == set(refused)


async def test_row_66_a_file_that_changes_between_two_looks_is_the_one_that_was_examined(
    web: Web, store: FilesystemStore, tea: bytes
) -> None:
    web.routes["/1.mp4"] = lambda _: Reply(tea if len(web.asked) == 1 else b"<html>")
    footage = await choice(stage_over(store, FarSource(web, "1")))
    assert (await store.open(footage.clips[0].file)).read_bytes() == tea
    assert len(web.asked) == 1


async def test_row_66_a_failed_download_is_tried_again_for_the_next_scene(
    web: Web, store: FilesystemStore, tea: bytes
) -> None:
    def answer(_: Asked) -> Reply:
        return Reply(tea) if len(web.asked) > 1 else Reply(status=503)

    web.routes["/1.mp4"] = answer
    stage = stage_over(store, FarSource(web, "1"))
    assert (await choice(stage)).fallback
    assert not (await choice(stage)).fallback


async def test_row_64_an_address_outside_the_server_s_hosts_is_refused_and_named(
    web: Web, store: FilesystemStore, tea: bytes
) -> None:
    class Hostile(FarSource):
        @override
        async def locate(self, footage_id: str) -> LocatedFootage:
            located = await super().locate(footage_id)
            return LocatedFootage(
                RemoteFile("http://169.254.169.254/latest/meta-data", ("media.example.org",)), located.footage
            )

    footage = await choice(stage_over(store, Hostile(web, "1")))
    assert footage.fallback
    assert "Tea 1 is refused: its URL must use https, not http" in footage.reason


async def test_without_downloads_a_remote_clip_is_refused(web: Web, store: FilesystemStore) -> None:
    stage = SourcingStage(store, [FarSource(web, "1")], Ingest(store, max_file_bytes=1 << 20))
    assert "no server has hosts to download from" in (await choice(stage, audio_rendered(PROJECT))).reason
