"""Without usable footage, every scene still gets an answer with the reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import AudioRendered, Footage
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.providers.base import FootageSource, FootageUnavailableError, LocatedFootage
from scenewire_sourcing.stage import SourcingStage
from tests.support.builders import PROJECT, audio_rendered, options


class BareSource:
    """Finds clips of the customer by name, and has a file for none of them."""

    is_own = True
    max_queries: int | None = None

    def __init__(self, name: str, *ids: str, fails: str = "") -> None:
        self._name = name
        self._ids = ids
        self.fails = fails
        self.asked: list[str] = []
        self.closed = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def identity(self) -> str:
        return self._name

    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        self.asked.append(query)
        if self.fails:
            raise FootageUnavailableError(self.fails)
        return [FoundFootage(id=clip_id, title=clip_id) for clip_id in self._ids]

    async def locate(self, footage_id: str) -> LocatedFootage:
        path = Path("/nowhere") / f"{footage_id}.mp4"
        return LocatedFootage(path, FootageFile(id=footage_id, path=str(path)))

    async def aclose(self) -> None:
        self.closed = True


@pytest.fixture
def stage_with(tmp_path: Path) -> Callable[..., SourcingStage]:
    def build(*sources: FootageSource) -> SourcingStage:
        store = FilesystemStore(tmp_path / "store")
        return SourcingStage(store, sources, Ingest(store, max_file_bytes=1 << 20))

    return build


def ordered(*providers: str) -> AudioRendered:
    audio = audio_rendered(PROJECT)
    brief = audio.brief.model_copy(update={"options": options(footage_providers=providers)})
    return audio.model_copy(update={"brief": brief})


async def footage_of(stage: SourcingStage, audio: AudioRendered | None = None) -> Footage:
    footage = (await stage.select_footage(audio or audio_rendered(PROJECT))).footage
    assert footage.fallback
    assert footage.clips == ()
    return footage


async def test_without_servers_the_background_is_painted(stage_with) -> None:
    assert (await footage_of(stage_with())).reason.startswith("no footage is configured; set LIBRARY_DIR")


async def test_the_answer_repeats_what_the_next_stage_needs(stage_with) -> None:
    audio = audio_rendered(PROJECT)
    sourced = await stage_with().select_footage(audio)
    assert (sourced.project_id, sourced.brief, sourced.scene, sourced.narration) == (
        audio.project_id,
        audio.brief,
        audio.scene,
        audio.narration,
    )


async def test_without_a_match_the_reason_names_the_query(stage_with) -> None:
    footage = await footage_of(stage_with(BareSource("library", "kittens")))
    assert footage.reason == "library has nothing that fits “tea drink”"
    assert [candidate.reason for candidate in footage.candidates] == ["no word in common with the scene"]


async def test_a_source_that_is_slow_or_limited_is_asked_as_often_as_it_allows(stage_with) -> None:
    patient, limited = BareSource("patient"), BareSource("limited")
    limited.max_queries = 1
    await footage_of(stage_with(patient, limited))
    assert len(patient.asked) > 1
    assert limited.asked == patient.asked[:1]


async def test_a_failed_server_is_named_and_the_next_one_is_searched(stage_with) -> None:
    second = BareSource("second")
    footage = await footage_of(stage_with(BareSource("first", fails="it did not answer"), second))
    assert footage.reason == "first: it did not answer; second has nothing that fits “tea drink”"
    assert second.asked


async def test_a_file_that_cannot_be_read_is_passed_over_with_its_reason(stage_with) -> None:
    footage = await footage_of(stage_with(BareSource("library", "tea")))
    assert "tea.mp4 cannot be read: No such file or directory" in footage.reason
    assert footage.candidates[0].reason.startswith("about tea; tea.mp4 cannot be read")
    assert not footage.candidates[0].chosen


async def test_an_order_names_the_servers_and_their_order(stage_with) -> None:
    first, second, third = BareSource("first"), BareSource("second"), BareSource("third")
    footage = await footage_of(stage_with(first, second, third), ordered("third", "nobody", "first"))
    assert (bool(first.asked), bool(second.asked), bool(third.asked)) == (True, False, True)
    assert footage.reason.startswith("no footage server is called nobody; third has nothing")


async def test_a_source_on_request_is_created_once_and_only_for_an_order_that_names_it(tmp_path: Path) -> None:
    created: list[BareSource] = []

    def create() -> BareSource:
        created.append(BareSource("commons"))
        return created[-1]

    store = FilesystemStore(tmp_path / "store")
    ingest = Ingest(store, max_file_bytes=1 << 20)
    stage = SourcingStage(store, [BareSource("library")], ingest, on_request={"commons": create})
    assert (await footage_of(stage)).reason == "library has nothing that fits “tea drink”"
    assert created == []
    for group in ("commons", "open", "open"):
        assert (await footage_of(stage, ordered(group))).reason == "commons has nothing that fits “tea drink”"
    (only,) = created
    assert not only.closed
    await stage.aclose()
    assert only.closed


async def test_unknown_names_and_empty_groups_are_reasons(stage_with) -> None:
    source = BareSource("library")
    footage = await footage_of(stage_with(source), ordered("open", "libary"))
    assert "none of the servers of open is available (commons, archive_org, nasa, loc, openverse)" in footage.reason
    assert "no footage server is called libary; did you mean library?" in footage.reason
    assert source.asked == []


async def test_a_redelivery_reuses_the_stored_selection_without_a_search(stage_with) -> None:
    source = BareSource("library", fails="it is down")
    first = await stage_with(source).select_footage(audio_rendered(PROJECT))
    source.fails = ""
    asked = len(source.asked)
    assert await stage_with(source).select_footage(audio_rendered(PROJECT)) == first
    assert len(source.asked) == asked


@pytest.mark.parametrize(
    "change",
    [
        {"revision": 1},
        {"project_id": audio_rendered().project_id},
        {"scene": audio_rendered(PROJECT).scene.model_copy(update={"footage_query": "coffee"})},
    ],
)
async def test_a_changed_scene_gets_a_new_selection(stage_with, change: dict[str, object]) -> None:
    source = BareSource("library")
    stage = stage_with(source)
    await stage.select_footage(audio_rendered(PROJECT))
    asked = len(source.asked)
    await stage.select_footage(audio_rendered(PROJECT).model_copy(update=change))
    assert len(source.asked) > asked


async def test_closing_ends_the_sources(stage_with) -> None:
    source = BareSource("library")
    await stage_with(source).aclose()
    assert source.closed
