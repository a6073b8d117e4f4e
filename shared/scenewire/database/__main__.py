"""`python -m scenewire.database upgrade`: upgrades the database of DATABASE_URL to the current schema."""

import argparse
import asyncio
import sys

from scenewire.database.revision import upgrade
from scenewire.errors import FailureCode, PermanentError, PipelineError
from scenewire.observability.logging_setup import configure_logs
from scenewire.settings import secret

DATABASE_ERROR = 2
"""Exit code of all commands for a database that cannot be used."""


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m scenewire.database", description=__doc__)
    parser.add_argument("command", choices=["upgrade"], help="create or upgrade the tables")
    parser.parse_args()
    configure_logs(style="console")
    try:
        asyncio.run(upgrade(_database_url()))
    except PipelineError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        return DATABASE_ERROR
    return 0


def _database_url() -> str:
    url = secret("DATABASE_URL")
    if url is None:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            "neither DATABASE_URL nor DATABASE_URL_FILE is set",
            hint="set one to the database to be upgraded",
        )
    return url


if __name__ == "__main__":
    sys.exit(main())
