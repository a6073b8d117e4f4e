"""Projects are deleted through the gateway and by the command: nothing of them can be reached or made again."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from scenewire.ffmpeg.discovery import find_ffmpeg
from tests.support.doors import an_order, events, open_door, ordered, until_state
from tests.support.product import SMALL, record, run, run_on_a_terminal, stored_messages

pytestmark = pytest.mark.timeout(240)

KEY = {"Idempotency-Key": "tides-1"}
TABLES = ("projects", "scenes", "visual_suggestions", "footage", "assembly_jobs")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def output(data: Path) -> list[Path]:
    return [path for path in (data / "artifacts" / "output").rglob("*") if path.is_file()]


def rows(data: Path) -> dict[str, int]:
    with record(data) as connection:
        counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}  # noqa: S608
    return {table: count for table, count in counts.items() if count}


async def until_removed(data: Path) -> None:
    """Rows and files go a moment after the deletion is stored."""
    async with asyncio.timeout(20):
        while rows(data) or output(data):
            await asyncio.sleep(0.05)


def paths_of(project: dict[str, Any], scene: int = 1) -> list[str]:
    """Everything that there is about a project."""
    files = project["versions"][0]["links"].values() if project["versions"] else []
    own = [f"{project['links']['self']}/scenes/{scene}/{name}" for name in ("narration", "picture", "segment")]
    prior = [f"/api/projects/{project['id']}/{name}" for name in ("scenes", "export")]
    links = [path for name, path in project["links"].items() if name != "page"]
    return [*links, *files, *own, *prior, f"{project['links']['self']}/preview/{scene}.mp4"]


async def statuses(client: httpx2.AsyncClient, paths: list[str]) -> dict[str, int]:
    return {path: (await client.get(path)).status_code for path in paths}


async def test_a_deleted_project_can_be_neither_reached_nor_ordered_again(tmp_path: Path, data: Path) -> None:
    async with open_door(data, tmp_path) as client:
        accepted = (await client.post("/v1/projects", json=an_order(), headers=KEY)).json()
        project = await until_state(client, accepted["id"], "finished")
        readable = [path for path in paths_of(project) if not path.endswith("/events")]
        assert set((await statuses(client, readable)).values()) == {200}
        assert output(data)

        watched = [Watched(client, path) for path in ("/v1/events", project["links"]["events"])]
        await asyncio.gather(*(watcher.connected.wait() for watcher in watched))
        answer = await client.delete(project["links"]["self"])
        assert (answer.status_code, answer.json()["id"]) == (202, project["id"])
        for event in await asyncio.gather(*(watcher.last_event for watcher in watched)):
            assert (event["project_id"], event["project"]) == (project["id"], None)

        assert set((await statuses(client, paths_of(project))).values()) == {404}
        assert (await client.get("/v1/projects")).json() == {"projects": [], "next_offset": None}
        assert (await client.get("/v1/search", params={"q": "moon water"})).json()["videos"] == []
        again = await client.delete(project["links"]["self"])
        assert (again.status_code, again.json()["detail"]) == (404, f"project {project['id']} was deleted")
        assert (await client.get(f"/v1/projects/{project['id'][:8]}")).json()["code"] == "not_on_record"
        edit = await client.post(f"{project['links']['self']}/edits", json={"expected_revision": 0})
        assert edit.status_code == 404
        for order in (an_order(), an_order(title="Ebb")):
            refused = await client.post("/v1/projects", json=order, headers=KEY)
            assert (refused.status_code, refused.json()["code"]) == (409, "order_conflict")
            assert f"project {project['id']} was deleted" in refused.json()["detail"]
        await until_removed(data)
        assert (await client.get("/api/projects")).json()["data"]["projects"] == []
        other = await ordered(client, text="The sea rises.")
        await until_state(client, other["id"], "finished")
    async with open_door(data, tmp_path) as client:
        assert (await client.get(project["links"]["self"])).json()["detail"] == f"project {project['id']} was deleted"
        assert [found["id"] for found in (await client.get("/v1/projects")).json()["projects"]] == [other["id"]]
        assert (await client.post("/v1/projects", json=an_order(), headers=KEY)).status_code == 409


class Watched:
    """Events until a deletion."""

    def __init__(self, client: httpx2.AsyncClient, path: str) -> None:
        self.connected = asyncio.Event()
        self.last_event = asyncio.create_task(self._until_deleted(client, path))

    async def _until_deleted(self, client: httpx2.AsyncClient, path: str) -> dict[str, Any]:
        async for event in events(client, path, last=1):
            self.connected.set()
            if event["kind"] == "deletion":
                return event
        raise AssertionError


async def test_a_project_that_is_being_made_is_deleted_at_once_and_others_go_on(tmp_path: Path, data: Path) -> None:
    hung, encoding = tmp_path / "ffmpeg", tmp_path / "encoding"
    ffmpeg = (await find_ffmpeg()).path
    hung.write_text(
        f"""#!/bin/sh
