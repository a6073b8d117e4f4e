"""`python -m scenewire_sourcing.diagnostics`: which footage servers would be used and why, as JSON objects in lines."""

import importlib.util
import json
import os
import sys
from collections.abc import Iterator

from pydantic import ValidationError

from scenewire_sourcing.providers.bundled_servers import SHIPPED
from scenewire_sourcing.providers.server_config import FootageServer, absent_path
from scenewire_sourcing.settings import SourcingSettings

__all__ = ["report"]

_Line = dict[str, object]


def report() -> Iterator[_Line]:
    """What would be used, then what would not; each says whether it is `ok`, what it `uses`, and has a `hint`."""
    try:
        settings = SourcingSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
    except (ValidationError, ValueError) as error:
        yield _line(_problem(error), ok=False, hint="correct SOURCING_SERVERS and the variables of its servers")
        return
    servers = settings.footage_servers
    if servers and importlib.util.find_spec("mcp") is None:
        yield _line("footage servers, but a package is missing", ok=False, hint="install the package mcp")
    yield from (_active(server, named=settings.servers is not None) for server in servers)
    yield _line("painted backgrounds where nothing fits" if servers else "painted backgrounds")
    used = {server.name for server in servers}
    for name, ours in SHIPPED.items():
        if name not in used:
            wanted = [f"set {missing}"] if (missing := ours.lacks(os.environ)) else []
            if settings.servers is not None or not ours.by_default:
                wanted.append("name it in SOURCING_SERVERS")
            yield _line(f"{name} is not used", hint=f"for {ours.about}: {' and '.join(wanted)}")


def _active(server: FootageServer, *, named: bool) -> _Line:
    ours = SHIPPED.get(server.name)
    if ours is None or server.command != ours.command:
        place = server.url or (server.command or ("?",))[0]
        return _line(f"{server.name} at {place}, because SOURCING_SERVERS names it")
    given = next((name for name in ours.needs if name in server.env), "")
    why = f"{given} is set" if given else "nothing else is needed"
    if wrong := absent_path(server):
        return _line(f"{server.name}, but {wrong}", ok=False, hint=f"correct or unset {given}")
    if given.endswith(("_DIR", "_FILE")):
        why = f"{given} is {server.env[given].get_secret_value()}"
    return _line(f"{server.name}, because {'SOURCING_SERVERS names it and ' if named else ''}{why}: {ours.about}")


def _problem(error: ValueError) -> str:
    """What is wrong with the settings; never what they hold."""
    if not isinstance(error, ValidationError):
        return "a setting is no JSON"
    said = [problem["msg"].removeprefix("Value error, ") for problem in error.errors(include_input=False)]
    return "; ".join(said)[:500]


def _line(uses: str, *, ok: bool = True, hint: str = "") -> _Line:
    return {"ok": ok, "uses": uses, "hint": hint}


if __name__ == "__main__":
    for line in report():
        sys.stdout.write(json.dumps(line) + "\n")
