"""`scenewire search`: finds videos and source clips."""

from typing import Annotated

import typer

from scenewire_cli.options import DataOption, JsonOption, LimitOption
from scenewire_cli.output.record_views import VIDEOS, print_rows_or_json
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["search"]

WordsArgument = Annotated[
    list[str], typer.Argument(metavar="WORD...", help="Words of the path; the last one may be a prefix.")
]


def search(
    words: WordsArgument,
    *,
    limit: LimitOption = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Finds videos and source clips by words, best match first.

    Videos are found by the words of their file names, source clips by those of their paths.

    Example:
        scenewire search suez can
    """
    run(_search(DataFolder(data), " ".join(words), limit=limit, as_json=as_json))


async def _search(folder: DataFolder, words: str, *, limit: int, as_json: bool) -> int:
    from scenewire_recorder import api

    rows = await api.search(folder.record_url, words, limit=limit)
    print_rows_or_json("video", rows, VIDEOS, as_json=as_json)
    return 0
