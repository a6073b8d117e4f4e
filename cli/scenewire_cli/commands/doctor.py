"""`scenewire doctor`: for each stage what would be used, what is missing and what to do."""

import importlib.util
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from scenewire.artifacts.opening import open_store
from scenewire.errors import PipelineError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.settings import secret
from scenewire_cli.output.terminal import say, say_json
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import Home, require_writable
from scenewire_cli.stack.embedded import ask_service
from scenewire_cli.stack.nats_server import NatsServer

__all__ = ["examine"]

_OLDEST_PYTHON: Final = (3, 11)
_NEWER_PYTHON: Final = (3, 13)


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    what: str
    ok: bool
    uses: str
    hint: str = ""


async def examine(home: Home, *, nats_url: str | None, as_json: bool) -> int:
    """Prints the findings; returns 0 when a video can be made."""
    findings = [
        _python(),
        await _ffmpeg(),
        *await _speech(),
        _script(),
        *await _asked("fonts", "assembly"),
        *await _footage(),
        await _bus(home, nats_url),
        _folder("data", home.root),
        await _artifacts(home, os.environ.get("ARTIFACTS_URL")),
        Finding("database", ok=True, uses=_without_password(secret("DATABASE_URL") or home.database_url)),
    ]
    for finding in findings:
        if as_json:
            say_json(asdict(finding))
        else:
            say(f"{'ok     ' if finding.ok else 'MISSING'}  {finding.what:10} {finding.uses}")
            if finding.hint:
                say(f"         {'':10} {finding.hint}")
    return 0 if all(finding.ok for finding in findings) else 1


def _python() -> Finding:
    ok = _OLDEST_PYTHON <= sys.version_info[:2] < _NEWER_PYTHON
    return Finding("python", ok, platform.python_version(), "" if ok else "use Python 3.11 or 3.12")


async def _ffmpeg() -> Finding:
    try:
        found = await find_ffmpeg()
    except PipelineError as error:
        return Finding("ffmpeg", ok=False, uses=error.message, hint=error.hint)
    return Finding("ffmpeg", ok=True, uses=f"{found.version} at {found.path}")


async def _speech() -> list[Finding]:
    return await _asked("speech", "tts")


def _script() -> Finding:
    """Who writes about a bare topic; own texts are divided without a model in any case."""
    wanted = os.environ.get("SCRIPT_PROVIDER", "").strip()
    key = next((name for name in ("GROQ_API_KEY", "GROQ_API_KEY_FILE") if os.environ.get(name, "").strip()), None)
    if wanted not in {"", "groq", "outline"}:
        return Finding("script", ok=False, uses=f"SCRIPT_PROVIDER is {wanted}", hint="set it to groq or outline")
    if wanted == "outline" or (not wanted and key is None):
        why = "SCRIPT_PROVIDER says so" if wanted else "there is no GROQ_API_KEY"
        return Finding(
            "script",
            ok=True,
            uses=f"outline, because {why}: divides your own text; from a bare topic a short honest outline",
            hint="" if wanted else "set GROQ_API_KEY to have topics written about by a language model",
        )
    if key is None:
        return Finding(
            "script", ok=False, uses="groq, because SCRIPT_PROVIDER says so, but no key", hint="set GROQ_API_KEY"
        )
    if key == "GROQ_API_KEY_FILE" and not Path(os.environ[key].strip()).is_file():
        return Finding("script", ok=False, uses=f"groq, but {key} names no file", hint=f"correct or unset {key}")
    if importlib.util.find_spec("groq") is None:
        return Finding("script", ok=False, uses="groq, but its package is missing", hint="install the package groq")
    why = "SCRIPT_PROVIDER says so" if wanted else f"{key} is set"
    return Finding(
        "script",
        ok=True,
        uses=f"groq, because {why}: {os.environ.get('GROQ_MODEL', 'its usual model')} writes about topics",
        hint="whether the key is good is found out at the start; SCRIPT_PROVIDER=outline does without",
    )


async def _footage() -> list[Finding]:
    return await _asked("footage", "sourcing")


async def _asked(what: str, service: str) -> list[Finding]:
    """Asked of the service itself, in a process of its own: its engines and servers are its own business."""
    try:
        done = await ask_service(service, timeout=60)
    except PipelineError as error:
        return [Finding(what, ok=False, uses=error.message, hint=error.hint)]
    if done.returncode:
        return [Finding(what, ok=False, uses=f"the {service} service cannot be loaded", hint=done.stderr[-300:])]
    return [Finding(what, **json.loads(line)) for line in done.stdout.splitlines()]


async def _bus(home: Home, nats_url: str | None) -> Finding:
    running = home.endpoint() if home.run.exists() and not nats_url else None
    if nats_url or running is not None:
        place = f"the running stack at {running.place}" if running else "the server at NATS_URL"
        try:
            async with existing(home, nats_url) as access:
                streams = await access.bus.count_streams()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            return Finding("bus", ok=False, uses=f"{place} cannot be used: {error}")
        return Finding("bus", ok=True, uses=f"{place}, {streams} streams")
    try:
        return Finding("bus", ok=True, uses=f"embedded, {await _started_once(home)}")
    except PipelineError as error:
        return Finding("bus", ok=False, uses=error.message, hint=error.hint)


async def _started_once(home: Home) -> Path:
    """Starts the embedded server where it would run, with an empty store, and ends it again."""
    home.prepare()
    with tempfile.TemporaryDirectory(prefix="doctor-", dir=home.run) as name:
        folder = Path(name)
        server = NatsServer(store=folder / "store", run=folder, log=folder / "log")
        try:
            await server.start()
        finally:
            await server.stop()
    return server.program


def _folder(what: str, path: Path) -> Finding:
    try:
        require_writable(path, option="--data")
    except PipelineError as error:
        return Finding(what, ok=False, uses=error.message, hint=error.hint)
    free = f"{path}, {shutil.disk_usage(path).free >> 30} GB free"
    return Finding(what, ok=True, uses=free, hint=_who_else(path) if what == "data" else "")


def _who_else(folder: Path) -> str:
    """What to do when other users can look into the data folder; empty when they cannot."""
    if not folder.stat().st_mode & 0o077:
        return ""
    return f"other users can look into it: `chmod 700 {folder}`, or name a folder of its own with --data"


async def _artifacts(home: Home, url: str | None) -> Finding:
    """A folder that can be written; of a bucket, that it answers us."""
    if not url or url.startswith("file://"):
        return _folder("artifacts", Path(unquote(urlsplit(url).path)) if url else home.root / "artifacts")
    try:
        await open_store(url).read_document("results/doctor.json")
    except PipelineError as error:
        return Finding("artifacts", ok=False, uses=error.message, hint=error.hint)
    return Finding("artifacts", ok=True, uses=f"{url}, which answers")


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{''.join(_masked(rest))}"


def _masked(rest: str) -> Iterator[str]:
    account, at, place = rest.rpartition("@")
    if at:
        yield account.partition(":")[0] + ":…@"
    yield place
