"""Repositories of media files: one contract, held by SQLite (file and memory), Postgres and the double in memory."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from scenewire.database.audit import Change, audit
from scenewire.database.engine import transaction, writing_engine
from scenewire.database.revision import upgrade_engine
from scenewire.database.search import words
from scenewire.database.videos import SqlVideoRepository, Video, VideoRepository
from scenewire.database.videos_in_memory import InMemoryVideoRepository

IN_DATABASES = ["file", "memory", "postgres"]

STRANGE = [
    '"',
    'harbour"',
    '""" OR "',
    "*",
    "har*",
    "AND",
    "harbour AND tea",
    "NEAR(harbour tea)",
    "filename:harbour",
    "-",
    "- -- /* ",
    "'; DROP TABLE videos; --",
    "\N{ANCHOR}\N{VARIATION SELECTOR-16}",
    "\N{ROBOT FACE}",
    "\0",
    "har\0bour",
    "\udcff\ud800",
    "\\",
    "%_",
    ":*",
    "'a' <-> 'b'",
    "",
    "   ",
    "x" * 10_000,
    "tea " * 2_500,
    '"' * 10_000,
]


def video(name: str = "harbour_tea.mp4", folder: str = "content/ab", **changes: Any) -> Video:
    values: dict[str, Any] = {
        "id": str(uuid4()),
        "path": f"{folder}/{name}",
        "filename": name,
        "duration_frames": 3_000_000_000,
        "frame_rate_numerator": 30_000,
        "frame_rate_denominator": 1001,
        "width": 1280,
        "height": 720,
        "video_codec": "h264",
        "audio_codec": "aac",
        "file_size": 5_000_000_000,
        "created_at": "2026-11-21T12:00:00.000Z",
        "updated_at": "2026-11-21T12:00:00.000Z",
    }
    return Video(**values | changes)


@pytest.fixture
def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Engine]]:
    """Opens an engine of an empty database of a kind."""
    opened: list[Engine] = []

    def open_one(kind: str) -> Engine:
        if kind == "postgres":
            engine = writing_engine(request.getfixturevalue("postgres_database").url)
        else:
            engine = writing_engine("sqlite://" if kind == "memory" else f"sqlite:///{tmp_path}/record.db", create=True)
            upgrade_engine(engine)
        opened.append(engine)
        return engine

    yield open_one
    for engine in opened:
        engine.dispose()


@pytest.fixture(params=IN_DATABASES)
def engine(request: pytest.FixtureRequest, open_engine: Callable[[str], Engine]) -> Engine:
    return open_engine(request.param)


@pytest.fixture(params=["double", *IN_DATABASES])
def repository(request: pytest.FixtureRequest, open_engine: Callable[[str], Engine]) -> Iterator[VideoRepository]:
    if request.param == "double":
        yield InMemoryVideoRepository()
        return
    with transaction(open_engine(request.param)) as connection:
        yield SqlVideoRepository(connection)


def names(found: list[Video]) -> list[str]:
    return [one.filename for one in found]


def test_a17_a18_a19_what_was_added_is_found_by_id_and_by_path(repository: VideoRepository):
    first, second = video(), video("second.mp4")
    repository.add([first, second])
    assert repository.get([first.id, "nobody"]) == {first.id: first}
    assert repository.get_by_path([second.path, "no/where.mp4"]) == {second.path: second}
    assert len(repository.list_videos()) == 2
    assert repository.get([]) == repository.get_by_path([]) == {}


@pytest.mark.parametrize("same", ["id", "path"])
def test_a12_a_second_one_with_the_same_id_or_path_is_refused_and_the_first_stays(
    repository: VideoRepository, same: str
):
    first = video()
    repository.add([first])
    second = video("other.mp4", width=1, **{same: getattr(first, same)})
    with pytest.raises(ValueError, match="another video"):
        repository.add([video("others_neighbour.mp4"), second])
    assert repository.list_videos() == [first]
    repository.add([video("third.mp4")])  # it can still be used
    assert len(repository.list_videos()) == 2
    assert repository.search("other") == repository.search("others") == []


def test_a17_the_newest_come_first_and_ties_in_one_order_everywhere(repository: VideoRepository):
    times = ["2026-11-21T12:00:00.000Z", "2026-11-21T12:00:01.000Z", "2025-01-01T00:00:00.000Z"]
    for number, at in enumerate(times):
        repository.add([video(f"{number}.mp4", created_at=at)])
    repository.add([video("a.mp4", id="b-2", created_at=times[1])])
    repository.add([video("b.mp4", id="A-1", created_at=times[1])])
    newest_first = names(repository.list_videos())
    assert newest_first[3:] == ["0.mp4", "2.mp4"]
    assert newest_first.index("b.mp4") < newest_first.index("a.mp4")
    assert names(repository.list_videos(limit=2)) == newest_first[:2]
    assert names(repository.list_videos(limit=2, offset=2)) == newest_first[2:4]
    assert repository.list_videos(offset=9) == repository.list_videos(limit=0) == []


