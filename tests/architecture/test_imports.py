"""The import rules in pyproject.toml hold, and each rule fails on a violation."""

import sys
import tomllib
from pathlib import Path

import pytest

from scenewire.processes.run import Completed, run_program

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

PACKAGES = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"])

VIOLATIONS = [
    ("The command stands on the services, the services on what all share", "scenewire.settings", "scenewire_script"),
    (
        "The command stands on the services, the services on what all share",
        "scenewire_script.stage",
        "scenewire_cli.main",
    ),
    ("The command imports only what services offer it", "scenewire_cli.main", "scenewire_tts.stage"),
    ("No service imports another", "scenewire_tts.stage", "scenewire_script"),
    ("Inside the shared package, imports point one way", "scenewire.errors", "scenewire.messages"),
    ("Inside the shared package, imports point one way", "scenewire.timeline", "scenewire.messages"),
    ("Inside the shared package, imports point one way", "scenewire.utils", "scenewire.errors"),
    (
        "The recorder writes the database, and the record is read in one place",
        "scenewire_tts.stage",
        "scenewire.database",
    ),
    ("SQL stays in the tables, the writes and the reads", "scenewire_recorder.stage", "sqlalchemy"),
    ("Only the bus speaks NATS", "scenewire_recorder.handlers", "nats"),
    ("Only the bus speaks NATS", "scenewire_cli.main", "faststream"),
    ("One file talks to Groq", "scenewire_script.stage", "groq"),
    ("Two files ask ICU", "scenewire_tts.stage", "icu4py"),
    ("One file talks to object stores", "scenewire.artifacts.store", "obstore"),
    ("One file loads the bundled voice", "scenewire_tts.stage", "espeakng_loader"),
    ("One file runs the neural voice on PyTorch", "scenewire_tts.engines.kokoro.engine", "torch"),
    ("One file runs the neural voice on PyTorch", "scenewire_tts.engines.kokoro.model.child", "kokoro"),
    ("One file runs the neural voice on ONNX Runtime", "scenewire_tts.engines.kokoro.engine", "onnxruntime"),
    ("One file reads Japanese, and one reads Chinese", "scenewire_tts.engines.kokoro.engine", "pypinyin"),
    ("One file decodes pictures from outside", "scenewire_sourcing.ingest.ingest", "PIL"),
    ("MCP is spoken in four places", "scenewire_sourcing.stage", "mcp"),
    ("The web framework stays in the doors of the gateway", "scenewire_gateway.events.hub", "fastapi"),
    ("Footage servers are started, not imported", "scenewire_sourcing.stage", "scenewire_sourcing.servers.library"),
    (
        "Footage servers know the candidate models and the basics of the shared package",
        "scenewire_sourcing.servers.library",
        "scenewire_sourcing.stage",
    ),
    ("The work does not know the bus", "scenewire_tts.stage", "scenewire.bus"),
    ("The work does not know the bus", "scenewire_assembly.segment_stage", "scenewire.bus"),
    ("The work does not know the bus", "scenewire_assembly.video_stage", "scenewire.bus"),
]


CIRCLES = "Modules of a package do not import each other in circles"


async def lint(folder: Path) -> Completed:
    return await run_program([Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=folder, timeout=120)


def toy_tree(folder: Path) -> None:
    """Creates packages with all names in the rules, which import only the vendors that the rules allow."""
    (folder / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    services = next(contract["modules"] for contract in CONTRACTS if contract["type"] == "independence")
    shared = next(contract["layers"] for contract in CONTRACTS if contract.get("containers") == ["scenewire"])
    names = {"scenewire_cli.main", "scenewire_sourcing.servers.library", "scenewire_recorder.repository"}
    names |= {f"{service}.{part}" for service in services for part in ("app", "settings", "handlers", "stage")}
    names |= {f"scenewire.{name}" for layer in shared for name in layer.split(" | ")}
    for contract in CONTRACTS:
        for key in ("allowed_importers", "protected_modules", "source_modules", "forbidden_modules"):
            names |= {name for name in contract.get(key, []) if name.startswith("scenewire")}
    for name in names:
        if "*" not in name:
            add_line(folder, name, "")
    for contract in CONTRACTS:
        for vendor in contract.get("protected_modules", []):
            if vendor.split(".")[0] not in PACKAGES:
                add_line(folder, contract["allowed_importers"][0], f"import {vendor}\n")


def add_line(folder: Path, module: str, line: str) -> None:
    package = folder
    for part in module.split("."):
        package /= part
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
    with (package / "__init__.py").open("a") as file:
        file.write(line)


async def test_the_rules_hold() -> None:
    result = await lint(ROOT)

    assert result.returncode == 0, result.stdout.decode()


async def test_the_rules_hold_on_an_empty_tree_with_the_same_packages(tmp_path: Path) -> None:
    toy_tree(tmp_path)

    result = await lint(tmp_path)

    assert result.returncode == 0, result.stdout.decode()


@pytest.mark.parametrize(("rule", "importer", "imported"), VIOLATIONS)
async def test_a_violation_names_the_broken_rule(tmp_path: Path, rule: str, importer: str, imported: str) -> None:
    toy_tree(tmp_path)
    add_line(tmp_path, importer, f"import {imported}\n")

    await assert_broken(tmp_path, rule)


async def test_a_circle_is_named(tmp_path: Path) -> None:
    toy_tree(tmp_path)
    add_line(tmp_path, "scenewire.artifacts.store", "import scenewire.artifacts.opening\n")
    add_line(tmp_path, "scenewire.artifacts.opening", "import scenewire.artifacts.store\n")

    await assert_broken(tmp_path, CIRCLES)


async def assert_broken(folder: Path, rule: str) -> None:
    result = await lint(folder)
    assert result.returncode == 1
    assert f"{rule} BROKEN" in " ".join(result.stdout.decode().split())


def test_every_rule_has_a_violation_that_proves_it() -> None:
    assert {rule for rule, _, _ in VIOLATIONS} | {CIRCLES} == {contract["name"] for contract in CONTRACTS}
