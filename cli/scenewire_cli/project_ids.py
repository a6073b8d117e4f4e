"""Project ids as people type them."""

from uuid import UUID

from scenewire.errors import FailureCode, PermanentError

__all__ = ["parse_project_id"]


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
            f"{text!r} is no project id",
            hint="give all of it: `scenewire request` and `scenewire show` print it",
        ) from error