case "$*" in *libx264*) [ -e '{encoding}' ] || {{ touch '{encoding}'; exec sleep 600; }} ;; esac
exec '{ffmpeg}' "$@"
"""
    )
    hung.chmod(0o755)
    async with open_door(data, tmp_path, FFMPEG=str(hung), ASSEMBLY_FFMPEG=str(hung)) as client:
        project = await ordered(client)
        async with asyncio.timeout(60):
            while not encoding.exists():
                await asyncio.sleep(0.05)
        assert (await client.delete(project["links"]["self"])).status_code == 202
        assert (await client.get(project["links"]["self"])).status_code == 404
        other = await ordered(client, text="The sea rises.")
        await until_state(client, other["id"], "finished")
        assert [found["id"] for found in (await client.get("/v1/projects")).json()["projects"]] == [other["id"]]
    told = stored_messages(data, project["id"])
    assert (told["project.deleted"], told["video.assembled"], told["project.failed"]) == (1, 0, 0)
    assert {path.relative_to(data / "artifacts" / "output").parts[0] for path in output(data)} == {other["id"]}


async def test_a_project_is_deleted_without_a_running_stack_and_made_again(tmp_path: Path, data: Path) -> None:
    (tmp_path / "tea.txt").write_text("Tea is old.")
    words = ("make", "--script", "tea.txt", "--size", SMALL, "--json")
    made = await run(*words, data=data, cwd=tmp_path)
    assert made.returncode == 0, made.err
    project = made.result["project_id"]

    unasked = await run("delete", project[:8], data=data, cwd=tmp_path)
    assert (unasked.returncode, "nobody is there to confirm" in unasked.err) == (1, True)
    code, shown = await run_on_a_terminal("delete", project[:8], data=data, cwd=tmp_path, answer="n\n")
    assert (code, "Delete" in shown) == (1, True)
    assert rows(data)["projects"] == 1
    code, shown = await run_on_a_terminal(
        "delete", project[:8], "--reason", "old", data=data, cwd=tmp_path, answer="y\n"
    )
    assert (code, f"deleted {project[:8]}" in shown) == (0, True)
    assert (rows(data), output(data)) == ({}, [])
    assert Path(made.result["video"]).exists()

    gone = await run("show", project[:8], data=data, cwd=tmp_path)
    assert (gone.returncode, "it was deleted at" in gone.err) == (1, True)
    assert "project.deleted" in (await run("history", project[:8], data=data, cwd=tmp_path)).out
    assert (await run("list", "--json", data=data, cwd=tmp_path)).events == []
    twice = await run("delete", project, "--yes", "--json", data=data, cwd=tmp_path)
    assert [event["event"] for event in twice.events] == ["already_deleted"]
    again = await run(*words, data=data, cwd=tmp_path)
    assert again.returncode == 0, again.err
    assert again.result["project_id"] != project


async def test_make_that_waits_for_a_project_says_that_it_was_deleted_and_the_next_one_makes_it(
    tmp_path: Path, data: Path
) -> None:
    hung = tmp_path / "ffmpeg"
    hung.write_text(
        f'#!/bin/sh\ncase "$*" in *libx264*) exec sleep 600 ;; esac\nexec \'{(await find_ffmpeg()).path}\' "$@"\n'
    )
    hung.chmod(0o755)
    (tmp_path / "tea.txt").write_text("Tea is old.")
    words = ("make", "--script", "tea.txt", "--size", SMALL, "--json")
    making = asyncio.create_task(run(*words, data=data, cwd=tmp_path, FFMPEG=str(hung), ASSEMBLY_FFMPEG=str(hung)))
    async with asyncio.timeout(60):
        while not (running := (await run("ps", "--json", data=data, cwd=tmp_path)).events):
            await asyncio.sleep(0.2)
    deleted = await run("delete", running[0]["id"], "--yes", data=data, cwd=tmp_path)
    assert deleted.returncode == 0, deleted.err
    made = await making
    assert (made.returncode, "was deleted" in made.err) == (1, True)
    again = await run(*words, data=data, cwd=tmp_path)
    assert again.returncode == 0, again.err
    assert again.result["project_id"] != running[0]["id"]
