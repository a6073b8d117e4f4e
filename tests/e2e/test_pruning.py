"""`scenewire prune` after a year: what is old goes, what is needed stays, and videos can still be made."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.product import SMALL, Finished, record, run

pytestmark = pytest.mark.timeout(240)

DAY_S = 86_400


def age(data: Path, days: int) -> None:
    """Has everything that was stored and recorded so far happened so many days earlier."""
    then = time.time() - days * DAY_S
    for path in (data / "artifacts").rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))
    with closing(sqlite3.connect(data / "scenewire.db")) as connection, connection:
        connection.execute(
            "UPDATE message_log SET published_at = strftime('%Y-%m-%dT%H:%M:%fZ', published_at, ?)", (f"-{days} days",)
        )


def stored(data: Path, folder: str) -> set[str]:
    root = data / "artifacts" / folder
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


async def prune(data: Path, *arguments: str) -> dict[str, Any]:
    done = await run("prune", *arguments, "--json", data=data, cwd=data)
    assert done.returncode == 0, done.err
    (event,) = done.events
    return event


async def make(data: Path, cwd: Path, *arguments: str) -> Finished:
    done = await run("make", *arguments, "--size", SMALL, "--json", data=data, cwd=cwd)
    assert done.returncode == 0, done.err
    return done


async def test_a_year_of_pruning(tmp_path: Path):
    data, script = tmp_path / "data", tmp_path / "tea.txt"
    script.write_text("Tea\n\nTea is a drink. It is made of leaves.\n")
    made = (await make(data, tmp_path, "--script", str(script))).result
    project = made["project_id"]
    before = stored(data, "content")

    recent = await prune(data, "--older-than", "30d", "--max-size", "1B", "--projects-older-than", "30d", "--yes")
    assert (recent["files"], recent["projects"], stored(data, "content")) == (0, [], before)
    assert recent["excess_bytes"] > 0

    age(data, 31)
    tried = await prune(data, "--older-than", "30d", "--dry-run")
    assert tried["files"] > 0
    assert stored(data, "content") == before
    pruned = await prune(data, "--older-than", "30d")
    assert {name: pruned[name] for name in ("files", "bytes", "kept_files")} == {
        name: tried[name] for name in ("files", "bytes", "kept_files")
    }
    assert stored(data, "content") == set()
    assert {name.partition("/")[0] for name in stored(data, "results")} == {"orders", "script"}
    output = stored(data, "output")
    assert f"{project}/{Path(made['video']).name}" in output

    remade = await run("remake", project, "--from", "assembly", "--json", data=data, cwd=tmp_path)
    assert remade.returncode == 0, remade.err
    assert remade.result["project_id"] == project
    assert stored(data, "output") > output

    age(data, 31)
    refused = await run("prune", "--projects-older-than", "30d", data=data, cwd=tmp_path)
    assert (refused.returncode, stored(data, "output") > output) == (1, True)
    assert "add --yes to delete 1 project" in refused.err
    assert (await prune(data, "--projects-older-than", "30d", "--yes"))["projects"] == [project]
    assert stored(data, "output") == set()
    with record(data) as connection:
        assert connection.execute("SELECT * FROM projects").fetchall() == []
    history = await run("history", project, "--json", data=data, cwd=tmp_path)
    assert history.events[-1]["subject"] == "project.deleted"

    too_short = await run("prune", "--record-older-than", "29d", "--yes", data=data, cwd=tmp_path)
    assert too_short.returncode == 1
    assert "--record-older-than must be at least 30 days" in too_short.err
    assert (await prune(data, "--record-older-than", "30d"))["forgotten"] == []
    age(data, 31)
    assert (await prune(data, "--record-older-than", "30d", "--yes"))["forgotten"] == [project]
    with record(data) as connection:
        assert connection.execute("SELECT count(*) FROM message_log").fetchone()[0] == 0
    rebuilt = await run("rebuild", "--json", data=data, cwd=tmp_path)
    assert (rebuilt.returncode, rebuilt.events[-1]["mended"]) == (0, 0)
