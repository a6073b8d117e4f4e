"""`scenewire prune`: removes what is old."""

import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer
from pydantic import ByteSize, TypeAdapter, ValidationError

from scenewire.artifacts.opening import open_store
from scenewire.artifacts.pruning import IN_USE, Limits
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire_cli.options import OUTPUT, DataOption, JsonOption, NatsOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.pruning import Outcome, PruneLimits, Pruning, known_record
from scenewire_cli.running import run
from scenewire_cli.stack.connection import Access, embedded, existing
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.stack.embedded import settings_errors

if TYPE_CHECKING:
    from scenewire.record.queries import Row

__all__ = ["prune"]

_LIMITS: Final = "Limits"

_AGE: Final = re.compile(r"(\d{1,5})([hdw])")
_UNITS: Final = {"h": "hours", "d": "days", "w": "weeks"}


def _read_age(text: str) -> timedelta:
    found = _AGE.fullmatch(text.strip().lower())
    if found is None:
        message = "must be a number of hours, days or weeks, such as 12h, 30d or 8w"
        raise typer.BadParameter(message)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _read_size(text: str) -> int:
    try:
        return int(TypeAdapter(ByteSize).validate_python(text))
    except ValidationError:
        message = "must be a size, such as 500MB or 100GB"
        raise typer.BadParameter(message) from None


def prune(
    *,
    older_than: Annotated[
        timedelta | None,
        typer.Option(
            "--older-than",
            metavar="AGE",
            parser=_read_age,
            help="Remove intermediate files not used for this long, such as 30d. At least 1d.",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    max_size: Annotated[
        int | None,
        typer.Option(
            "--max-size",
            metavar="SIZE",
            parser=_read_size,
            help="Remove those not used for longest until the rest takes at most this, such as 100GB.",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    projects_older_than: Annotated[
        timedelta | None,
        typer.Option(
            "--projects-older-than",
            metavar="AGE",
            parser=_read_age,
            help="Delete ended projects, with their videos, whose last message is older.",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    record_older_than: Annotated[
        timedelta | None,
        typer.Option(
            "--record-older-than",
            metavar="AGE",
            parser=_read_age,
            help="Remove deleted projects whose last message is older from the record.",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be removed.", rich_help_panel=OUTPUT)
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.", rich_help_panel=OUTPUT)] = False,
    data: DataOption = None,
    nats: NatsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Removes intermediate files, projects and messages that are old.

    Files that an unfinished project uses stay. Other files are made again when they are needed, except uploads. Videos
    stay unless --projects-older-than is given. Works with and without a running stack.

    Example:
        scenewire prune --older-than 30d --max-size 100GB
        scenewire prune --older-than 30d --projects-older-than 365d --yes
    """
    limits = PruneLimits(
        files=Limits(age=older_than, size=max_size), projects=projects_older_than, record=record_older_than
    )
    if not limits:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            "no limit is given",
            hint="pass --older-than, --max-size, --projects-older-than or --record-older-than",
        )
    if older_than is not None and older_than < IN_USE:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            "--older-than must be at least 1d: files of the last day may be in use",
            hint="pass 1d or more",
        )
    run(_prune(DataFolder(data), limits, nats, dry_run=dry_run, yes=yes, as_json=as_json))


async def _prune(
    folder: DataFolder, limits: PruneLimits, nats_url: str | None, *, dry_run: bool, yes: bool, as_json: bool
) -> int:
    has_record = folder.has_foreign_record if nats_url else folder.has_record
    if limits.record is not None and not has_record:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            "there is no record from which --record-older-than could remove anything",
            hint="leave out --record-older-than, or set DATABASE_URL",
        )
    is_stopped = nats_url is None and folder.nats_store.exists()
    services = ("recorder",) if has_record else ()
    async with embedded(folder, services=services) if is_stopped else existing(folder, nats_url) as access:
        store = _store(access)
        async with known_record(access, store, folder.record_url if has_record else None) as record_url:
            pruning = Pruning(access, store, record_url, limits, now=datetime.now(UTC))
            projects, records = await pruning.old_projects(), await pruning.old_records()
            if dry_run:
                files = await pruning.prune_files(dry_run=True)
                outcome = Outcome(files=files, projects=[row["project_id"] for row in projects], forgotten=records)
            else:
                _confirm(projects, records, yes=yes)
                outcome = await pruning.run(projects, records, with_record=has_record)
    _print(outcome, limits, dry_run=dry_run, as_json=as_json)
    return 0


def _store(access: Access) -> ArtifactStore:
    if not access.endpoint.artifacts_url:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            "it is unknown where the artifacts are",
            hint="set ARTIFACTS_URL to the store that the workers of that server use",
        )
    with settings_errors():
        return open_store(access.endpoint.artifacts_url)


def _confirm(projects: "Sequence[Row]", records: Sequence[str], *, yes: bool) -> None:
    """Asks before anything is removed that cannot be made again."""
    if yes or not (projects or records):
        return
    what = [f"delete {_counted(len(projects), 'project')} with all versions of the videos"] if projects else []
    what += [f"remove {_counted(len(records), 'deleted project')} from the record"] if records else []
    if not sys.stdin.isatty():
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            "nobody is there to confirm the removal",
            hint=f"add --yes to {' and '.join(what)}, or --dry-run to see them",
        )
    typer.confirm(f"{' and '.join(what).capitalize()}?", abort=True, err=True)


def _print(outcome: Outcome, limits: PruneLimits, *, dry_run: bool, as_json: bool) -> None:
    files = outcome.files
    excess = max(0, files.kept_bytes - (files.kept_bytes if limits.files.size is None else limits.files.size))
    if as_json:
        print_json(
            {
                "event": "pruned",
                "dry_run": dry_run,
                **asdict(files),
                "excess_bytes": excess,
                "projects": list(outcome.projects),
                "forgotten": list(outcome.forgotten),
            }
        )
        return
    were = "would be" if dry_run else "was"
    for project_id in outcome.projects:
        print_line(f"project {project_id} {were} deleted")
    for project_id in outcome.forgotten:
        print_line(f"project {project_id} {were} removed from the record")
    print_line(
        f"{'would remove' if dry_run else 'removed'} {_counted(files.files, 'intermediate file')}, {_size(files.bytes)}; "
        f"{_size(files.kept_bytes)} in {_counted(files.kept_files, 'file')} stay"
    )
    if excess:
        print_line(f"{_size(excess)} more than --max-size are in use", error=True)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.1f} GB"
