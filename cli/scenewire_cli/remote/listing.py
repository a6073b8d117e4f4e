"""`list`, `show`, `ps` and `search` on a server."""

from collections.abc import Mapping
from typing import Any, Final

from scenewire_cli.output.record_views import (
    FOOTAGE,
    PROJECTS,
    RUNNING,
    SERVED_SCENES,
    VIDEOS,
    print_cost,
    print_event,
    print_rows_or_json,
)
from scenewire_cli.output.tables import clock, print_facts, print_rows, seconds
from scenewire_cli.remote.options import ServerAddress
from scenewire_cli.remote.server import Server, connected_server

__all__ = ["list_on_server", "ps_on_server", "search_on_server", "show_cost_on_server", "show_on_server"]

_MAX_LISTED: Final = 200
_MAX_FOUND: Final = 100
"""Rows that a server returns at once."""

_UNFINISHED: Final = ("waiting", "running", "awaiting_approval")


async def list_on_server(address: ServerAddress, *, limit: int, as_json: bool) -> int:
    """Lists projects.

    Raises:
        PipelineError: the server refuses, or does not answer.
    """
    async with connected_server(address) as server:
        projects = await _listed(server, limit)
    print_rows_or_json(
        "project", [_row(project) for project in projects], PROJECTS, as_json=as_json, nothing="no projects"
    )
    return 0


async def ps_on_server(address: ServerAddress, *, as_json: bool) -> int:
    """Lists unfinished projects.

    Raises:
        PipelineError: the server refuses, or does not answer.
    """
    async with connected_server(address) as server:
        found = [await server.get("/v1/projects", state=state, limit=_MAX_LISTED) for state in _UNFINISHED]
    projects = [project for answer in found for project in answer["projects"]]
    projects.sort(key=lambda project: str(project["updated_at"]), reverse=True)
    rows = [_row(project) for project in projects]
    print_rows_or_json("project", rows, RUNNING, as_json=as_json, nothing="no unfinished projects")
    return 0


async def show_on_server(address: ServerAddress, project_id: str, *, as_json: bool) -> int:
    """Shows one project with its scenes.

    Raises:
        PipelineError: there is no such project; the server refuses, or does not answer.
    """
    async with connected_server(address) as server:
        project = await server.project(project_id)
        board = await server.get(f"/v1/projects/{project['id']}/storyboard")
    if as_json:
        print_event("project", {**project, "scenes": board["scenes"]})
        return 0
    row, failure = _row(project), project["failure"] or {}
    print_facts(
        {
            "project": project["id"],
            "name": project["title"],
            "state": row["progress"],
            "ordered": clock(project["created_at"] or ""),
            "last": clock(project["updated_at"] or ""),
            "length": None if project["duration"] is None else seconds(project["duration"]),
            "failed": failure.get("message"),
            "hint": failure.get("hint"),
            "page": address.page(project["id"]),
            "video": _served(address, project["links"].get("video")),
        }
    )
    for note in project["notes"]:
        print_facts({"note": note})
    print_rows(board["scenes"], SERVED_SCENES)
    return 0


async def show_cost_on_server(address: ServerAddress, project_id: str, *, as_json: bool) -> int:
    """Shows what one project has cost.

    Raises:
        PipelineError: there is no such project; the server refuses, or does not answer.
    """
    async with connected_server(address) as server:
        project = await server.project(project_id)
        print_cost(await server.get(f"/v1/projects/{project['id']}/cost"), as_json=as_json)
    return 0


async def search_on_server(address: ServerAddress, words: str, *, footage: bool, limit: int, as_json: bool) -> int:
    """Finds videos, or footage.

    Raises:
        PipelineError: the server refuses, or does not answer.
    """
    async with connected_server(address) as server:
        found = await server.get("/v1/search", q=words, limit=min(limit, _MAX_FOUND))
    if footage:
        print_rows_or_json("footage", found["footage"], FOOTAGE, as_json=as_json)
        return 0
    rows = []
    for project in found["videos"]:
        for version in project["versions"][-1:]:
            picture = f"{version['width']}x{version['height']}"
            path = _served(address, version["links"]["video"])
            rows.append(
                {"project_id": project["id"], "path": path, "duration": version["duration"], "picture": picture}
            )
    print_rows_or_json("video", rows, VIDEOS, as_json=as_json)
    return 0


async def _listed(server: Server, limit: int) -> list[dict[str, Any]]:
    projects: dict[str, dict[str, Any]] = {}  # one that becomes active meanwhile moves to the beginning
    offset: int | None = 0
    while offset is not None and len(projects) < limit:
        found = await server.get("/v1/projects", limit=min(limit - len(projects), _MAX_LISTED), offset=offset)
        projects |= {project["id"]: project for project in found["projects"]}
        offset = found["next_offset"]
    return list(projects.values())


def _row(project: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a project with the names that the tables have."""
    state, left = project["state"], project["time_left"]
    return {
        "id": project["id"],
        "name": project["title"],
        "topic": project["topic"],
        "state": state,
        "stage": project["stage"],
        "percent": project["percent"],
        "progress": f"{state}, {project['percent']} %" if state in _UNFINISHED else state,
        "scene_count": project["scene_count"],
        **project["counts"],
        "video_total_duration": project["duration"],
        "time_left_s": None if left is None else round(left),
        "created_at": project["created_at"],
        "last_active": project["updated_at"],
    }


def _served(address: ServerAddress, path: str | None) -> str | None:
    return None if path is None else f"{address.url}{path}"
