"""`/api/projects`: what the prior system's web application answered, in its shapes."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.http.routes.projects import ProjectFinder
from scenewire_gateway.projects.records import Records
from scenewire_gateway.projects.state import ProjectState

__all__ = ["prior_webapp_router"]

_LISTED: Final = ("id", "name", "topic", "current_step", "last_active", "created_at")
_MAX_LISTED: Final = 200


def prior_webapp_router(records: Records, find: ProjectFinder) -> APIRouter:
    """Returns the routes that programs of the prior system call."""
    router = APIRouter(
        prefix="/api/projects", tags=["prior web application"], dependencies=[Depends(require(Scope.READ))]
    )
    found = Depends(find)

    @router.get("", summary="List projects")
    async def projects() -> dict[str, Any]:
        """Returns projects, the most recently active first."""
        rows = await records.recent_rows(limit=_MAX_LISTED)
        return {"success": True, "data": {"projects": [{name: row[name] for name in _LISTED} for row in rows]}}

    @router.get("/{project}/scenes", summary="List the scenes of a project")
    async def scenes(project: Annotated[ProjectState, found]) -> dict[str, Any]:
        """Returns all scenes by number, with the columns of the record."""
        row = await records.rows(project.project_id) or {"scenes": []}
        shown = [{name: value for name, value in scene.items() if name != "footage"} for scene in row["scenes"]]
        return {"success": True, "data": {"scenes": shown}}

    @router.get(
        "/{project}/export",
        summary="Describe the video of a project",
        responses={400: {"description": "There is no video."}},
    )
    async def export(project: Annotated[ProjectState, found]) -> JSONResponse:
        """Returns paths, size and title of the video. `duration` is the sum of the narrations, seconds."""
        row = await records.rows(project.project_id)
        if row is None or row["video_path"] is None:
            error = {"code": "FILE_NOT_FOUND", "message": f"project {project.project_id} has no video"}
            return JSONResponse({"success": False, "error": error}, status_code=400)
        look = (
            project.versions[-1].video.brief.options.look if project.versions and project.versions[-1].video else None
        )
        return JSONResponse(
            {
                "success": True,
                "data": {
                    "video_path": _served(row["video_path"]),
                    "thumbnail_path": _served(row["thumbnail_path"]),
                    "duration": row["total_duration"] or 0,
                    "file_size": row["video_file_size"],
                    "scene_count": len(row["scenes"]),
                    "title": row["name"],
                    "resolution": None if look is None else f"{look.width}x{look.height}",
                },
            }
        )

    return router


def _served(path: str | None) -> str | None:
    """Returns the part of a path after `public`, as that application serves it."""
    return None if path is None else "/" + path.removeprefix("public/").lstrip("/")
