"""What the customer takes away: checks that there is room for it, and puts it where it was asked for."""

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewire.artifacts.opening import open_store
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ScriptRequested, VideoAssembled
from scenewire_cli.stack.data_folder import require_writable

__all__ = ["Delivered", "deliver", "require_room"]

_SPOKEN_CHARACTERS_PER_SECOND: Final = 14
_BYTES_PER_SECOND: Final = 1_500_000
"""Of film, with its segments, narration and the copy being joined; measured films stay well below."""
_BASE_BYTES: Final = 96 << 20
"""Logs, the bus's files, the database."""


@dataclass(frozen=True)
class Delivered:
    """Where everything is."""

    video: Path
    captions: tuple[Path, ...]
    credits: tuple[Path, ...]
    thumbnail: Path
    script: Path


def require_room(order: ScriptRequested, *, data: Path, out: Path) -> None:
    """Refuses an order that the disks cannot hold.

    Raises:
        PermanentError: `storage_unavailable` or `storage_full`.
    """
    require_writable(out, option="--out")
    text = order.text or " ".join(scene.text for scene in order.scenes or ())
    seconds = len(text) / _SPOKEN_CHARACTERS_PER_SECOND if text else min(order.target_duration, 60)
    needed = _BASE_BYTES + int(seconds * _BYTES_PER_SECOND)
    free = shutil.disk_usage(data).free
    if free < needed:
        raise PermanentError(
            FailureCode.STORAGE_FULL,
            f"this film may need {needed >> 20} MB while it is made, but {data} has {free >> 20} MB free",
            hint="free space, or choose another folder with --data",
        )


async def deliver(video: VideoAssembled, *, artifacts_url: str, out: Path) -> Delivered:
    """Puts a film and what belongs to it under `out/<project>/`; returns the paths.

    Raises:
        PipelineError: an artifact is not intact, or the folder cannot be written.
    """
    store = open_store(artifacts_url)
    folder = out / str(video.project_id)
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
        source = await store.open(ref)
        target = folder / Path(ref.key).name
        await asyncio.to_thread(_place, source, target)
        paths.append(target)
    film, srt, vtt, credits_json, credits_txt, thumbnail, script = paths
    return Delivered(film, (srt, vtt), (credits_json, credits_txt), thumbnail, script)


def _place(source: Path, target: Path) -> None:
    """Links the file, or copies it to another disk; either way it appears whole."""
    if target.exists() and target.samefile(source):
        return
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        try:
            os.link(source, part)
        except OSError:
            shutil.copyfile(source, part)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise PermanentError(
            FailureCode.STORAGE_UNAVAILABLE,
            f"cannot write {target}: {error.strerror}",
            hint=f"the film is safe at {source}; choose another folder with --out and run the command again",
        ) from error