def test_limits_below_zero_are_refused(repository: VideoRepository):
    with pytest.raises(ValueError, match="count from 0"):
        repository.list_videos(limit=-1)
    with pytest.raises(ValueError, match="count from 0"):
        repository.list_videos(offset=-1)
    with pytest.raises(ValueError, match="count from 0"):
        repository.search("a", limit=-1)


def test_a17_videos_are_listed_by_folder(repository: VideoRepository):
    inside = video("in.mp4", folder="out_put/a%")
    repository.add([inside, video("beside.mp4", folder="out_put/ab"), video("before.mp4", folder="outXput/a%")])
    assert repository.list_videos(folder="out_put/a%/") == [inside]
    assert names(repository.list_videos(folder="out_put/a")) == names(
        [found for found in repository.list_videos() if found.path.startswith("out_put/a")]
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("harb", True),
        ("HARBOUR", True),
        ("harbour tea", True),
        ("harbour-te", True),
        ("café", True),
        ("CAFE", True),
        ("content ab", True),
        ("ab harbour", True),
        ("mp4", True),
        (".mp4", True),
        ("arbour", False),
        ("tea harbour", False),
        ("harbour cafe", False),
        ("mp4 content", False),
        ("harb tea", False),
    ],
)
def test_a13_words_of_name_and_path_are_found_by_their_beginning(repository: VideoRepository, query: str, found: bool):
    repository.add([video("Harbour_tea-Café.mp4")])
    repository.add([video("Unrelated.mkv", folder="elsewhere")])
    assert names(repository.search(query)) == (["Harbour_tea-Café.mp4"] if found else [])


def test_a16_the_best_come_first(repository: VideoRepository):
    repository.add([video("harbour_one_two_three_four.mp4", folder="a/long/way/down/to/the")])
    repository.add([video("harbour.mp4", folder="a")])
    assert names(repository.search("harbour")) == ["harbour.mp4", "harbour_one_two_three_four.mp4"]
    assert names(repository.search("harbour", limit=1)) == ["harbour.mp4"]
    assert repository.search("harbour", limit=0) == []


@pytest.mark.parametrize("query", STRANGE, ids=range(len(STRANGE)))
def test_a16_no_text_is_too_strange_to_search_for(repository: VideoRepository, query: str):
    repository.add([video()])
    assert isinstance(repository.search(query), list)
    if not words(query):
        assert repository.search(query) == []
    assert len(repository.list_videos()) == 1


def test_a17_an_update_replaces_all_but_an_earlier_time_of_creation(repository: VideoRepository):
    before = video()
    repository.add([before])
    wanted = replace(
        before, path="moved/market.mp4", filename="market.mp4", audio_codec=None, created_at="never", updated_at="later"
    )
    repository.update([wanted])
    after = replace(wanted, created_at=before.created_at)
    assert repository.get([before.id]) == {before.id: after}
    assert repository.search("harbour") == []
    assert repository.search("market") == [after]
    assert repository.get_by_path([before.path]) == {}
    repository.update([replace(after, created_at="2001")])
    assert repository.list_videos()[0].created_at == "2001"


def test_a17_an_update_of_nothing_or_onto_anothers_path_is_refused(repository: VideoRepository):
    first, second = video(), video("second.mp4")
    with pytest.raises(ValueError, match="no video with the id"):
        repository.update([first])
    repository.add([first])
    repository.add([second])
    with pytest.raises(ValueError, match="another video"):
        repository.update([replace(first, width=1), replace(second, path=first.path)])
    assert repository.get([first.id]) == {first.id: first}
    assert {one.path for one in repository.list_videos()} == {first.path, second.path}


def test_a17_what_is_deleted_is_gone_and_deleting_it_again_says_so(repository: VideoRepository):
    added = video()
    repository.add([added])
    assert repository.delete([added.id, "nobody"]) == {added.id}
    assert repository.delete([added.id]) == set()
    assert repository.list_videos() == []
    assert repository.search("harbour") == []
    repository.add([added])


def test_a19_what_is_handed_out_cannot_change_what_is_kept(repository: VideoRepository):
    added = video()
    repository.add([added])
    with pytest.raises(FrozenInstanceError):
        added.width = 1  # type: ignore[misc]
    (repository.list_videos()).clear()
    assert repository.list_videos() == [added]


