"""`scenewire doctor`: reports for each stage what would be used, what is missing and what to do."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from scenewire.artifacts.opening import open_store
from scenewire.errors import PipelineError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.findings import Finding
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.running import run
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder, require_writable
from scenewire_cli.stack.nats_server import NatsServer

__all__ = ["doctor"]

_OLDEST_PYTHON: Final = (3, 11)
_NEWER_PYTHON: Final = (3, 13)

_Check = Callable[[], Awaitable[Sequence[Finding]]]


def doctor(*, data: DataOption = None, nats: NatsOption = None, as_json: JsonOption = False) -> None:
    """Checks the installation; exits with 0 if videos can be made.

    Reports for each stage what would be used, what is missing and what to do.

    Example:
        scenewire doctor
    """
    run(_doctor(DataFolder(data), nats_url=nats, as_json=as_json))


async def _doctor(folder: DataFolder, *, nats_url: str | None, as_json: bool) -> int:
    findings = [
        ("python", _python()),
        ("ffmpeg", await _ffmpeg()),
        *await _service("speech", partial(_speech, folder)),
        *await _service("script", _script),
        *await _service("music", _music),
        *await _service("fonts", partial(_captions, folder)),
        *await _service("encoder", partial(_encoders, folder)),
        *await _service("footage", _footage),
        ("bus", await _bus(folder, nats_url)),
        ("data", _data(folder)),
        ("artifacts", await _artifacts(folder, os.environ.get("ARTIFACTS_URL"))),
        ("database", _database(folder)),
    ]
    for subject, finding in findings:
        if as_json:
            print_json({"what": subject, **asdict(finding)})
        else:
            print_line(f"{'ok     ' if finding.ok else 'MISSING'}  {subject:10} {finding.uses}")
            if finding.hint:
                print_line(f"         {'':10} {finding.hint}")
    return 0 if all(finding.ok for _, finding in findings) else 1


def _python() -> Finding:
    ok = _OLDEST_PYTHON <= sys.version_info[:2] < _NEWER_PYTHON
    return Finding(platform.python_version(), ok, "" if ok else "use Python 3.11 or 3.12")


async def _ffmpeg() -> Finding:
    try:
        ffmpeg = await find_ffmpeg()
    except PipelineError as error:
        return _failed(error)
    return Finding(f"{ffmpeg.version} at {ffmpeg.path}")


async def _service(subject: str, check: _Check) -> list[tuple[str, Finding]]:
    """Runs a service's own check; a service whose packages are missing is a finding, too."""
    try:
        return [(subject, finding) for finding in await check()]
    except ImportError as error:
        missing = Finding(f"a package is missing: {error}", ok=False, hint="install scenewire[all]")
        return [(subject, missing)]
    except PipelineError as error:
        return [(subject, _failed(error))]


async def _speech(folder: DataFolder) -> Sequence[Finding]:
    from scenewire_tts.diagnostics import check_speech

    return check_speech(folder.root)


async def _script() -> Sequence[Finding]:
    from scenewire_script.diagnostics import check_script

    return await check_script()


async def _music() -> Sequence[Finding]:
    from scenewire_script.diagnostics import check_music

    return check_music()


async def _captions(folder: DataFolder) -> Sequence[Finding]:
    from scenewire_assembly.diagnostics import check_captions

    return await check_captions(folder.root)


async def _encoders(folder: DataFolder) -> Sequence[Finding]:
    from scenewire_assembly.diagnostics import check_encoders

    return await check_encoders(folder.root)


async def _footage() -> Sequence[Finding]:
    from scenewire_sourcing.diagnostics import check_footage

    return check_footage()


async def _bus(folder: DataFolder, nats_url: str | None) -> Finding:
    running = folder.endpoint() if folder.run.exists() and not nats_url else None
    if nats_url or running is not None:
        place = f"the running stack at {running.redacted_url}" if running else "the server at NATS_URL"
        try:
            async with existing(folder, nats_url) as access:
                streams = await access.bus.count_streams()
        except Exception as error:  # noqa: BLE001 - any failure is the finding
            return Finding(f"{place} cannot be used: {error}", ok=False)
        return Finding(f"{place}, {streams} streams")
    try:
        return Finding(f"embedded, {await _start_once(folder)}")
    except PipelineError as error:
        return _failed(error)


async def _start_once(folder: DataFolder) -> Path:
    """Starts and stops the embedded server where it would run, with an empty store; returns its program."""
    folder.prepare()
    with tempfile.TemporaryDirectory(prefix="doctor-", dir=folder.run) as name:
        scratch = Path(name)
        server = NatsServer(store=scratch / "store", run=scratch, log=scratch / "log")
        try:
            await server.start()
        finally:
            await server.stop()
    return server.program


def _data(folder: DataFolder) -> Finding:
    finding = _writable(folder.root)
    if not finding.ok or not folder.root.stat().st_mode & 0o077:
        return finding
    hint = f"other users can read it: run `chmod 700 {folder.root}`, or choose a new folder with --data"
    return Finding(finding.uses, hint=hint)


def _writable(path: Path) -> Finding:
    try:
        require_writable(path, option="--data")
    except PipelineError as error:
        return _failed(error)
    return Finding(f"{path}, {shutil.disk_usage(path).free >> 30} GB free")


async def _artifacts(folder: DataFolder, url: str | None) -> Finding:
    """Checks that a folder can be written, or that a bucket answers."""
    if not url or url.startswith("file://"):
        return _writable(Path(unquote(urlsplit(url).path)) if url else folder.root / "artifacts")
    try:
        await open_store(url).read_document("results/doctor.json")
    except PipelineError as error:
        return _failed(error)
    return Finding(f"{url}, which answers")


def _database(folder: DataFolder) -> Finding:
    try:
        return Finding(_without_password(folder.record_url))
    except PipelineError as error:
        return _failed(error)


def _failed(error: PipelineError) -> Finding:
    return Finding(error.message, ok=False, hint=error.hint)


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{''.join(_masked(rest))}"


def _masked(rest: str) -> Iterator[str]:
    account, at, place = rest.rpartition("@")
    if at:
        yield account.partition(":")[0] + ":…@"
    yield place
