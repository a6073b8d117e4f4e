"""Documentation is correct: links resolve, commands and options exist, generated pages are up to date."""

import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

from scenewire.processes.run import run_program
from scenewire_cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def known_commands() -> dict[str, Any]:
    group: Any = typer.main.get_command(app)
    return dict(group.commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_project_resolve(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text())

    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_commands_and_options_in_the_readme_exist() -> None:
    commands = known_commands()
    blocks = re.findall(r"^```\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    shown = re.findall(r"^scenewire ([a-z]+)([^\n#]*)", "\n".join(blocks), re.MULTILINE)
    assert len(shown) >= 6

    for name, rest in shown:
        assert name in commands, f"scenewire {name}"
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, f"scenewire {name}{rest}"


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text()

    assert [name for name in known_commands() if f"scenewire {name}" not in readme] == []


@pytest.mark.parametrize("script", ["settings_page.py", "schema_page.py", "acceptance_page.py", "fault_matrix_page.py"])
async def test_b54_generated_pages_match_the_code(script: str) -> None:
    page = ROOT / "scripts" / script
    checked = await run_program(
        [sys.executable, page, "--check"], cwd=ROOT, timeout=60, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )

    assert checked.returncode == 0, checked.stderr


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()

    assert [target for target in phony if not re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE)] == []


def test_a42_the_changelog_has_every_version_once_and_dated_newest_first() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", heading) for heading in headings[1:]]
    assert all(released)
    order = [(tuple(map(int, found.groups()[:3])), found[4]) for found in released if found]
    assert order == sorted(order, reverse=True)
    assert len({version for version, _ in order}) == len(order)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert order[0][0] == tuple(map(int, version.split(".")))
    parts = set(re.findall(r"^### (.*)$", changelog, re.MULTILINE))
    assert parts <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_a42_the_figures_of_the_retrospective_add_up() -> None:
    page = (ROOT / "docs" / "retrospective.md").read_text()
    rows = re.findall(
        r"^\*\*([AB]\d\d)\*\*|^- ([AB]\d\d): ", (ROOT / "docs" / "acceptance.md").read_text(), re.MULTILINE
    )
    listed = {proved or missing for proved, missing in rows}
    differing = re.findall(r"^\| ([AB]\d\d) \|", page, re.MULTILINE)
    found = re.search(r"(\d+) capabilities: (\d+) of a video.*?\(A\), and (\d+) of a pipeline", page, re.DOTALL)
    kept = re.search(r"(\d+) are\s+fulfilled as they were there, (\d+) in another way", page)
    assert found is not None
    assert kept is not None
    a, b = (sum(row.startswith(letter) for row in listed) for letter in "AB")
    assert tuple(map(int, found.groups())) == (len(listed), a, b)
    assert tuple(map(int, kept.groups())) == (len(listed) - len(differing), len(differing))
    assert set(differing) <= listed
