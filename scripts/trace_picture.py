"""Draws docs/pictures/trace.svg: what `scenewire trace` shows of a ten-scene video.

python -m scripts.trace_picture            makes the example video first
python -m scripts.trace_picture <folder>   draws the latest video of a data folder
"""

import asyncio
import os
import re
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console

from scenewire.processes.run import run_program
from scenewire.record import reads
from scenewire_cli.output.timing import waterfall
from scenewire_cli.stack.data_folder import DataFolder

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "pictures" / "trace.svg"
EXAMPLE: Final = ROOT / "examples" / "suez-canal.txt"
COLUMNS: Final = 100

_FONT: Final = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
"""Fetched from another host; the fonts of the reader do as well."""


def main() -> int:
    """Runs the script; returns its exit code."""
    if len(sys.argv) > 1:
        return asyncio.run(_draw(Path(sys.argv[1])))
    with TemporaryDirectory() as folder:
        return asyncio.run(_make(Path(folder)))


async def _make(folder: Path) -> int:
    made = await run_program(
        [sys.executable, "-m", "scenewire_cli", "make", "--script", EXAMPLE, "--out", folder / "output"],
        timeout=1800,
        env=os.environ | {"SCENEWIRE_DATA": str(folder)},
    )
    if made.returncode:
        print(made.stderr, file=sys.stderr)
        return 1
    return await _draw(folder)


async def _draw(folder: Path) -> int:
    database = DataFolder(folder).record_url
    (latest,) = await reads.projects(database, limit=1)
    console = Console(width=COLUMNS, record=True, file=StringIO(), force_terminal=True, highlight=False)
    console.print(waterfall(await reads.timing(database, latest["id"]), COLUMNS))
    svg = console.export_svg(title="scenewire trace")
    PICTURE.write_text(_FONT.sub("", svg).replace("Fira Code, monospace", "monospace"), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size >> 10} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
