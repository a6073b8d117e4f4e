"""Films without the recorder: nothing but the record is missing."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.product import SMALL, run, running_stack, stored_messages

TEXT = "Tea\n\nTea is a drink. It is made of leaves.\n"

pytestmark = pytest.mark.timeout(180)


async def test_b50_b52_the_video_is_the_same_without_a_record_and_a_recorder_catches_up(tmp_path: Path):
    script = tmp_path / "tea.txt"
    script.write_text(TEXT)
    arguments = ("make", "--script", str(script), "--size", SMALL)
    data = tmp_path / "unrecorded"
    nowhere = {"DATABASE_URL": f"sqlite:///{tmp_path}/no/such/folder/record.db"}
    without = await run(*arguments, "--no-record", "--out", "a", data=data, cwd=tmp_path, **nowhere)
    assert without.returncode == 0, without.err
    summary = dict(line.partition(":")[::2] for line in without.out.splitlines())
    assert summary["record"].strip().startswith("none")

    recorded = await run(*arguments, "--out", "b", "--json", data=tmp_path / "recorded", cwd=tmp_path)
    assert recorded.returncode == 0, recorded.err
    assert Path(summary["video"].strip()).read_bytes() == Path(recorded.result["video"]).read_bytes()

    assert not (data / "scenewire.db").exists()
    assert (await run(*arguments, "--out", "c", data=data, cwd=tmp_path)).returncode == 0
    assert stored_messages(data)["video.assembled"] == 2


def damage(path: Path) -> None:
    path.write_bytes(b"this is not a database" * 100)


def make_too_new(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE scenewire_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO scenewire_version VALUES ('ffffffffffff')")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [(damage, "is damaged"), (make_too_new, "has the schema ffffffffffff")],
    ids=["damaged", "too new"],
)
async def test_a_database_that_cannot_be_used_at_the_start_does_not_stop_a_video(spoil, reason, tmp_path: Path):
    data, script = tmp_path / "data", tmp_path / "tea.txt"
    script.write_text(TEXT)
    arguments = ("make", "--script", str(script), "--size", SMALL, "--json")
    data.mkdir()
    spoil(data / "scenewire.db")
    made = await run(*arguments, data=data, cwd=tmp_path)
    assert made.returncode == 2
    notes = [event["text"] for event in made.events if event["event"] == "note"]
    assert any(note.startswith("not on record yet: ") and reason in note for note in notes), notes
    assert Path(made.result["video"]).stat().st_size > 0
    assert made.result["video"] in made.err
    (data / "scenewire.db").unlink()
    again = await run(*arguments, data=data, cwd=tmp_path)
    assert (again.returncode, again.result["project_id"]) == (0, made.result["project_id"])
    assert stored_messages(data)["video.assembled"] == 1


async def test_row_44_a_stack_starts_with_a_locked_database_and_records_once_it_is_free(tmp_path: Path):
    data, script = tmp_path / "data", tmp_path / "tea.txt"
    script.write_text(TEXT)
    assert (await run("db", "upgrade", data=data, cwd=tmp_path)).returncode == 0
    with closing(sqlite3.connect(data / "scenewire.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        async with running_stack(data, tmp_path, RECORDER_DATABASE_TIMEOUT="0.1"):
            requested = await run("request", "--script", str(script), "--size", SMALL, data=data, cwd=tmp_path)
            watched = await run("watch", requested.out.strip(), "--json", data=data, cwd=tmp_path)
            assert watched.returncode == 0, watched.err
            holder.execute("ROLLBACK")
            async with asyncio.timeout(30):
                while not stored_messages(data)["video.assembled"]:
                    await asyncio.sleep(0.1)
