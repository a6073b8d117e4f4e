"""Videos, captions, credits, narrations and pictures."""

from pathlib import PurePosixPath
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Response

from scenewire.errors import FailureCode, PermanentError
from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.http.files import Files
from scenewire_gateway.http.routes.projects import ProjectFinder, RevisionQuery
from scenewire_gateway.projects.files import FileName, file_of
from scenewire_gateway.projects.records import Records
from scenewire_gateway.projects.state import ProjectState
from scenewire_gateway.projects.storyboard import SceneMessages

__all__ = ["SceneNumberPath", "file_answers", "media_router", "not_yet", "scene_of"]


def file_answers(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """Returns the documentation of answers with a file of certain types, which support ranges."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    content = dict.fromkeys(media_types, binary)
    return {
        200: {"description": "The file.", "content": content},
        206: {
            "description": "The part of the file that the header Range names.",
            "content": content | {"multipart/byteranges": binary},
        },
        304: {"description": "The file has the entity tag of the header If-None-Match."},
    }


_FILE_TYPES: Final = ("video/mp4", "text/vtt", "application/x-subrip", "image/jpeg", "application/json", "text/plain")

SceneNumberPath = Annotated[int, Path(ge=1, description="Number of the scene.")]


def media_router(records: Records, files: Files, find: ProjectFinder) -> APIRouter:
    """Returns the routes of finished files."""
    router = APIRouter(prefix="/v1/projects/{project}", tags=["media"], dependencies=[Depends(require(Scope.READ))])
    found = Depends(find)

    @router.get(
        "/versions/{version}/{file}",
        response_class=Response,
        responses=file_answers(*_FILE_TYPES),
        summary="Get a file of a video",
    )
    async def video_file(
        project: Annotated[ProjectState, found],
        version: Annotated[str, Path(pattern=r"^(latest|\d{1,9})$", description="A revision, or `latest`.")],
        file: FileName,
        *,
        download: Annotated[bool, Query(description="Whether a browser saves it instead of showing it.")] = False,
    ) -> Response:
        """Returns the video, its captions, thumbnail, credits or script. Supports `Range`."""
        ref = file_of(project, file, version=version)
        return await files.answer(
            ref, name=PurePosixPath(ref.key).name, download=download, is_final=version != "latest"
        )

    @router.get(
        "/scenes/{number}/narration",
        response_class=Response,
        responses=file_answers("audio/wav"),
        summary="Hear a scene",
    )
    async def narration(
        project: Annotated[ProjectState, found], number: SceneNumberPath, revision: RevisionQuery = None
    ) -> Response:
        """Returns the narration of a scene, WAV."""
        messages = await scene_of(records, project, number, revision)
        if messages.spoken is None:
            raise not_yet(number, "spoken")
        return await files.answer(
            messages.spoken.narration.audio, name=f"scene-{number}.wav", is_final=revision is not None
        )

    @router.get(
        "/scenes/{number}/segment",
        response_class=Response,
        responses=file_answers("video/mp4"),
        summary="Watch a scene without sound",
    )
    async def segment(
        project: Annotated[ProjectState, found], number: SceneNumberPath, revision: RevisionQuery = None
    ) -> Response:
        """Returns the picture of a scene as it becomes part of the video, without sound."""
        messages = await scene_of(records, project, number, revision)
        if messages.rendered is None:
            raise not_yet(number, "rendered")
        return await files.answer(
            messages.rendered.segment.video, name=f"scene-{number}.mp4", is_final=revision is not None
        )

    return router


async def scene_of(records: Records, project: ProjectState, number: int, revision: int | None) -> SceneMessages:
    """Returns what became of a scene.

    Raises:
        PermanentError: `not_on_record`, there is no such revision or scene.
        TransientError: `database_unavailable`, the recorder is behind.
    """
    board = await records.storyboard(project, revision)
    if number > len(board.scenes):
        message = f"project {project.project_id} has no scene {number}"
        raise PermanentError(FailureCode.NOT_ON_RECORD, message, hint=f"it has {len(board.scenes)} scenes")
    return board.scenes[number - 1]


def not_yet(number: int, what: str) -> PermanentError:
    """Returns the refusal of a file that does not exist so far."""
    message = f"scene {number} is not {what} yet"
    return PermanentError(FailureCode.NOT_ON_RECORD, message, hint="follow the events of the project")
