"""Progress events of assembly."""

from collections.abc import Awaitable, Callable

from scenewire.messages import FootageSourced, Progress, SegmentRendered

__all__ = ["Report", "no_op", "scene_progress", "video_progress"]

Report = Callable[[Progress], Awaitable[None]]
"""Receives progress events."""


async def no_op(_: object) -> None:
    """Ignores a progress report."""


def scene_progress(message: FootageSourced, fraction: float) -> Progress:
    """Progress of one scene's segment, from 0 to 1."""
    return Progress(
        project_id=message.project_id,
        stage="assembly",
        scene_number=message.scene.scene_number,
        state="working",
        fraction=fraction,
    )


def video_progress(message: SegmentRendered, fraction: float, step: str) -> Progress:
    """Progress of the whole video, from 0 to 1, with the name of the step that begins."""
    return Progress(
        project_id=message.project_id,
        stage="assembly",
        scene_number=None,
        state="working",
        fraction=fraction,
        detail=step,
    )
