"""What each command does, once its arguments are understood."""

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.messages import ProjectCancelled, ProjectFailed, ScriptRequested, VideoAssembled
from scenewire.observability.http_endpoint import monitor_of_this_process
from scenewire_cli.commands.cleanup import tidy
from scenewire_cli.delivery import Delivered, deliver, require_room
from scenewire_cli.music import MusicFile, with_music
from scenewire_cli.options import plain, say, say_json
from scenewire_cli.output.formatting import loudness_wording, music_wording, place, shortened
from scenewire_cli.progress.display import Display, make_display
from scenewire_cli.progress.events import Film, Unreadable, first_message, follow, require_project
from scenewire_cli.stack.connection import Access, embedded, existing
from scenewire_cli.stack.data_folder import Home, PendingOrder
from scenewire_cli.stack.embedded import SERVICES

__all__ = ["cancel", "make", "request", "up", "watch"]

_REASON_CHARACTERS: Final = 160
"""Of reasons in one line of the summary; `--json` has all of them."""

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
                services=_services(with_record),
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
        _raise_if_failed(film)
        if tidily and late is None:
            display.note(await _tidied(home, film))
    _print_summary(film, delivered, as_json=as_json, with_record=with_record)
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


def _services(with_record: bool) -> Sequence[str]:  # noqa: FBT001 - the option's value
    return tuple(name for name in SERVICES if with_record or name != "recorder")


async def _see_through(
    access: Access, order: ScriptRequested, pending: PendingOrder, film: Film, display: Display
) -> None:
    if await first_message(access, pending.project_id, (ProjectCancelled.SUBJECT,)) is not None:
        pending = pending.renewed()
        film.project_id = pending.project_id
    sequence = pending.sequence
    if sequence is None or not await access.holds(sequence, pending.project_id):
        sequence = await access.order(order.model_copy(update={"project_id": pending.project_id}))
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


def _raise_if_failed(film: Film) -> None:
    if film.unreadable_end is not None and isinstance(film.unreadable_end.message, Unreadable):
        end = film.unreadable_end.message
        raise PermanentError(
            FailureCode.INVALID_MESSAGE,
            f"project {film.project_id} has ended, but {end.subject} at sequence {film.unreadable_end.sequence} of the "
            f"stream cannot be read: {end.fault}",
            hint=f"use the version that published it; `scenewire history {film.project_id}` lists its messages",
        )
    if isinstance(film.failure, ProjectFailed):
        scene = f"scene {film.failure.scene_number}: " if film.failure.scene_number else ""
        said, code = film.failure.message.removeprefix(scene), film.failure.code
        raise PermanentError(
            FailureCode(code) if code in set(FailureCode) else FailureCode.RETRIES_EXHAUSTED,
            f"{film.failure.stage}: {scene}{said}",
            hint=film.failure.hint,
        )
    if isinstance(film.failure, ProjectCancelled):
        reason = f": {film.failure.reason}" if film.failure.reason else ""
        message = f"project {film.project_id} was cancelled{reason}"
        raise PermanentError(FailureCode.CANCELLED, message, hint="order it once more to have it made")


def _delivered_paths(delivered: Delivered) -> dict[str, Any]:
    return {
        "video": str(delivered.video),
        "captions": [str(path) for path in delivered.captions],
        "credits": [str(path) for path in delivered.credits],
        "thumbnail": str(delivered.thumbnail),
        "script": str(delivered.script),
    }


def _stored_paths(video: VideoAssembled, artifacts_url: str | None) -> dict[str, Any]:
    """Where the artifacts have the film: nobody took it away."""
    where = partial(place, artifacts_url)
    return {
        "video": where(video.video.key),
        "captions": [where(video.captions_srt.key), where(video.captions_vtt.key)],
        "credits": [where(video.credits_json.key), where(video.credits_txt.key)],
        "thumbnail": where(video.thumbnail.key),
        "script": where(video.script_json.key),
    }


