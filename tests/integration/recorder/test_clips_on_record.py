"""Source clips on record: real files of a library, chosen by sourcing, recorded, and found by their names."""

from pathlib import Path

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.database.revision import upgrade
from scenewire.record import reads
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.stage import SourcingStage
from tests.support.builders import PROJECT, audio_rendered, narration
from tests.support.footage import connected, library_server
from tests.support.media import make_clip
from tests.unit.recorder.story import Database, delivered


@pytest.fixture
async def database(tmp_path: Path) -> Database:
    database = Database(tmp_path / "record.db")
    await upgrade(database.url)
    return database


async def test_a11_a13_a_used_clip_is_on_record_with_its_sound_and_found_by_its_name(
    tmp_path: Path, database: Database
) -> None:
    library, store = tmp_path / "library", FilesystemStore(tmp_path / "store")
    await make_clip(library / "Harbour_ship_tea.mp4", seconds=3, size="160x90", sound=True)
    await make_clip(library / "Market tea.mkv", seconds=3, size="160x90", pattern="testsrc")
    audio = audio_rendered(PROJECT, 1, scene_count=1).model_copy(update={"narration": narration(5 * 24_000)})
    async with connected(library_server(library)) as source:
        stage = SourcingStage(store, [source], Ingest(store, max_file_bytes=1 << 30))
        sourced = await stage.select_footage(audio)
    assert len(sourced.footage.clips) == 2
    await database.record(delivered([sourced]))
    (harbour,) = await reads.search(database.url, "harbour sh", limit=9)
    (market,) = await reads.search(database.url, "market", limit=9)
    assert (harbour["filename"], harbour["audio_codec"]) == ("Harbour_ship_tea.mp4", "aac")
    assert (market["filename"], market["audio_codec"]) == ("Market tea.mkv", None)
    stored = store.open
    for clip in sourced.footage.clips:
        assert (await stored(clip.file)).stat().st_size == clip.file.size
    assert {harbour["path"], market["path"]} == {clip.file.key for clip in sourced.footage.clips}
