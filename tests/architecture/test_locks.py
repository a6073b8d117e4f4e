"""Locks pin and hash every package, and contain nothing of the machine that wrote them."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]

BUILDING_BLOCKS = {"embedded", "fonts", "meaning", "music", "traces", "tts-ja", "tts-zh"}
"""Extras that are added to others and have no image."""

SEPARATE_GROUPS = {"bench", "ear", "sbom"}
"""Groups with a lock of their own."""

LOCKS = sorted(FOLDER.glob("*.txt"))
HASHED = [path for path in LOCKS if path.stem != "constraints"]


def pins(path: Path) -> dict[str, str]:
    """Returns versions by name; refuses several versions of one package, as with different markers."""
    found: dict[str, str] = {}
    for line in path.read_text().splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)", line):
            name = canonicalize_name(match[1])
            assert found.setdefault(name, match[2]) == match[2], f"{name} is pinned twice in {path.name}"
    return found


def requirements_of(extra: str) -> list[Requirement]:
    """Returns the requirements of an extra, with references to other extras resolved."""
    required: list[Requirement] = []
    for text in EXTRAS[extra]:
        requirement = Requirement(text)
        if requirement.name == PROJECT["project"]["name"]:
            required += [part for other in sorted(requirement.extras) for part in requirements_of(other)]
        else:
            required.append(requirement)
    return required


def assert_satisfied(lock: Path, required: list[Requirement]) -> None:
    pinned = pins(lock)
    for requirement in required:
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{lock.name} has no {requirement.name}; run make locks"
        assert requirement.specifier.contains(version, prereleases=True), (
            f"{lock.name} pins {requirement.name} {version}, but {requirement} is required"
        )


def test_each_image_has_a_lock_and_there_are_no_others() -> None:
    assert {path.stem for path in HASHED} == (EXTRAS.keys() - BUILDING_BLOCKS) | {"dev", *SEPARATE_GROUPS}


@pytest.mark.parametrize("path", HASHED, ids=lambda path: path.stem)
def test_every_pin_is_exact_and_hashed(path: Path) -> None:
    text = path.read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]

    assert len(lines) > 15
    for line in lines:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,-]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_no_lock_contains_a_host_an_option_or_a_path(path: Path) -> None:
    for line in path.read_text().splitlines():
        assert "://" not in line, line
        assert not line.startswith("-"), line
        assert not re.search(r"(^|[\s=@])/\w", line), line
        assert " @ " not in line, line


@pytest.mark.parametrize("extra", sorted(EXTRAS.keys() - BUILDING_BLOCKS))
def test_a_lock_satisfies_its_extra(extra: str) -> None:
    base = [Requirement(text) for text in PROJECT["project"]["dependencies"]]

    assert_satisfied(FOLDER / f"{extra}.txt", base + requirements_of(extra))


@pytest.mark.parametrize("image", sorted(EXTRAS.keys() - BUILDING_BLOCKS - {"all"}))
def test_every_image_can_send_traces(image: str) -> None:
    assert_satisfied(FOLDER / f"{image}.txt", requirements_of("traces"))


def test_the_dev_lock_satisfies_all_groups_and_the_demo_lock_can_build_the_project() -> None:
    groups = [Requirement(text) for name, group in GROUPS.items() if name not in SEPARATE_GROUPS for text in group]

    assert_satisfied(FOLDER / "dev.txt", groups + requirements_of("all"))
    assert_satisfied(FOLDER / "all.txt", [Requirement(text) for text in GROUPS["build"]])


@pytest.mark.parametrize("name", sorted(SEPARATE_GROUPS))
def test_the_lock_of_a_group_satisfies_it(name: str) -> None:
    assert_satisfied(FOLDER / f"{name}.txt", [Requirement(text) for text in GROUPS[name]])


@pytest.mark.parametrize("name", ["all", "dev", "tts"])
def test_default_locks_contain_no_pytorch(name: str) -> None:
    installed = pins(FOLDER / f"{name}.txt").keys()

    assert "onnxruntime" in installed
    assert not installed & {"torch", "kokoro", "spacy", "transformers", "phonemizer-fork"}


@pytest.mark.parametrize("path", HASHED, ids=lambda path: path.stem)
def test_all_locks_agree_on_versions(path: Path) -> None:
    constraints = pins(FOLDER / "constraints.txt")

    assert pins(path).items() <= constraints.items()


@pytest.mark.parametrize(
    ("package", "at_least"), [("alembic", "1.13"), ("structlog", "24.0"), ("prometheus-client", "0.20")]
)
def test_a41_libraries_of_the_prior_systems_are_required_pinned_and_imported(package: str, at_least: str) -> None:
    requirement_of = {
        canonicalize_name(requirement.name): requirement
        for text in [*PROJECT["project"]["dependencies"], *(text for extra in EXTRAS.values() for text in extra)]
        if (requirement := Requirement(text))
    }
    specifier = requirement_of[canonicalize_name(package)].specifier
    lowest = min(Version(part.version) for part in specifier if part.operator == ">=")
    assert lowest >= Version(at_least)
    assert Version(pins(FOLDER / "recorder.txt")[package]) >= lowest
    module = package.replace("-", "_")
    imported = re.compile(rf"^(?:from|import) {module}\b", re.MULTILINE)
    assert any(
        imported.search(path.read_text()) for top in ("services", "shared") for path in (ROOT / top).rglob("*.py")
    )
