"""Project ids on the command line."""

from typing import Annotated

import typer

__all__ = ["ProjectArgument"]

ProjectArgument = Annotated[
    str, typer.Argument(metavar="PROJECT", help="Project id, or at least its first 4 characters.")
]
