"""`scenewire search`: finds videos, source clips and their credits."""

from typing import Annotated

import typer

from scenewire_cli.options import DataOption, JsonOption, LimitOption
from scenewire_cli.output.record_views import FOOTAGE, VIDEOS, print_rows_or_json
from scenewire_cli.remote.options import ServerOptions
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["search"]

WordsArgument = Annotated[
    list[str], typer.Argument(metavar="WORD...", help="Words to find; the last one may be a prefix.")
]
FootageOption = Annotated[
    bool,
    typer.Option(
        "--footage",
        help="Find footage that was used or considered, by title, creator, file name, licence, archive, page and kind.",
    ),
]


def search(
    words: WordsArgument,
    remote: ServerOptions,
    *,
    footage: FootageOption = False,
    limit: LimitOption = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Finds videos and source clips by words, best match first.

    Videos and source clips are found by the words of their names and paths; a clip has the name of the file at its source,
    or its title. On a server, videos are found by all words of their titles, topics and scenes. With --footage, clips and stills are found by all words of their
    descriptions; the result names the scenes of each.

    Example:
        scenewire search suez can
        scenewire search --footage harbour "CC BY"
    """
    address = remote.address(data=data)
    if address is None:
        run(_search(DataFolder(data), " ".join(words), footage=footage, limit=limit, as_json=as_json))
    else:
        from scenewire_cli.remote.listing import search_on_server

        run(search_on_server(address, " ".join(words), footage=footage, limit=limit, as_json=as_json))


async def _search(folder: DataFolder, words: str, *, footage: bool, limit: int, as_json: bool) -> int:
    from scenewire.record import reads

    if footage:
        found = await reads.search_footage(folder.record_url, words, limit=limit)
        print_rows_or_json("footage", found, FOOTAGE, as_json=as_json)
    else:
        rows = await reads.search(folder.record_url, words, limit=limit)
        print_rows_or_json("video", rows, VIDEOS, as_json=as_json)
    return 0