def _print_summary(
    film: Film,
    delivered: Delivered | None,
    *,
    as_json: bool,
    with_record: bool = True,
    artifacts_url: str | None = None,
) -> None:
    video = film.video
    if video is None:
        message = "a film that neither failed nor was finished"
        raise RuntimeError(message)
    paths = _delivered_paths(delivered) if delivered else _stored_paths(video, artifacts_url)
    music = video.brief.options.music
    measured = {
        "loudness_lufs": video.loudness.integrated_lufs,
        "true_peak_dbtp": video.loudness.true_peak_dbtp,
    }
    if as_json:
        facts = {
            "event": "finished",
            "project_id": str(film.project_id),
            "topic": video.brief.topic,
            "duration": video.duration,
            "scene_count": video.brief.scene_count,
            "frames": video.frames,
            "size": video.video.size,
            **measured,
            "music": music.model_dump(include={"title", "creator", "licence", "source_url"}) if music else None,
            "painted_scenes": sorted(film.painted),
            "painted_reasons": {str(number): reason for number, reason in sorted(film.painted.items()) if reason},
            "notes": list(video.notes),
            **({} if with_record else {"record": None}),
            **paths,
        }
        say_json(facts)
        return
    for note in video.notes:
        say(f"note:      {note}", error=True)
    say(f"topic:     {video.brief.topic}")
    say(f"duration:  {video.duration:.1f} s, {video.frames} frames, {video.video.size / 1e6:.1f} MB")
    say(f"scenes:    {video.brief.scene_count}")
    say(f"pictures:  {_pictures(film)}")
    if music is not None:
        say(f"music:     {plain(music_wording(music.model_dump()))}")
    say(f"loudness:  {loudness_wording(measured)}")
    say(f"video:     {paths['video']}")
    say(f"captions:  {'  '.join(paths['captions'])}")
    say(f"credits:   {'  '.join(paths['credits'])}")
    if not with_record:
        say("record:    none; a recorder that runs in the next 30 days catches up")


def _pictures(film: Film) -> str:
    painted, count = len(film.painted), film.scene_count or 0
    if not painted:
        return "footage in every scene"
    reasons = "; ".join(dict.fromkeys(filter(None, film.painted.values())))
    whole = "painted backgrounds" if painted == count else f"painted backgrounds in {painted} of {count} scenes"
    return f"{whole} ({shortened(reasons, _REASON_CHARACTERS)})" if reasons else whole


async def up(home: Home, *, nats_port: int, as_json: bool, with_record: bool = True) -> int:
    """Runs the embedded stack until it is cancelled.

    Raises:
        PipelineError: it cannot start or go on.
    """
    await find_ffmpeg()
    async with embedded(home, nats_port=nats_port, services=_services(with_record)) as access:
        if access.stack is None:
            raise PermanentError(
                FailureCode.BUS_UNAVAILABLE,
                f"a stack of {home.root} runs already, at {access.endpoint.nats_url}",
                hint="use that one, or another folder with --data",
            )
        facts = {"nats": access.endpoint.nats_url, "artifacts": access.endpoint.artifacts_url, "log": str(home.log)}
        if monitor := monitor_of_this_process().url:
            facts["monitor"] = monitor
        if as_json:
            say_json({"event": "ready", **facts})
        else:
            for name, value in facts.items():
                say(f"{name + ':':11}{value}")
            say("ready; Ctrl-C stops")
        with suppress(asyncio.CancelledError):  # being stopped is how it ends
            while True:
                await asyncio.sleep(1)
                access.stack.check()
    return 0


async def request(
    home: Home, order: ScriptRequested, *, nats_url: str | None, as_json: bool, music: MusicFile | None = None
) -> int:
    """Orders a video and returns once the order is stored.

    Raises:
        PipelineError: there is no bus.
    """
    project_id = uuid4()
    async with existing(home, nats_url) as access:
        order = await with_music(order, music, access.endpoint.artifacts_url)
        await access.order(order.model_copy(update={"project_id": project_id}))
    if as_json:
        say_json({"event": "accepted", "project_id": str(project_id)})
    else:
        say(str(project_id))
    return 0


async def watch(home: Home, project_id: str, *, nats_url: str | None, as_json: bool) -> int:
    """Follows a project until it has ended. Returns 0 when it has a film.

    Raises:
        PipelineError: there is no bus, no such project, or it failed.
    """
    film = Film(_project_id(project_id))
    async with existing(home, nats_url) as access:
        first = await require_project(access, film.project_id)
        with make_display(as_json=as_json) as display:
            async for event in follow(access, film, from_sequence=first):
                display.show(film, event)
        url = access.endpoint.artifacts_url
    _raise_if_failed(film)
    _print_summary(film, None, as_json=as_json, artifacts_url=url)
    return 0


async def cancel(home: Home, project_id: str, *, reason: str, nats_url: str | None) -> int:
    """Calls a project off and returns once that is stored; needs no running stack.

    Raises:
        PipelineError: there is no bus and no folder of one, or no such project.
    """
    cancelled = ProjectCancelled(project_id=_project_id(project_id), reason=reason)
    stopped = nats_url is None and home.nats_store.exists()
    async with embedded(home, services=()) if stopped else existing(home, nats_url) as access:
        await require_project(access, cancelled.project_id)
        await access.publish(cancelled, cancelled.project_id, cancelled.message_id)
    return 0


def _project_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"{text!r} is no project id",
            hint="give all of it: `scenewire request` and `scenewire show` print it",
        ) from error
