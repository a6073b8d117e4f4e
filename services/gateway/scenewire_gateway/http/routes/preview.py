"""Watching while the video is made: scenes that play, their playlist, and pictures of scenes."""

from itertools import takewhile
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Depends, Query, Response

from scenewire.errors import PermanentError
from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.http.files import file_answer
from scenewire_gateway.http.routes.media import SceneNumberPath, file_answers, not_yet, scene_of
from scenewire_gateway.http.routes.projects import ProjectFinder, RevisionQuery
from scenewire_gateway.preview.playable import Playable
from scenewire_gateway.preview.playlist import playlist
from scenewire_gateway.preview.scene_preview import ScenePreview
from scenewire_gateway.projects.records import Records, run_of
from scenewire_gateway.projects.state import ProjectState

__all__ = ["preview_router"]

log = structlog.get_logger(__name__)

_PLAYLIST = "application/vnd.apple.mpegurl"


def preview_router(records: Records, preview: ScenePreview, find: ProjectFinder) -> APIRouter:
    """Returns the routes of previews."""
    router = APIRouter(prefix="/v1/projects/{project}", tags=["media"], dependencies=[Depends(require(Scope.READ))])
    found = Depends(find)

    @router.get(
        "/preview/playlist.m3u8",
        response_class=Response,
        responses={200: {"description": "The playlist.", "content": {_PLAYLIST: {"schema": {"type": "string"}}}}},
        summary="Watch the video while it is made",
    )
    async def growing(project: Annotated[ProjectState, found], revision: RevisionQuery = None) -> Response:
        """Returns an HLS playlist of the scenes that are ready, in order. It grows until the last one is."""
        run = run_of(project, revision)
        board = await records.storyboard(project, run.revision)
        scenes: list[Playable] = []
        for ready in takewhile(lambda rendered: rendered is not None, (scene.rendered for scene in board.scenes)):
            assert ready is not None  # noqa: S101 - taken while they are not
            try:
                scenes.append(await preview.playable(ready))
            except PermanentError as error:  # what can be watched ends before a file that is damaged or removed
                if not scenes:
                    raise
                log.warning("preview_ends", project_id=str(project.project_id), after=len(scenes), error=str(error))
                break
        if not scenes:
            raise not_yet(1, "rendered")
        is_complete = len(scenes) == len(board.scenes) or run.end is not None
        urls = [f"{number}.mp4?revision={run.revision}" for number in range(1, len(scenes) + 1)]
        return Response(playlist(scenes, complete=is_complete, urls=urls), media_type=_PLAYLIST)

    @router.get(
        "/preview/{number}.mp4",
        response_class=Response,
        responses=file_answers("video/mp4"),
        summary="Watch a scene with its sound",
    )
    async def scene(
        project: Annotated[ProjectState, found], number: SceneNumberPath, revision: RevisionQuery = None
    ) -> Response:
        """Returns a scene as it becomes part of the video, with its narration."""
        messages = await scene_of(records, project, number, revision)
        if messages.rendered is None:
            raise not_yet(number, "rendered")
        playable = await preview.playable(messages.rendered)
        name = f"scene-{number}.mp4"
        return file_answer(playable.path, media_type=playable.media_type, name=name, is_final=revision is not None)

    @router.get(
        "/scenes/{number}/picture",
        response_class=Response,
        responses=file_answers("image/jpeg"),
        summary="See a scene as a picture",
    )
    async def picture(
        project: Annotated[ProjectState, found],
        number: SceneNumberPath,
        revision: RevisionQuery = None,
        of: Annotated[
            Literal["segment", "clip"] | None, Query(description="What it is taken of; the segment once it is there.")
        ] = None,
    ) -> Response:
        """Returns a small JPEG of the scene: of its finished picture, or of its first clip before."""
        messages = await scene_of(records, project, number, revision)
        clips = messages.sourced.footage.clips if messages.sourced else ()
        shown = messages.rendered if of != "clip" and messages.rendered is not None else next(iter(clips), None)
        if shown is None or (of == "segment" and messages.rendered is None):
            raise not_yet(number, "to be seen")
        path = await preview.picture(shown)
        is_final = revision is not None and of is not None
        return file_answer(path, media_type="image/jpeg", name=f"scene-{number}.jpg", is_final=is_final)

    return router
