"""Disks without room."""

from contextlib import suppress
from pathlib import Path


def fill(disk: Path) -> Path:
    """Takes all room on a disk; returns the file that takes it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4_096)
    return filler
