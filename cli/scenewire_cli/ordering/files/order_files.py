"""Files that an order brings along: music, a background, clips and pictures, recordings.

They are checked here, so that an unusable one is refused before anything starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scenewire.artifacts.opening import open_store
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ScriptRequested
from scenewire_cli.ordering.files.background import background_file, stored_background
from scenewire_cli.ordering.files.checks import FileTaker
from scenewire_cli.ordering.files.media import MediaItem, folder_media, stored_media
from scenewire_cli.ordering.files.music import MusicFile, music_file, stored_music
from scenewire_cli.ordering.files.narration import (
    NarrationItem,
    folder_narrations,
    require_distinct,
    stored_narration,
)
from scenewire_cli.ordering.order_options import OrderOptions

__all__ = ["OrderFiles", "order_files", "with_files", "with_files_in"]


@dataclass(frozen=True)
class OrderFiles:
    """The files of an order; None for those that it lacks."""

    music: MusicFile | None = None
    background: Path | None = None
    media: tuple[MediaItem, ...] = ()
    narrations: tuple[NarrationItem, ...] = ()


def order_files(
    options: OrderOptions, media: tuple[MediaItem, ...] = (), narrations: tuple[NarrationItem, ...] = ()
) -> OrderFiles:
    """Returns the files that the options name.

    Args:
        options: the options.
        media: those that a script names.
        narrations: the recordings that a script names.

    Raises:
        PermanentError: `invalid_order`, an option is not usable.
    """
    files = (*media, *folder_media(options.media))
    narrations = (*narrations, *folder_narrations(options.narration))
    require_distinct(narrations)
    return OrderFiles(music_file(options), background_file(options.background), files, narrations)


async def with_files(order: ScriptRequested, files: OrderFiles, artifacts_url: str | None) -> ScriptRequested:
    """Returns the order with its files, which are then stored among the artifacts under their own hashes.

    Args:
        order: an order without files.
        files: those to add.
        artifacts_url: where the workers look for files.

    Raises:
        PipelineError: as `with_files_in`; `invalid_settings`, the artifact store is unknown.
    """
    return await with_files_in(order, files, partial(_store, artifacts_url=artifacts_url))


async def with_files_in(
    order: ScriptRequested, files: OrderFiles, store_for: Callable[[str], FileTaker]
) -> ScriptRequested:
    """Returns the order with its files.

    Args:
        order: an order without files.
        files: those to add.
        store_for: returns what takes the files of an option.

    Raises:
        PermanentError: `invalid_order`; `media_refused`, a file is not usable.
        TransientError: the files cannot be stored now.
    """
    if files.background is not None:
        background = await stored_background(files.background, store_for("--background"))
        look = order.look.model_copy(update={"background": background})
        order = order.model_copy(update={"look": look})
    if files.music is not None:
        music = await stored_music(files.music, store_for("--music"))
        order = order.model_copy(update={"music": music})
    if files.media:
        store = store_for("--media")
        order = order.model_copy(update={"media": tuple([await stored_media(item, store) for item in files.media])})
    if files.narrations:
        store = store_for("--narration")
        recorded = tuple([await stored_narration(item, store) for item in files.narrations])
        order = order.model_copy(update={"narrations": (*order.narrations, *recorded)})
    return order


def _store(option: str, artifacts_url: str | None) -> ArtifactStore:
    if artifacts_url is None:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"{option}: the artifact store of the workers is unknown, so the file cannot be handed to them",
            hint="set ARTIFACTS_URL to the workers' ARTIFACTS_URL",
        )
    return open_store(artifacts_url)
