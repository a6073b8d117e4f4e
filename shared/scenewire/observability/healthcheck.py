"""Exits with 0 if the services of a local process can work; prints the faults otherwise.

    python -I -S scenewire/observability/healthcheck.py [--alive]

Containers use it for health checks, so that images need no HTTP client. A busy host runs many of them at once, so it imports
only parts of the standard library that take little processor time, and reads only the environment.
"""

import json
import os
import socket
import sys

__all__ = ["main"]

_TIMEOUT_S = 10.0
"""Longer than the endpoint takes, on a host that is busy, too."""

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - the address of such a bind from inside
_OK = "ok"


def main() -> int:
    """Prints the faults; returns 0 if there are none."""
    arguments = sys.argv[1:]
    if arguments not in ([], ["--alive"]):
        return _fault("usage: healthcheck.py [--alive]; --alive checks only that the process is alive")
    path = "/livez" if arguments else "/healthz"
    host = os.environ.get("MONITOR_HOST") or "127.0.0.1"
    host = _EVERYWHERE.get(host, host)
    port = os.environ.get("MONITOR_PORT")
    if not port:
        return _fault("MONITOR_PORT is not set: there is no endpoint to check")
    try:
        head, body = _response(host, int(port), path)
        is_ok = head.split()[1] == b"200"
        services = json.loads(body)["services"]
    except (OSError, ValueError, LookupError) as error:
        return _fault(f"{host}:{port}{path}: {error or type(error).__name__}")
    for service, answers in services.items():
        for requirement, status in answers.items():
            if status != _OK:
                print(f"{service}: {requirement}: {status}")  # noqa: T201 - this is a command
    return 0 if is_ok else 1


def _response(host: str, port: int, path: str) -> tuple[bytes, bytes]:
    """Returns status line with headers, and body. HTTP 1.0: the server closes the connection after the body."""
    with socket.create_connection((host, port), timeout=_TIMEOUT_S) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        with connection.makefile("rb") as stream:
            head, _, body = stream.read().partition(b"\r\n\r\n")
    return head, body


def _fault(message: str) -> int:
    print(message, file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
