"""Selections as stored documents, which later revisions of a video keep."""

import asyncio
from typing import Final

from pydantic import Field, ValidationError

from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef, AudioRendered, Clip, Footage, scene_frames
from scenewire.messages.base import WireModel
from scenewire.timeline import Duration, FrameRate, Rounding
from scenewire_sourcing.selection.trimming import check

__all__ = ["Selection", "fit_to_scene", "load_selection", "store_selection"]

_LOST: Final = {FailureCode.ARTIFACT_MISSING, FailureCode.ARTIFACT_CORRUPT}


class Selection(WireModel):
    """The footage of a scene, and how long the scene was."""

    footage: Footage
    frames: int = Field(gt=0, description="Duration of the scene, frames of the video.")

    def fits(self, audio: AudioRendered) -> bool:
        """Returns whether a scene is as long as that of the selection."""
        return scene_frames(audio.brief, audio.scene, audio.narration) == self.frames


async def store_selection(store: ArtifactStore, audio: AudioRendered, footage: Footage) -> ArtifactRef:
    """Stores the footage of a scene as a document; the same footage has the same reference.

    Raises:
        TransientError: the store is unavailable.
    """
    frames = scene_frames(audio.brief, audio.scene, audio.narration)
    document = Selection(footage=footage, frames=frames).model_dump_json().encode()
    async with store.scratch() as folder:
        path = folder / "selection.json"
        await asyncio.to_thread(path.write_bytes, document)
        return await store.add(path, "application/json")


async def load_selection(store: ArtifactStore, kept: ArtifactRef) -> Selection | None:
    """Returns a stored selection; None if it, or one of its clips, is no longer stored.

    Raises:
        TransientError: the store is unavailable.
    """
    try:
        document = await asyncio.to_thread((await store.open(kept)).read_bytes)
        selection = Selection.model_validate_json(document)
        for clip in selection.footage.clips:
            await store.open(clip.file)
    except ValidationError:
        return None  # of an older version
    except PermanentError as error:
        if error.code not in _LOST:
            raise
        return None
    return selection


def fit_to_scene(selection: Selection, audio: AudioRendered) -> Footage:
    """Returns the footage of a selection for a scene.

    The clips stay as they are while the scene has the same length. Otherwise the cuts move in proportion, and each clip
    begins where it did as long as its source has room.

    Raises:
        PermanentError: `output_invalid`, a clip lies outside its source.
    """
    if not selection.footage.clips or selection.fits(audio):
        return selection.footage
    frames = scene_frames(audio.brief, audio.scene, audio.narration)
    clips = _adapted(selection, frames, audio.brief.options.look.frame_rate)
    check([clip.stretch for clip in clips], audio.scene.scene_number)
    return selection.footage.model_copy(update={"clips": tuple(clips)})


def _adapted(selection: Selection, frames: int, frame_rate: int) -> list[Clip]:
    """Returns the clips for a scene of another length."""
    clips = selection.footage.clips
    starts = [(clip.start_frame or 0) * frames // selection.frames for clip in clips]
    return [
        _moved(clip, begin, following - begin, frame_rate)
        for clip, begin, following in zip(clips, starts, [*starts[1:], frames], strict=True)
    ]


def _moved(clip: Clip, begin: int, frames: int, frame_rate: int) -> Clip:
    """Returns a clip that begins at a frame of the scene and lasts half a second longer than its shot, for cross-fades."""
    if clip.facts.still:
        return clip.model_copy(update={"start_frame": begin})
    needed = Duration(frames + frame_rate // 2).at_rate(FrameRate(frame_rate), clip.facts.rate, Rounding.UP).frames
    first = min(clip.in_frame, max(0, clip.facts.duration_frames - needed))
    last = min(first + needed, clip.facts.duration_frames)
    return clip.model_copy(update={"in_frame": first, "out_frame": last, "start_frame": begin})
