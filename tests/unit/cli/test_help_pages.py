"""Help pages: plain text that fits a terminal, with an example that the command accepts."""

import inspect
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from scenewire_cli.main import app
from scenewire_cli.option_groups import expand_option_groups
from scenewire_cli.ordering.order_options import OrderOptions

ROOT: Any = typer.main.get_command(app)


def pages(command: Any = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from pages(child, (*path, name))


PAGES = list(pages())


def page(path: tuple[str, ...]) -> str:
    return printed(path, "--help")


def printed(path: tuple[str, ...], option: str) -> str:
    width = 80 - 2  # what click uses of a terminal of 80 columns; its test runner would use all
    result = CliRunner().invoke(app, [*path, option], env={"FORCE_COLOR": "1"}, terminal_width=width)
    assert result.exit_code == 0
    return result.output


def examples(path: tuple[str, ...]) -> list[str]:
    _, _, block = page(path).partition("\nExample")
    return [line.strip() for line in block.splitlines()[1:] if line.strip()]


@pytest.mark.parametrize("path", PAGES, ids=" ".join)
def test_a_page_is_plain_text_of_at_most_80_columns(path: tuple[str, ...]):
    text = page(path)
    assert text.isascii()
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert "Show this message and exit." in text


@pytest.mark.parametrize("path", PAGES, ids=" ".join)
def test_the_summary_of_a_command_is_whole_in_the_list_of_commands(path: tuple[str, ...]):
    assert [line for line in page(path).splitlines() if line.startswith("  ") and line.endswith("...")] == []


@pytest.mark.parametrize(
    "path",
    [path for path in PAGES if path not in {("db",), ("dlq",), ("fonts",), ("keys",), ("voices",), ("weights",)}],
    ids=" ".join,
)
def test_the_examples_of_a_page_are_accepted_by_the_command(path: tuple[str, ...]):
    lines = [line for line in examples(path) if line.startswith("scenewire ")]
    assert lines or path == ("endpoint",)
    for line in lines:
        command, words = ROOT, shlex.split(line)[1:]
        while hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        command.make_context("scenewire", words)


def test_commands_that_order_share_their_options():
    def options(name: str) -> list[str]:
        return [parameter.name for parameter in ROOT.commands[name].params]

    shared = list(inspect.signature(OrderOptions).parameters)
    assert options("make")[: len(shared)] == options("request")[: len(shared)] == shared


def test_a_group_of_options_reaches_the_command_as_one_value():
    seen: list[OrderOptions] = []

    def command(name: str, *, order: OrderOptions) -> None:
        seen.append(order)
        assert name == "x"

    group = typer.Typer()
    group.command()(expand_option_groups(command))
    result = CliRunner().invoke(group, ["x", "Tea", "--speed", "1.5", "--no-title"])
    assert result.exit_code == 0, result.output
    assert seen == [OrderOptions(words="Tea", speed=1.5, no_title=True)]


@pytest.mark.parametrize("path", PAGES, ids=" ".join)
def test_a_short_option_shows_the_help_of_every_command(path: tuple[str, ...]):
    assert printed(path, "-h") == page(path)


def test_no_example_puts_the_password_of_the_bus_into_the_arguments_of_a_program():
    assert examples(("endpoint",)) == ['NATS_URL="$(scenewire endpoint)" nats stream ls']
