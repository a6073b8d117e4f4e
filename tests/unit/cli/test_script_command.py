"""`scenewire script`: what becomes of a script, sentence by sentence."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from scenewire_cli.main import app

SCRIPT = """# The Canal

“The sea is everything to me,” said Jules Verne. It has no locks, because both seas are level.

## War

In 1956 Egypt made the canal national property.

A war closed it in 1967. It stayed shut for eight years. The ship blocked it for only six days.

Ships carry oil, gas and grain.

Today it is about 193 kilometres long.
"""


def run(tmp_path: Path, *options: str) -> str:
    file = tmp_path / "canal.md"
    file.write_text(SCRIPT)
    result = CliRunner().invoke(app, ["script", str(file), *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_every_sentence_has_a_line_that_says_what_it_shows(tmp_path: Path) -> None:
    lines = [line.strip() for line in run(tmp_path).splitlines()]

    assert [line.removeprefix("shows: ") for line in lines if line.startswith("shows: ")] == [
        'title "The Canal", then quotation of Jules Verne',
        'statement "It has no locks,", marked "no locks"',
        'chapter 1 "War", then year 1956 "Egypt made the canal national property"',
        'year 1967 "A war closed it"',
        'number eight "years"',
        'comparison of "eight years" and "six days"',
        "list of 3: oil, gas, grain",
        'number 193 "kilometres long"',
    ]


def test_the_json_has_every_design(tmp_path: Path) -> None:
    script: dict[str, Any] = json.loads(run(tmp_path, "--json"))

    designs = [
        design["kind"] for scene in script["scenes"] for line in scene["sentences"] for design in line["designs"]
    ]
    assert {"opening", "chapter", "quotation", "statement", "year", "number", "comparison", "list", "place"} == set(
        designs
    )


def test_a_language_that_nobody_speaks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "canal.md"
    file.write_text(SCRIPT)

    assert CliRunner().invoke(app, ["script", str(file), "--language", "xx"]).exit_code != 0
