"""Delivers a finished video, and checks beforehand that the disks have room for it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewire.artifacts.opening import open_store
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import SHORT_ID_CHARACTERS, ArtifactRef, ScriptRequested, VideoAssembled
from scenewire_cli.stack.data_folder import require_writable

__all__ = ["DeliveredFiles", "deliver", "deliver_by", "require_room", "select_version"]

_SPOKEN_CHARACTERS_PER_SECOND: Final = 14
_VIDEO_BYTES_PER_SECOND: Final = 500_000
"""For a finished video of 1920x1080 at 30 frames per second; measured ones stay well below."""
_PIXELS_PER_SECOND: Final = 1920 * 1080 * 30
"""For that video; others need space in proportion."""
_COPIES: Final = 3
"""Multiple of a video's bytes that the data folder needs: segments, the video, and spare for narration and clips."""
_BASE_BYTES: Final = 96 << 20
"""For logs, the bus and the database."""


@dataclass(frozen=True)
class DeliveredFiles:
    """Paths of a delivered video and its companions."""

    video: Path
    captions: tuple[Path, ...]
    credits: tuple[Path, ...]
    thumbnail: Path
    script: Path


def require_room(order: ScriptRequested, *, data: Path | None, out: Path) -> None:
    """Refuses an order for which the disks have no room.

    Args:
        order: what to make.
        data: the data folder in which it is made; None when another host makes it.
        out: the folder to which it is delivered.

    Raises:
        PermanentError: `storage_unavailable` or `storage_full`.
    """
    require_writable(out, option="--out")
    video = _video_bytes(order)
    needs = [] if data is None else [_Need(data, _BASE_BYTES + _COPIES * video, "--data")]
    needs.append(_Need(out, video, "--out"))
    for disk in {need.disk for need in needs}:
        on_disk = [need for need in needs if need.disk == disk]
        needed, free = sum(need.size for need in on_disk), shutil.disk_usage(on_disk[0].folder).free
        if free < needed:
            folders = " and ".join(str(need.folder) for need in on_disk)
            options = " or ".join(need.option for need in on_disk)
            raise PermanentError(
                FailureCode.STORAGE_FULL,
                f"this video may need {needed >> 20} MB in {folders}, but only {free >> 20} MB are free",
                hint=f"free space, or choose another folder with {options}",
            )


@dataclass(frozen=True)
class _Need:
    folder: Path
    size: int
    """Bytes."""
    option: str

    @property
    def disk(self) -> int:
        return self.folder.stat().st_dev


def _video_bytes(order: ScriptRequested) -> int:
    """Estimates the size of the finished video: from the length of a script, else from the ordered duration."""
    text = order.text or " ".join(scene.text for scene in order.scenes or ())
    seconds = len(text) / _SPOKEN_CHARACTERS_PER_SECOND if text else order.options.target_duration
    look = order.look
    share = look.width * look.height * look.frame_rate / _PIXELS_PER_SECOND
    return int(seconds * share * _VIDEO_BYTES_PER_SECOND)


def select_version(project_id: str, versions: Sequence[VideoAssembled], revision: int | None) -> VideoAssembled:
    """Returns the video of a revision of a project.

    Args:
        project_id: the project, for the error.
        versions: its videos, the oldest first.
        revision: number of the revision; None takes the latest video.

    Raises:
        PermanentError: `not_on_record`, there is no such video.
    """
    for video in reversed(versions):
        if revision in (None, video.revision):
            return video
    numbers = ", ".join(str(video.revision) for video in versions)
    if numbers:
        hint = f"it has videos of revision {numbers}"
    else:
        hint = f"it has no video so far; `scenewire show {project_id}` says why"
    which = "" if revision is None else f" of revision {revision}"
    raise PermanentError(FailureCode.NOT_ON_RECORD, f"project {project_id} has no video{which}", hint=hint)


async def deliver(video: VideoAssembled, *, artifacts_url: str, out: Path) -> DeliveredFiles:
    """Copies a video and its companions to `out/<title>-<short id>[-revision-<number>]/`; returns the paths.

    Raises:
        PipelineError: an artifact is damaged, or the folder cannot be written.
    """
    store = open_store(artifacts_url)

    async def copy(ref: ArtifactRef, target: Path) -> None:
        await asyncio.to_thread(_copy, await store.open(ref), target)

    return await deliver_by(copy, video, out=out)


async def deliver_by(
    fetch: Callable[[ArtifactRef, Path], Awaitable[None]], video: VideoAssembled, *, out: Path
) -> DeliveredFiles:
    """Delivers as `deliver` does.

    Args:
        fetch: writes an artifact to a path.
        video: what to deliver.
        out: the folder that gets a subfolder for the project.

    Raises:
        PipelineError: an artifact is damaged, or the folder cannot be written.
    """
    title, short_id = Path(video.video.key).stem.removesuffix("_video"), str(video.project_id)[:SHORT_ID_CHARACTERS]
    version = f"-revision-{video.revision}" if video.revision else ""  # beside the earlier ones
    folder = out / f"{title}-{short_id}{version}"
    require_writable(folder, option="--out")
    refs = (
        video.video,
        video.captions_srt,
        video.captions_vtt,
        video.credits_json,
        video.credits_txt,
        video.thumbnail,
        video.script_json,
    )
    paths = []
    for ref in refs:
        target = folder / Path(ref.key).name
        await fetch(ref, target)
        paths.append(target)
    file, srt, vtt, credits_json, credits_txt, thumbnail, script = paths
    return DeliveredFiles(file, (srt, vtt), (credits_json, credits_txt), thumbnail, script)


def _copy(source: Path, target: Path) -> None:
    """Copies the file atomically. With a link, editing the delivered file would change the artifact."""
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.copyfile(source, part)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise PermanentError(
            FailureCode.STORAGE_UNAVAILABLE,
            f"cannot write {target}: {error.strerror}",
            hint=f"choose another folder with --out and run the command again; the video is kept at {source}",
        ) from error
