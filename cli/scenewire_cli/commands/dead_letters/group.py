"""`scenewire dlq`: lists, shows, retries and drops dead letters."""

from scenewire_cli.commands.dead_letters.drop import drop
from scenewire_cli.commands.dead_letters.list import list_
from scenewire_cli.commands.dead_letters.retry import retry
from scenewire_cli.commands.dead_letters.show import show
from scenewire_cli.help_pages import add_command, make_group

__all__ = ["dead_letters_app"]

dead_letters_app = make_group(
    "Lists, shows, retries and drops messages that failed.",
    example="scenewire dlq list\nscenewire dlq show 12\nscenewire dlq retry 12",
)
for _command in (list_, show, retry, drop):
    add_command(dead_letters_app, _command)
