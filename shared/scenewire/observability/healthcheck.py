"""`python -m scenewire.observability.healthcheck`: exits with 0 if the services of a local process can work.

Containers use it for health checks, so that images need no HTTP client.
"""

import argparse
import http.client
import json
import sys
from typing import Final

from scenewire.observability.health import OK
from scenewire.settings import MonitorSettings

__all__ = ["main"]

_TIMEOUT_S: Final = 5.0
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - the address of such a bind from inside


def main() -> int:
    """Prints the faults; returns 0 if there are none."""
    parser = argparse.ArgumentParser(prog="python -m scenewire.observability.healthcheck", description=__doc__)
    parser.add_argument("--alive", action="store_true", help="check only that the process is alive")
    path = "/livez" if parser.parse_args().alive else "/healthz"
    settings = MonitorSettings()
    if settings.monitor_port is None:
        print("MONITOR_PORT is not set: there is no endpoint to check", file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    host = _EVERYWHERE.get(settings.monitor_host, settings.monitor_host)
    connection = http.client.HTTPConnection(host, settings.monitor_port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        report = json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        print(f"{host}:{settings.monitor_port}{path}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    finally:
        connection.close()
    for service, answers in report["services"].items():
        for requirement, status in answers.items():
            if status != OK:
                print(f"{service}: {requirement}: {status}")  # noqa: T201
    return 0 if answer.status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main())
