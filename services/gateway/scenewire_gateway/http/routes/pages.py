"""The pages, as files of this package."""

import mimetypes
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

__all__ = ["PAGES", "PageFiles", "pages_router"]

PAGES: Final = Path(__file__).parents[2] / "pages"

_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""Hosts have tables of their own, some of which are wrong about modules."""

for _suffix, _type in _TYPES.items():
    mimetypes.add_type(_type, _suffix)


class PageFiles(StaticFiles):
    """Modules and styles. Browsers ask each time whether they have changed, so that an upgrade shows at once."""

    def __init__(self) -> None:
        super().__init__(directory=PAGES)

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def pages_router() -> APIRouter:
    """Returns the routes of the page itself, which shows all others."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def index() -> Response:
        return FileResponse(PAGES / "index.html", headers={"Cache-Control": "no-cache"})

    @router.get("/projects/{project}")
    async def project(project: str) -> Response:
        return RedirectResponse(f"/#/projects/{project}" if project.replace("-", "").isalnum() else "/")

    return router
