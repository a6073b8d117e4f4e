"""Folders, import rules, extras, failure codes and durables agree."""

import importlib
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter

from scenewire import topology
from scenewire.errors import FailureCode
from scenewire.settings import ServiceSettings
from scenewire.topology import DURABLES, Durable

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/scenewire_*"))
PACKAGE_ROOTS = [ROOT / root for root in PROJECT["tool"]["setuptools"]["packages"]["find"]["where"]]
SOURCES = ("cli", "services", "shared", "tests")


def texts() -> list[Path]:
    """Returns every text file of the project, including generated ones."""
    folders = [ROOT / name for name in (*SOURCES, "deploy", "docs", "examples", "requirements", "scripts", ".ci")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    selected = [
        path
        for path in files
        if "__pycache__" not in path.parts and path.suffix not in {".npz", ".ttf", ".pyc", ".webp"}
    ]
    return selected + [
        path
        for path in ROOT.glob("*")
        if path.suffix in {".md", ".toml", ".yaml"} or path.name in {"Makefile", "Dockerfile"}
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_standard_files(service: str) -> None:
    folder = ROOT / "services" / service / f"scenewire_{service}"

    names = {path.name for path in folder.iterdir()}
    assert {"__init__.py", "app.py", "settings.py", "handlers.py", "py.typed"} <= names
    assert service == "gateway" or any(name.endswith("stage.py") for name in names), "the work, which knows no bus"
    assert re.search(r"(?i)consumes", (folder / "__init__.py").read_text()), (
        f"the docstring of scenewire_{service} must state what the service consumes"
    )


def test_folders_extras_and_import_rules_list_the_same_services() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    independent = next(contract["modules"] for contract in contracts if contract["type"] == "independence")

    assert sorted(name.removeprefix("scenewire_") for name in independent) == SERVICES
    others = {"embedded", "all", "fonts", "meaning", "music", "traces", "tts-gpu", "tts-ja", "tts-zh"}
    assert set(SERVICES) == PROJECT["project"]["optional-dependencies"].keys() - others


@pytest.mark.parametrize("durable", DURABLES, ids=lambda durable: durable.name)
def test_every_durable_has_a_service_that_consumes_it(durable: Durable) -> None:
    constant = next(name for name, value in vars(topology).items() if value is durable)
    service = durable.name.partition("-")[0]

    handlers = (ROOT / "services" / service / f"scenewire_{service}" / "handlers.py").read_text()

    assert re.search(rf"\b{constant}\b", handlers)


@pytest.mark.parametrize("top", SOURCES)
def test_every_folder_of_code_is_a_package(top: str) -> None:
    folders = {path.parent for path in (ROOT / top).rglob("*.py")}
    roots = {folder for folder in PACKAGE_ROOTS if folder.is_relative_to(ROOT / top)}
    folders |= {p for folder in folders for p in folder.parents if any(p.is_relative_to(root) for root in roots)}

    assert [folder for folder in sorted(folders - roots) if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("service", SERVICES)
def test_durations_in_the_environment_are_seconds(service: str) -> None:
    module = importlib.import_module(f"scenewire_{service}.settings")
    models = [
        value for value in vars(module).values() if isinstance(value, type) and issubclass(value, ServiceSettings)
    ]
    fields = [field for model in models for field in model.model_fields.values() if field.annotation is timedelta]
    assert fields

    for field in fields:
        adapter: Any = TypeAdapter(Annotated[timedelta, *field.metadata])
        assert adapter.validate_python("7") == timedelta(seconds=7)


def test_docs_list_every_failure_code() -> None:
    described = set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "errors.md").read_text(), re.MULTILINE))

    assert described == {code.value for code in FailureCode}


def test_no_file_contains_a_path_of_the_machine_that_wrote_it() -> None:
    homes = re.compile(r"(?<![\w.~])/(?:home|root|Users)/[\w.]+/")
    here = re.compile(rf"(?<![\w.]){re.escape(str(ROOT))}/") if len(ROOT.parts) > 2 else homes
    found = [path for path in texts() if homes.search(path.read_text()) or here.search(path.read_text())]

    assert found == []


def test_no_module_name_is_a_library_s_or_meaningless() -> None:
    bad = {"utils", "common", "helpers", "misc", "mcp", "nats", "logging", "types", "queue", "numpy", "av", "typing"}
    modules = [path for top in ("cli", "services", "shared") for path in (ROOT / top).rglob("*.py")]

    assert [path for path in modules if path.stem in bad] == []
