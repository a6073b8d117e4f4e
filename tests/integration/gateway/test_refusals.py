"""What strangers send to a gateway by mistake, and what it tells them to do."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from scenewire_cli.remote import listing
from scenewire_cli.remote.options import ServerAddress
from tests.support.doors import ordered, until_state
from tests.support.gateway_stack import running_gateway

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with running_gateway(tmp_path) as url, httpx2.AsyncClient(base_url=url, timeout=20) as client:
        yield client


async def test_a_misspelt_query_parameter_is_refused_and_not_ignored(client: httpx2.AsyncClient):
    project = (await ordered(client))["links"]["self"]
    for path, hint in {
        "/v1/projects?limt=1": "did you mean 'limit'?",
        f"{project}?revision=1": "this request takes none",
        f"{project}/storyboard?revison=0": "did you mean 'revision'?",
        f"{project}/events?from=1": "this request takes after",
        "/v1/events?afer=1": "did you mean 'after'?",
        "/v1/search?q=sea&max=1": "this request takes q, limit",
    }.items():
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["hint"]) == (422, hint), path
    misspelt = await client.post("/v1/uploads?nme=a.wav", content=b"x")
    assert misspelt.json()["detail"] == "the query parameter 'nme' is unknown"
    for path in ("/v1/projects?limit=1&offset=0", "/?from=newsletter", "/healthz?x=1", "/api/projects?t=1"):
        assert (await client.get(path)).status_code == 200, path


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "it is empty"),
        (b'{"topic":', "Expecting value at character 9"),
        (b'{"topic": "x"} and more', "Extra data at character 15"),
        (b'{"topic": "\xff"}', "it is not UTF-8"),
    ],
)
async def test_a_body_that_is_not_json_is_named_so(client: httpx2.AsyncClient, body: bytes, reason: str):
    answer = await client.post("/v1/projects", content=body, headers=JSON)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_json")
    assert problem["detail"] == f"the body is not JSON: {reason}"


async def test_an_upload_as_a_form_says_how_to_send_it(client: httpx2.AsyncClient):
    answer = await client.post("/v1/uploads?name=a.jpg", files={"file": b"x"})
    assert (answer.status_code, answer.json()["code"]) == (415, "media_refused")
    assert "--data-binary" in answer.json()["hint"]


async def test_a_project_that_does_not_exist_names_the_list_and_no_command(client: httpx2.AsyncClient):
    for project in ("abc", "abcd0123", "00000000-0000-4000-8000-000000000000"):
        problem = (await client.get(f"/v1/projects/{project}")).json()
        assert problem["hint"] == "take the id from the list of projects"


async def test_all_projects_can_be_listed_in_parts(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    made = [(await ordered(client, title=f"Number {number}", voice="?"))["id"] for number in range(5)]
    for project in made:
        await until_state(client, project, "failed")  # there is no such voice; the order of the list stays from then on
    listed, offset = [], 0
    while offset is not None:
        answer = (await client.get("/v1/projects", params={"limit": 2, "offset": offset})).json()
        assert len(answer["projects"]) <= 2
        listed += [project["id"] for project in answer["projects"]]
        offset = answer["next_offset"]
    assert sorted(listed) == sorted(made)
    last = (await client.get("/v1/projects", params={"state": "failed", "offset": 4})).json()
    assert ([project["id"] for project in last["projects"]], last["next_offset"]) == (listed[4:], None)

    monkeypatch.setattr(listing, "_MAX_LISTED", 2)
    capsys.readouterr()
    await listing.list_on_server(ServerAddress(str(client.base_url).rstrip("/")), limit=4, as_json=True)
    printed = [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert printed == listed[:4]
