"""`/v1/uploads`: own clips, pictures, recordings and music."""

from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal

from anyio import open_file
from fastapi import APIRouter, Depends, Query, Request

from scenewire.artifacts.scratch import storage_errors
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef
from scenewire.probe.file_types import CLIP_TYPES, FOOTAGE_TYPES, SOUND_TYPES, media_type_of
from scenewire.probe.probe import probe_sound, probe_video
from scenewire.probe.still import is_still, prepare_still
from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Caller, Scope
from scenewire_gateway.problems import Problem
from scenewire_gateway.projects.views import View

__all__ = ["uploads_router"]

_ACCEPTED: Final = ", ".join(suffix.removeprefix(".") for suffix in sorted({*FOOTAGE_TYPES, *SOUND_TYPES}))

Kind = Literal["clip", "still", "sound"]


class Upload(View):
    """A stored file, for `media`, `narration`, `music` or `background` of orders and edits."""

    file: ArtifactRef
    name: str
    kind: Kind


def uploads_router(store: ArtifactStore, *, max_bytes: int) -> APIRouter:
    """Returns the route of uploads.

    Args:
        store: where files go.
        max_bytes: size limit of a file.
    """
    router = APIRouter(prefix="/v1", tags=["orders"])

    @router.post(
        "/uploads",
        status_code=201,
        summary="Upload a file",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        },
    )
    async def upload(
        request: Request,
        name: Annotated[
            str, Query(min_length=1, max_length=200, description="Name of the file; its suffix says what it is.")
        ],
        _caller: Annotated[Caller, Depends(require(Scope.ORDER))],
    ) -> Upload:
        """Stores a clip, a picture or a sound after examining it. The name is used for nothing but its suffix."""
        if request.headers.get("content-type", "").startswith("multipart/"):
            message = "the body is a form; an upload is the content of the file"
            raise Problem(415, FailureCode.MEDIA_REFUSED, message, hint="with curl, send it by --data-binary @FILE")
        suffix = PurePosixPath(name).suffix.lower()
        if suffix not in FOOTAGE_TYPES and suffix not in SOUND_TYPES:
            message = f"a file {suffix or 'without suffix'} cannot be used"
            raise PermanentError(FailureCode.MEDIA_REFUSED, message, hint=f"upload one of {_ACCEPTED}")
        async with store.scratch() as folder:
            path = folder / f"upload{suffix}"
            with storage_errors(path):
                await _receive(request, path, max_bytes)
            kind = await _examine(path, folder)
            return Upload(file=await store.add(path, media_type_of(path)), name=name, kind=kind)

    return router


async def _receive(request: Request, path: Path, max_bytes: int) -> None:
    size = 0
    async with await open_file(path, "wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > max_bytes:
                message = f"the file has more than {max_bytes >> 20} MB"
                raise Problem(413, FailureCode.MEDIA_REFUSED, message, hint="shorten or compress it")
            await file.write(chunk)
    if size == 0:
        raise PermanentError(FailureCode.MEDIA_REFUSED, "the file is empty", hint="send its content as the body")


async def _examine(path: Path, folder: Path) -> Kind:
    """Refuses what the services could not use; they examine it again, because orders come from anywhere."""
    if path.suffix in SOUND_TYPES:
        await probe_sound(path)
        return "sound"
    if is_still(path) and path.suffix not in CLIP_TYPES:
        await prepare_still(path, folder / "still.jpg")
        return "still"
    await probe_video(path)
    return "clip"