def test_a_video_knows_its_length():
    assert video(duration_frames=300).duration_seconds == pytest.approx(10.01)


# --- the same results everywhere -----------------------------------------------------------------

LETTERS = st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_categories=["Cs"])
SIMPLE = st.sampled_from(
    ["tea", "te", "a", "b", "ab", "Ä", "a\N{COMBINING ACUTE ACCENT}", "é", "7", "mp4", "Σ", "ß", "İ"]
)
BETWEEN = st.sampled_from(["_", "-", "/", ".", " ", "", "\N{EN DASH}", "\N{COMBINING ACUTE ACCENT}", "'", '"'])
WORDS = st.one_of(SIMPLE, SIMPLE, st.text(LETTERS, max_size=3), st.text(max_size=3))


@st.composite
def texts(draw: st.DrawFn, *, longest: int = 5) -> str:
    parts = draw(st.lists(st.tuples(WORDS, BETWEEN), min_size=1, max_size=longest))
    return "".join(word + between for word, between in parts).replace("\0", "0")


@pytest.fixture
def three(open_engine: Callable[[str], Engine]) -> Iterator[list[VideoRepository]]:
    with ExitStack() as stack:
        connections = [stack.enter_context(transaction(open_engine(kind))) for kind in ("memory", "postgres")]
        yield [InMemoryVideoRepository(), *map(SqlVideoRepository, connections)]


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    files=[("ὈΔΥΣΣΕΎΣ.mp4", "a"), ("\N{ROBOT FACE}x\N{FISH}y", "b")], queries=["ὀδυσσεύσ", "\N{ROBOT FACE}", "x", "y"]
)
@example(
    files=[("v1.2.3-rc1", "www.example.org/a_b"), ("1e5 0x1f", "a@b.c")], queries=["v1", "rc", "example", "1e", "b c"]
)
@given(
    files=st.lists(st.tuples(texts(), texts()), max_size=6), queries=st.lists(texts(longest=3), min_size=1, max_size=6)
)
def test_a20_the_same_is_found_in_memory_sqlite_and_postgres(
    files: list[tuple[str, str]], queries: list[str], three: list[VideoRepository]
):
    kept = [video(name, path=f"{number}/{path}") for number, (name, path) in enumerate(files)]
    for repository in three:
        repository.add(kept)
    for query in [*queries, *(name for name, _ in files)]:
        results = [{one.path for one in repository.search(query, limit=1000)} for repository in three]
        assert results[0] == results[1] == results[2], query
    for repository in three:
        assert repository.delete(one.id for one in kept) == {one.id for one in kept}


# --- the index -----------------------------------------------------------------------------------


