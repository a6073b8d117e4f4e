"""`python -m scenewire_sourcing.diagnostics`: which footage servers are used and why, as JSON lines."""

import importlib.util
import json
import os
import sys
from collections.abc import Iterator

from pydantic import ValidationError

from scenewire_sourcing.providers.bundled_servers import BUNDLED_SERVERS
from scenewire_sourcing.providers.server_config import FootageServer, path_error
from scenewire_sourcing.settings import SourcingSettings

__all__ = ["report"]

_Line = dict[str, object]


def report() -> Iterator[_Line]:
    """Yields the servers in use, then the unused ones; each line has `ok`, `uses` and `hint`."""
    try:
        settings = SourcingSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
    except (ValidationError, ValueError) as error:
        yield _line(_problem(error), ok=False, hint="correct SOURCING_SERVERS and the variables of its servers")
        return
    servers = settings.footage_servers
    if servers and importlib.util.find_spec("mcp") is None:
        yield _line("footage servers, but the package mcp is missing", ok=False, hint="install the package mcp")
    yield from (_active(server, named=settings.servers is not None) for server in servers)
    yield _line("painted backgrounds where nothing fits" if servers else "painted backgrounds")
    used = {server.name for server in servers}
    for name, bundled in BUNDLED_SERVERS.items():
        if name not in used:
            steps = [f"set {missing}"] if (missing := bundled.missing(os.environ)) else []
            if settings.servers is not None or not bundled.by_default:
                steps.append("name it in SOURCING_SERVERS")
            yield _line(f"{name} is not used", hint=f"for {bundled.about}: {' and '.join(steps)}")


def _active(server: FootageServer, *, named: bool) -> _Line:
    bundled = BUNDLED_SERVERS.get(server.name)
    if bundled is None or server.command != bundled.command:
        address = server.url or (server.command or ("?",))[0]
        return _line(f"{server.name} at {address}, because SOURCING_SERVERS names it")
    variable = next((name for name in bundled.requires if name in server.env), "")
    why = f"{variable} is set" if variable else "it needs no setting"
    if error := path_error(server):
        return _line(f"{server.name}, but {error}", ok=False, hint=f"correct or unset {variable}")
    if variable.endswith(("_DIR", "_FILE")):
        why = f"{variable} is {server.env[variable].get_secret_value()}"
    return _line(f"{server.name}, because {'SOURCING_SERVERS names it and ' if named else ''}{why}: {bundled.about}")


def _problem(error: ValueError) -> str:
    """Describes the errors in the settings, without any values."""
    if not isinstance(error, ValidationError):
        return "a setting is not valid JSON"
    messages = [problem["msg"].removeprefix("Value error, ") for problem in error.errors(include_input=False)]
    return "; ".join(messages)[:500]


def _line(uses: str, *, ok: bool = True, hint: str = "") -> _Line:
    return {"ok": ok, "uses": uses, "hint": hint}


if __name__ == "__main__":
    for line in report():
        sys.stdout.write(json.dumps(line) + "\n")
