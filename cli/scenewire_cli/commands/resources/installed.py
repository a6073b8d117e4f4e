"""What the commands that install files into the data folder share."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import typer

from scenewire.errors import FailureCode, PermanentError
from scenewire.installation.installer import Removed
from scenewire.installation.progress import Progress
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.progress.installation import installation_display
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["remove_installation"]


async def remove_installation(
    folder: DataFolder,
    target: Path,
    removal: Callable[[Path, Progress], Awaitable[Removed]],
    *,
    name: str,
    use: str,
    yes: bool,
    as_json: bool,
) -> int:
    """Removes what was installed in a folder, after a confirmation.

    Args:
        folder: the data folder.
        target: where it was installed.
        removal: removes it.
        name: of what was installed, such as `the fonts`.
        use: what a running stack may be doing with it.
        yes: whether nobody is asked.
        as_json: whether the result is printed as JSON.

    Raises:
        PermanentError: `invalid_settings`, a stack may be using it, or nobody is there to confirm.
    """
    if target.parent == folder.root and folder.endpoint() is not None:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"a stack of {folder.root} is running, and may be {use}",
            hint="stop it first",
        )
    if not yes:
        if not sys.stdin.isatty():
            raise PermanentError(
                FailureCode.INVALID_SETTINGS,
                "nobody is there to confirm the removal",
                hint=f"add --yes to remove {name}",
            )
        typer.confirm(f"Remove {name} in {target}?", abort=True, err=True)
    with installation_display(as_json=as_json) as display:
        removed = await removal(target, display)
    if as_json:
        print_json({"event": "removed", "folder": str(target), "removed": removed.removed, "kept": removed.kept})
        return 0
    print_line(f"removed {len(removed.removed)} files from {target}")
    for path in removed.kept:
        print_line(f"kept {path}: it was changed after the installation")
    return 0
