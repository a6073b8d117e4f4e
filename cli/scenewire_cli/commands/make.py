"""`scenewire make`: makes one video and delivers it."""

import asyncio
import os
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PipelineError, TransientError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.messages import ProjectCancelled, ScriptRequested, VideoAssembled
from scenewire_cli.commands.cleanup import tidy
from scenewire_cli.commands.summary import print_summary, raise_if_failed
from scenewire_cli.delivery import Delivered, deliver, require_room
from scenewire_cli.music import MusicFile, with_music
from scenewire_cli.progress.display import Display, make_display
from scenewire_cli.progress.events import Film, follow
from scenewire_cli.stack.connection import Access, embedded
from scenewire_cli.stack.data_folder import Home, PendingOrder
from scenewire_cli.stack.embedded import SERVICES

__all__ = ["make"]


_DRAIN_TIME: Final = timedelta(seconds=1)
"""Of a single command's own services: whatever they have in hand is delivered again to the next run."""

_RECORD_TIMEOUT_S: Final = 30.0
"""How long the recorder gets after the video is finished; it normally needs a quarter of a second."""


async def make(
    home: Home,
    order: ScriptRequested,
    *,
    out: Path,
    nats_url: str | None,
    as_json: bool,
    with_record: bool = True,
    tidily: bool = False,
    music: MusicFile | None = None,
) -> int:
    """Makes one video. Returns 0 when it and its record exist; without a record, when the video does.

    Args:
        home: the data folder.
        order: what to make.
        out: where the film goes.
        nats_url: somebody's server instead of one of our own.
        as_json: how to tell of it.
        with_record: whether a recorder runs and is waited for.
        tidily: whether to remove what only this film was made of, once it is on record.
        music: what plays under the narration.

    Raises:
        PipelineError: what went wrong. A record that does not come in time is an error after the summary: the video is
            delivered.
    """
    home.prepare()
    require_room(order, data=home.root if nats_url is None else None, out=out)
    if nats_url is None:
        await find_ffmpeg()
    artifacts_url = os.environ.get("ARTIFACTS_URL") or (home.artifacts_url if nats_url is None else None)
    order = await with_music(order, music, artifacts_url)
    with make_display(as_json=as_json) as display, home.pending(order) as pending:
        film = Film(pending.project_id)
        delivered, late = None, None
        waits = lambda: display.note("other orders use this stack; staying until they are done")  # noqa: E731
        try:
            async with embedded(
                home,
                nats_url=nats_url,
                services=services_to_run(with_record=with_record),
                drain_time=_DRAIN_TIME,
                on_wait=waits,
            ) as access:
                await _see_through(access, order, pending, film, display)
                if film.video is not None:
                    delivered = await _take(access, film.video, out)
                    if with_record:
                        late = await _await_record(access, film)
        except asyncio.CancelledError:
            display.note(f"stopped; the same command goes on, `scenewire cancel {film.project_id}` calls it off")
            raise
        if late is None:
            pending.finished()
        raise_if_failed(film)
        if tidily and late is None:
            display.note(await _tidied(home, film))
    print_summary(film, delivered, as_json=as_json, with_record=with_record)
    if late is not None:
        raise late
    return 0


async def _tidied(home: Home, film: Film) -> str:
    """What became of the film's files, for people. The film itself is safe whatever happens here."""
    try:
        freed = await tidy(home, film.project_id)
    except PipelineError as error:
        return f"intermediate files were kept: {error}"
    if freed is None:
        return "intermediate files were kept: others use the data folder, or the record is behind"
    return f"intermediate files were removed: {freed / 1e6:.1f} MB"


def services_to_run(*, with_record: bool) -> Sequence[str]:
    """Names of the services that a stack runs."""
    return tuple(name for name in SERVICES if with_record or name != "recorder")


async def _see_through(
    access: Access, order: ScriptRequested, pending: PendingOrder, film: Film, display: Display
) -> None:
    if await access.bus.first_message(pending.project_id, (ProjectCancelled.SUBJECT,)) is not None:
        pending = pending.renewed()
        film.project_id = pending.project_id
    sequence = pending.sequence
    if sequence is None or not await access.bus.holds(sequence, pending.project_id):
        sequence = await access.bus.publish(order.model_copy(update={"project_id": pending.project_id}))
        pending.accepted(sequence)
    else:
        display.note(f"going on with project {pending.project_id}")
    async for event in follow(access, film, from_sequence=sequence):
        display.show(film, event)


async def _take(access: Access, video: VideoAssembled, out: Path) -> Delivered | None:
    """Fetches the film, where we can reach the artifacts."""
    url = access.endpoint.artifacts_url
    return await deliver(video, artifacts_url=url, out=out) if url else None


async def _await_record(access: Access, film: Film) -> TransientError | None:
    """Waits for the record; returns what to tell of one that does not come."""
    deadline = time.monotonic() + _RECORD_TIMEOUT_S
    while not await access.recorded(film.last_sequence):
        if time.monotonic() > deadline:
            return TransientError(
                FailureCode.DATABASE_UNAVAILABLE,
                f"the video of project {film.project_id} is finished, but its record is not in the database yet",
                hint="look at the recorder's log; the record follows when the database can be used again",
            )
        await asyncio.sleep(0.05)
    return None