def integrity(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.exec_driver_sql("INSERT INTO videos_fts(videos_fts, rank) VALUES ('integrity-check', 1)")


def test_a15_the_index_keeps_no_copy_and_can_be_made_anew(open_engine: Callable[[str], Engine]):
    engine = open_engine("memory")
    with transaction(engine) as connection:
        tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
        assert "videos_fts" in tables
        assert "videos_fts_content" not in tables
        connection.exec_driver_sql("INSERT INTO videos_fts(videos_fts) VALUES ('rebuild')")
    integrity(engine)


SPOKEN = ["tea", "harbour", "market", "night"]
COLUMNS = (
    "id, filename, path, duration_frames, frame_rate_numerator, frame_rate_denominator, width, height, video_codec"
)
INSERT = f"INSERT INTO videos ({COLUMNS}, file_size, created_at, updated_at) VALUES "  # noqa: S608


def change(connection: Connection, chance: random.Random, kept: dict[str, str]) -> None:
    """One random statement, as somebody may type it; `kept` is what the table should hold afterwards."""
    name = "_".join(chance.choices(SPOKEN, k=2)) + f"_{chance.randrange(10**9)}.mp4"
    row = f"('{uuid4()}', '{name}', 'a/{name}', 1, 25, 1, 1, 1, 'h264', 1, '', '')"
    known = chance.choice(sorted(kept)) if kept else ""
    match chance.choice(["insert", "insert", "upsert", "update", "touch", "delete"]) if known else "insert":
        case "insert":
            connection.exec_driver_sql(INSERT + row)
            kept[row.split("'")[1]] = name
        case "upsert":
            taken = row.replace(f"'a/{name}'", f"'a/{kept[known]}'")
            connection.exec_driver_sql(
                f"{INSERT}{taken} ON CONFLICT (path) DO UPDATE SET filename = excluded.filename, path = 'a/{name}'"
            )
            kept[known] = name
        case "update":
            connection.exec_driver_sql(f"UPDATE videos SET filename = '{name}', path = 'a/{name}' WHERE id = '{known}'")  # noqa: S608
            kept[known] = name
        case "touch":
            connection.exec_driver_sql(f"UPDATE videos SET width = width + 1 WHERE id = '{known}'")  # noqa: S608
        case "delete":
            connection.exec_driver_sql(f"DELETE FROM videos WHERE id = '{known}'")  # noqa: S608
            del kept[known]


@pytest.mark.parametrize("kind", ["memory", "postgres"])
def test_a14_the_index_follows_a_thousand_changes_in_plain_sql(kind: str, open_engine: Callable[[str], Engine]):
    engine, chance, kept = open_engine(kind), random.Random(14), dict[str, str]()
    for turn in range(50):
        after = dict(kept)
        with engine.connect() as connection, connection.begin() as attempt:
            for _ in range(20):
                change(connection, chance, after)
            if turn % 5 == 4:
                attempt.rollback()
            else:
                kept = after
    with transaction(engine) as connection:
        repository = SqlVideoRepository(connection)
        assert len(repository.list_videos(limit=1000)) == len(kept) > 50
        for word in SPOKEN:
            found = {one.id for one in repository.search(word, limit=1000)}
            assert found == {key for key, name in kept.items() if word in name.split("_")}
    if kind == "memory":
        integrity(engine)


# --- the audit log -------------------------------------------------------------------------------


def audited(engine: Engine) -> list[dict[str, Any]]:
    with transaction(engine) as connection:
        rows = connection.exec_driver_sql("SELECT * FROM audit_log ORDER BY sequence").mappings()
        return [dict(row) for row in rows]


def test_a23_every_change_is_audited_once_and_what_changes_nothing_is_not(engine: Engine):
    added = video()
    with transaction(engine) as connection:
        repository = SqlVideoRepository(connection, context={added.id: "who"}.get)
        repository.add([added])
        repository.update([added])
        repository.update([replace(added, width=2, audio_codec=None)])
        repository.delete([added.id])
        repository.delete([added.id])
    inserted, updated, deleted = audited(engine)
    assert [row["operation"] for row in (inserted, updated, deleted)] == ["INSERT", "UPDATE", "DELETE"]
    assert {(row["entity_type"], row["entity_id"], row["context"]) for row in (inserted, updated, deleted)} == {
        ("video", added.id, "who")
    }
    assert inserted["changes_json"] is None
    assert json.loads(updated["changes_json"]) == {
        "width": {"old": 1280, "new": 2},
        "audio_codec": {"old": "aac", "new": None},
    }
    assert json.loads(deleted["changes_json"])["path"] == {"old": added.path, "new": None}
    assert all(UUID(row["id"]).version == 4 for row in (inserted, updated, deleted))
    assert inserted["timestamp"] <= updated["timestamp"] <= deleted["timestamp"]
    assert inserted["timestamp"].endswith("Z")


def test_a23_what_is_refused_or_rolled_back_leaves_no_trace(engine: Engine):
    first, second = video(), video("second.mp4")
    with transaction(engine) as connection:
        repository = SqlVideoRepository(connection)
        repository.add([first, second])
        with pytest.raises(ValueError, match="another video"):
            repository.add([first])
        with pytest.raises(ValueError, match="another video"):
            repository.update([replace(second, path=first.path)])
    with suppress(KeyError), transaction(engine) as connection:
        audit(connection, [Change("INSERT", "video", "x", {}, None)])
        raise KeyError
    assert len(audited(engine)) == 2


def test_a24_history_has_one_order_though_times_are_equal(engine: Engine):
    with transaction(engine) as connection:
        audit(connection, [Change("INSERT", "video", str(number), {}, None) for number in range(50)])
    rows = audited(engine)
    assert [row["entity_id"] for row in rows] == [str(number) for number in range(50)]
    assert len({row["timestamp"] for row in rows}) == 1
    assert len({row["id"] for row in rows}) == 50


def test_a23_values_that_json_cannot_write_as_they_are_are_written_all_the_same(engine: Engine):
    odd: dict[str, dict[str, Any]] = {
        "text": {"old": "a\0b", "new": 'q"\N{SNOWMAN}'},
        "number": {"old": float("nan"), "new": 10**30},
    }
    with transaction(engine) as connection:
        audit(connection, [Change("UPDATE", "video", "x", odd, None)])
    assert json.loads(audited(engine)[0]["changes_json"])["text"] == odd["text"]
