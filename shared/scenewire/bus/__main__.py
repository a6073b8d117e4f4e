"""`python -m scenewire.bus provision` creates streams and durables; `… credentials` creates passwords."""

import argparse
import asyncio
import sys
from pathlib import Path

import structlog
from pydantic import ValidationError

from scenewire.bus.provisioning.credentials import write_credentials
from scenewire.bus.provisioning.provision import provision_server
from scenewire.errors import PipelineError
from scenewire.observability.logging_setup import configure_logs
from scenewire.settings import ServiceSettings

log = structlog.get_logger(__name__)


class _Settings(ServiceSettings):
    """Settings without artifacts: provisioning does not use them."""

    artifacts_url: str = "unused:"


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m scenewire.bus", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("provision", help="create and update streams and durables")
    credentials = commands.add_parser("credentials", help="create the missing passwords of a deployment")
    credentials.add_argument("folder", type=Path, help="folder for the passwords")
    credentials.add_argument("--database", metavar="URL", help="URL of the Postgres, without password")
    arguments = parser.parse_args()
    configure_logs(style="console")
    try:
        if arguments.command == "credentials":
            made = write_credentials(arguments.folder, database=arguments.database)
            log.info("credentials_ready", folder=str(arguments.folder), made=made)
        else:
            settings = _Settings()
            configure_logs(level=settings.log_level, style="console")
            asyncio.run(provision_server(settings))
    except (PipelineError, ValidationError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
