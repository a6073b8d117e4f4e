"""`python -m shared.database upgrade`: brings the database of DATABASE_URL to the current schema."""

import argparse
import asyncio
import sys

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from shared.database.revision import upgrade
from shared.errors import PipelineError
from shared.observability.logs import configure_logs

DATABASE_ERROR = 2
"""The exit code that every command of this project uses for a database it cannot use."""


class _Settings(BaseSettings):
    database_url: SecretStr = Field(validation_alias="DATABASE_URL")


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m shared.database", description=__doc__)
    parser.add_argument("command", choices=["upgrade"], help="create the tables or bring them up to date")
    parser.parse_args()
    configure_logs(style="console")
    try:
        asyncio.run(upgrade(_Settings().database_url.get_secret_value()))
    except PipelineError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        return DATABASE_ERROR
    return 0


if __name__ == "__main__":
    sys.exit(main())
