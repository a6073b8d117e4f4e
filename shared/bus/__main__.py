"""`python -m shared.bus provision`: the one step that owns streams and durables."""

import argparse
import asyncio
import sys

from shared.bus.provision import provision_server
from shared.errors import PipelineError
from shared.observability.logs import configure_logs
from shared.settings import ServiceSettings


class _Settings(ServiceSettings):
    """Provisioning needs no artifacts."""

    artifacts_url: str = "unused:"


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m shared.bus", description=__doc__)
    parser.add_argument("command", choices=["provision"], help="create and update streams and durables")
    parser.parse_args()
    settings = _Settings()
    configure_logs(level=settings.log_level, style="console")
    try:
        asyncio.run(provision_server(settings))
    except PipelineError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
