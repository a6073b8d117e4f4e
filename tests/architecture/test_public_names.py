"""Public names: every module lists them, and type checkers of users read them."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = [
    package
    for root in PROJECT["tool"]["setuptools"]["packages"]["find"]["where"]
    for package in (ROOT / root).glob("scenewire*")
    if package.is_dir() and not package.name.endswith(".egg-info")
]


def modules(package: Path) -> dict[str, ast.Module]:
    """The modules of a package by their dotted names."""
    return {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text()
        )
        for path in sorted(package.rglob("*.py"))
    }


MODULES = {name: tree for package in PACKAGES for name, tree in modules(package).items()}


def listed(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["__all__"]:
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None


def imported() -> set[tuple[str, str]]:
    """Module and name of everything that one module takes from another."""
    return {
        (node.module or "", alias.name)
        for tree in MODULES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in MODULES
        for alias in node.names
        if f"{node.module}.{alias.name}" not in MODULES
    }


def test_a07_what_a_module_takes_from_another_is_listed_there() -> None:
    taken = imported()
    assert len(taken) > 1000
    assert {(module, name) for module, name in taken if name not in (listed(MODULES[module]) or ())} == set()


def test_a07_public_names_are_plain_words() -> None:
    words = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*|[a-z][a-z0-9]*(_[a-z0-9]+)*_?|([A-Z][a-z0-9]*)+")
    names = {name for tree in MODULES.values() for name in listed(tree) or ()}
    assert {name for name in names if not words.fullmatch(name) or name.startswith("py_")} == set()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a07_type_checkers_of_users_read_the_types(package: Path) -> None:
    assert (package / "py.typed").exists()


def test_a07_types_are_checked_strictly() -> None:
    assert PROJECT["tool"]["mypy"]["strict"] is True
    assert {package.name for package in PACKAGES} <= set(PROJECT["tool"]["mypy"]["packages"])
