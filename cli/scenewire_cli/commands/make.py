"""`scenewire make`: makes one video and delivers it."""

import asyncio
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.messages import ScriptRequested, VideoAssembled
from scenewire_cli.cleanup import remove_intermediate_files
from scenewire_cli.delivery import DeliveredFiles, deliver, require_room
from scenewire_cli.options import OUTPUT, DataOption, JsonOption, NatsOption, RecordOption
from scenewire_cli.ordering.files.music import check_mood
from scenewire_cli.ordering.files.order_files import OrderFiles, with_files
from scenewire_cli.ordering.order import read_order
from scenewire_cli.ordering.order_options import OrderOptions
from scenewire_cli.ordering.topic_prompt import ask_topic
from scenewire_cli.ordering.voices import check_voices
from scenewire_cli.output.formatting import artifact_location
from scenewire_cli.progress.display import Display, make_display
from scenewire_cli.progress.events import ProjectProgress, follow
from scenewire_cli.progress.projects import short_id, stored_projects, unfinished_note
from scenewire_cli.remote.options import ServerOptions
from scenewire_cli.running import run
from scenewire_cli.stack.bus_repair import Repaired
from scenewire_cli.stack.connection import Access, embedded
from scenewire_cli.stack.data_folder import DataFolder, PendingOrder
from scenewire_cli.stack.embedded import Stack, record_note, services_to_run
from scenewire_cli.summary import print_summary, raise_if_failed

__all__ = ["MakeOptions", "make", "make_video"]


@dataclass(frozen=True, kw_only=True)
class MakeOptions:
    """How a video is made and delivered."""

    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="Folder for the finished video; gets a subfolder per project, named after its title.",
            rich_help_panel=OUTPUT,
        ),
    ] = Path("output")
    record: RecordOption = True
    cleanup: Annotated[
        bool,
        typer.Option(
            "--cleanup/--no-cleanup",
            envvar="SCENEWIRE_CLEANUP",
            help="Remove intermediate files once the video is on record. A later change renders every scene again.",
            rich_help_panel=OUTPUT,
        ),
    ] = False
    as_json: JsonOption = False
    data: DataOption = None
    nats: NatsOption = None


def make(order: OrderOptions, options: MakeOptions, remote: ServerOptions) -> None:
    """Makes one video about a topic or from a script.

    Starts an embedded stack if none runs, shows progress, and delivers the video with captions, credits, thumbnail and
    script. To resume an interrupted run, run the same command again. After a finished one, the same command makes a new
    video and names the earlier one.

    Example:
        scenewire make "The Suez Canal" --duration 60
        scenewire make --script notes.txt --look portrait --captions box --out videos
    """
    address = remote.address(data=options.data, nats=options.nats)
    if options.cleanup and (options.nats is not None or not options.record):
        refused = "--nats" if options.nats is not None else "--no-record"
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"--cleanup and {refused} exclude each other: cleanup requires an embedded stack and a record",
            hint=f"leave out --cleanup (or unset SCENEWIRE_CLEANUP), or leave out {refused}",
        )
    if address is not None:
        _require_served(options)
    wanted, files = read_order(ask_topic(order, as_json=options.as_json))
    if address is None:
        run(make_video(DataFolder(options.data), wanted, options, files))
    else:
        from scenewire_cli.remote.making import make_on_server

        run(make_on_server(address, wanted, files, out=options.out.resolve(), as_json=options.as_json))


def _require_served(options: MakeOptions) -> None:
    """Refuses options that a server decides."""
    for given, option in ((options.cleanup, "--cleanup"), (not options.record, "--no-record")):
        if given:
            message = f"--server and {option} exclude each other: the server keeps its files and its record"
            raise PermanentError(FailureCode.INVALID_ORDER, message, hint=f"leave out {option}")


