"""The index of footage on SQLite and Postgres: what was considered or used, found by its credits."""

from pathlib import Path
from uuid import UUID

import pytest

from scenewire.database.revision import downgrade, upgrade
from scenewire.messages import Candidate, Credit, Footage, FootageSourced
from scenewire.record import reads
from scenewire.record.queries import Row
from scenewire_recorder import api
from tests.integration.assembly.test_videos import STRANGE
from tests.support.builders import PROJECT, footage_sourced, scripted
from tests.support.postgres import Postgres
from tests.unit.recorder.story import Database, PostgresDatabase, clip, content_key, delivered, film
from tests.unit.recorder.test_recording import OTHER

HARBOUR = Credit(
    provider="commons",
    title="Ships in the harbour of Port Said",
    creator="Zoë Müller",
    licence="CC BY-SA 4.0",
    licence_url="https://creativecommons.org/licenses/by-sa/4.0/",
    source_url="https://commons.example.org/File:Port_Said.webm",
    original_name="Port_Said_1920.webm",
)
STILL = Candidate(
    provider="pexels",
    source_id="still:7",
    title="A lighthouse at dusk",
    score=0.4,
    reason="a still",
    kind="still",
    creator="B. Bild",
    licence="Pexels License",
    source_url="https://pexels.example.org/photo/7",
)


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "sqlite":
        found = Database(tmp_path / "record.db")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        found = PostgresDatabase(server, server.create())
    await upgrade(found.url)
    return found


def sourced(project_id: UUID, number: int, *, uses: bool = True) -> FootageSourced:
    """A scene that uses the harbour, or only considers it, and considers the lighthouse."""
    used = clip("file1").model_copy(update={"credit": HARBOUR})
    seen = Candidate(
        **{name: getattr(HARBOUR, name) for name in ("provider", "title", "creator", "licence", "original_name")},
        source_id="file1",
        score=0.9,
        reason="fits",
    )
    found = Footage(clips=(used,) if uses else (), candidates=(seen, STILL), fallback=not uses)
    return footage_sourced(project_id, number, 2).model_copy(update={"footage": found})


async def fill(database: Database) -> None:
    await database.record(
        delivered([scripted(PROJECT, 2), sourced(PROJECT, 1), sourced(PROJECT, 2, uses=False)]),
        delivered([scripted(OTHER, 2), sourced(OTHER, 2)], first=10),
    )


async def titles(database: Database, words: str) -> list[str]:
    return [row["title"] for row in await reads.search_footage(database.url, words, limit=10)]


@pytest.mark.parametrize(
    "words",
    [
        "harbour",
        "HARB",
        "harbour ships",  # in any order
        "muller harbour",  # in several fields, without accents
        "CC BY-SA",
        "port_said_1920.webm",
        "commons",
        "https://commons.example.org/File:Port_Said.webm",
        "clip said",
    ],
)
async def test_footage_is_found_by_every_part_of_its_description(words: str, database: Database):
    await fill(database)
    assert await titles(database, words) == [HARBOUR.title]


async def test_footage_that_was_only_considered_is_found_too(database: Database):
    await fill(database)
    (found,) = await reads.search_footage(database.url, "still bild", limit=10)
    assert (found["title"], found["kind"], found["path"], found["picture"]) == (STILL.title, "still", None, None)
    assert {scene["state"] for scene in found["scenes"]} == {"considered"}
    assert await titles(database, "s") == [HARBOUR.title, STILL.title]  # used before considered
    assert await titles(database, "harbour lighthouse") == []


async def test_a_source_names_the_projects_and_scenes_that_used_or_considered_it(database: Database):
    await fill(database)
    (found,) = await reads.search_footage(database.url, "harbour", limit=10)
    assert {(scene["project_id"], scene["scene_number"], scene["state"]) for scene in found["scenes"]} == {
        (str(PROJECT), 1, "used"),
        (str(PROJECT), 2, "considered"),
        (str(OTHER), 2, "used"),
    }
    assert found["picture"] == "1280x720"
    assert found["path"] == content_key("file1")
    expected = HARBOUR.model_dump(exclude={"notice", "review"})
    assert {name: found[name] for name in expected} == expected


async def test_footage_that_was_downloaded_and_not_shown_names_its_file(database: Database):
    stored = STILL.model_copy(update={"stored_as": "content/ab/still.jpg"})
    found = Footage(candidates=(STILL, stored, STILL), fallback=True)  # for several sentences
    message = footage_sourced(PROJECT, 1, 2).model_copy(update={"footage": found})
    await database.record(delivered([scripted(PROJECT, 2), message]))
    (source,) = await reads.search_footage(database.url, "lighthouse", limit=10)
    assert (source["path"], [scene["state"] for scene in source["scenes"]]) == ("content/ab/still.jpg", ["downloaded"])


async def test_a_limit_counts_sources_with_all_their_scenes(database: Database):
    await fill(database)
    (found,) = await reads.search_footage(database.url, "s", limit=1)
    assert len(found["scenes"]) == 3


async def test_a_rebuild_gives_the_same_index_and_fills_that_of_an_older_record(database: Database):
    await fill(database)

    async def found() -> list[Row]:
        return await reads.search_footage(database.url, "s", limit=10)

    before = await found()
    await downgrade(database.url, "8f3b6c20d9e1")
    await upgrade(database.url)
    assert await found() == []
    assert (await api.rebuild(database.url))["mended"] == 2
    assert await found() == before
    assert (await api.rebuild(database.url))["mended"] == 0


async def test_a_scene_that_is_gone_leaves_the_index(database: Database):
    await fill(database)
    fewer = scripted(PROJECT, 1).model_copy(update={"revision": 1})
    await database.record(delivered([fewer], first=50))
    (found,) = await reads.search_footage(database.url, "harbour", limit=10)
    assert (str(PROJECT), 2) not in {(scene["project_id"], scene["scene_number"]) for scene in found["scenes"]}
    assert (await api.check(database.url))["problems"] == ()


async def test_any_text_is_a_valid_query_with_the_same_results_on_both_databases(
    postgres_database: PostgresDatabase, tmp_path: Path
):
    file = Database(tmp_path / "record.db")
    await upgrade(file.url)
    for database in (file, postgres_database):
        await fill(database)
        await database.record(delivered(film(UUID(int=5)), first=100))
    for words in (*STRANGE, " ".join(f"word{number}" for number in range(5_000)), "tea t", "title dvids"):
        here = await reads.search_footage(file.url, words, limit=10)
        assert here == await reads.search_footage(postgres_database.url, words, limit=10), words
