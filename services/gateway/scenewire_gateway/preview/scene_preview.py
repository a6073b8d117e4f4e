"""The files with which people watch scenes before the video is finished: made on demand, once, and kept up to a size."""

import asyncio
from collections.abc import Awaitable, Callable
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import structlog

from scenewire.artifacts.bounded_folder import BoundedFolder
from scenewire.artifacts.result_cache import fingerprint
from scenewire.artifacts.scratch import storage_errors
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError, about_scene
from scenewire.messages import ArtifactRef, Clip, SegmentRendered
from scenewire.probe.frame import take_frame
from scenewire_gateway.preview.playable import Playable, read_playable
from scenewire_gateway.preview.remux import remux

__all__ = ["PICTURE_WIDTH", "ScenePreview"]

PICTURE_WIDTH: Final = 480
"""Pixels."""

_CACHE_VERSION: Final = 1
"""Increase it when the same inputs give another file."""

_AT_ONCE: Final = 2
"""Files made at the same time: each takes a processor."""

log = structlog.get_logger(__name__)

_Make = Callable[[Path], Awaitable[None]]


class ScenePreview:
    """Makes and keeps the files.

    Args:
        store: holds segments, narrations and clips.
        folder: keeps what is made; created when needed.
        size: limit of the folder, bytes.
    """

    def __init__(self, store: ArtifactStore, folder: Path, size: int) -> None:
        self._store = store
        self._folder = BoundedFolder(folder, limit=size)
        self._making: dict[str, asyncio.Task[Path]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def playable(self, rendered: SegmentRendered) -> Playable:
        """Returns a scene as a file that plays.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt`, its segment or its narration; `output_invalid`, the
                segment cannot be wrapped.
            TransientError: `storage_full` or `storage_unavailable`.
        """
        segment, narration = rendered.segment, rendered.narration.audio
        rate = rendered.brief.options.look.frame_rate

        async def make(part: Path) -> None:
            picture, sound = await self._store.open(segment.video), await self._store.open(narration)
            with storage_errors(part):
                await asyncio.to_thread(remux, picture, sound, part, frames=segment.frames, frame_rate=rate)
                made = await asyncio.to_thread(read_playable, part, rate)
            if made.frames != segment.frames:
                message = f"its preview has {made.frames} frames instead of {segment.frames}"
                raise PermanentError(FailureCode.OUTPUT_INVALID, message)

        with about_scene(rendered.scene.scene_number):
            try:
                path = await self._kept(_name("scene", ".mp4", segment.video, narration, rate), make)
                return await asyncio.to_thread(read_playable, path, rate)
            except (av.FFmpegError, ValueError) as error:
                raise PermanentError(
                    FailureCode.OUTPUT_INVALID, f"its segment and narration cannot be played: {error}"
                ) from error

    async def picture(self, shown: SegmentRendered | Clip) -> Path:
        """Returns a JPEG of a segment's middle, or of the first frame that a clip shows; PICTURE_WIDTH wide.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt`; `media_refused`, no picture of it decodes.
            TransientError: `storage_full` or `storage_unavailable`.
        """
        if isinstance(shown, Clip):
            return await self._frame(shown.file, shown.in_frame, shown.facts.rate.fraction)
        with about_scene(shown.scene.scene_number):
            rate = Fraction(shown.brief.options.look.frame_rate)
            return await self._frame(shown.segment.video, shown.segment.frames // 2, rate)

    async def _frame(self, file: ArtifactRef, frame: int, rate: Fraction) -> Path:
        async def make(part: Path) -> None:
            source = await self._store.open(file)
            with storage_errors(part):
                await take_frame(source, part, frame=frame, rate=rate, width=PICTURE_WIDTH)

        return await self._kept(_name("picture", ".jpg", file, frame, str(rate)), make)

    async def _kept(self, name: str, make: _Make) -> Path:
        """Returns the kept file of a name, or makes it. Callers that ask at the same time share one task.

        The task goes on when its callers leave: the next one needs the file.
        """
        task = self._making.get(name)
        if task is None:
            task = self._making[name] = asyncio.create_task(self._made(name, make))
            task.add_done_callback(lambda done: self._finished(name, done))
        return await asyncio.shield(task)

    async def _made(self, name: str, make: _Make) -> Path:
        if (path := await asyncio.to_thread(self._folder.find, name)) is not None:
            return path
        async with self._turns:
            part = await asyncio.to_thread(self._folder.new_file)
            try:
                await make(part)
                return await asyncio.to_thread(self._folder.keep, part, name)
            finally:
                part.unlink(missing_ok=True)

    def _finished(self, name: str, task: asyncio.Task[Path]) -> None:
        del self._making[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.info("preview_failed", file=name, error=str(error))


def _name(kind: str, suffix: str, *inputs: object) -> str:
    return f"{fingerprint(kind=kind, inputs=list(inputs), code=_CACHE_VERSION)}{suffix}"