async def make_video(
    folder: DataFolder, order: ScriptRequested, options: MakeOptions, files: OrderFiles = OrderFiles()
) -> int:
    """Makes one video. Returns 0 when the video and, if wanted, its record exist.

    Raises:
        PipelineError: the video cannot be made. A record that is late is an error too, raised after the summary: the
            video is delivered.
    """
    folder.prepare()
    out = options.out.resolve()
    require_room(order, data=folder.root if options.nats is None else None, out=out)
    if options.nats is None:
        await find_ffmpeg()
        await check_voices(order, folder, [item.narration.scene_number for item in files.narrations])
        if folder.endpoint() is None:  # a running stack may have other servers
            _check_footage(order)
            check_mood(order)
    artifacts_url = os.environ.get("ARTIFACTS_URL") or (folder.artifacts_url if options.nats is None else None)
    order = await with_files(order, files, artifacts_url)
    with make_display(as_json=options.as_json) as display, folder.pending(order) as pending:
        project = ProjectProgress(pending.project_id)
        delivered, late = None, None
        if pending.sequence is None and (made := folder.made(order)):
            display.note(f"the same order was made before, see {made.video}; this makes a new video")
        try:
            async with embedded(
                folder,
                nats_url=options.nats,
                services=services_to_run(with_record=options.record),
                on_wait=lambda: display.note("other orders use this stack; waiting until they are done"),
            ) as access:
                await _order_and_follow(access, order, pending, project, display)
                if project.video is not None:
                    delivered = await _deliver(access, project.video, out)
                    where = delivered.video if delivered else project.video.video.key
                    waiting = f"the video is at {where}; waiting for its record"
                    if options.record and not await access.await_record(
                        project.last_sequence, on_wait=partial(display.note, waiting)
                    ):
                        late = _late_record(project, delivered, access.endpoint.artifacts_url)
        except asyncio.CancelledError:
            cancel = (
                f", or `scenewire cancel {short_id(project.project_id)}` to cancel" if project.last_sequence else ""
            )
            display.note(f"stopped; run the same command to resume{cancel}")
            raise
        if late is None:
            pending.finished(delivered.video if delivered else None)
        raise_if_failed(project)
        if options.cleanup and late is None:
            display.note(await _clean_up(folder, project))
    print_summary(project, delivered, as_json=options.as_json, with_record=options.record)
    if late is not None:
        raise late
    return 0


def _check_footage(order: ScriptRequested) -> None:
    """Refuses an order that names footage servers which this stack does not have."""
    from scenewire_sourcing.diagnostics import check_providers

    check_providers(order.footage_providers)


async def _clean_up(folder: DataFolder, project: ProjectProgress) -> str:
    """Returns a note about the outcome. No error: the video is safe whatever happens here."""
    try:
        freed = await remove_intermediate_files(folder, project.project_id)
    except PipelineError as error:
        return f"kept intermediate files: {error}"
    if freed is None:
        return "kept intermediate files: other commands use the data folder, or the record is behind"
    return f"removed intermediate files: {freed / 1e6:.1f} MB"


async def _order_and_follow(
    access: Access, order: ScriptRequested, pending: PendingOrder, project: ProjectProgress, display: Display
) -> None:
    others = await stored_projects(access)
    ours = others.pop(pending.project_id, None)
    if access.stack is not None and (note := unfinished_note(others.values())):
        display.note(note)
    if ours is not None and ours.state in ("cancelled", "deleted"):
        pending = pending.renewed()
        project.project_id = pending.project_id
    named = order.model_copy(update={"project_id": pending.project_id})
    sequence = pending.sequence
    if sequence is None or not await access.bus.holds(sequence, pending.project_id):
        if sequence is None:  # not an accepted one that the stream has lost
            await access.require_admission()
        sequence = await access.bus.publish(named)
        pending.accepted(sequence)
    else:
        display.note(f"resuming project {pending.project_id}")
    if access.stack is not None:
        _note_failures(access.stack, display)
    if (page := access.endpoint.page(pending.project_id)) is not None:
        display.page(page)

    async def on_repair(repaired: Repaired) -> None:
        display.note(repaired.note)
        if repaired.lost_messages:  # without a record, this one is lost, too; otherwise the stream has it already
            pending.accepted(await access.bus.publish(named))

    async for event in follow(access, project, from_sequence=sequence, on_repair=on_repair):
        display.show(project, event)


def _note_failures(stack: Stack, display: Display) -> None:
    """Shows what the stack of this command lacks."""
    if stack.gateway_failure is not None:
        display.note(f"no page: {stack.gateway_failure.message}")
    if (note := record_note(stack)) is not None:
        display.note(note)


async def _deliver(access: Access, video: VideoAssembled, out: Path) -> DeliveredFiles | None:
    """Delivers the video, unless this host does not know the artifact store."""
    url = access.endpoint.artifacts_url
    return await deliver(video, artifacts_url=url, out=out) if url else None


def _late_record(
    project: ProjectProgress, delivered: DeliveredFiles | None, artifacts_url: str | None
) -> TransientError:
    place = (
        delivered.video if delivered else project.video and artifact_location(artifacts_url, project.video.video.key)
    )
    return TransientError(
        FailureCode.DATABASE_UNAVAILABLE,
        f"the video is finished and at {place}, but project {short_id(project.project_id)} was not recorded",
        hint="see the recorder's log; the recorder catches up once the database is usable again, under the same command or "
        "`scenewire up`",
    )
