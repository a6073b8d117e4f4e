"""Every route of the gateway's OpenAPI document, with every kind of credentials."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from scenewire.contracts import read_asyncapi
from scenewire_gateway.access.keys import KeysFile
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.projects.costs import CostSums
from tests.support.doors import ordered
from tests.support.gateway_stack import running_gateway

pytestmark = pytest.mark.timeout(120)

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Guarded:
    """A gateway with keys.

    Attributes:
        headers: by name of the credentials; each scope has a key of its name.
        project: a project that exists.
    """

    client: httpx2.AsyncClient
    headers: dict[str, dict[str, str]]
    project: str

    async def status(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
        """Returns status and code; leaves streams that do not end."""
        async with asyncio.timeout(20), self.client.stream(method, path, headers=headers) as answer:
            if answer.headers.get("content-type") != "application/problem+json":
                return answer.status_code, ""
            await answer.aread()
            return answer.status_code, answer.json()["code"]


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Guarded]:
    keys = KeysFile(tmp_path / "keys.toml")
    tokens = {scope.value: keys.add(scope.value, scope) for scope in Scope}
    tokens["expired"] = keys.add("expired", Scope.ADMIN, lifetime=timedelta(0))
    tokens["removed"] = keys.add("removed", Scope.ADMIN)
    keys.remove("removed")
    tokens["wrong"] = tokens["admin"][:-1]
    headers = {name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}
    async with (
        running_gateway(tmp_path, keys_file=keys.path) as url,
        httpx2.AsyncClient(base_url=url, timeout=20) as client,
    ):
        client.headers.update(headers["admin"])
        project = await ordered(client)
        del client.headers["authorization"]
        yield Guarded(client, headers | {"none": {}}, project["id"])


def needed(method: str, path: str) -> Scope | None:
    """Returns the scope that a route is to need; None for a public one. Written by hand, not taken from the code."""
    if path == "/healthz":
        return None
    if method == "get" or path == "/v1/session":
        return Scope.READ
    return Scope.ADMIN if method == "delete" else Scope.ORDER


def routes(document: dict[str, Any], **values: str) -> Iterator[tuple[str, str, Scope | None]]:
    """Yields method, path and needed scope of every route, with values in place of the parameters in its path."""
    for template, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                path = re.sub(r"\{(\w+)\}", lambda name: values.get(name[1], "1"), template)
                yield method, path, needed(method, template)


async def test_every_route_admits_exactly_the_keys_of_its_scope(guarded: Guarded):
    document = (await guarded.client.get("/openapi.json", headers=guarded.headers["read"])).json()
    found, wrong = 0, []
    for method, path, scope in routes(document, project=guarded.project):
        found += 1
        for name, headers in guarded.headers.items():
            given = Scope(name) if name in set(Scope) else None
            if scope is None or (given is not None and given.includes(scope)):
                continue
            status, code = await guarded.status(method, path, headers)
            expected = (
                (403, "missing_scope")
                if given
                else (401, {"none": "no_token", "expired": "expired_token"}.get(name, "invalid_token"))
            )
            if (status, code) != expected:
                wrong.append((method, path, name, status, code))
    assert wrong == []
    assert found > 20

    for method, path, scope in routes(document, project=str(uuid4())):
        for name in (*Scope, "none"):
            if scope is None or (name != "none" and Scope(name).includes(scope)):
                status, code = await guarded.status(method, path, guarded.headers[name])
                if status in (401, 403) or status >= 500:
                    wrong.append((method, path, name, status, code))
    assert wrong == []


async def test_a_cookie_has_the_scope_of_its_key_on_every_route(guarded: Guarded):
    document = (await guarded.client.get("/openapi.json", headers=guarded.headers["read"])).json()
    await guarded.client.post("/v1/session", headers=guarded.headers["read"])
    wrong = []
    for method, path, scope in routes(document, project=guarded.project):
        if scope in (Scope.ORDER, Scope.ADMIN):
            refused = await guarded.status(method, path, {})
            forged = await guarded.status(method, path, {"Origin": "http://evil.example"})
            if (refused[1], forged[1]) != ("missing_scope", "cross_origin"):
                wrong.append((method, path, refused, forged))
    assert wrong == []
    assert (await guarded.client.get(f"/v1/projects/{guarded.project}")).status_code == 200
    assert await guarded.status("get", "/v1/events", {}) == (200, "")


async def test_no_other_spelling_of_a_path_needs_no_key(guarded: Guarded):
    paths = [
        *(
            "/openapi.json",
            "/asyncapi.json",
            "/docs",
            "/redoc",
            "/mcp",
            "/mcp/",
            "/none",
            "/v1",
            "/v1/",
            "/v1/projects/",
            "/V1/projects",
        ),
        *("//v1/projects", "/./v1/projects", "/healthz/x", "/v1/projects%2F", "/v1/projects;x", "/%76%31/projects"),
        *("/api/projects", "/pages", "/projects"),
    ]
    below_pages = ["/pages/../v1/projects", "/pages/%2e%2e/v1/projects", "/pages/..%2fv1/projects", "/projects/x/y"]

    async def status(path: str) -> int:
        url = httpx2.URL(str(guarded.client.base_url), raw_path=path.encode())
        return (await guarded.client.get(url)).status_code

    assert {path: await status(path) for path in paths} == dict.fromkeys(paths, 401)
    assert {await status(path) for path in below_pages} <= {401, 404}


async def test_pages_answer_without_a_key_so_that_they_can_ask_for_one(guarded: Guarded):
    assert (await guarded.client.get("/")).headers["content-type"].startswith("text/html")
    assert (await guarded.client.get("/healthz")).json() == {"status": "ok"}
    link = await guarded.client.get(f"/projects/{guarded.project}", follow_redirects=True)
    assert (link.status_code, link.url.path) == (200, "/")


async def test_a08_the_contract_of_the_bus_is_served_to_every_key(guarded: Guarded):
    answer = await guarded.client.get("/asyncapi.json", headers=guarded.headers["read"])
    assert answer.headers["content-type"] == "application/json"
    assert answer.text == read_asyncapi()


async def test_the_cost_of_a_project_is_summed_by_stage(guarded: Guarded):
    answer = await guarded.client.get(f"/v1/projects/{guarded.project}/cost", headers=guarded.headers["read"])
    cost = answer.json()
    assert answer.status_code == 200
    assert cost["project_id"] == str(guarded.project)
    assert cost["total"].keys() == CostSums.model_fields.keys()


async def test_who_ordered_a_project_is_in_its_history(guarded: Guarded):
    history = await guarded.client.get(f"/v1/projects/{guarded.project}/history", headers=guarded.headers["read"])
    assert history.json()["history"][0]["by"] == "admin"
