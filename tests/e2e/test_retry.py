"""Failed projects are made again from the stage that failed, here and on a server, with and without a running stack."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from scenewire.artifacts.opening import open_store
from scenewire.messages import ArtifactRef, ScriptRequested
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder
from tests.support.doors import gateway_of, until_state, visitor
from tests.support.product import record, run, running_stack, stored_messages

pytestmark = pytest.mark.timeout(280)

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "fits.webp"
SCENES = ("The sea rises.", "The sea falls.")
SPOKEN = {"TTS_ENGINE": "espeak"}


class Background:
    """The background of an order, which is not among the artifacts at first."""

    def __init__(self, data: Path) -> None:
        self._store = open_store((data / "artifacts").as_uri())
        self._root = data / "artifacts"
        self.ref: ArtifactRef | None = None

    async def lose(self) -> ArtifactRef:
        self.ref = await self._store.add(PICTURE, "image/webp")
        (self._root / self.ref.key).unlink()
        return self.ref

    async def find(self) -> None:
        await self._store.add(PICTURE, "image/webp")


async def failed_order(data: Path, background: Background) -> UUID:
    """Orders a video whose background is missing; returns its id once it has failed."""
    lost = await background.lose()
    look = {"width": 320, "height": 180, "closing": False, "background": {"file": lost.model_dump()}}
    project = uuid4()
    order = ScriptRequested.model_validate({"project_id": project, "scenes": SCENES, "language": "en", "look": look})
    async with existing(DataFolder(data), None) as access:
        await access.bus.publish(order)
    ended = await run("watch", str(project), "--json", data=data, cwd=data)
    assert (ended.returncode, ended.events[-1]["code"]) == (1, "artifact_missing")
    return project


def narrations(data: Path) -> dict[str, int]:
    """When each stored narration was made."""
    found = (data / "artifacts" / "results" / "tts").glob("*.json")
    return {path.name: path.stat().st_mtime_ns for path in found}


async def test_a_failed_project_goes_on_where_it_failed_and_keeps_what_was_finished(tmp_path: Path):
    data = tmp_path / "data"
    background = Background(data)
    async with running_stack(data, tmp_path, **SPOKEN):
        project = await failed_order(data, background)
        narrated = narrations(data)
        again = await run("retry", str(project)[:8], "--json", data=data, cwd=tmp_path)
        assert (again.returncode, again.events[-1]["code"]) == (1, "artifact_missing")
        assert again.events[0] | {"name": ""} == {
            "event": "accepted",
            "project_id": str(project),
            "name": "",
            "revision": 1,
        }
        await background.find()
        retried = await run("retry", str(project)[:8], "--out", "videos", "--json", data=data, cwd=tmp_path)
        assert retried.returncode == 0, retried.err
        assert Path(retried.result["video"]).is_file()
        assert Path(retried.result["video"]).is_relative_to(tmp_path / "videos")
        assert narrations(data).items() >= narrated.items()
        assert stored_messages(data, str(project))["script.requested"] == 1
        refused = await run("retry", str(project), "--json", data=data, cwd=tmp_path)
        assert (refused.returncode, refused.events[-1]["code"]) == (1, "invalid_order")
        assert "is finished; only failed and cancelled projects are retried" in refused.err
        assert f"`scenewire remake {str(project)[:8]}`" in refused.err


async def test_a_stopped_stack_lists_its_letters_and_retries_with_a_stack_of_its_own(tmp_path: Path):
    data = tmp_path / "data"
    background = Background(data)
    async with running_stack(data, tmp_path, **SPOKEN):
        projects = [await failed_order(data, background), await failed_order(data, background)]
    listed = await run("dlq", "list", "--json", data=data, cwd=tmp_path)
    assert list(dict.fromkeys(row["project_id"] for row in listed.events)) == [str(id_) for id_ in reversed(projects)]
    assert {(row["durable"], row["reason"]) for row in listed.events} == {("assembly", "artifact_missing")}
    refused = await run("retry", str(projects[0]), "--no-wait", data=data, cwd=tmp_path)
    assert (refused.returncode, "no stack is running" in refused.err) == (1, True)
    await background.find()
    letter = str(listed.events[0]["sequence"])
    put_back = await run("dlq", "retry", letter, "--json", data=data, cwd=tmp_path, **SPOKEN)
    assert [event["event"] for event in put_back.events] == ["retried"], put_back.err
    retried = await run("retry", str(projects[0]), "--json", data=data, cwd=tmp_path, **SPOKEN)
    assert retried.returncode == 0, retried.err
    with record(data) as rows:
        states = {row["id"]: row["status"] for row in rows.execute("SELECT id, status FROM projects")}
    assert states[str(projects[0])] == "complete"
    async with running_stack(data, tmp_path, **SPOKEN):
        watched = await run("watch", str(projects[1]), "--json", data=data, cwd=tmp_path)
    assert watched.returncode == 0, watched.err


async def test_a_cancelled_project_is_retried_on_a_server(tmp_path: Path):
    data = tmp_path / "data"
    async with running_stack(data, tmp_path, **SPOKEN):
        here = {"SCENEWIRE_DATA": "", "SCENEWIRE_SERVER": gateway_of(data)}
        (tmp_path / "talk.txt").write_text(" ".join(SCENES * 20))
        words = ("--script", "talk.txt", "--size", "320x180")
        project = (await run("request", *words, data=data, cwd=tmp_path, **here)).out.strip()
        early = await run("retry", project, "--no-wait", "--json", data=data, cwd=tmp_path, **here)
        assert (early.returncode, early.events[-1]["code"]) == (1, "invalid_order")
        assert (await run("cancel", project, data=data, cwd=tmp_path, **here)).returncode == 0
        async with visitor(data) as client:
            await until_state(client, project, "cancelled")
        retried = await run("retry", project[:8], "--no-wait", "--json", data=data, cwd=tmp_path, **here)
        assert retried.returncode == 0, retried.err
        (event,) = retried.events
        assert (event["event"], event["project_id"], event["revision"]) == ("accepted", project, 1)
        watched = await run("watch", project, "--json", data=data, cwd=tmp_path, **here)
        assert json.loads(watched.out.splitlines()[-1])["event"] == "finished", watched.err
