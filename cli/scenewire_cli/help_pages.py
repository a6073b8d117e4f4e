"""Help pages: options and commands under headings, examples last, plain text of at most 80 columns.

Typer's own pages either have no headings or need Rich, which draws boxes in a pipe too and takes 0.1 s to load.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typing_extensions import override

from scenewire_cli.option_groups import expand_option_groups

__all__ = ["add_command", "make_group"]

_OPTIONS: Final = "Options"
_EXAMPLE: Final = "\n\nExample:\n"
"""Starts the examples in a command's docstring."""

_CONTEXT: Final = {"help_option_names": ["-h", "--help"]}

_MIN_GROUPED: Final = 9
"""A page with fewer options has them under one heading."""
_MAX_NAME_WIDTH: Final = 26
"""Columns; the description of a longer option starts on the next line."""

_DEFAULT_IN_WORDS: Final = re.compile(r"default: \((.*?)\)(?=[;\]])")
"""Typer puts a default that is described in words in parentheses."""

_Row = tuple[str, str]


class _Command(TyperCommand):
    @override
    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]  # typer puts arguments in braces

    @override
    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_sections(formatter, _parameters(self, ctx))

    @override
    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _write_examples(formatter, self.epilog)


class _Group(TyperGroup):
    @override
    def format_options(self, ctx: Any, formatter: Any) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        width = formatter.width - 6 - max(len(name) for name, _ in commands)
        rows = [
            (getattr(command, "rich_help_panel", None) or "Commands", (name, command.get_short_help_str(width)))
            for name, command in commands
            if command is not None
        ]
        _write_sections(formatter, rows)
        _write_sections(formatter, _parameters(self, ctx))

    @override
    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _write_examples(formatter, self.epilog)


def make_group(summary: str, *, example: str = "", needs_command: bool = True) -> typer.Typer:
    """Returns an empty group of commands.

    Args:
        summary: what the commands do.
        example: command lines, one a line.
        needs_command: whether the group alone shows its help; otherwise its callback runs.
    """
    return typer.Typer(
        cls=_Group,
        help=summary,
        epilog=example,
        context_settings=_CONTEXT,
        no_args_is_help=needs_command,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def add_command(group: typer.Typer, command: Callable[..., None], heading: str | None = None) -> None:
    """Adds a command; its docstring is its help page, and the docstring's `Example:` the end of that.

    Args:
        group: what the command belongs to.
        command: a function that typer can read, apart from parameters that are groups of options.
        heading: the heading under which the group's own page lists the command.
    """
    summary, _, example = inspect.cleandoc(command.__doc__ or "").partition(_EXAMPLE)
    group.command(
        command.__name__.strip("_"),
        cls=_Command,
        help=summary,
        epilog=inspect.cleandoc(example),
        context_settings=_CONTEXT,
        rich_help_panel=heading,
    )(expand_option_groups(command))


def _parameters(command: Any, ctx: Any) -> list[tuple[str, _Row]]:
    shown = [(parameter, record) for parameter in command.get_params(ctx) if (record := parameter.get_help_record(ctx))]
    grouped = len(shown) >= _MIN_GROUPED
    return [
        (_heading(parameter, grouped=grouped), (name, _DEFAULT_IN_WORDS.sub(r"default: \1", text)))
        for parameter, (name, text) in shown
    ]


def _heading(parameter: Any, *, grouped: bool) -> str:
    if parameter.param_type_name == "argument":
        return "Arguments"
    return (grouped and getattr(parameter, "rich_help_panel", None)) or _OPTIONS


def _write_sections(formatter: Any, rows: Iterable[tuple[str, _Row]]) -> None:
    sections: dict[str, list[_Row]] = {}
    for heading, row in rows:
        sections.setdefault(heading, []).append(row)
    names = [name for section in sections.values() for name, _ in section]
    width = max((len(name) for name in names if len(name) <= _MAX_NAME_WIDTH), default=0)
    for heading, section in sections.items():
        with formatter.section(heading):
            formatter.write_dl([(f"{name:{width}}", text) for name, text in section], col_max=_MAX_NAME_WIDTH)


def _write_examples(formatter: Any, examples: str | None) -> None:
    if examples:
        lines = examples.splitlines()
        with formatter.section("Examples" if len(lines) > 1 else "Example"):
            for line in lines:
                formatter.write(f"  {line}\n")  # a command line must not be wrapped
