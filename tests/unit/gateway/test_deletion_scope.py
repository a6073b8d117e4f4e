"""Who may delete projects."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from scenewire.messages import ScriptRequested
from scenewire_gateway.access.scopes import Caller, Scope
from scenewire_gateway.http.routes.edits import edits_router
from scenewire_gateway.problems import Problem
from scenewire_gateway.projects.state import ProjectState
from tests.support.gateway import browsing


class Deleting:
    """The board and the orders, as far as a deletion needs them."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    async def delete(self, _project: object, *, caller: str) -> None:
        self.deleted.append(caller)

    async def expect_deletion(self, project: object) -> None:
        pass


@pytest.mark.parametrize(("scope", "status"), [(Scope.READ, 403), (Scope.ORDER, 403), (Scope.ADMIN, 202)])
async def test_only_the_scope_admin_deletes_projects(scope: Scope, status: int):
    deleting: Any = Deleting()
    project = ProjectState.ordered(uuid4(), ScriptRequested(topic="Tea"))

    async def find(project_id: str = "") -> ProjectState:
        return project

    app = FastAPI()

    @app.exception_handler(Problem)
    async def refused(_request: object, problem: Problem) -> JSONResponse:
        return JSONResponse(problem.document(), problem.status)

    app.include_router(edits_router(deleting, deleting, find))  # type: ignore[arg-type]

    async def as_caller(connection: dict[str, Any], receive: Any, send: Any) -> None:
        await app(connection | {"scenewire.caller": Caller("ada", scope)}, receive, send)

    async with browsing(as_caller) as client:
        answer = await client.delete(f"/v1/projects/{project.project_id}")
    assert answer.status_code == status
    assert deleting.deleted == (["ada"] if status == 202 else [])
    if status == 403:
        assert answer.json()["code"] == "missing_scope"
