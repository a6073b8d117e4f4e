"""Footage servers for tests: the bundled library, and small scripts that each misbehave in one way."""

import asyncio
import os
import select
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from scenewire_sourcing.metrics import FootageMetrics
from scenewire_sourcing.providers.mcp_session import McpSession
from scenewire_sourcing.providers.mcp_source import McpSource
from scenewire_sourcing.providers.server_config import FootageServer

_SCRIPT = """
import json, os, signal, sys, time
def send(message): print(json.dumps(message), flush=True)
def answer(request, structured=None, **result):
    content = [{{"type": "text", "text": result.pop("text", json.dumps(structured))}}]
    if structured is not None: result["structuredContent"] = structured
    send({{"jsonrpc": "2.0", "id": request["id"], "result": {{"content": content, **result}}}})
def tool(name, description=""):
    return {{"name": name, "description": description, "inputSchema": {{"type": "object"}}}}
tools = [tool("search_footage"), tool("get_footage")]
def call(request, name, arguments):
{on_call}
{at_start}
for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request:
        continue
    if request["method"] == "initialize":
        send({{"jsonrpc": "2.0", "id": request["id"], "result": {{
            "protocolVersion": request["params"]["protocolVersion"], "capabilities": {{"tools": {{}}}},
            "serverInfo": {{"name": "fake", "version": "1"}}}}}})
    elif request["method"] == "tools/list":
        send({{"jsonrpc": "2.0", "id": request["id"], "result": {{"tools": tools}}}})
    elif request["method"] == "tools/call":
        call(request, request["params"]["name"], request["params"].get("arguments") or {{}})
    else:
        send({{"jsonrpc": "2.0", "id": request["id"], "error": {{"code": -32601, "message": "unknown"}}}})
"""


def script_server(
    folder: Path, on_call: str = "answer(request, {'results': []})", *, at_start: str = "", **changes: Any
) -> FootageServer:
    """Returns a scripted server that speaks an old revision of MCP.

    Args:
        folder: where its script is kept.
        on_call: statements that answer a tool call; see `answer`, `send`, `name`, `arguments`, `tools` in the script.
        at_start: statements that run before it listens.
        changes: of its configuration.
    """
    path = folder / f"server-{len(list(folder.glob('server-*.py')))}.py"
    indented = "\n".join(f"    {line}" for line in on_call.splitlines())
    path.write_text(_SCRIPT.format(on_call=indented, at_start=at_start))
    return FootageServer(**{"name": "fake", "command": (sys.executable, "-I", str(path)), "root": folder, **changes})


def library_server(folder: Path) -> FootageServer:
    """Returns the bundled library server, as the settings configure it."""
    command = (sys.executable, "-m", "scenewire_sourcing.servers.library")
    return FootageServer(
        name="library", command=command, env={"LIBRARY_DIR": SecretStr(str(folder))}, root=folder, own_footage=True
    )


@asynccontextmanager
async def connected(
    server: FootageServer,
    *,
    timeout_s: float = 30,
    cooldown_s: float = 3_600,
    metrics: FootageMetrics | None = None,
) -> AsyncIterator[McpSource]:
    session = McpSession(server, timeout_s=timeout_s, retry_delay_s=0, cooldown_s=cooldown_s, metrics=metrics)
    source = McpSource(server, session)
    try:
        yield source
    finally:
        await source.aclose()


def children_of(pid: int) -> set[int]:
    """Returns the living children of a process."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            except OSError:
                continue
            if int(parent) == pid and state != "Z":
                found.add(int(entry.name))
    return found


async def ended(pidfd: int, *, within: float = 20) -> bool:
    """Waits for the end of any process, not only a child."""
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    try:
        return bool(await asyncio.to_thread(waiting.poll, within * 1_000))
    finally:
        os.close(pidfd)
