"""`scenewire looks`: a contact sheet of themes, designs and captions."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from scenewire.artifacts.opening import open_store
from scenewire.errors import FailureCode, PermanentError
from scenewire_cli.ordering.files.order_files import with_files
from scenewire_cli.ordering.order import read_order
from scenewire_cli.ordering.order_options import OrderOptions
from scenewire_cli.output.tables import print_facts
from scenewire_cli.running import run
from scenewire_cli.stack.embedded import settings_errors

__all__ = ["looks"]


def looks(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The script, or - for standard input.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The picture to write.")] = Path("looks.png"),
    look: Annotated[
        str | None, typer.Option("--look", metavar="NAME", help="Shape: landscape, portrait or square.")
    ] = None,
    theme: Annotated[
        str | None, typer.Option("--theme", metavar="FILE", help="A theme of your own, shown beside the others.")
    ] = None,
    background: Annotated[
        str | None,
        typer.Option(
            "--background", metavar="COLOUR|FILE", help="A background in place of designs, shown beside them."
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="TAG", help="Its language; detected if not given.")
    ] = None,
) -> None:
    """Draws a script in every theme and caption style.

    All of them are in one picture, a PNG.

    Example:
        scenewire looks notes.md --out looks.png
    """
    if out.suffix.lower() != ".png":
        raise PermanentError(
            FailureCode.INVALID_ORDER, f"--out {out}: the picture is a PNG", hint="name a file that ends in .png"
        )
    options = replace(OrderOptions(), script=file, look=look, theme=theme, background=background, language=language)
    run(_looks(options, out))


async def _looks(options: OrderOptions, out: Path) -> int:
    from scenewire_assembly.looks.contact_sheet import make_contact_sheet
    from scenewire_script.preview import preview_script

    with TemporaryDirectory(prefix="scenewire-looks-") as folder, settings_errors():
        artifacts_url = Path(folder).as_uri()
        order = await with_files(*read_order(options), artifacts_url)
        rows = await make_contact_sheet(await preview_script(order), out, open_store(artifacts_url))
    print_facts({"rows": ", ".join(rows), "picture": str(out)})
    return 0
