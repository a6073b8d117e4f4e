"""A hand-written footage server that speaks exactly one revision of MCP, with a configurable strictness.

Serves standard input and output when run: `python -I mcp_peer.py 2024-11-05`. For HTTP, tests call `answer`.
"""

import json
import sys
from typing import Any

HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Revisions that begin with `initialize`."""

MODERN = "2026-07-28"

UNKNOWN_METHOD = -32601
UNSUPPORTED = -32022

Message = dict[str, Any]


class HungUpError(Exception):
    """The peer closes the session."""


def answer(request: Message, revision: str, temper: str = "polite") -> Message | None:
    """Returns the answer of the peer; None for no answer.

    Args:
        request: of the client.
        revision: the one that it speaks.
        temper: what it does with a method that it does not know before it was initialised: `polite` says so, `silent`
            says nothing, `abrupt` hangs up.
    """
    if "id" not in request:
        return None
    method, modern = request["method"], revision not in HANDSHAKE and revision >= MODERN
    if method == "server/discover" and modern and asked_for(request) == revision:
        return result(request, {"supportedVersions": [revision], "capabilities": {"tools": {}}}, modern=True)
    if modern and (method in {"initialize", "server/discover"} or asked_for(request) != revision):
        data = {"supported": [revision], "requested": asked_for(request) or ""}
        return error(request, UNSUPPORTED, "Unsupported protocol version", data)
    if method == "initialize":
        server = {"name": "peer", "version": "1"}
        said = {"protocolVersion": revision, "capabilities": {"tools": {}}, "serverInfo": server}
        return result(request, said, modern=False)
    if method == "tools/call":
        clips = {"results": [{"id": "1", "title": f"Tea in {revision}"}]}
        answered: Message = {"content": [{"type": "text", "text": json.dumps(clips)}]}
        return result(request, answered, modern=modern)
    if temper == "abrupt":
        raise HungUpError
    return None if temper == "silent" else error(request, UNKNOWN_METHOD, "Method not found")


def asked_for(request: Message) -> str | None:
    """Returns the revision in a modern request."""
    meta = (request.get("params") or {}).get("_meta") or {}
    return meta.get("io.modelcontextprotocol/protocolVersion")


def result(request: Message, said: Message, *, modern: bool) -> Message:
    return {"jsonrpc": "2.0", "id": request["id"], "result": {**said, **({"resultType": "complete"} if modern else {})}}


def error(request: Message, code: int, message: str, data: Message | None = None) -> Message:
    told = {"code": code, "message": message, **({"data": data} if data else {})}
    return {"jsonrpc": "2.0", "id": request["id"], "error": told}


def main() -> None:
    for line in sys.stdin:
        try:
            said = answer(json.loads(line), *sys.argv[1:])
        except HungUpError:
            sys.exit(7)
        if said is not None:
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
