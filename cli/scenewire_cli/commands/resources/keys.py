"""`scenewire keys`: adds, lists and removes API keys of the gateway."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from scenewire_cli.help_pages import add_command, make_group
from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.record_views import KEYS, print_rows_or_json
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["keys_app"]

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="Name of the key's user, shown in the history of projects.")
]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        metavar="FILE",
        envvar="GATEWAY_KEYS_FILE",
        help="File of API keys.",
        show_default="gateway/keys.toml in the data folder",
    ),
]
ScopeOption = Annotated[
    Literal["read", "order", "admin"],
    typer.Option(
        "--scope",
        help="read: see projects and videos. order: also order, edit, approve, cancel and upload. admin: also delete.",
    ),
]
ExpiresOption = Annotated[
    int | None,
    typer.Option(
        "--expires", metavar="DAYS", min=1, max=36_500, help="Expire after this many days.", show_default="never"
    ),
]


def add(
    name: NameArgument,
    *,
    scope: ScopeOption,
    expires: ExpiresOption = None,
    file: FileOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adds an API key and prints its token, once.

    The file holds only a hash of the token. The first key closes the gateway to everyone without one, also on this host.

    Example:
        scenewire keys add alice --scope order
        scenewire keys add ci --scope order --expires 90
    """
    from scenewire_gateway.access.scopes import Scope

    keys = _keys(file, data)
    token = keys.add(name, Scope(scope), lifetime=None if expires is None else timedelta(days=expires))
    if as_json:
        print_json({"event": "key", "name": name, "scope": scope, "token": token, "file": str(keys.path)})
        return
    print_line(f"{name} may send this token as `Authorization: Bearer <token>`. It is not shown again.", error=True)
    print_line(token)


def list_(*, file: FileOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the API keys, without their tokens.

    Example:
        scenewire keys list
    """
    keys = _keys(file, data)
    now = datetime.now(UTC)
    rows: list[dict[str, Any]] = [
        key.model_dump(mode="json", exclude={"sha256"}) | {"expired": key.is_expired(now)}
        for key in (keys.read() if keys.required else ())
    ]
    print_rows_or_json("key", rows, KEYS, as_json=as_json, nothing="no keys")


def remove(
    name: NameArgument, *, file: FileOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Removes an API key; its token and sessions end at once.

    Example:
        scenewire keys remove alice
    """
    keys = _keys(file, data)
    keys.remove(name)
    left = len(keys.read())
    if as_json:
        print_json({"event": "removed", "name": name, "left": left, "file": str(keys.path)})
        return
    print_line(f"removed {name}")
    if not left:
        print_line("No key is left, so the gateway admits nobody. To admit this host without a key,", error=True)
        print_line(f"delete {keys.path} and start the gateway again.", error=True)


def _keys(file: Path | None, data: Path | None) -> Any:
    from scenewire_gateway.access.keys import KeysFile

    return KeysFile(file.absolute() if file is not None else DataFolder(data).gateway_keys)


keys_app = make_group("Adds, lists and removes API keys of the gateway.")
for _command in (add, list_, remove):
    add_command(keys_app, _command)
