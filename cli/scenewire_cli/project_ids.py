"""Project ids on the command line."""

from typing import Annotated
from uuid import UUID

import typer

from scenewire.errors import FailureCode, PermanentError

__all__ = ["ProjectIdArgument", "ProjectPrefixArgument", "parse_project_id"]

ProjectIdArgument = Annotated[
    str, typer.Argument(metavar="PROJECT", help="Project id, as `scenewire request` prints it.")
]
ProjectPrefixArgument = Annotated[
    str, typer.Argument(metavar="PROJECT", help="Project id, or at least its first 4 characters.")
]


def parse_project_id(text: str) -> UUID:
    """Parses a project id.

    Raises:
        PermanentError: `invalid_order`, it is not a UUID.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"PROJECT must be a full project id (a UUID), not {text!r}",
            hint="`scenewire request` and `scenewire show` print it",
        ) from error
