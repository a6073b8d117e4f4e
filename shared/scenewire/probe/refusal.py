"""Why a file from outside is refused."""

from pathlib import Path

from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError

__all__ = ["first_problem", "refusal"]


def refusal(path: Path, reason: str, *, detail: str = "") -> PermanentError:
    """Returns the error for a refused file: `media_refused`.

    Args:
        path: the file.
        reason: a sentence about "it".
        detail: the error output of the program that examined it.
    """
    hint = f"the probe reports: {detail.splitlines()[-1]}" if detail else "check that it plays in another program"
    return PermanentError(FailureCode.MEDIA_REFUSED, f"{path.name} is refused: {reason}", hint=hint)


def first_problem(error: ValidationError) -> str:
    """Describes the first inconsistent fact of a file."""
    problem = error.errors()[0]
    return f"its {' '.join(str(part) for part in problem['loc'])}: {problem['msg']}"
