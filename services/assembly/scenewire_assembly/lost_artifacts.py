"""Lost and damaged files of scenes: the messages that have the stage which made them make them again, once."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, TypeVar

from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import (
    ArtifactRef,
    AudioRendered,
    FootageSourced,
    NarrationRequested,
    RedrivenStage,
    SceneMessage,
    SegmentRendered,
)

__all__ = ["made_again", "remaker_of"]

_LOST: Final = {FailureCode.ARTIFACT_MISSING, FailureCode.ARTIFACT_CORRUPT}

MessageT = TypeVar("MessageT", bound=SceneMessage)


async def made_again(
    error: PermanentError, remakers: Callable[[], Awaitable[Sequence[SceneMessage]]]
) -> Sequence[SceneMessage]:
    """Returns the messages that have lost files made again.

    Args:
        error: what happened because of them.
        remakers: finds these messages.

    Raises:
        PermanentError: the given error, if no file is lost that a stage could make; `artifact_corrupt`, a file that was
            made again is lost again.
        TransientError: the store is unavailable.
    """
    messages = await remakers() if error.code in _LOST else ()
    if not messages:
        raise error
    return messages


async def remaker_of(store: ArtifactStore, message: FootageSourced | SegmentRendered) -> SceneMessage | None:
    """Returns the message that has the first lost file of a scene made again, and then everything that follows from it.

    Its stage finds that its stored result is damaged, and works anew.

    Raises:
        PermanentError: `artifact_corrupt`, the stage has done so already.
        TransientError: the store is unavailable.
    """
    if await _is_lost(store, [message.narration.audio]):
        return _upstream(message, NarrationRequested, "narration")
    if await _is_lost(store, (clip.file for clip in message.footage.clips)):
        return _upstream(message, AudioRendered, "footage")
    if isinstance(message, SegmentRendered) and await _is_lost(store, [message.segment.video]):
        return _upstream(message, FootageSourced, "segment")
    return None


def _upstream(message: SceneMessage, kind: type[MessageT], stage: RedrivenStage) -> MessageT:
    if stage in message.redriven:
        raise PermanentError(
            FailureCode.ARTIFACT_CORRUPT,
            f"scene {message.scene.scene_number}: its {stage} was made again and is lost or damaged again",
            hint="check the disk of the artifact store, and what else removes files there; then `scenewire retry` the project",
        )
    return message.next(kind, redriven=(*message.redriven, stage))


async def _is_lost(store: ArtifactStore, files: Iterable[ArtifactRef]) -> bool:
    for file in files:
        try:
            await store.open(file)
        except PermanentError as error:
            if error.code not in _LOST:
                raise
            return True
    return False
